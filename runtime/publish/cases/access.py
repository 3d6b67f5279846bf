"""What the person of a case may read of its records, asked as that person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from forms_dsl.diagnostics import Sentence
from forms_dsl.model import Case, CaseUser, Expected
from runtime.context import Principal
from runtime.failures import NotAllowed, NotFound
from runtime.publish.cases.bench import Sitting
from runtime.publish.cases.results import NotRun
from runtime.records.read import get_record


def access_faults(sitting: Sitting, case: Case, expect: Expected) -> list[Sentence]:
    """The expectations about reading that do not hold."""
    if not (expect.can_read or expect.cannot_read or expect.shown or expect.hidden):
        return []
    user = case.user or CaseUser()
    if user.role is None:
        raise NotRun("access without user: {role}")
    person = sitting.user(user.role, user.branch, user.name)
    faults = [
        Sentence(f"{user.role} cannot read {name}.", f"{user.role} 不能查看 {name}。")
        for name in expect.can_read
        if _read(sitting, person, name) is None
    ]
    faults += [
        Sentence(f"{user.role} can read {name}.", f"{user.role} 可以查看 {name}。")
        for name in expect.cannot_read
        if _read(sitting, person, name) is not None
    ]
    for name, values in expect.shown.items():
        faults += [*_shown(name, values, _read(sitting, person, name) or {})]
    for name, fields in expect.hidden.items():
        found = _read(sitting, person, name)
        if found is None:
            faults.append(Sentence(f"{user.role} cannot read {name}.", f"{user.role} 不能查看 {name}。"))
        else:
            faults += [
                Sentence(f"{name}.{field} is not hidden.", f"{name}.{field} 未隐藏。") for field in fields if field in found
            ]
    return faults


def _shown(name: str, values: Mapping[str, object], found: Mapping[str, Any]) -> Iterator[Sentence]:
    """The displayed values that are other ones."""
    for field, wanted in values.items():
        actual = _display(found.get(field))
        if actual != str(wanted):
            en, zh = f"{name}.{field} is shown as {actual}, not {wanted}.", f"{name}.{field} 显示为 {actual}，应为 {wanted}。"
            yield Sentence(en, zh)


def _read(sitting: Sitting, person: Principal, name: str) -> Mapping[str, Any] | None:
    """The record as the person sees it; None when it is not his to see."""
    record_id, entity = sitting.records[name]
    try:
        return get_record(sitting.connection, sitting.context(person), entity.app, entity.name, record_id).values
    except (NotFound, NotAllowed):
        return None


def _display(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("masked", value.get("value"))
    return "-" if value is None else str(value)

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
from workflow_engine.differences import Difference


def access_faults(sitting: Sitting, case: Case, expect: Expected) -> list[Difference]:
    """The expectations about reading that do not hold."""
    if not (expect.can_read or expect.cannot_read or expect.shown or expect.hidden):
        return []
    user = case.user or CaseUser()
    if user.role is None:
        raise NotRun("access without user: {role}")
    person = sitting.user(user.role, user.branch, user.name)
    faults = [
        Difference(_unread(user.role, name), ("expect", "can_read", number))
        for number, name in enumerate(expect.can_read)
        if _read(sitting, person, name) is None
    ]
    faults += [
        Difference(Sentence(f"{user.role} can read {name}.", f"{user.role} 可以查看 {name}。"), ("expect", "cannot_read", number))
        for number, name in enumerate(expect.cannot_read)
        if _read(sitting, person, name) is not None
    ]
    for name, values in expect.shown.items():
        faults += [*_shown(name, values, _read(sitting, person, name) or {})]
    for name, fields in expect.hidden.items():
        found = _read(sitting, person, name)
        if found is None:
            faults.append(Difference(_unread(user.role, name), ("expect", "hidden", name)))
            continue
        for number, field in enumerate(fields):
            if field in found:
                said = Sentence(f"{name}.{field} is not hidden.", f"{name}.{field} 未隐藏。")
                faults.append(Difference(said, ("expect", "hidden", name, number)))
    return faults


def _unread(role: str, name: str) -> Sentence:
    return Sentence(f"{role} cannot read {name}.", f"{role} 不能查看 {name}。")


def _shown(name: str, values: Mapping[str, object], found: Mapping[str, Any]) -> Iterator[Difference]:
    """The displayed values that are other ones."""
    for field, wanted in values.items():
        actual = _display(found.get(field))
        if actual != str(wanted):
            en, zh = f"{name}.{field} is shown as {actual}, not {wanted}.", f"{name}.{field} 显示为 {actual}，应为 {wanted}。"
            yield Difference(Sentence(en, zh), ("expect", "shown", name, field))


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

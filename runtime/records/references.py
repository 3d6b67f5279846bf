"""What references lead to: whether the chosen records are there for this writer, and the values beyond them that expressions read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from forms_dsl.expr.facts import Facts
from forms_dsl.model import Field
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.validators import Beyond, FieldValidator
from runtime.context import Context
from runtime.query.load import Seen, look_up
from runtime.query.source import Hops
from runtime.records.access import possible_plan
from runtime.records.codes import NO_SUCH_RECORD
from runtime.records.draft import Draft
from runtime.records.reach import LEADING, leads_to


@dataclass(frozen=True, slots=True)
class _Use:
    """One reference in one draft: where its value stands, and where a fault about it points."""

    draft: Draft
    holder: dict[str, object]
    pointer: str
    is_new: bool


def follow_references(
    connection: Connection, context: Context, compiled: CompiledApp, entity: CompiledEntity, drafts: Sequence[Draft]
) -> None:
    """Add the values beyond references to the facts of the drafts; one statement a field, however many drafts."""
    validator = entity.validator
    for name, field, beyond in _references(validator.fields, validator.beyond):
        uses = [_Use(draft, draft.record, f"/{name}", _is_new(draft, name)) for draft in drafts]
        _follow(connection, context, compiled, validator.fields.get(name), field, uses, beyond)
    for outer in validator.fields.values():
        if outer.rows is None:
            continue
        for name, field, beyond in _references(outer.rows.fields, outer.rows.beyond):
            uses = list(_row_uses(drafts, outer.field.name, name))
            _follow(connection, context, compiled, outer.rows.fields.get(name), field, uses, beyond)


def check_choice(draft: Draft, found: FieldValidator, holder: Mapping[str, object], pointer: str, facts: Facts) -> None:
    """Report a reference to a record that its field's `where` does not allow; needs the values that were followed."""
    name = found.field.name
    if found.where is None or found.field.where is None or holder.get(name) is None:
        return
    target = {".".join(path): holder.get(".".join((name, *path))) for path in found.field.where.reads}
    over = Facts(
        record=target,
        outer=holder,
        user=facts.user,
        param=facts.param,
        today=facts.today,
        now=facts.now,
        business_date=facts.business_date,
        timezone=facts.timezone,
    )
    if found.where(over) is not True:
        _not_there(draft, pointer)


def _references(fields: Mapping[str, FieldValidator], beyond: Beyond) -> Iterator[tuple[str, Field, tuple[Hops, ...]]]:
    for found in fields.values():
        if found.field.type in LEADING:
            yield found.field.name, found.field, tuple(sorted(beyond.get(found.field.name, ())))
    for name, paths in beyond.items():
        if name not in fields:
            yield name, SYSTEM_FIELDS[name], tuple(sorted(paths))


def _is_new(draft: Draft, name: str) -> bool:
    return draft.record.get(name) != (draft.before or {}).get(name)


def _row_uses(drafts: Sequence[Draft], rows_name: str, name: str) -> Iterator[_Use]:
    for draft in drafts:
        rows = draft.record.get(rows_name)
        stood = (draft.before or {}).get(rows_name)
        before = {row["id"]: row.get(name) for row in stood} if isinstance(stood, list) else {}
        for position, row in enumerate(rows if isinstance(rows, list) else ()):
            is_new = row.get(name) != before.get(row.get("id"))
            yield _Use(draft, row, f"/{rows_name}/{position}/{name}", is_new)


def _follow(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    found: FieldValidator | None,
    field: Field,
    uses: Sequence[_Use],
    paths: tuple[Hops, ...],
) -> None:
    wanted = [use for use in uses if use.holder.get(field.name) is not None and (paths or (use.is_new and found is not None))]
    ids: dict[str, set[str]] = {}
    for use in wanted:
        entity, id = leads_to(field, use.holder[field.name])
        ids.setdefault(entity, set()).add(id)
    seen = {entity: _seen(connection, context, compiled, entity, sorted(some), paths) for entity, some in ids.items()}
    for use in uses:
        entity, id = leads_to(field, use.holder.get(field.name))
        at_end = seen.get(entity, {}).get(id)
        if found is not None and use.is_new and use.holder.get(field.name) is not None and (at_end is None or not at_end.visible):
            _not_there(use.draft, use.pointer)
        for path in paths:
            use.holder[".".join((field.name, *path))] = at_end.values.get(path) if at_end else None


def _seen(
    connection: Connection, context: Context, compiled: CompiledApp, entity: str, ids: Sequence[str], paths: tuple[Hops, ...]
) -> dict[str, Seen]:
    app, _, name = entity.partition(".")
    live = context.releases.get(app)
    if live is None or name not in live.entities:
        return {}
    access = possible_plan(context, app, name, "read")
    checked = compiled if app == compiled.app.name else live
    return look_up(connection, context, access, (checked, checked.entities[name]), ids, paths)


def _not_there(draft: Draft, pointer: str) -> None:
    draft.report(NO_SUCH_RECORD, pointer, "没有可以选择的这条记录。", "There is no such record to choose.")

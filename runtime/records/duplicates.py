"""Records that may be the same thing twice: found by the rules of their entity, refused or proposed, and dismissed with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Duplicate
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.query.run import compile_select, dialect_of, run
from runtime.query.scope import FullScope, Statement, condition
from runtime.query.source import Source, root_place
from runtime.query.values import to_column
from runtime.records.codes import DUPLICATE
from runtime.records.draft import Draft, Writer
from runtime.records.sealed import kept_as
from runtime.records.uniques import one_writer
from runtime.store.identifiers import new_id
from runtime.store.tables import duplicate_case
from runtime.store.upsert import insert_if_absent

#: More matches of one rule are not told apart.
MOST = 20


@dataclass(frozen=True, slots=True)
class Match:
    """Living records that agree with another one by a rule."""

    rule: Duplicate
    ids: tuple[str, ...]


def find_matches(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    found: CompiledEntity,
    values: Mapping[str, object],
    own_id: str | None,
) -> Iterator[Match]:
    """The records that agree with these values by each rule whose fields all have one."""
    for rule in found.entity.duplicates:
        if all(values.get(name) is not None for name in rule.fields):
            ids = _matching(connection, context, compiled, found, rule, values, own_id)
            if ids:
                yield Match(rule, ids)


def check_duplicates(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    found: CompiledEntity,
    writer: Writer,
    draft: Draft,
    beside: Collection[str] = (),
) -> None:
    """Report what a rule forbids to be there twice; one writer at a time for each set of values.

    Records `beside` which it stood before do not count.
    """
    rules = tuple(rule for rule in found.entity.duplicates if rule.then == "block" and _is_touched(draft, rule))
    if not rules:
        return
    for rule in rules:
        one_writer(connection, found, rule.fields, draft)
    narrowed = replace(found, entity=replace(found.entity, duplicates=rules))
    for match in find_matches(connection, context, compiled, narrowed, draft.record, draft.id):
        if set(match.ids) <= set(beside):
            continue
        for name in match.rule.fields:
            pointer = f"/{name}" if name in writer.known else ""
            draft.report(DUPLICATE, pointer, "已有这样的记录，不能重复登记。", "There is such a record already.")


def note_duplicates(connection: Connection, context: Context, compiled: CompiledApp, found: CompiledEntity, draft: Draft) -> None:
    """Keep a proposal for each pair that a written record makes; pairs that do not agree any more are over."""
    touched = [rule for rule in found.entity.duplicates if rule.then == "warn" and _is_touched(draft, rule)]
    if not touched:
        return
    narrowed = replace(found, entity=replace(found.entity, duplicates=tuple(touched)))
    matches = {
        match.rule.fields: match.ids for match in find_matches(connection, context, compiled, narrowed, draft.record, draft.id)
    }
    for rule in touched:
        _keep_pairs(connection, context, found, ",".join(rule.fields), draft.id, matches.get(rule.fields, ()))


def forget_duplicates(connection: Connection, found: CompiledEntity, record_id: str) -> None:
    """A record that is taken away is nobody's duplicate."""
    mine = sa.and_(duplicate_case.c.app == found.entity.app, _with(record_id), duplicate_case.c.state == "open")
    connection.execute(sa.update(duplicate_case).where(mine).values(state="gone"))


def merge_pairs(connection: Connection, context: Context, found: CompiledEntity, ids: Collection[str], reason: str) -> None:
    """The open proposals among records that are merged are settled."""
    settled = {"state": "merged", "reason": reason, "decided_by": context.principal.id, "decided_at": context.now}
    connection.execute(sa.update(duplicate_case).where(_among(found, ids, "open")).values(**settled))


def unmerge_pairs(connection: Connection, found: CompiledEntity, ids: Collection[str]) -> None:
    """What a merge settled is open to be proposed again, as soon as the records come back."""
    unsettled = {"state": "gone", "reason": None, "decided_by": None, "decided_at": None}
    connection.execute(sa.update(duplicate_case).where(_among(found, ids, "merged")).values(**unsettled))


def _among(found: CompiledEntity, ids: Collection[str], state: str) -> sa.ColumnElement[bool]:
    both = duplicate_case.c.first_id.in_(ids), duplicate_case.c.second_id.in_(ids)
    return sa.and_(duplicate_case.c.app == found.entity.app, *both, duplicate_case.c.state == state)


def _keep_pairs(
    connection: Connection, context: Context, found: CompiledEntity, rule: str, record_id: str, ids: Sequence[str]
) -> None:
    mine = sa.and_(duplicate_case.c.app == found.entity.app, duplicate_case.c.rule == rule, _with(record_id))
    still = sa.or_(duplicate_case.c.first_id.in_(ids), duplicate_case.c.second_id.in_(ids))
    connection.execute(
        sa.update(duplicate_case).where(mine, sa.not_(still), duplicate_case.c.state == "open").values(state="gone")
    )
    connection.execute(sa.update(duplicate_case).where(mine, still, duplicate_case.c.state == "gone").values(state="open"))
    for id in ids:
        first, second = sorted((record_id, id))
        values = {
            "id": new_id(context.now),
            "app": found.entity.app,
            "entity": found.entity.id,
            "rule": rule,
            "first_id": first,
            "second_id": second,
            "state": "open",
            "created_by": context.principal.id,
            "created_at": context.now,
        }
        connection.execute(insert_if_absent(connection, duplicate_case, values))


def _with(record_id: str) -> sa.ColumnElement[bool]:
    return sa.or_(duplicate_case.c.first_id == record_id, duplicate_case.c.second_id == record_id)


def _is_touched(draft: Draft, rule: Duplicate) -> bool:
    before: Mapping[str, object] = draft.before or {}
    return draft.is_new or any(draft.record.get(name) != before.get(name) for name in rule.fields)


def _matching(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    found: CompiledEntity,
    rule: Duplicate,
    values: Mapping[str, object],
    own_id: str | None,
) -> tuple[str, ...]:
    statement = Statement(dialect_of(connection), Source(root_place(compiled, found)))
    table, scope = statement.source.root.table, FullScope(statement)
    parts: list[sa.ColumnElement[bool]] = [table.c.deleted_at.is_(None)]
    if own_id is not None:
        parts.append(table.c.id != own_id)
    for name in rule.fields:
        field = found.entity.fields.get(name) or SYSTEM_FIELDS[name]
        element, plain = scope.column((name,)), replace(field, encrypted=False)
        parts.append(element.in_([sa.literal(to_column(plain, form), element.type) for form in kept_as(field, values[name])]))
    if rule.where is not None:
        parts.append(condition(scope, rule.where))
    query = sa.select(table.c.id).select_from(statement.source.from_clause()).where(*parts).order_by(table.c.id).limit(MOST)
    return tuple(str(row[0]) for row in run(connection, context, compile_select(query, statement, connection.dialect)))

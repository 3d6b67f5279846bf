"""What records are called: the title of their entity, filled with what this person may see of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import orjson
from sqlalchemy.engine import Connection, Dialect

from forms_dsl.model import Entity
from runtime.compile.names import PLACEHOLDER
from runtime.context import Context
from runtime.query.plans import AccessPlan, Column, ReadPlan
from runtime.query.rights import CASE_PERSON
from runtime.query.run import compile_read, dialect_name, ids_value, question
from runtime.query.select import RECORD_IDS
from runtime.records.access import possible_plan
from runtime.records.display import display
from runtime.records.planning import Targets, column_of_path
from runtime.records.reach import LEADING, leads_to
from runtime.records.sealed import with_opened
from runtime.store.asking import Asking, answer

#: A title may name a reference, whose own title may name another; further ones show nothing.
_DEEPEST = 2


def titles_of(
    connection: Connection, context: Context, app: str, entity: str, ids: Sequence[str], *, deleted: bool = False
) -> dict[str, str]:
    """The titles of living, or of deleted, records by id; those that this person may not read are left out."""
    return answer(connection, asking_titles(connection.dialect, context, app, entity, ids, deleted=deleted))


def asking_titles_of_all(
    dialect: Dialect, context: Context, targets: Iterable[tuple[str, str]], depth: int = 0
) -> Asking[dict[tuple[str, str], str]]:
    """The titles of records of any entities, by "app.entity" and id."""
    wanted: dict[str, set[str]] = {}
    for name, id in targets:
        wanted.setdefault(name, set()).add(id)
    titles: dict[tuple[str, str], str] = {}
    for name, ids in wanted.items():
        app, _, entity = name.partition(".")
        found = yield from asking_titles(dialect, context, app, entity, sorted(ids), depth)
        titles |= {(name, id): title for id, title in found.items()}
    return titles


def title_template(entity: Entity) -> str:
    """How a record is called; where the definition does not say, by its number or its first text."""
    if entity.title is not None:
        return entity.title
    if entity.number is not None:
        return "{number}"
    return next((f"{{{field.name}}}" for field in entity.fields.values() if field.type == "text"), "{id}")


def asking_titles(
    dialect: Dialect, context: Context, app: str, entity: str, ids: Sequence[str], depth: int = 0, *, deleted: bool = False
) -> Asking[dict[str, str]]:
    """The titles of records by id, as `titles_of`."""
    if app not in context.releases or entity not in context.releases[app].entities:
        return {}
    access = possible_plan(context, app, entity, "read")
    if access is None:
        return {}
    key = ("titles", access.fingerprint, deleted)
    plan = access.compiled.cache.get_or_make(key, lambda: replace(_plan(context, access), deleted=deleted))
    statement = access.compiled.cache.get_or_make((key, dialect.name), lambda: compile_read(plan, dialect))
    given = {RECORD_IDS: ids_value(dialect_name(dialect), ids), CASE_PERSON: context.principal.id}
    rows = yield question(context, statement, given)
    items = with_opened(plan, [row[0].encode() if isinstance(row[0], str) else row[0] for row in rows], rows)
    values = {row[1]: orjson.loads(item) for row, item in zip(rows, items, strict=True)}
    nested = yield from _nested(dialect, context, plan, values, depth)
    return {id: _filled(context, access, plan, found, nested) for id, found in values.items()}


def _plan(context: Context, access: AccessPlan) -> ReadPlan:
    targets: Targets = {}
    paths = dict.fromkeys(["id", *(found[1] for found in PLACEHOLDER.finditer(title_template(access.entity.entity)))])
    columns = [column_of_path(context, access, path, targets) for path in paths]
    return ReadPlan(access, tuple(column for column in columns if column is not None), targets=targets, kind="some")


def _nested(
    dialect: Dialect, context: Context, plan: ReadPlan, values: Mapping[str, Mapping[str, object]], depth: int
) -> Asking[dict[str, dict[str, str]]]:
    """For each reference that a title names, the titles of the records that it leads to."""
    leads = {
        column.key: {
            str(row[column.key]): leads_to(column.field, row[column.key]) for row in values.values() if row.get(column.key)
        }
        for column in plan.columns
        if column.field.type in LEADING and column.key != "id" and depth < _DEEPEST
    }
    titles = yield from asking_titles_of_all(
        dialect, context, {target for some in leads.values() for target in some.values()}, depth + 1
    )
    return {key: {value: titles[target] for value, target in some.items() if target in titles} for key, some in leads.items()}


def _filled(
    context: Context,
    access: AccessPlan,
    plan: ReadPlan,
    values: Mapping[str, object],
    nested: Mapping[str, Mapping[str, str]],
) -> str:
    columns: dict[str, Column] = {column.key: column for column in plan.columns}

    def fill(found: re.Match[str]) -> str:
        path, format = found[1], found[2] or ""
        if path not in columns or values.get(path) is None:
            return ""
        if path in nested:
            return nested[path].get(str(values[path]), "")
        return display(columns[path].field, values[path], format, context.locale, access.compiled.app.timezone)

    return " ".join(PLACEHOLDER.sub(fill, title_template(access.entity.entity)).split())

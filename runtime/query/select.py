"""From a read plan to one SELECT that gives the answer's JSON, the order's keys and what the caller needs beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from forms_dsl.expr.tree import Ref
from forms_dsl.model import Field
from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.expr_scope import DialectName, Element, RowSource
from runtime.compile.expr_sql import lower
from runtime.compile.tables import column_of
from runtime.query.expanded import expanded_columns
from runtime.query.plans import OrderKey, ReadPlan
from runtime.query.rights import Cell, cell_of, path_cell, row_conditions
from runtime.query.scope import FullScope, ReaderScope, Statement, child_rows
from runtime.query.searching import Searched, word_condition
from runtime.query.segments import segment_conditions
from runtime.query.shown import sealed_cell, shown_pairs
from runtime.query.source import Hops, Source, root_place
from runtime.query.units import unit_rule
from runtime.query.wire import json_object
from runtime.store.tables import merged_record

#: Names of the values that a read is bound to when it runs.
LIMIT, OFFSET, RECORD_ID, RECORD_IDS = "row_limit", "row_offset", "record_id", "record_ids"


class AsGiven(sa.types.UserDefinedType[Any]):
    """The type of a value that came from this very database: it goes back as it came."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """No column is of this type."""
        return "TEXT"


class Selecting:
    """One SELECT under construction; what a column, filter or order needs is joined as it is asked for."""

    def __init__(self, plan: ReadPlan, dialect: DialectName, *, within: Selecting | None = None, table: Any = None) -> None:
        """Begin a SELECT from the entity's table, or from the `table` of what one `within` this has chosen of it."""
        self.plan = plan
        root = root_place(plan.access.compiled, plan.access.entity)
        if table is not None:
            root = replace(root, table=table)
        self.statement = Statement(dialect, Source(root, plan.targets))
        if within is not None:
            self.statement.lates = within.statement.lates
        self.table = root.table

    def cell(self, hops: Hops, field: Field) -> Cell:
        """The cell of a field."""
        return path_cell(self.statement, self.plan.access_at, hops, field)

    def known(self, hops: Hops, name: str) -> Element:
        """What a filter of the reader may see of a field."""
        entity = self.plan.access_at(hops).entity.entity
        return self.cell(hops, entity.fields.get(name) or SYSTEM_FIELDS[name]).known

    def reader(self) -> ReaderScope:
        """The scope of what the reader himself asks."""
        return ReaderScope(self.statement, cell=self.known, shown_rows=self.rows)

    def rows(self, rows: Ref) -> RowSource:
        """The child rows of a field on the records where the reader sees them in clear, and of each cell only what he sees."""
        access, statement = self.plan.access, self.statement
        declared = access.entity.entity.fields[rows.path[-1]]
        found = child_rows(statement, statement.source.root, declared)
        inner = access.entity.entity.rows[declared.options.of or ""].fields

        def column(path: Hops) -> Element:
            return cell_of(statement, access, inner[path[0]], f"{declared.name}.{path[0]}", found.column(path)).known

        shown = cell_of(statement, access, declared, declared.name, found.table.c.id).clear
        condition = found.condition if shown is True else sa.and_(found.condition, sa.false() if shown is False else shown)
        return RowSource(found.table, condition, column)


def select_records(plan: ReadPlan, dialect: DialectName) -> tuple[sa.Select[Any], Statement]:
    """The statement of a plan, and what its late values are bound by."""
    selecting = Selecting(plan, dialect)
    if plan.kind in {"count", "count_some"}:
        return _counted(selecting), selecting.statement
    chosen = selecting if plan.skips or plan.by_unit else None
    if chosen is not None:
        # What is skipped, or found in one unit and not needed for the page, must not be built as JSON first.
        selecting = Selecting(plan, dialect, within=chosen, table=_page(chosen).subquery("t"))
    keys = [order_element(selecting, key) for key in plan.order]
    pairs = list(shown_pairs(selecting.statement, plan.access, plan.columns, selecting.cell))
    item, lateral = json_object(dialect, pairs, "j", selecting.statement.source.tables())
    beside: list[Element] = [selecting.table.c.version] if plan.kind == "get" else []
    beside += [key.label(f"key_{number}") for number, key in enumerate(keys)]
    beside.append(selecting.table.c.id.label("record_id"))
    beside += [
        selecting.known(reference.hops, reference.field.name).label(f"reference_{number}")
        for number, reference in enumerate(plan.references)
    ]
    laterals = [lateral]
    for number, expansion in enumerate(plan.expansions):
        columns, needed = expanded_columns(selecting.statement, plan, expansion, number)
        beside += columns
        laterals.append(needed)
    beside += [sealed_cell(selecting.cell(c.hops, c.field)).label(f"sealed_{n}") for n, c in enumerate(plan.sealed)]
    conditions = _list_conditions(selecting, keys) if chosen is None else []
    # Only now: whatever was asked for above has joined what it needs.
    source = selecting.statement.source.from_clause()
    for lateral in laterals:
        if lateral is not None:
            source = source.join(lateral, sa.true())
    text = sa.cast(item, sa.Text) if dialect == "postgresql" else item
    statement = sa.select(text.label("item"), *beside).select_from(source).where(*conditions)
    if plan.kind == "list":
        statement = statement.order_by(*_order(plan, keys, selecting.table.c.id))
        if chosen is None:
            statement = statement.limit(_limit(plan))
    return statement, selecting.statement


def _page(selecting: Selecting) -> sa.Select[Any]:
    """The rows of a page as they stand in the entity's table, without the rest of the answer."""
    plan = selecting.plan
    keys = [order_element(selecting, key) for key in plan.order]
    conditions = _list_conditions(selecting, keys)
    rule = unit_rule(plan) if plan.by_unit else None
    units = rule.units(selecting.statement).subquery("u") if rule is not None else None
    if rule is not None and units is not None:
        # Says nothing new, but lets an index on the unit and the order give the first rows of each unit.
        conditions.append(rule.column(selecting.statement) == units.c.id)
    key = _own_key(plan) if plan.skips and plan.part == "present" else None
    chosen = selecting.table if key is None else selecting.table.c[key]
    found = sa.select(chosen).select_from(selecting.statement.source.from_clause()).where(*conditions)
    found = found.order_by(*_order(plan, keys, selecting.table.c.id)).limit(_limit(plan))
    if units is not None:
        found = _gathered(selecting, found, units)
    if not plan.skips:
        return found
    found = found.offset(sa.bindparam(OFFSET, type_=sa.Integer()))
    return found if key is None else _with_keys(plan, key, found.subquery("p"))


def _gathered(selecting: Selecting, found: sa.Select[Any], units: sa.Subquery) -> sa.Select[Any]:
    """The first rows of all units, of which `found` gives those of one."""
    plan, dialect = selecting.plan, selecting.statement.dialect
    if dialect == "postgresql":
        first: Any = found.correlate(units).lateral("f")
        mine: sa.ColumnElement[bool] = sa.true()
    else:
        # SQLite has no subquery in FROM that reads what stands before it, but has one in a condition.
        first = plan.access.entity.table.alias("f")
        mine = first.c.id.in_(found.with_only_columns(selecting.table.c.id).correlate(units))
    gathered = Selecting(plan, dialect, within=selecting, table=first)
    keys = [order_element(gathered, key) for key in plan.order]
    merged = sa.select(first).select_from(units.join(first, mine))
    return merged.order_by(*_order(plan, keys, first.c.id)).limit(_limit(plan))


def _own_key(plan: ReadPlan) -> str | None:
    """The column of the first key of an order, if it is one of the record itself."""
    column = column_of(plan.access.entity.entity, plan.access.entity.table, plan.order[0].field.name)
    return None if column is None else column.name


def _with_keys(plan: ReadPlan, key: str, page: sa.Subquery) -> sa.Select[Any]:
    """The living records of a page of keys, each of which only one has: what was skipped is then read in the index alone."""
    whole = plan.access.entity.table.alias("f")
    living = [whole.c.deleted_at.is_(None)] if "deleted_at" in whole.c else []
    return sa.select(whole).join(page, whole.c[key] == page.c[key]).where(*living)


def _limit(plan: ReadPlan) -> sa.ColumnElement[int]:
    return sa.bindparam(LIMIT, type_=sa.Integer()) if plan.limit is None else sa.literal_column(str(plan.limit), sa.Integer())


def _list_conditions(selecting: Selecting, keys: list[Element]) -> list[sa.ColumnElement[bool]]:
    conditions = list(record_conditions(selecting))
    return [*conditions, *_after(selecting, keys)] if selecting.plan.kind == "list" else conditions


def _counted(selecting: Selecting) -> sa.Select[Any]:
    conditions = list(record_conditions(selecting))
    source = selecting.statement.source.from_clause()
    if selecting.plan.kind == "count":
        return sa.select(sa.func.count()).select_from(source).where(*conditions)
    each: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(source).where(*conditions)
    return sa.select(sa.func.count()).select_from(each.limit(sa.bindparam(LIMIT, type_=sa.Integer())).subquery())


def order_element(selecting: Selecting, key: OrderKey) -> Element:
    """What an order compares: ordered choices by their place in the list, all else by value."""
    value = selecting.known(key.hops, key.field.name)
    type = key.field.value_type
    if type.name == "choice" and type.ordered:
        return sa.case({code: sa.literal_column(str(rank), sa.Integer()) for rank, code in enumerate(type.codes)}, value=value)
    return value


def is_never_missing(key: OrderKey) -> bool:
    """Whether a key has a value in every row."""
    return not key.hops and key.field.name in {"id", "version", "created_at", "created_by", "changed_at", "changed_by"}


def is_unique(plan: ReadPlan) -> bool:
    """Whether no two rows of a list have the same first key of its order, where they have one."""
    return bool(plan.order) and not plan.order[0].hops and plan.order[0].field.unique and not plan.deleted


def _order(plan: ReadPlan, keys: list[Element], id: Element) -> Iterator[Element]:
    order = plan.order
    if plan.skips and plan.part == "present":
        # A second key would have all that is skipped sorted once more.
        yield keys[0].desc().nulls_last() if order[0].descending else keys[0].asc().nulls_last()
        return
    for key, element in zip(order, keys, strict=True):
        # The same words as in the indexes: rising order has missing values last by itself in PostgreSQL.
        yield element.desc().nulls_last() if key.descending else element.asc().nulls_last()
    falling = bool(order) and order[-1].descending
    yield id.desc().nulls_last() if falling else id.asc()


def record_conditions(selecting: Selecting) -> Iterator[sa.ColumnElement[bool]]:
    """The conditions for a record to be among those that a plan asks for."""
    plan, table = selecting.plan, selecting.table
    if plan.kind == "get":
        yield table.c.id == sa.bindparam(RECORD_ID, type_=sa.String())
    if plan.kind == "some":
        yield one_of(selecting.statement.dialect, table.c.id)
    if "deleted_at" in table.c:
        yield table.c.deleted_at.is_not(None) if plan.deleted else table.c.deleted_at.is_(None)
        if plan.deleted and plan.kind not in {"get", "some"}:
            # What was merged is not for anybody to bring back from a list: its merge is undone.
            yield table.c.id.not_in(sa.select(merged_record.c.record_id).where(merged_record.c.active))
    elif plan.deleted:
        yield sa.false()
    rules = row_conditions(selecting.statement, plan.access)
    yield from (sa.func.likely(each, type_=sa.Boolean()) for each in rules) if plan.by_order else rules
    if plan.filter is not None:
        yield lower(plan.filter.tree, FullScope(selecting.statement), positive=True)
    if plan.segment is not None:
        yield from segment_conditions(selecting.statement, plan.segment)
    if plan.where is not None:
        yield lower(plan.where.tree, selecting.reader(), positive=True)
    for place in range(plan.words):
        yield word_condition(place, [_searched(selecting, hops, field) for hops, field in plan.search])


def _searched(selecting: Selecting, hops: Hops, field: Field) -> Searched:
    """A text that is searched, at its place in the statement."""
    number = selecting.plan.access_at(hops).entity.searched.get(field.name)
    return Searched(selecting.statement.source.at(hops).table.c.id, selecting.cell(hops, field), number, is_own=not hops)


def one_of(dialect: DialectName, id: Element) -> sa.ColumnElement[bool]:
    """A condition on many ids with one parameter, so that its statement stays the same."""
    ids: Element = sa.bindparam(RECORD_IDS)
    if dialect == "postgresql":
        return id == sa.func.any(ids)
    return id.in_(sa.select(sa.column("value")).select_from(sa.func.json_each(ids)))


def _after(selecting: Selecting, keys: list[Element]) -> list[sa.ColumnElement[bool]]:
    """The rows behind a cursor, whose values are bound as `after_0` … and `after_id`."""
    plan = selecting.plan
    if plan.part == "missing":
        first: list[sa.ColumnElement[bool]] = [keys[0].is_(None)]
    elif plan.part == "present":
        first = [keys[0].is_not(None)]
    else:
        first = []
    if plan.after is None:
        return first
    entries = [(keys[n], bound(n, keys[n], selecting), plan.order[n].descending, missing) for n, missing in enumerate(plan.after)]
    last_falling = bool(plan.order) and plan.order[-1].descending
    id = selecting.table.c.id
    id_after = sa.bindparam("after_id", type_=sa.String())
    rest: sa.ColumnElement[bool] = id < id_after if last_falling else id > id_after
    for number in range(len(entries) - 1, -1, -1):
        key, value, falling, missing = entries[number]
        if missing:
            rest = sa.and_(key.is_(None), rest)
            continue
        further = key < value if falling else key > value
        if not is_never_missing(plan.order[number]) and not (number == 0 and plan.part == "present"):
            further = sa.or_(further, key.is_(None))
        rest = sa.or_(further, sa.and_(key == value, rest))
    if entries and not entries[0][3] and (plan.part == "present" or is_never_missing(plan.order[0])):
        # Says nothing new, but lets an index on the first key begin at the cursor.
        key, value, falling, _ = entries[0]
        first = [key <= value if falling else key >= value]
    return [*first, rest]


def bound(number: int, key: Element, selecting: Selecting) -> Element:
    """A value of the cursor as the database gave it, with the key's type said to PostgreSQL."""
    parameter: Element = sa.bindparam(f"after_{number}", type_=AsGiven())
    if selecting.statement.dialect != "postgresql":
        return parameter
    return sa.cast(parameter, key.type)

"""Fields that change their type on live tables: a column more, filled from the one before, both written by either release.

What was kept in the old column stays there, so that going back loses nothing, nor what was written meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from runtime.compile.app import CompiledApp
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.publish.backfill import BATCH
from runtime.publish.conversions import Conversion, conversion
from runtime.publish.links import Link, link_steps
from runtime.publish.pairs import FieldPair, field_pairs
from runtime.publish.state import DatabaseState
from runtime.publish.types import AFTER, Step
from runtime.publish.words import say
from runtime.store.kept_columns import number_and_field


@dataclass(frozen=True, slots=True)
class Retyped:
    """A field whose values are kept in another column from now on, and how they get there."""

    pair: FieldPair
    before: str
    after: str
    conversion: Conversion
    #: Whether what is written into either column stands in both already.
    is_linked: bool

    @property
    def column(self) -> tuple[str, str]:
        """The table and the column that is used from now on."""
        return self.pair.table.name, self.after

    @property
    def link(self) -> Link:
        """The older column and the newer one."""
        parent, child = sorted((self.before, self.after), key=lambda name: number_and_field(name)[0])
        return Link(self.pair.table.name, parent, child)

    @property
    def unfit(self) -> str:
        """The condition on a row that its value before is none of the new type."""
        return self.conversion.is_unfit(f"{self.pair.table.name}.{self.before}")


def retyped_fields(old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> Iterator[Retyped]:
    """The fields of `new` that another column keeps than the release before, where there is a way between the two."""
    for pair in field_pairs(old, new):
        if pair.old is None or not is_kept(pair.old) or not is_kept(pair.new) or pair.new.compute is not None:
            continue
        before, after = column_name(pair.old), column_name(pair.new)
        found = conversion(pair.old, pair.new, new.app.timezone, is_sqlite=state.is_sqlite) if before != after else None
        if found is not None:
            yield Retyped(pair, before, after, found, _are_linked(state.links, pair.table.name, before, after))


def retype_steps(retyped: Collection[Retyped], state: DatabaseState) -> Iterator[Step]:
    """The statements that fill the new columns and keep them as the old ones; none where they are the same already."""
    for one in retyped:
        if one.is_linked:
            continue
        label = one.pair.new.label
        because = say(
            label,
            en="What the release before or the new one writes as {0} is written for both.",
            zh="新旧版本写入的“{0}”同时写入两列。",
        )
        yield from link_steps(one.link, _from_parent(one), because, is_sqlite=state.is_sqlite)
        table = state.tables.get(one.pair.table.name)
        if table is not None and table.filled:
            yield _fill(one, state)
            if one.pair.new.unfit == "refuse" or one.pair.is_rows:
                yield _check(one)


def _from_parent(one: Retyped) -> Conversion:
    """The conversion in the direction of the link: from the older column to the newer one."""
    if one.link.parent == one.before:
        return one.conversion
    return Conversion(one.conversion.back, one.conversion.there, is_total=False)


def _fill(one: Retyped, state: DatabaseState) -> Step:
    table, label = one.pair.table.name, one.pair.new.label
    because = say(label, en="The values of {0} are converted; the old ones stay.", zh="转换“{0}”的值；原值保留。")
    value = one.conversion.there(one.before)
    empty = f"{one.after} IS NULL AND ({value}) IS NOT NULL"
    update = f"UPDATE {table} SET {one.after} = {value}"
    if state.is_sqlite:
        return Step("backfill", f"{update} WHERE {empty}", because, None, "write lock")
    batch = f"SELECT id FROM {table} WHERE {empty} AND id > {AFTER} ORDER BY id LIMIT {BATCH}"
    return Step("backfill", f"{update} WHERE id IN ({batch}) RETURNING id", because, None, "ROW")


def _check(one: Retyped) -> Step:
    """Looks once more: what was written since the plan was made may not fit."""
    table, label = one.pair.table, one.pair.new.label
    because = say(label, en="No record has a value of {0} that does not fit its new type.", zh="没有“{0}”的值不合新类型的记录。")
    source, living = table.name, f"{table.name}.deleted_at IS NULL"
    if one.pair.is_rows:
        [key] = table.c.parent_id.foreign_keys
        parent = key.column.table.name
        source, living = f"{table.name} JOIN {parent} ON {parent}.id = {table.name}.parent_id", f"{parent}.deleted_at IS NULL"
    empty = f"{table.name}.{one.after} IS NULL"
    return Step("backfill", f"SELECT 1 FROM {source} WHERE {living} AND {empty} AND {one.unfit} LIMIT 1", because)


def _are_linked(links: Collection[Link], table: str, one: str, other: str) -> bool:
    """Whether a chain of links leads from one column to the other."""
    reached, ways = {one}, {(link.parent, link.child) for link in links if link.table == table}
    while True:
        more = {b if a in reached else a for a, b in ways if (a in reached) is not (b in reached)}
        if not more:
            return other in reached
        reached |= more

"""Two columns of one field, kept the same by the database: whichever release writes one of them writes both.

The parent is the older column, the child the newer one. A column is written from the other only where that was changed
and itself was not, so that what does not fit the other type is never overwritten by its own missing twin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms_dsl.model import Label
from runtime.compile.names import link_name
from runtime.publish.conversions import Conversion
from runtime.publish.types import Step
from runtime.store.kept_columns import number_and_field


@dataclass(frozen=True, slots=True)
class Link:
    """Two columns of a table that hold the values of one field in two types."""

    table: str
    parent: str
    child: str


def link_steps(link: Link, conversion: Conversion, because: Label, *, is_sqlite: bool) -> Iterator[Step]:
    """The statements from which on the two columns follow one another; `conversion` leads from the parent to the child."""
    made = _on_sqlite(link, conversion) if is_sqlite else _on_postgres(link, conversion)
    undone = unlink_statements(link, is_sqlite=is_sqlite)
    for statement, reverse in zip(made, reversed(undone), strict=True):
        yield Step("expand", statement, because, reverse, "write lock" if is_sqlite else _lock(statement))


def unlink_statements(link: Link, *, is_sqlite: bool) -> tuple[str, ...]:
    """The statements after which the two columns have nothing to do with one another."""
    name = link_name(link.table, (link.parent, link.child))
    if is_sqlite:
        return tuple(f"DROP TRIGGER IF EXISTS {name}_{each}" for each in ("ub", "uf", "ib", "if"))
    back, there = _trigger_names(link)
    dropped = (f"DROP TRIGGER IF EXISTS {trigger} ON {link.table}" for trigger in (there, back))
    return (*dropped, f"DROP FUNCTION IF EXISTS {name}()")


def _lock(statement: str) -> str:
    return "SHARE ROW EXCLUSIVE" if statement.startswith("CREATE TRIGGER") else "none"


def _trigger_names(link: Link) -> tuple[str, str]:
    """Triggers run in the order of their names: first to the oldest column, then from it to the newest."""
    name, (number, _) = link_name(link.table, (link.parent, link.child)), number_and_field(link.child)
    return f"back_{9999 - number:04}_{name}", f"there_{number:04}_{name}"


def _on_postgres(link: Link, conversion: Conversion) -> tuple[str, ...]:
    name = link_name(link.table, (link.parent, link.child))
    parent, child = f"NEW.{link.parent}", f"NEW.{link.child}"
    was_parent, was_child = f"OLD.{link.parent}", f"OLD.{link.child}"
    back = (
        f"((TG_OP = 'INSERT' AND {parent} IS NULL) OR (TG_OP = 'UPDATE' AND {parent} IS NOT DISTINCT FROM {was_parent} "
        f"AND {child} IS DISTINCT FROM {was_child})) AND {child} IS DISTINCT FROM ({conversion.there(parent)})"
    )
    there = (
        f"(TG_OP = 'INSERT' AND {child} IS NULL) OR (TG_OP = 'UPDATE' AND {child} IS NOT DISTINCT FROM {was_child} "
        f"AND {parent} IS DISTINCT FROM {was_parent})"
    )
    body = (
        f"BEGIN IF TG_ARGV[0] = 'back' THEN IF {back} THEN {parent} := {conversion.back(child)}; END IF; "
        f"ELSIF {there} THEN {child} := {conversion.there(parent)}; END IF; RETURN NEW; END"
    )
    function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $link$ {body} $link$"
    triggers = (
        f"CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {link.table} FOR EACH ROW EXECUTE FUNCTION {name}('{way}')"
        for trigger, way in zip(_trigger_names(link), ("back", "there"), strict=True)
    )
    return (function, *triggers)


def _on_sqlite(link: Link, conversion: Conversion) -> tuple[str, ...]:
    name, table = link_name(link.table, (link.parent, link.child)), link.table
    parent, child = f"NEW.{link.parent}", f"NEW.{link.child}"
    was_parent, was_child = f"OLD.{link.parent}", f"OLD.{link.child}"
    there, back = conversion.there(parent), conversion.back(child)
    set_child = f"BEGIN UPDATE {table} SET {link.child} = {there} WHERE id = NEW.id; END"
    set_parent = f"BEGIN UPDATE {table} SET {link.parent} = {back} WHERE id = NEW.id; END"
    # What one trigger writes sets the other one off, which must find that the two agree already.
    return (
        f"CREATE TRIGGER {name}_if AFTER INSERT ON {table} WHEN {child} IS NULL AND {parent} IS NOT NULL {set_child}",
        f"CREATE TRIGGER {name}_ib AFTER INSERT ON {table} WHEN {parent} IS NULL AND {child} IS NOT NULL {set_parent}",
        (
            f"CREATE TRIGGER {name}_uf AFTER UPDATE OF {link.parent} ON {table} WHEN {parent} IS NOT {was_parent} "
            f"AND {child} IS {was_child} AND {parent} IS NOT ({back}) {set_child}"
        ),
        (
            f"CREATE TRIGGER {name}_ub AFTER UPDATE OF {link.child} ON {table} WHEN {child} IS NOT {was_child} "
            f"AND {parent} IS {was_parent} AND {child} IS NOT ({there}) {set_parent}"
        ),
    )

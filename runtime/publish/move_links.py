"""Fields of one record kept in two tables, which the database keeps the same: as a part of the base and in a detail of its own.

A detail belongs to one base by a unique reference. Whichever release writes the one side, the other side follows: with the
values, with a detail that is made when the base gets its first value, and with deleting and restoring. What is written is the
same on both sides already when the other side's trigger runs, so that nothing goes round.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms_dsl.model import Label
from runtime.compile.names import link_name
from runtime.context import SYSTEM
from runtime.publish.types import Step

_TOLD = re.compile(r"/\* move (\{.*?\}) \*/")


@dataclass(frozen=True, slots=True)
class MoveLink:
    """Columns of a base and of its detail that hold the same fields; `link` is the column by which the detail belongs to it."""

    base: str
    detail: str
    link: str
    #: Column of the base, column of the detail.
    pairs: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """What its triggers are called."""
        parts = [self.detail, self.link, *(f"{base}={detail}" for base, detail in self.pairs)]
        return link_name(self.base, parts).replace("link_", "move_")

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """The columns of both tables that it needs, the reference included."""
        bases = ((self.base, base) for base, _ in self.pairs)
        details = ((self.detail, detail) for _, detail in self.pairs)
        return frozenset((*bases, *details, (self.detail, self.link)))

    def told(self) -> str:
        """The link as a comment in what the database keeps, so that it is known again."""
        body = {"base": self.base, "detail": self.detail, "link": self.link, "pairs": self.pairs}
        return f"/* move {json.dumps(body, separators=(',', ':'))} */"


def link_told(text: str) -> MoveLink | None:
    """The link that a trigger or function of the database belongs to, if it is one."""
    found = _TOLD.search(text)
    if found is None:
        return None
    body = json.loads(found[1])
    return MoveLink(body["base"], body["detail"], body["link"], tuple((base, detail) for base, detail in body["pairs"]))


def move_link_steps(link: MoveLink, constants: Mapping[str, str], because: Label, *, is_sqlite: bool) -> Iterator[Step]:
    """The statements from which on both sides follow one another; `constants` are columns that every new detail gets."""
    made = _on_sqlite(link, constants) if is_sqlite else _on_postgres(link, constants)
    undone = unlink_move(link, is_sqlite=is_sqlite)
    for statement, reverse in zip(made, reversed(undone), strict=True):
        lock = "write lock" if is_sqlite else "SHARE ROW EXCLUSIVE" if statement.startswith("CREATE TRIGGER") else "none"
        yield Step("expand", statement, because, reverse, lock)


def unlink_move(link: MoveLink, *, is_sqlite: bool) -> tuple[str, ...]:
    """The statements after which the two sides have nothing to do with one another."""
    name = link.name
    if is_sqlite:
        return tuple(f"DROP TRIGGER IF EXISTS {name}_{each}" for each in ("du", "di", "bd", "bu", "bi"))
    return (
        f"DROP TRIGGER IF EXISTS {name}_back ON {link.detail}",
        f"DROP FUNCTION IF EXISTS {name}_back()",
        f"DROP TRIGGER IF EXISTS {name}_there ON {link.base}",
        f"DROP FUNCTION IF EXISTS {name}_there()",
    )


def any_value(link: MoveLink, row: str) -> str:
    """The condition that a row of the base has any of the values."""
    return "(" + " OR ".join(f"{row}.{base} IS NOT NULL" for base, _ in link.pairs) + ")"


def differs(link: MoveLink, base: str, detail: str, *, is_sqlite: bool) -> str:
    """The condition that a row of the base and its detail do not agree."""
    is_not = "IS NOT" if is_sqlite else "IS DISTINCT FROM"
    return "(" + " OR ".join(f"{base}.{one} {is_not} {detail}.{other}" for one, other in link.pairs) + ")"


def detail_columns(link: MoveLink, constants: Mapping[str, str]) -> str:
    """The columns of a detail that is made from a base, in the order of `detail_values`."""
    fixed = ("id", "version", "created_at", "created_by", "changed_at", "changed_by", "deleted_at", link.link)
    return ", ".join((*fixed, *(detail for _, detail in link.pairs), *constants))


def detail_values(link: MoveLink, row: str, constants: Mapping[str, str], *, is_sqlite: bool) -> str:
    """The values of a detail made by the platform from a row of its base; as old as that, and its key sorts with it."""
    random = (
        "lower(substr(hex(randomblob(2)), 2)) || '-8' || lower(substr(hex(randomblob(2)), 2)) || '-' || lower(hex(randomblob(6)))"
        if is_sqlite
        else "substr(gen_random_uuid()::text, 16)"
    )
    fixed = (
        f"substr({row}.id, 1, 15) || {random}, 1, {row}.created_at, '{SYSTEM.id}', {row}.changed_at, {row}.changed_by, "
        f"{row}.deleted_at, {row}.id"
    )
    return ", ".join((fixed, *(f"{row}.{base}" for base, _ in link.pairs), *constants.values()))


def _changed(columns: list[str], *, is_sqlite: bool) -> str:
    is_not = "IS NOT" if is_sqlite else "IS DISTINCT FROM"
    return "(" + " OR ".join(f"NEW.{column} {is_not} OLD.{column}" for column in columns) + ")"


def _on_postgres(link: MoveLink, constants: Mapping[str, str]) -> tuple[str, ...]:
    name, base, detail, key = link.name, link.base, link.detail, link.link
    bases, details = [one for one, _ in link.pairs], [other for _, other in link.pairs]
    from_base = ", ".join(f"{other} = NEW.{one}" for one, other in link.pairs)
    stamped = "changed_at = NEW.changed_at, changed_by = NEW.changed_by"
    excluded = ", ".join(f"{other} = EXCLUDED.{other}" for other in details)
    unlike = " OR ".join(f"{detail}.{other} IS DISTINCT FROM EXCLUDED.{other}" for other in details)
    there = (
        f"BEGIN IF TG_OP = 'UPDATE' AND NEW.deleted_at IS DISTINCT FROM OLD.deleted_at THEN "
        f"UPDATE {detail} SET deleted_at = NEW.deleted_at WHERE {key} = NEW.id AND deleted_at IS NOT DISTINCT FROM OLD.deleted_at "
        f"AND (NEW.deleted_at IS NOT NULL OR NOT EXISTS "
        f"(SELECT 1 FROM {detail} o WHERE o.{key} = NEW.id AND o.deleted_at IS NULL)); END IF; "
        f"IF TG_OP = 'INSERT' OR {_changed(bases, is_sqlite=False)} THEN "
        f"IF NEW.deleted_at IS NULL AND {any_value(link, 'NEW')} THEN "
        f"INSERT INTO {detail} ({detail_columns(link, constants)}) "
        f"VALUES ({detail_values(link, 'NEW', constants, is_sqlite=False)}) "
        f"ON CONFLICT ({key}) WHERE deleted_at IS NULL "
        f"DO UPDATE SET {excluded}, changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by WHERE {unlike}; "
        f"ELSE UPDATE {detail} SET {from_base}, {stamped} WHERE {key} = NEW.id AND deleted_at IS NULL "
        f"AND {differs(link, 'NEW', detail, is_sqlite=False)}; END IF; END IF; RETURN NULL; END"
    )
    emptied, from_detail = _of_base(link)
    left = f"NEW.deleted_at IS NOT NULL OR NEW.{key} IS DISTINCT FROM OLD.{key}"
    back = (
        f"BEGIN IF TG_OP = 'UPDATE' THEN IF OLD.deleted_at IS NULL AND ({left}) THEN "
        f"UPDATE {base} SET {emptied} WHERE id = OLD.{key} AND deleted_at IS NULL AND {any_value(link, base)}; END IF; END IF; "
        f"IF NEW.deleted_at IS NULL AND (TG_OP = 'INSERT' OR {_changed([*details, key, 'deleted_at'], is_sqlite=False)}) THEN "
        f"UPDATE {base} SET {from_detail} WHERE id = NEW.{key} AND {differs(link, base, 'NEW', is_sqlite=False)}; "
        f"END IF; RETURN NULL; END"
    )

    def function(way: str, body: str) -> str:
        head = f"CREATE OR REPLACE FUNCTION {name}_{way}() RETURNS trigger LANGUAGE plpgsql AS $move$ {link.told()} "
        return f"{head}{body} $move$"

    def trigger(way: str, table: str) -> str:
        event = f"AFTER INSERT OR UPDATE ON {table} FOR EACH ROW"
        return f"CREATE TRIGGER {name}_{way} {event} EXECUTE FUNCTION {name}_{way}()"

    return function("there", there), trigger("there", base), function("back", back), trigger("back", detail)


def _on_sqlite(link: MoveLink, constants: Mapping[str, str]) -> tuple[str, ...]:
    name, base, detail, key = link.name, link.base, link.detail, link.link
    bases, details = [one for one, _ in link.pairs], [other for _, other in link.pairs]
    living = f"(SELECT 1 FROM {detail} o WHERE o.{key} = NEW.id AND o.deleted_at IS NULL)"
    make = (
        f"INSERT INTO {detail} ({detail_columns(link, constants)}) SELECT {detail_values(link, 'NEW', constants, is_sqlite=True)} "
        f"WHERE NEW.deleted_at IS NULL AND {any_value(link, 'NEW')} AND NOT EXISTS {living};"
    )
    from_base = ", ".join(f"{other} = NEW.{one}" for one, other in link.pairs)
    write = (
        f"UPDATE {detail} SET {from_base}, changed_at = NEW.changed_at, changed_by = NEW.changed_by "
        f"WHERE {key} = NEW.id AND deleted_at IS NULL AND {differs(link, 'NEW', detail, is_sqlite=True)};"
    )
    follow = (
        f"UPDATE {detail} SET deleted_at = NEW.deleted_at WHERE {key} = NEW.id AND deleted_at IS OLD.deleted_at "
        f"AND (NEW.deleted_at IS NOT NULL OR NOT EXISTS {living});"
    )
    emptied, from_detail = _of_base(link)
    leave = (
        f"UPDATE {base} SET {emptied} WHERE id = OLD.{key} AND OLD.deleted_at IS NULL "
        f"AND (NEW.deleted_at IS NOT NULL OR NEW.{key} IS NOT OLD.{key}) AND deleted_at IS NULL AND {any_value(link, base)};"
    )
    bring = (
        f"UPDATE {base} SET {from_detail} WHERE id = NEW.{key} AND NEW.deleted_at IS NULL "
        f"AND {differs(link, base, 'NEW', is_sqlite=True)};"
    )
    of_base, of_detail = ", ".join(bases), ", ".join((*details, key, "deleted_at"))
    moved = _changed([*details, key, "deleted_at"], is_sqlite=True)
    return (
        f"CREATE TRIGGER {name}_bi AFTER INSERT ON {base} BEGIN {link.told()} {make} END",
        f"CREATE TRIGGER {name}_bu AFTER UPDATE OF {of_base} ON {base} WHEN {_changed(bases, is_sqlite=True)} BEGIN {write} {make} END",
        f"CREATE TRIGGER {name}_bd AFTER UPDATE OF deleted_at ON {base} WHEN NEW.deleted_at IS NOT OLD.deleted_at BEGIN {follow} END",
        f"CREATE TRIGGER {name}_di AFTER INSERT ON {detail} BEGIN {bring} END",
        f"CREATE TRIGGER {name}_du AFTER UPDATE OF {of_detail} ON {detail} WHEN {moved} BEGIN {leave} {bring} END",
    )


def _of_base(link: MoveLink) -> tuple[str, str]:
    """What is set in the base when its detail leaves it, and when the detail has other values."""
    emptied = ", ".join(f"{one} = NULL" for one, _ in link.pairs)
    return emptied, ", ".join(f"{one} = NEW.{other}" for one, other in link.pairs)

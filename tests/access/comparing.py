"""Where the compiled access differs from the naive reading: rows, and each cell as clear, masked or absent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import orjson

from forms_dsl.masks import masked
from runtime.failures import Failure
from runtime.records.read import list_records
from runtime.records.request import ListRequest
from runtime.store.database import Database
from tests.access.oracle import Oracle, Person, Row
from tests.access.random_apps import Small, write

ABSENT = "(absent)"
#: What a note tells of the paper that it is about.
EXPANDED = ("about.label", "about.secret", "about.amount", "about.both", "about.tag")
_SYSTEM = {"id"}


def differences(database: Database, small: Small) -> Iterator[tuple[object, ...]]:
    """Each difference, with whose it is; the app's rows are written first."""
    write(database, small)
    for who in small.people:
        oracle = small.oracle(who)
        for entity in ("paper", "note"):
            names = [*small.compiled.entities[entity].entity.fields]
            yield from _compared(database, small, who, entity, _expected(oracle, entity, names), None, names)
        known: list[str] = []
        unknown: list[str] = []
        for path in EXPANDED:
            (known if _is_known(oracle, path) else unknown).append(path)
        if known:
            yield from _compared(database, small, who, "note", _expanded(oracle, known), tuple(known), known)
        for path in unknown:
            yield from _compared(database, small, who, "note", None, (path,), [path])


def _compared(
    database: Database,
    small: Small,
    who: Person,
    entity: str,
    expected: list[Row] | None,
    select: tuple[str, ...] | None,
    names: list[str],
) -> Iterator[tuple[object, ...]]:
    with database.read() as connection:
        try:
            page = list_records(connection, small.context(who), "papers", entity, ListRequest(limit=200, select=select))
        except Failure as failure:
            if expected is not None:
                yield (small.seed, who, entity, select, failure)
            return
    found = [{name: item.get(name, ABSENT) for name in ("id", *names)} for item in map(orjson.loads, page.items)]
    if expected is None:
        yield (small.seed, who, entity, select, "answered")
    elif [each["id"] for each in expected] != [each["id"] for each in found]:
        yield (small.seed, who, entity, select, [each["id"] for each in expected], [each["id"] for each in found])
    else:
        for wanted, got in zip(expected, found, strict=True):
            yield from ((small.seed, who, entity, wanted["id"], n, wanted[n], got[n]) for n in wanted if wanted[n] != got[n])


def _expected(oracle: Oracle, entity: str, names: list[str]) -> list[Row] | None:
    if not oracle.may(entity, "read"):
        return None
    rows = [row for row in oracle.world.records[entity].values() if oracle.granting(entity, row)]
    return [{"id": row["id"], **{name: _said(oracle, entity, row, name) for name in names}} for row in rows]


def _is_known(oracle: Oracle, path: str) -> bool:
    """Whether a field of what a note is about is there at all for somebody."""
    link, name = path.split(".")
    if not oracle.may("note", "read") or not oracle.may("paper", "read"):
        return False
    return (
        not oracle.possible("note", link) <= {"nothing"}
        and oracle.possible("note", link) != {"masked"}
        and oracle.possible("paper", name) != {"nothing"}
    )


def _expanded(oracle: Oracle, paths: list[str]) -> list[Row]:
    """Fields of what a note is about: where the note shows the reference, what the paper shows as a record of its own."""
    made = []
    for row in oracle.world.records["note"].values():
        if oracle.granting("note", row):
            target = oracle.world.records["paper"].get(row["about"] or "")
            is_open = target is not None and oracle.cell("note", row, "about") == "clear"
            said = {path: _said(oracle, "paper", target, path.split(".")[1]) if target and is_open else None for path in paths}
            # The key of a path stands in every row; where nothing is shown it is missing, as if there were nothing.
            made.append({"id": row["id"], **{path: None if each == ABSENT else each for path, each in said.items()}})
    return made


def _said(oracle: Oracle, entity: str, row: Row, name: str) -> object:
    level, value = oracle.cell(entity, row, name), row[name]
    if level == "nothing":
        return ABSENT
    said = f"{value:.2f}" if isinstance(value, Decimal) else value.isoformat() if hasattr(value, "isoformat") else value
    mask = oracle.entities[entity]["fields"][name].get("mask", "hidden")
    return said if level == "clear" else masked(None if said is None else str(said), mask)

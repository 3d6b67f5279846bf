"""Where the compiled access differs from the naive reading: rows and cells, of records and of those that come beside them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson

from forms_dsl.masks import masked
from runtime.context import Context
from runtime.failures import Failure, Invalid
from runtime.records.planning import CARRIED
from runtime.records.read import list_records
from runtime.records.request import ListRequest
from runtime.records.revealing import reveal
from runtime.store.database import Database
from tests.access.oracle import Oracle, Person, Row
from tests.access.random_apps import Small, write

ABSENT = "(absent)"
#: What a note tells of the paper that it is about.
BEYOND = ("about.label", "about.secret", "about.amount", "about.both", "about.tag")
#: References whose records come whole beside a note.
EXPANDED = ("about", "about.owner")


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
        for path in BEYOND:
            (known if _is_known(oracle, path) else unknown).append(path)
        if known:
            yield from _compared(database, small, who, "note", _beyond(oracle, known), tuple(known), known)
        for path in unknown:
            yield from _compared(database, small, who, "note", None, (path,), [path])
        for path in EXPANDED:
            yield from _compared_whole(database, small, who, path, _whole(oracle, path))


def revealing_differences(database: Database, small: Small) -> Iterator[tuple[object, ...]]:
    """Each masked field that is revealed otherwise than the naive reading says, or refused in other words."""
    write(database, small)
    for who in small.people:
        oracle, context = small.oracle(who), small.context(who)
        for entity in ("paper", "note"):
            names = [*small.compiled.entities[entity].entity.fields]
            for row in oracle.world.records[entity].values():
                id, place = str(row["id"]), (small.seed, who, entity, row["id"])
                if not oracle.granting(entity, row):
                    # Whether he may know of the entity at all is asked elsewhere.
                    allowed = (404,) if oracle.may(entity, "read") else (403, 404)
                    if (found := _asked(database, context, entity, id, names)) not in allowed:
                        yield (*place, allowed, found)
                    continue
                revealed = {name: _plain_text(row[name]) for name in names if oracle.reveals(entity, row, name)}
                others = [name for name in names if name not in revealed]
                refused = {name: "Q301" if oracle.cell(entity, row, name) == "nothing" else "Q226" for name in others}
                for expected in (refused, revealed):
                    if expected and (found := _asked(database, context, entity, id, [*expected])) != expected:
                        yield (*place, expected, found)


def _asked(database: Database, context: Context, entity: str, id: str, names: list[str]) -> object:
    """The values that are revealed, or the refusal: the code of each field, or the status of the whole."""
    with database.read() as connection:
        try:
            return dict(reveal(connection, context, "papers", entity, id, names).values)
        except Invalid as invalid:
            return {names[int(str(fault.pointer).rpartition("/")[2])]: fault.code for fault in invalid.faults}
        except Failure as failure:
            return failure.status


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


def _compared_whole(
    database: Database, small: Small, who: Person, path: str, expected: dict[str, Row | None] | None
) -> Iterator[tuple[object, ...]]:
    asked = ListRequest(limit=200, select=(), expand=(path,))
    with database.read() as connection:
        try:
            page = list_records(connection, small.context(who), "papers", "note", asked)
        except Failure as failure:
            if expected is not None:
                yield (small.seed, who, path, failure)
            return
    found = {item["id"]: item["_expanded"][path] for item in map(orjson.loads, page.items)}
    if expected is None or expected.keys() != found.keys():
        yield (small.seed, who, path, expected and list(expected), list(found))
        return
    for id, wanted in expected.items():
        got = found[id]
        if wanted is None or got is None:
            yield from [(small.seed, who, path, id, wanted, got)] if wanted is not got else ()
            continue
        # Every key of a record beside its own: a field that is not his must not even be named.
        own = {name: value for name, value in got.items() if name == "id" or name not in (*CARRIED, "_title")}
        names = wanted.keys() | (own.keys() if path == "about" else set())
        yield from (
            (small.seed, who, path, id, n, wanted.get(n, ABSENT), own.get(n, ABSENT))
            for n in names
            if wanted.get(n, ABSENT) != own.get(n, ABSENT)
        )


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


def _beyond(oracle: Oracle, paths: list[str]) -> list[Row]:
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


def _plain_text(value: Any) -> object:
    """A value in clear as the wire has it."""
    return f"{value:.2f}" if isinstance(value, Decimal) else value.isoformat() if hasattr(value, "isoformat") else value


def _whole(oracle: Oracle, path: str) -> dict[str, Row | None] | None:
    """The record at the end of a reference of each note; None where the reference is a name that is not there."""
    if not oracle.may("note", "read") or oracle.possible("note", "about") <= {"nothing"}:
        return None
    if path == "about.owner" and not _is_known(oracle, path):
        return None
    made: dict[str, Row | None] = {}
    for note in oracle.world.records["note"].values():
        if not oracle.granting("note", note):
            continue
        paper = oracle.world.records["paper"].get(note["about"] or "")
        is_open = paper is not None and oracle.cell("note", note, "about") == "clear" and oracle.granting("paper", paper)
        made[note["id"]] = None
        if paper is not None and is_open and path == "about":
            said = {name: _said(oracle, "paper", paper, name) for name in oracle.entities["paper"]["fields"]}
            made[note["id"]] = {"id": paper["id"], **{name: each for name, each in said.items() if each != ABSENT}}
        elif paper is not None and is_open and paper["owner"] and oracle.cell("paper", paper, "owner") == "clear":
            made[note["id"]] = {"id": paper["owner"], "name": paper["owner"].title()}
    return made


def _said(oracle: Oracle, entity: str, row: Row, name: str) -> object:
    level, said = oracle.cell(entity, row, name), _plain_text(row[name])
    if level == "nothing":
        return ABSENT
    mask = oracle.entities[entity]["fields"][name].get("mask", "hidden")
    return said if level == "clear" else masked(None if said is None else str(said), mask)

"""Many changes at once leave what the same changes leave one by one: records, words, trail, refusals."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.audit.trail import LEAF_COLUMNS, leaf_of
from runtime.context import Context
from runtime.failures import Failure
from runtime.records.change_many import Change, change_many
from runtime.records.write import Written, update_record
from runtime.store.database import Database
from runtime.store.tables import audit_event, search_term
from tests.records.lab import add_client, context, lab, person

VALUES: dict[str, tuple[object, ...]] = {
    "code": ("A1", "N1", "N2", None),
    "full_name": ("王小明", "Name", "长城 Café", "", "x" * 61),
    "branch": ("cx", "cx", "bj", "nowhere", None),
    "manager": ("tom", "ann", "nobody", None),
    "level": ("low", "mid", "top", None, "huge"),
    "tags": (["a", "b"], [], None),
    "income": ("12.50", "0", "-1", None, "1234567.89"),
    "visits": ("3", "x", None),
    "vip": (True, False, None),
    "born": ("1990-01-31", "2999-01-01", None),
    "id_no": ("110101199003071234", "110****1234", None),
    "salary": ("5000", None),
    "remark": ("says nothing", None, "一"),
    "yearly": ("1",),
    "grade": ("2",),
    "nothing": ("1",),
}
WHO = {
    "teller": context(person("tom", "teller"), channel="import"),
    "noter": context(person("ann", "noter", unit="bj"), channel="import"),
    "boss": context(person("eve", "boss", unit="ho"), channel="import"),
    "several": context(person("tom", "teller", "noter", "vips"), channel="import"),
    "viewer": context(person("eve", "viewer"), channel="import"),
}


@pytest.mark.parametrize("name", WHO)
def test_many_changes_leave_what_single_ones_leave(db: Database, name: str) -> None:
    """Whoever changes them: what goes together is what would go alone, and what is left behind is then judged as ever."""
    chance = random.Random(name)  # noqa: S311 - repeatable choices
    ids = [
        add_client(db, f"C{n:02}", branch=chance.choice(("cx", "bj")), level=chance.choice((None, "low", "mid")), vip=n % 2 == 0)
        for n in range(30)
    ]
    together = 0
    for _ in range(4):
        changes = [Change(id, chance.choice((1, 1, 1, 2)), _body(chance)) for id in ids]
        with db.write() as connection:
            savepoint = connection.begin_nested()
            done = change_many(connection, WHO[name], "lab", "client", changes)
            first = _outcomes(connection, WHO[name], changes, done)
            savepoint.rollback()
            savepoint = connection.begin_nested()
            assert first == _outcomes(connection, WHO[name], changes, {})
            savepoint.rollback()
        together += len(done)
    assert (together > 10) == (name != "viewer")


def test_what_is_tried_leaves_no_trail_and_no_words(db: Database) -> None:
    """A trial changes the records, which its caller takes back, and nothing else."""
    id = add_client(db, "C1")
    with db.write() as connection:
        events = connection.execute(sa.select(sa.func.count()).select_from(audit_event)).scalar()
        done = change_many(connection, WHO["boss"], "lab", "client", [Change(id, 1, {"full_name": "Other"})], tried=True)
        assert 2 == done[id].version
        assert events == connection.execute(sa.select(sa.func.count()).select_from(audit_event)).scalar()


def test_what_was_read_already_goes_in_as_it_is(db: Database) -> None:
    """Values that an import has parsed are not parsed again, except where a mask of them may be sent back."""
    id = add_client(db, "C1", id_no="110101199003071234")
    with db.write() as connection:
        sent = {"remark": "new", "id_no": "110****1234"}
        change = Change(id, 1, sent, sent)
        done = change_many(connection, WHO["teller"], "lab", "client", [change])
        assert ("new", "110101199003071234") == (done[id].after["remark"], done[id].after["id_no"])


def _body(chance: random.Random) -> dict[str, object]:
    usual = ("full_name", "income", "remark", "vip", "manager")
    names = chance.sample(usual if chance.random() < 0.6 else list(VALUES), chance.randint(1, 4))
    return {name: chance.choice(VALUES[name][:2] if chance.random() < 0.8 else VALUES[name]) for name in names}


def _outcomes(connection: Connection, who: Context, changes: list[Change], done: dict[str, Written]) -> list[Any]:
    """What became of each change, those not done yet one by one, and what stands in the tables then."""
    told: list[object] = []
    for change in changes:
        try:
            written = done.get(change.record_id)
            if written is None:
                with connection.begin_nested():
                    written = update_record(connection, who, "lab", "client", change.record_id, change.body, change.version)
            told.append((written.id, written.version, dict(written.before), dict(written.after)))
        except Failure as failure:
            told.append((type(failure), failure.code, [(fault.code, fault.pointer) for fault in failure.faults]))
    table = lab().entities["client"].table
    records = connection.execute(sa.select(table).order_by(table.c.id)).all()
    words = connection.execute(sa.select(search_term).order_by(*search_term.c)).all()
    events = connection.execute(sa.select(audit_event).where(audit_event.c.kind == "record.changed")).mappings().all()
    assert all(event["leaf"] == leaf_of({name: event[name] for name in LEAF_COLUMNS}) for event in events)
    differing = {"id", "leaf"}
    kept = sorted(str({name: value for name, value in event.items() if name not in differing}) for event in events)
    return [told, [tuple(row) for row in records], [tuple(row) for row in words], kept]

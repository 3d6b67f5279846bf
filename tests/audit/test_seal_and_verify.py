"""Sealed events cannot be changed unnoticed, not even by somebody who can change every row."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.audit.checkpoints import Checkpoint, all_checkpoints, last_checkpoint
from runtime.audit.notary import Notary, open_notary
from runtime.audit.sealer import TrailBroken, seal
from runtime.audit.trail import leaf_of, record_event
from runtime.audit.tree import Tree, tree_from
from runtime.audit.verify import Verified, verify_trail
from runtime.context import SYSTEM, Context
from runtime.store.database import Database
from runtime.store.tables import audit_checkpoint, audit_event, audit_leaf, audit_queue

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
CONTEXT = Context(SYSTEM, {}, NOW, dt.date(2026, 11, 24), "request-1")


@pytest.fixture
def notary(tmp_path: Path) -> Notary:
    """A notary with a key of its own."""
    return open_notary(tmp_path)


def record(database: Database, count: int) -> list[str]:
    with database.write() as connection:
        return [record_event(connection, CONTEXT, "changed", record_id=f"r{n}", body={"n": n}) for n in range(count)]


def verify(database: Database, notary: Notary) -> Verified:
    with database.read() as connection:
        return verify_trail(connection, notary)


def tamper(database: Database, *statements: sa.Executable) -> None:
    """Change audit rows as somebody could who owns the database: without the triggers."""
    with database.write() as connection:
        if database.is_sqlite:
            for name in list(connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for table in ("audit_event", "audit_leaf", "audit_checkpoint"):
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def sealed(database: Database, notary: Notary) -> list[str]:
    """Ten events in three checkpoints: of 4, 3 and 3."""
    ids = record(database, 10)
    assert [4, 3, 3] == [seal(database, notary, NOW, limit) for limit in (4, 3, 3)]
    return ids


def reference_root(leaves: list[bytes]) -> bytes:
    """The root as RFC 6962 defines it, by recursion over the list."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + reference_root(leaves[:split]) + reference_root(leaves[split:])).digest()


def test_the_growing_tree_has_the_root_of_the_standard() -> None:
    """Growing leaf by leaf, also from a kept frontier, gives the root that RFC 6962 defines."""
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(70)]
    tree = Tree()
    for count, leaf in enumerate(leaves, 1):
        tree = tree_from(tree.size, tree.frontier_text())
        tree.append(leaf)
        assert reference_root(leaves[:count]).hex() == tree.root()


def test_a_sealed_trail_is_proved(database: Database, notary: Notary, sealed: list[str]) -> None:
    """Events get contiguous places in the order of their making, and the whole trail verifies."""
    record(database, 2)
    result = verify(database, notary)

    assert (10, 2, None) == (result.sealed, result.waiting, result.wrong)
    with database.read() as connection:
        rows = connection.execute(sa.select(audit_leaf).order_by(audit_leaf.c.leaf_index)).all()
        assert [(n, event) for n, event in enumerate(sealed)] == [(row.leaf_index, row.event_id) for row in rows]
        assert [4, 7, 10] == [checkpoint.size for checkpoint in all_checkpoints(connection)]


def test_an_empty_trail_is_proved(database: Database, notary: Notary) -> None:
    """Nothing to seal seals nothing, and nothing is wrong with it."""
    assert 0 == seal(database, notary, NOW)
    assert Verified(0, 0, hashlib.sha256().hexdigest(), None) == verify(database, notary)


def test_the_key_is_for_this_account_only(notary: Notary, tmp_path: Path) -> None:
    """The signing key is a file of mode 0600, kept from one start to the next."""
    assert 0o600 == (tmp_path / "audit" / "signing-key.pem").stat().st_mode & 0o777
    assert notary.key_id == open_notary(tmp_path).key_id


@pytest.mark.parametrize("table", ["audit_event", "audit_leaf", "audit_checkpoint"])
@pytest.mark.parametrize("change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_audit_rows(database: Database, sealed: list[str], table: str, change: str) -> None:
    """UPDATE and DELETE on audit rows are refused by triggers, on both databases."""
    column = {"audit_event": "kind", "audit_leaf": "leaf", "audit_checkpoint": "root"}[table]
    with pytest.raises(sa.exc.DBAPIError, match="audit rows are never changed"), database.write() as connection:
        connection.exec_driver_sql(change.format(table, column))


def test_truncate_is_refused_too(database: Database, sealed: list[str]) -> None:
    """PostgreSQL's TRUNCATE is no way around."""
    if not database.is_sqlite:
        with pytest.raises(sa.exc.DBAPIError, match="audit rows are never changed"), database.write() as connection:
            connection.exec_driver_sql("TRUNCATE audit_event")


CHANGES = {
    "body": {"body": '{"n":"99"}'},
    "one byte": {"body": '{"n": "6"}'},
    "actor": {"actor": "somebody"},
    "back-dated": {"at": NOW - dt.timedelta(days=1)},
    "kind": {"kind": "approved"},
    "version": {"record_version": 2},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_event_is_named(database: Database, notary: Notary, sealed: list[str], name: str) -> None:
    """Any change of a sealed event is found, and that very event is named."""
    tamper(database, audit_event.update().where(audit_event.c.id == sealed[5]).values(**CHANGES[name]))
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert (sealed[5], 5) == (wrong.event_id, wrong.leaf_index)


def rewritten(database: Database, event_id: str, **changes: object) -> list[sa.Executable]:
    """A change that keeps the event's own hash and its sealed hash consistent."""
    with database.read() as connection:
        row = dict(connection.execute(sa.select(audit_event).where(audit_event.c.id == event_id)).mappings().one()) | changes
    leaf = leaf_of(row)
    return [
        audit_event.update().where(audit_event.c.id == event_id).values(**changes, leaf=leaf),
        audit_leaf.update().where(audit_leaf.c.event_id == event_id).values(leaf=leaf),
    ]


def test_recomputed_hashes_do_not_help(database: Database, notary: Notary, sealed: list[str]) -> None:
    """An event rewritten with its hashes does not fit the signed root: its checkpoint's events are named."""
    tamper(database, *rewritten(database, sealed[5], actor="somebody"))
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert 4 == wrong.leaf_index
    assert "4 to 6" in wrong.message["en"]


def test_a_rebuilt_tree_is_not_signed(database: Database, notary: Notary, sealed: list[str]) -> None:
    """Rewriting an event, all hashes and all roots still lacks the signature."""
    tamper(database, *rewritten(database, sealed[5], actor="somebody"))
    statements, tree = [], Tree()
    with database.read() as connection:
        leaves = list(connection.execute(sa.select(audit_leaf.c.leaf).order_by(audit_leaf.c.leaf_index)).scalars())
    for leaf in leaves:
        tree.append(bytes.fromhex(leaf))
        change = audit_checkpoint.update().where(audit_checkpoint.c.size == tree.size)
        statements.append(change.values(root=tree.root(), frontier=tree.frontier_text()))
    tamper(database, *statements)
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert "checkpoint at 7" in wrong.message["en"]


def test_another_key_is_not_trusted(database: Database, notary: Notary, sealed: list[str], tmp_path: Path) -> None:
    """A whole history signed anew with a key of one's own is refused."""
    forger = open_notary(tmp_path / "forger")
    statements: list[sa.Executable] = []
    previous: Checkpoint | None = None
    with database.read() as connection:
        for checkpoint in all_checkpoints(connection):
            fresh = replace(checkpoint, key_id=forger.key_id, previous=previous.digest() if previous else None)
            previous = replace(fresh, signature=forger.sign(fresh.text()))
            statements.append(
                audit_checkpoint.update()
                .where(audit_checkpoint.c.size == fresh.size)
                .values(key_id=fresh.key_id, previous=fresh.previous, signature=previous.signature)
            )
    tamper(database, *statements)

    assert verify(database, forger).wrong is None
    wrong = verify(database, notary).wrong
    assert wrong is not None
    assert 0 == wrong.leaf_index


def test_a_deleted_event_is_named(database: Database, notary: Notary, sealed: list[str]) -> None:
    """A sealed event that is gone is named by its id and place."""
    tamper(database, audit_event.delete().where(audit_event.c.id == sealed[0]))
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert (sealed[0], 0) == (wrong.event_id, wrong.leaf_index)


@pytest.mark.parametrize("place", [0, 5, 9])
def test_a_deleted_leaf_is_named(database: Database, notary: Notary, sealed: list[str], place: int) -> None:
    """A hole in the numbering is found at the beginning, in the middle and at the end."""
    tamper(
        database,
        audit_event.delete().where(audit_event.c.id == sealed[place]),
        audit_leaf.delete().where(audit_leaf.c.leaf_index == place),
    )
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert wrong.leaf_index in {place, 7}  # the last one has no successor: its checkpoint's events are unsigned


def test_two_swapped_events_are_found(database: Database, notary: Notary, sealed: list[str]) -> None:
    """Order is proved: two events that change places do not fit the root."""
    place = audit_leaf.c.leaf_index
    tamper(
        database,
        audit_leaf.update().where(place == 5).values(leaf_index=-1),
        audit_leaf.update().where(place == 6).values(leaf_index=5),
        audit_leaf.update().where(place == -1).values(leaf_index=6),
    )
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert 4 == wrong.leaf_index


def test_a_forged_event_is_named(database: Database, notary: Notary, sealed: list[str]) -> None:
    """An event that never was in the queue is named."""
    with database.write() as connection:
        forged = record_event(connection, CONTEXT, "approved", body={})
        connection.execute(audit_queue.delete())
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert forged == wrong.event_id


def test_an_appended_leaf_is_found(database: Database, notary: Notary, sealed: list[str]) -> None:
    """A leaf behind the last checkpoint was signed by nobody."""
    with database.write() as connection:
        forged = record_event(connection, CONTEXT, "approved", body={})
        leaf = connection.scalar(sa.select(audit_event.c.leaf).where(audit_event.c.id == forged))
        connection.execute(audit_queue.delete())
        connection.execute(audit_leaf.insert().values(leaf_index=10, event_id=forged, leaf=leaf))
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert 10 == wrong.leaf_index


def test_a_dropped_checkpoint_is_found(database: Database, notary: Notary, sealed: list[str]) -> None:
    """Checkpoints are chained: one that is taken out is missed by the next."""
    tamper(database, audit_checkpoint.delete().where(audit_checkpoint.c.size == 7))
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert "before 10 is missing" in wrong.message["en"]


def cut_to_four() -> list[sa.Executable]:
    return [
        audit_event.delete().where(audit_event.c.id.in_(sa.select(audit_leaf.c.event_id).where(audit_leaf.c.leaf_index >= 4))),
        audit_leaf.delete().where(audit_leaf.c.leaf_index >= 4),
        audit_checkpoint.delete().where(audit_checkpoint.c.size > 4),
    ]


def test_a_shortened_trail_is_found(database: Database, notary: Notary, sealed: list[str]) -> None:
    """A trail cut back to an older signed state, like a restored backup, is shorter than what was signed."""
    tamper(database, *cut_to_four())
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert 4 == wrong.leaf_index
    assert "shorter" in wrong.message["en"]


def test_nothing_is_sealed_upon_a_broken_past(database: Database, notary: Notary, sealed: list[str]) -> None:
    """The sealer signs nothing after a shortened or re-signed trail; the events keep waiting."""
    tamper(database, *cut_to_four())
    record(database, 1)
    with pytest.raises(TrailBroken):
        seal(database, notary, NOW)

    with database.read() as connection:
        assert 1 == connection.scalar(sa.select(sa.func.count()).select_from(audit_queue))
        last = last_checkpoint(connection)
        assert last is not None and 4 == last.size


@pytest.mark.parametrize("how", ["changed", "deleted"])
def test_a_waiting_event_is_watched_too(database: Database, notary: Notary, sealed: list[str], how: str) -> None:
    """An event that was changed or deleted before it was sealed is named."""
    (waiting,) = record(database, 1)
    mine = audit_event.c.id == waiting
    tamper(database, audit_event.update().where(mine).values(actor="x") if how == "changed" else audit_event.delete().where(mine))
    wrong = verify(database, notary).wrong

    assert wrong is not None
    assert waiting == wrong.event_id


def test_events_that_commit_late_are_sealed(database: Database, notary: Notary) -> None:
    """Sealing beside many writers loses no event, whatever the order of their commits."""
    done = threading.Event()

    def write() -> None:
        for _ in range(20):
            record(database, 3)

    def keep_sealing() -> None:
        while not done.is_set():
            seal(database, notary, NOW, 7)

    writers = [threading.Thread(target=write) for _ in range(4)]
    sealer = threading.Thread(target=keep_sealing)
    for thread in (*writers, sealer):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    sealer.join()
    while seal(database, notary, NOW):
        continue

    result = verify(database, notary)
    assert (240, 0, None) == (result.sealed, result.waiting, result.wrong)


def test_a_sealer_without_work_waits_for_nobody(database: Database, notary: Notary) -> None:
    """A look at an empty queue takes no lock, so that it neither waits for a writer nor holds one up."""
    done: list[int] = []
    sealer = threading.Thread(target=lambda: done.append(seal(database, notary, NOW)), daemon=True)
    with database.write():
        sealer.start()
        sealer.join(5)
        assert [0] == done

"""Writing: every fault at once, what may be entered, what the platform sets, and the trail in the same transaction."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Mapping
from decimal import Decimal

import orjson
import pytest
import sqlalchemy as sa

from runtime.context import Context
from runtime.failures import Changed, Conflict, Invalid, NotFound
from runtime.records.read import get_record
from runtime.records.write import Written, delete_record, insert_record, update_record
from runtime.store.database import Database
from runtime.store.tables import audit_event
from tests.records.lab import (
    CLIENT,
    NOW,
    add,
    add_client,
    context,
    faults,
    lab,
    lab_with,
    make_tables,
    person,
    refusal,
    system,
)

TELLER = person("tom", "teller")
BOSS = person("eve", "boss", unit="ho")


def make(db: Database, who: Context, entity: str, **values: object) -> Written:
    with db.write() as connection:
        return insert_record(connection, who, "lab", entity, values)


def change(
    db: Database, who: Context, entity: str, id: str, values: Mapping[str, object], version: int = 1, **more: object
) -> Written:
    with db.write() as connection:
        return update_record(connection, who, "lab", entity, id, values, version, **more)  # type: ignore[arg-type]


def seen(db: Database, entity: str, id: str, who: Context | None = None) -> dict[str, object]:
    with db.read() as connection:
        return orjson.loads(get_record(connection, who or system(), "lab", entity, id).body)


def test_every_fault_is_named_at_once_by_pointer(db: Database) -> None:
    """One answer names all that is wrong with a body, each at its place."""
    body = {
        "code": "x" * 21, "nonsense": 1, "income": "-1", "rate": "0.00001", "visits": "1.5", "vip": "maybe", "born": "2026-13-01",
        "level": "none", "tags": ["a", "z"], "branch": "nowhere", "grade": 5, "id": "x", "created_by": "x", "version": 7,
    }  # fmt: skip

    failure = refusal(lambda: make(db, context(TELLER), "client", **body))

    assert isinstance(failure, Invalid)
    assert {
        "/code": "V002", "/nonsense": "Q301", "/income": "V004", "/rate": "V003", "/visits": "V001", "/vip": "V001", "/born": "V001",
        "/level": "V005", "/tags": "V005", "/branch": "Q305", "/grade": "Q302", "/id": "Q302", "/created_by": "Q302",
        "/version": "Q302", "/full_name": "Q303",
    } == faults(failure)  # fmt: skip


def test_money_is_exact_in_both_databases(db: Database) -> None:
    """An amount comes back digit by digit, the largest one too, and a computed one is rounded half away from zero."""
    id = add_client(db, "A", income="9999999999999999.99", rate="-0.0001", salary="0.1")

    found = seen(db, "client", id)

    assert ("9999999999999999.99", "-0.0001", "0.10") == (found["income"], found["rate"], found["salary"])
    assert None is found["yearly"]  # more digits than a field holds
    other = seen(db, "client", add_client(db, "B", income="0.05"))
    assert ("0.60", 0) == (other["yearly"], other["grade"])


def test_defaults_computed_values_and_numbers_are_set_by_the_platform(db: Database) -> None:
    """Defaults come from the definition, computed values from the server, numbers from the pattern."""
    client = add_client(db, "A", income="1500.00")
    made = make(
        db,
        context(TELLER),
        "deal",
        client=client,
        kind="small",
        amount="500",
        items=[{"name": "x", "price": "1.5", "quantity": 2}],
    )

    found = seen(db, "deal", made.id)

    assert "cx" == found["branch"]
    assert "D202611-0001" == found["number"]
    assert "3.00" == found["items_total"]
    assert [("x", "1.50", 2, "3.00")] == [(r["name"], r["price"], r["quantity"], r["total"]) for r in found["items"]]  # type: ignore[attr-defined]
    assert 2 == seen(db, "client", client)["grade"]


def test_conditions_of_the_definition_are_kept(db: Database) -> None:
    """required_when, visible, checks over parameters, rules, choices_where and the where of references all count."""
    client = add_client(db, "A", vip=False)
    far = add_client(db, "F", branch="bj")
    body = {
        "client": client, "kind": "large", "amount": "5", "friend": far,
        "items": [{"name": "x", "price": "-1", "quantity": 1}, {"price": "2", "quantity": 3}],
    }  # fmt: skip

    failure = refusal(lambda: make(db, context(BOSS), "deal", branch="cx", **body))

    assert {"/kind": "Q304", "/amount": "Q307", "/friend": "Q305", "/items/0/price": "V004", "/items/1/name": "Q303", "/extra": "Q303", "/items": "Q307"} == faults(failure)  # fmt: skip
    failure = refusal(
        lambda: make(db, context(BOSS), "deal", branch="cx", client=client, kind="small", amount="2000", extra="no")
    )
    assert {"/reason": "Q303", "/extra": "Q308"} == faults(failure)


def test_an_invisible_field_keeps_its_value_and_is_not_required(db: Database) -> None:
    """What is not asked for stays as it was."""
    client = add_client(db, "A", vip=True)
    made = make(db, context(TELLER), "deal", client=client, kind="large", amount="50", extra="kept")

    change(db, context(TELLER), "deal", made.id, {"kind": "small"})

    assert ("small", "kept") == (seen(db, "deal", made.id)["kind"], seen(db, "deal", made.id)["extra"])


def test_read_only_goes_by_the_values_that_stood_before(db: Database) -> None:
    """A field that is read only by condition cannot be changed, also not by a change that lifts the condition itself."""
    client = add_client(db, "A")
    made = make(db, context(TELLER), "deal", client=client, kind="small", amount="50", locked=True, note=None)

    failure = refusal(lambda: change(db, context(TELLER), "deal", made.id, {"locked": False, "note": "x"}))

    assert {"/note": "Q302"} == faults(failure)


def test_a_warning_does_not_refuse(db: Database) -> None:
    """A rule of level warning is for the screen."""
    client = add_client(db, "A")
    made = make(db, context(TELLER), "deal", client=client, kind="small", amount="100000", reason="big")
    assert 1 == made.version


def test_a_change_knows_who_made_the_record_and_who_changes_it(db: Database) -> None:
    """Formulas and conditions over who and when see the record as it stands, and as it will stand after the change."""
    fields = """
  made_on: {type: date, label: Made on, stored: true, compute: created_on}
  changer: {type: reference, to: org.person, label: Changer, stored: true, compute: changed_by}
  early: {type: text, max: 20, label: Early, read_only: created_on < today()}
  remark:"""
    app = lab_with(client=CLIENT.replace("\n  remark:", fields))
    make_tables(db, app)
    made = make(db, context(BOSS, app=app), "client", code="A", full_name="A", early="yes")
    later = NOW + dt.timedelta(days=10)

    written = change(db, context(person("tom", "boss"), later, app), "client", made.id, {"full_name": "B"})
    failure = refusal(lambda: change(db, context(BOSS, later, app), "client", made.id, {"early": "no"}, 2))

    assert (dt.date(2026, 11, 24), "tom", later) == tuple(written.after[name] for name in ("made_on", "changer", "changed_at"))
    assert {"/early": "Q302"} == faults(failure)


def test_unique_values_are_unique_among_living_records(db: Database) -> None:
    """A second record with the value is refused at the field, alone and together with other faults; a deleted one frees it."""
    first = add_client(db, "A")

    assert {"/code": "Q306"} == faults(refusal(lambda: add_client(db, "A")))
    assert {"/code": "Q306", "/income": "V004"} == faults(refusal(lambda: add_client(db, "A", income="-1")))
    with db.write() as connection:
        delete_record(connection, system(), "lab", "client", first, 1)
    assert first != add_client(db, "A")


def test_sets_of_fields_are_unique_together(db: Database) -> None:
    """Both fields of the set are named, in the two databases alike."""
    client = add_client(db, "A")
    add(db, "deal", client=client, branch="cx", kind="small", amount="50", reason="r")

    failure = refusal(lambda: add(db, "deal", client=client, branch="cx", kind="small", amount="60", reason="r"))

    assert {"/client": "Q306", "/reason": "Q306"} == faults(failure)
    add(db, "deal", client=client, branch="cx", kind="small", amount="60")
    add(db, "deal", client=client, branch="cx", kind="small", amount="60")


def test_the_second_of_two_editors_is_told(db: Database) -> None:
    """A change on an older version is refused and changes nothing."""
    id = add_client(db, "A")
    change(db, context(TELLER), "client", id, {"remark": "first"})

    failure = refusal(lambda: change(db, context(TELLER), "client", id, {"remark": "second"}))

    assert isinstance(failure, Changed)
    assert ("first", 2) == (seen(db, "client", id)["remark"], seen(db, "client", id)["version"])


def test_parallel_editors_of_one_version_lose_but_one(db: Database) -> None:
    """Of eight changes on the same version at the same moment exactly one wins."""
    id = add_client(db, "A")
    barrier, won = threading.Barrier(8), []

    def edit(number: int) -> None:
        barrier.wait()
        try:
            won.append(change(db, context(TELLER), "client", id, {"remark": str(number)}).after["remark"])
        except Changed:
            return

    _together([lambda n=n: edit(n) for n in range(8)])

    assert [seen(db, "client", id)["remark"]] == won


def test_a_change_to_the_same_values_changes_nothing(db: Database) -> None:
    """No new version and no event for what was already so."""
    id = add_client(db, "A", income="5", tags=["b", "a"])

    written = change(db, context(TELLER), "client", id, {"income": "5.00", "tags": ["a", "b"], "remark": None})

    assert 1 == written.version == seen(db, "client", id)["version"]
    assert ["record.created"] == _kinds(db, id)


def test_nothing_is_written_when_the_trail_cannot_be(db: Database) -> None:
    """Act and event stand in one transaction: without the event there is no act."""
    id = add_client(db, "A")
    with db.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_queue RENAME TO out_of_order")

    with pytest.raises(sa.exc.SQLAlchemyError):
        change(db, context(TELLER), "client", id, {"remark": "x"})
    with pytest.raises(sa.exc.SQLAlchemyError):
        add_client(db, "B")

    assert (None, 1) == (seen(db, "client", id)["remark"], seen(db, "client", id)["version"])
    with db.read() as connection:
        assert 1 == connection.execute(sa.select(sa.func.count()).select_from(lab().entities["client"].table)).scalar()


def test_the_trail_keeps_no_personal_value_in_clear(db: Database) -> None:
    """C2 stands masked in the trail, C3 not at all, other fields as they were and are."""
    id = add_client(db, "A", id_no="110101199001011234", pin="9876", remark="old")
    change(db, context(BOSS), "client", id, {"remark": "new", "id_no": "220101199001011234"})

    with db.read() as connection:
        bodies = [json.loads(b) for b in connection.execute(sa.select(audit_event.c.body).order_by(audit_event.c.id)).scalars()]

    text = json.dumps(bodies)
    assert not any(value in text for value in ("110101199001011234", "220101199001011234", "9876"))
    assert {"remark": ("old", "new"), "id_no": ("110****1234", "220****1234")} == {
        change["field"]: (change["before"], change["after"]) for change in bodies[-1]["changes"]
    }


def test_rows_keep_their_key_and_their_unsent_cells(db: Database) -> None:
    """A row that is sent with its key stays itself; one without is new; one that is not sent is gone."""
    client = add_client(db, "A")
    rows = [{"name": "x", "price": "1", "quantity": 1, "secret": "abcd"}, {"name": "y", "price": "2", "quantity": 1}]
    id = add(db, "deal", client=client, branch="cx", kind="small", amount="50", items=rows)
    first = seen(db, "deal", id)["items"][0]  # type: ignore[index]

    change(
        db,
        context(TELLER),
        "deal",
        id,
        {"items": [{"name": "z", "price": "3", "quantity": 2}, {"id": first["id"], "quantity": 5}]},
    )

    found = seen(db, "deal", id)
    assert [("z", "3.00", 2, None), ("x", "1.00", 5, "abcd")] == [
        (r["name"], r["price"], r["quantity"], r["secret"]) for r in found["items"]
    ]  # type: ignore[attr-defined]
    assert first["id"] == found["items"][1]["id"]  # type: ignore[index]
    assert "11.00" == found["items_total"]
    failure = refusal(
        lambda: change(
            db, context(TELLER), "deal", id, {"items": [{"id": "foreign", "name": "q", "price": "1", "quantity": 1}]}, 2
        )
    )
    assert {"/items/0/id": "Q309"} == faults(failure)


def test_a_record_that_others_refer_to_stays(db: Database) -> None:
    """Deleting is refused while living records refer to it, whoever may see them; without saying which."""
    client = add_client(db, "A")
    deal = add(db, "deal", client=client, branch="bj", kind="small", amount="50")

    with db.write() as connection:
        failure = refusal(lambda: delete_record(connection, context(TELLER), "lab", "client", client, 1))
    assert isinstance(failure, Conflict)
    with db.write() as connection:
        delete_record(connection, system(), "lab", "deal", deal, 1)
        delete_record(connection, context(TELLER), "lab", "client", client, 1)
    assert isinstance(refusal(lambda: seen(db, "client", client)), NotFound)


def test_a_record_that_is_being_deleted_is_not_chosen(db: Database) -> None:
    """Of a deletion and a new reference at the same moment one loses: no living record refers to a deleted one."""
    client = add_client(db, "A")
    told: list[dict[str, str]] = []

    def refer() -> None:
        told.append(faults(refusal(lambda: make(db, context(TELLER), "deal", client=client, kind="small", amount="50"))))

    other = threading.Thread(target=refer)
    with db.write() as connection:
        delete_record(connection, context(BOSS), "lab", "client", client, 1)
        other.start()
        _wait_until_somebody_waits(db)
    other.join()

    assert [{"/client": "Q305"}] == told


def test_computed_values_of_a_change_follow_what_stood_before(db: Database) -> None:
    """A change of one field recomputes what reads it, with the other values as they stand."""
    id = add_client(db, "A", income="2500")
    written = change(db, context(TELLER), "client", id, {"income": "3600"})
    assert Decimal(4) == written.after["grade"]
    assert 4 == seen(db, "client", id)["grade"]


def _kinds(db: Database, id: str) -> list[str]:
    with db.read() as connection:
        found = sa.select(audit_event.c.kind).where(audit_event.c.record_id == id).order_by(audit_event.c.id)
        return list(connection.execute(found).scalars())


def _together(calls: list[object]) -> None:
    threads = [threading.Thread(target=call) for call in calls]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _wait_until_somebody_waits(db: Database) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(0 if db.is_sqlite else 500):
        with db.read() as connection:
            if connection.exec_driver_sql(waiting).scalar_one():
                return
        time.sleep(0.01)

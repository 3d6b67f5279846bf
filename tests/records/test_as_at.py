"""A record as it was: random histories against what was read at the time, under the rights of today, and never a wrong answer."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace

import orjson
import pytest
import sqlalchemy as sa

from forms_dsl.masks import masked
from runtime.context import SYSTEM, Context
from runtime.failures import Conflict, NotFound
from runtime.records.as_at import asking_record_as_at
from runtime.records.history import record_history
from runtime.records.past import Gap, Write, past_of
from runtime.records.read import get_record
from runtime.records.request import GetRequest, parse_get
from runtime.records.restore import restore_record
from runtime.records.write import delete_record, insert_record, update_record
from runtime.store.asking import answer
from runtime.store.database import Database
from tests.records.lab import CLIENT, NOW, add_client, context, faults, lab, lab_with, make_tables, person, refusal
from tests.records.served import Bank

BOSS = person("eve", "boss", unit="ho")
VIEWER = person("ann", "viewer", unit="bj")
MINUTE = dt.timedelta(minutes=1)
#: Worked out on reading: what they were is not kept anywhere.
COMPUTED = {"client": {"yearly", "age"}, "deal": set()}
LATER = NOW + dt.timedelta(days=30)

Values = dict[str, object]


def as_at(db: Database, who: Context, entity: str, id: str, moment: dt.datetime | dt.date, **more: object) -> Values:
    """A record as it was then, as this person is told."""
    with db.read() as connection:
        asked = GetRequest(as_at=moment, **more)  # type: ignore[arg-type]
        found: Values = orjson.loads(answer(connection, asking_record_as_at(connection.dialect, who, "lab", entity, id, asked)))
        return found


@dataclass
class Story:
    """What was read of a record after each of its writes; None after it was taken away."""

    id: str
    told: list[tuple[dt.datetime, Values | None]]

    def at(self, moment: dt.datetime) -> tuple[Values | None, list[Values]]:
        """What was read then, and all that was read since."""
        then = [values for at, values in self.told if at <= moment]
        since = [values for at, values in self.told if at > moment and values is not None]
        return then[-1] if then else None, since


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("entity", ["client", "deal"])
def test_a_random_history_is_told_as_it_was_read(db: Database, entity: str, seed: int) -> None:
    """At every moment between the writes: the value that was read then; a personal one only masked once it has changed since."""
    chance = random.Random(seed)
    story = _lived(db, entity, chance, [add_client(db, f"X{number}") for number in range(2)])
    for moment in (at + dt.timedelta(seconds=30) for at, _ in [(NOW - MINUTE, None), *story.told]):
        then, since = story.at(moment)
        if then is None:
            with pytest.raises(NotFound):
                as_at(db, context(BOSS, LATER), entity, story.id, moment)
            continue
        found = as_at(db, context(BOSS, LATER), entity, story.id, moment)

        assert COMPUTED[entity] == set(found.pop("_unknown"))  # type: ignore[call-overload]
        assert found.pop("_as_at")
        wanted = {name: _expected(name, value, since) for name, value in then.items() if name not in COMPUTED[entity]}
        assert wanted == found, (seed, moment)


def _lived(db: Database, entity: str, chance: random.Random, clients: list[str]) -> Story:
    made = {"code": "A", "full_name": "A", "branch": "cx"} if entity == "client" else {"client": clients[0], "kind": "small", "amount": "9000", "branch": "cx", "reason": "r"}  # fmt: skip
    with db.write() as connection:
        id = insert_record(connection, context(BOSS), "lab", entity, made | _some(entity, chance, clients)).id
    story, version = Story(id, []), 1
    for step in range(9):
        now = NOW + step * MINUTE
        who, gone = context(chance.choice((BOSS, person("tom", "boss"))), now), story.told and story.told[-1][1] is None
        with db.write() as connection:
            if step == 0:
                pass
            elif gone:
                version = restore_record(connection, who, "lab", entity, id, version).version
            elif chance.random() < 0.15:
                version = delete_record(connection, who, "lab", entity, id, version).version
            else:
                version = update_record(connection, who, "lab", entity, id, _some(entity, chance, clients), version).version
        with db.read() as connection:
            try:
                story.told.append((now, dict(get_record(connection, who, "lab", entity, id).values)))
            except NotFound:
                story.told.append((now, None))
    if story.told[-1][1] is None:
        with db.write() as connection:
            restore_record(connection, context(BOSS, NOW + 9 * MINUTE), "lab", entity, id, version)
        with db.read() as connection:
            story.told.append((NOW + 9 * MINUTE, dict(get_record(connection, context(BOSS), "lab", entity, id).values)))
    return story


def _some(entity: str, chance: random.Random, clients: list[str]) -> Values:
    """Some new values; the same again is among them, and so is none."""
    row = {
        "name": chance.choice("ab"),
        "price": "2",
        "quantity": chance.choice((1, 2)),
        "secret": chance.choice((None, "hush-hush")),
    }
    every: dict[str, tuple[object, ...]] = {
        "client": (*clients,), "amount": ("9000", "9000.50"), "note": (None, "n"), "extra": (None,), "friend": (None, *clients), "items": ([], [row], [row, row]),
    } if entity == "deal" else {
        "full_name": ("A", "Bee"), "manager": (None, "tom", "ann"), "level": (None, "low", "mid"), "tags": (None, ["a"], ["a", "c"]), "income": (None, "5", "5.10"),
        "rate": (None, "0.5"), "visits": (None, 0, 7), "vip": (None, True, False), "born": (None, "1990-01-02"), "met_at": (None, "2026-01-02T03:04:05.678Z"),
        "id_no": (None, "110101199001011234", "110101199001019999"), "salary": (None, "1"), "remark": (None, "r", "long text"), "branch": ("cx", "bj"),
    }  # fmt: skip
    return {name: chance.choice(values) for name, values in every.items() if chance.random() < 0.4}


def _expected(name: str, value: object, since: list[Values]) -> object:
    if name == "id_no" and any(each[name] != value for each in since):
        return masked(value, "3****4") if isinstance(value, str) else None
    if name == "items" and isinstance(value, list):
        plain = [_cells(row) for row in value]
        if any([_cells(row) for row in each[name]] != plain for each in since):  # type: ignore[attr-defined]
            return [
                {**{cell: row[cell] for cell in ("name", "price", "quantity")}, "secret": row["secret"] and "****"}
                for row in value
            ]
        return [{cell: each for cell, each in row.items() if cell != "total"} for row in value]
    return value


def _cells(row: Values) -> Values:
    return {name: value for name, value in row.items() if name != "total"}


@pytest.fixture
def client(db: Database) -> str:
    """A client with three versions, a minute between them."""
    with db.write() as connection:
        first = {
            "code": "A",
            "full_name": "Anna",
            "branch": "cx",
            "income": "5",
            "salary": "1",
            "id_no": "110101199001011234",
            "manager": "tom",
        }
        id = insert_record(connection, context(BOSS), "lab", "client", first).id
        for number, change in enumerate(
            ({"income": "6", "salary": "2", "manager": "ann"}, {"id_no": None, "branch": "bj"}), start=1
        ):
            update_record(connection, context(BOSS, NOW + number * MINUTE), "lab", "client", id, change, number)
    return id


def test_the_rights_are_those_of_today(db: Database, client: str) -> None:
    """Masked stays masked, hidden stays away, a record that is not his today never was, and a trail's mask is not opened."""
    shown = as_at(db, context(VIEWER, LATER), "client", client, NOW)

    assert ("****", False, False) == (shown["income"], "salary" in shown, "id_no" in shown)
    assert not {"salary", "id_no"} & {*shown["_unknown"]}  # type: ignore[misc]
    assert "110****1234" == as_at(db, context(BOSS, LATER), "client", client, NOW)["id_no"]
    for nobody, kind in (
        (person("tom", "teller"), "NotFound"),
        (person("tom"), "NotFound"),
        (person("tom", "dealer"), "NotFound"),
    ):
        assert kind == type(refusal(lambda n=nobody: as_at(db, context(n, LATER), "client", client, NOW))).__name__  # type: ignore[misc]
    # Then it was of the teller's branch; today it is another's.
    assert "cx" == as_at(db, context(BOSS, LATER), "client", client, NOW)["branch"]


def test_a_day_is_its_end_where_the_app_is(db: Database, client: str) -> None:
    """A day counts whole in the app's time zone; the day before its making there was nothing."""
    third = dt.date(2026, 11, 24)
    assert 3 == as_at(db, context(BOSS, LATER), "client", client, third)["version"]
    assert 1 == as_at(db, context(BOSS, LATER), "client", client, NOW)["version"]
    assert "2026-11-24T15:59:59.999Z" == as_at(db, context(BOSS, LATER), "client", client, third)["_as_at"]
    before = refusal(lambda: as_at(db, context(BOSS, LATER), "client", client, third - dt.timedelta(days=1)))
    unknown = refusal(lambda: as_at(db, context(BOSS, LATER), "client", "nothing", third))

    assert (NotFound, before.message) == (type(unknown), unknown.message)
    assert {"as_at": "Q202"} == faults(refusal(lambda: as_at(db, context(BOSS, NOW), "client", client, NOW + MINUTE)))
    assert {"as_at": "Q202"} == faults(refusal(lambda: as_at(db, context(BOSS, NOW), "client", client, dt.date(2026, 11, 25))))


def test_what_is_only_known_of_today_does_not_go_with_it(db: Database, client: str) -> None:
    """Paths, expansions and computed fields are not answered with what they are now; titles are what things are called now."""
    who = context(BOSS, LATER)
    assert {"select": "Q202"} == faults(refusal(lambda: as_at(db, who, "client", client, NOW, select=("branch.name",))))
    assert {"expand": "Q202"} == faults(refusal(lambda: as_at(db, who, "client", client, NOW, expand=("branch",))))
    assert {"select": "Q203"} == faults(refusal(lambda: as_at(db, who, "client", client, NOW, select=("nothing",))))
    some = as_at(db, who, "client", client, NOW, select=("manager", "yearly", "income"), titles=True)

    assert (["yearly"], "5.00", "tom", {"manager": "Tom"}) == (some["_unknown"], some["income"], some["manager"], some["_titles"])
    for wrong in (
        "2026-02-30",
        "yesterday",
        "2026-11-24T03:00:00",
        "0001-01-01",
        "9999-12-31T23:59:59Z",
        "2026-11-24T03:00:00+99:00",
        "",
    ):
        assert {"as_at": "Q202"} == faults(refusal(lambda w=wrong: parse_get([("as_at", w)]))), wrong  # type: ignore[misc]
    assert dt.date(2026, 1, 2) == parse_get([("as_at", "2026-01-02")]).as_at


def test_what_was_written_without_a_trace_is_not_told(db: Database, client: str) -> None:
    """A column that a publication filled or converted is named as unknown for the time that nothing tells of."""
    table = lab().entities["client"].table
    with db.write() as connection:
        connection.execute(sa.update(table).where(table.c.id == client).values(f_remark="filled", f_income=9))
    before, now = (as_at(db, context(BOSS, LATER), "client", client, moment) for moment in (NOW, NOW + 2 * MINUTE))

    assert ({"remark", "yearly", "age"}, "5.00") == ({*before["_unknown"]}, before["income"])  # type: ignore[misc]
    assert {"remark", "income", "yearly", "age"} == {*now["_unknown"]}  # type: ignore[misc]
    assert not {"remark", "income"} & now.keys()


def test_without_a_whole_trail_it_fails_clearly(db: Database) -> None:
    """No trail by definition, or one with a gap: 409, also where today's record is all that there ever was."""
    silent = lab_with(client=CLIENT.replace("entity: client\n", "entity: client\naudit: none\n"))
    for app in (silent, lab()):
        make_tables(db, app)
        with db.write() as connection:
            id = insert_record(
                connection, context(SYSTEM, app=app), "lab", "client", {"code": "A", "full_name": "A", "branch": "cx"}
            ).id
            if app is not silent:
                table = app.entities["client"].table
                connection.execute(sa.update(table).values(version=2))
        failure = refusal(lambda a=app, i=id: as_at(db, context(BOSS, LATER, a), "client", i, NOW))  # type: ignore[misc]

        assert (Conflict, "Q229") == (type(failure), failure.code)


def test_a_write_between_two_questions_is_passed_over() -> None:
    """What is written after the record was read does not count; without its first write a trail tells nothing."""
    writes = [
        Write(n, "record.changed" if n > 1 else "record.created", NOW + n * MINUTE, "tom", {"f": (n - 1, n)}) for n in (3, 1, 2)
    ]
    past = past_of(writes, 2, NOW + MINUTE)

    assert past is not None
    assert (1, {"f": 1}, {"f": 1}) == (past.write.version, past.until_then, past.since_then)
    for gap in (writes[:1], writes[::2], [], [replace(each, kind="record.changed") for each in writes]):
        with pytest.raises(Gap):
            past_of(gap, 3, LATER)


def test_a_masked_number_has_a_history(db: Database) -> None:
    """The trail keeps a personal number as its mask, which is no number: history and past show the mask."""
    app = lab_with(client=CLIENT.replace("visits: {type: integer,", "visits: {type: integer, class: C2,"))
    with db.write() as connection:
        id = insert_record(
            connection, context(SYSTEM, app=app), "lab", "client", {"code": "A", "full_name": "A", "branch": "cx", "visits": 3}
        ).id
        update_record(connection, context(SYSTEM, NOW + MINUTE, app), "lab", "client", id, {"visits": 4}, 1, by_platform=True)
    with db.read() as connection:
        told = record_history(connection, context(BOSS, LATER, app), "lab", "client", id, None)

    assert ("****", "****") == next(
        (each["before"], each["after"]) for each in told["items"][0]["changes"] if each["field"] == "visits"
    )  # type: ignore[index]
    assert "****" == as_at(db, context(BOSS, LATER, app), "client", id, NOW)["visits"]


def test_as_at_over_rest(bank: Bank) -> None:
    """By day or instant, without an ETag, since nobody changes what was; a list knows no as_at."""
    eve = bank.caller("eve", "boss")
    id = eve("POST", "/api/lab/client", json={"code": "A", "full_name": "Anna", "branch": "cx"}).json()["id"]
    eve("PATCH", f"/api/lab/client/{id}", json={"full_name": "Bea"}, headers={"If-Match": '"1"'})
    answer = eve("GET", f"/api/lab/client/{id}", params={"as_at": "2026-11-24T11:00:00+08:00", "select": "full_name"})

    assert (200, "Bea", False) == (answer.status_code, answer.json()["full_name"], "etag" in answer.headers)
    assert "2026-11-24T03:00:00.000Z" == answer.json()["_as_at"]
    for params, status, code in (
        ({"as_at": "2026-11-23"}, 404, "Q404"),
        ({"as_at": "2027-01-01"}, 400, "Q202"),
        ({"as_at": "soon"}, 400, "Q202"),
    ):
        wrong = eve("GET", f"/api/lab/client/{id}", params=params)
        assert (status, code) == (wrong.status_code, wrong.json()["code"])
    assert "Q201" == eve("GET", "/api/lab/client", params={"as_at": "2026-11-24"}).json()["code"]
    document = eve("GET", "/api/lab/openapi.json").json()
    assert "as_at" in [each["name"] for each in document["paths"]["/api/lab/client/{id}"]["get"]["parameters"]]
    assert "as_at" not in [each["name"] for each in document["paths"]["/api/lab/client"]["get"]["parameters"]]

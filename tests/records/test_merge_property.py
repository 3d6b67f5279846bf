"""Random merges with changes in between: undone, everything is as before but for what was changed since; killed, nothing is half done."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from runtime.commands.merge_records import MergeWish, merge_records
from runtime.commands.unmerge_records import UnmergeWish, unmerge_records
from runtime.compile.app import CompiledApp
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.context import SYSTEM, Context
from runtime.failures import Failure
from runtime.identity.holdings import Given, grant_role
from runtime.identity.principal import resolve_principal
from runtime.query.load import load_records
from runtime.records.access import access_plan
from runtime.records.merging import ALL, holds_many, merged_fields
from runtime.records.write import insert_record, update_record
from runtime.store.database import Database, open_database
from runtime.store.tables import audit_event, duplicate_case, merged_record, record_merge
from tests.publish.test_crash import die_before, in_a_process
from tests.records.lab import NOW, directory
from tests.records.merge_lab import compiled_app, prepare

SEEDS = range(12)
#: What every write leaves behind.
_STAMPS = {"changed_at", "changed_on", "changed_by"}


@pytest.fixture(scope="module")
def compiled() -> CompiledApp:
    return compiled_app()


@pytest.fixture
def context(db: Database, compiled: CompiledApp) -> Context:
    """Tom, who may do everything; the moment goes on with each act."""
    prepare(db, compiled)
    with db.write() as connection:
        grant_role(connection, "tom", "one", "all", Given(NOW))
        person = resolve_principal(connection, "tom", NOW, demo=False)
    assert person is not None
    return Context(person, {"org": directory(), "one": compiled}, NOW, NOW.date(), "test")


class Play:
    """A small world that is made, changed and looked at."""

    def __init__(self, db: Database, context: Context, chance: random.Random) -> None:
        self.db, self.chance = db, chance
        self.contexts = (replace(context, now=NOW + dt.timedelta(milliseconds=n)) for n in itertools.count())

    def add(self, entity: str, **values: object) -> str:
        with self.db.write() as connection:
            return insert_record(connection, next(self.contexts), "one", entity, values).id

    def change(self, entity: str, id: str, **values: object) -> None:
        with self.db.write() as connection:
            update_record(connection, next(self.contexts), "one", entity, id, values, self.version(connection, entity, id))

    def version(self, connection: sa.Connection, entity: str, id: str) -> int:
        context = replace(next(self.contexts), principal=SYSTEM)
        return load_records(connection, context, access_plan(context, "one", entity, "read"), [id])[id].version

    def state(self, context: Context) -> dict[str, dict[str, object]]:
        """All living records by id, without who changed them last, and the open pairs."""
        found: dict[str, dict[str, object]] = {}
        platform = replace(context, principal=SYSTEM)
        with self.db.read() as connection:
            for name, entity in context.releases["one"].entities.items():
                ids = list(connection.scalars(sa.select(entity.table.c.id)))
                for id, loaded in load_records(connection, platform, access_plan(platform, "one", name, "read"), ids).items():
                    found[id] = {key: value for key, value in loaded.values.items() if key not in _STAMPS}
            pairs = sa.select(duplicate_case.c.first_id, duplicate_case.c.second_id).where(duplicate_case.c.state == "open")
            found["pairs"] = {f"{a} {b}": True for a, b in connection.execute(pairs)}
        return found

    def person(self, number: int) -> str:
        chance = self.chance
        maybe: dict[str, object] = {
            "mobile": "13800000000",
            "id_no": f"11010119900101{number:04}",
            "secret": f"s{number}",
            "income": f"{chance.randrange(10**7) / 100:.2f}",
            "since": f"20{chance.randrange(10, 30)}-0{chance.randrange(1, 10)}-15",
            "seen": "2025-05-05T05:05:05Z",
            "vip": chance.choice([True, False]),
            "tags": chance.sample(["a", "b", "c"], chance.randrange(1, 4)),
            "visits": [{"what": chance.choice("uvw"), "cost": chance.choice([None, "1.50"])} for _ in range(chance.randrange(4))],
            "owner": chance.choice(["tom", "ann", "eve"]),
        }
        values = {name: value for name, value in maybe.items() if chance.random() < 0.6}
        return self.add("person", code=f"c{number}", name=chance.choice(["Li", "Wu"]), **values)

    def account(self, people: list[str]) -> str:
        pick = self.chance.choice
        hands = [{"who": pick(people), "how": pick("xyz")} for _ in range(self.chance.randrange(3))]
        return self.add(
            "account", nr="1", holder=pick([*people, None]), about=pick([None, f"one.person/{pick(people)}"]), hands=hands
        )


def choices(context: Context, chance: random.Random, ids: list[str]) -> dict[str, str]:
    """Whose value stays of some of the fields."""
    fields = merged_fields(context.releases["one"].entities["person"].entity)
    chosen = {name: chance.choice([*ids, ALL] if holds_many(field) else ids) for name, field in fields.items()}
    return {name: source for name, source in chosen.items() if name != "papers" and chance.random() < 0.5}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_merge_that_is_undone_leaves_what_was_before(db: Database, context: Context, seed: int) -> None:
    """But for what was changed in between: that stays as it was changed, and is told."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, nothing secret
    play = Play(db, context, chance)
    people = [play.person(number) for number in range(4)]
    *merged, stranger = people
    accounts = [play.account(people) for _ in range(6)]
    shares = [play.add("share", kind=str(number), person=person) for number, person in enumerate(people)]
    before = play.state(context)

    survivor, *others = chance.sample(merged, chance.randrange(2, 4))
    wish = MergeWish((survivor, 1), tuple((id, 1) for id in others), choices(context, chance, [survivor, *others]), "the same")
    done: Any = merge_records(db, next(play.contexts), "one", "person", wish)
    between = play.state(context)
    assert set(before) - set(others) == set(between)
    assert not set(others) & set(references(between))

    expected = {id: dict(values) for id, values in before.items()}
    changes: dict[str, object] = {"income": "77.77", "name": "Xu", "tags": ["c"], "vip": True}
    for name in chance.sample(sorted(changes), chance.randrange(3)):
        play.change("person", survivor, **{name: changes[name]})
        says = play.state(context)[survivor][name]
        # What says the same as the merge left it was not touched.
        expected[survivor][name] = expected[survivor][name] if says == between[survivor][name] else says
        expected[survivor]["shout"] = str(expected[survivor]["name"]).upper()
    for account in chance.sample(accounts, chance.randrange(3)):
        to = chance.choice([stranger, None])
        play.change("account", account, holder=to, nr="9")
        expected[account] |= {"holder": to, "nr": "9"}
    late = play.add("account", nr="late", holder=survivor)
    expected[late] = play.state(context)[late]

    with db.read() as connection:
        version = play.version(connection, "person", survivor)
    undone: Any = unmerge_records(db, next(play.contexts), "one", "person", UnmergeWish(survivor, done["id"], version, "two"))

    after = play.state(context)
    expected["pairs"] = after["pairs"] if expected[survivor]["name"] != before[survivor]["name"] else expected["pairs"]
    assert expected == after
    taken = {name for name in before[survivor] if before[survivor][name] != between[survivor][name]}
    assert set(undone["stayed"]["fields"]) <= taken
    assert sorted(others) == sorted(undone["restored"])
    assert len(shares) == len({after[share]["person"] for share in shares})


def references(state: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """All records that any record refers to."""
    for values in state.values():
        yield from (str(values[name]) for name in ("holder", "person", "friend") if values.get(name))
        yield str(values.get("about") or "").rpartition("/")[2]
        rows = values.get("hands")
        yield from (str(row["who"]) for row in (rows if isinstance(rows, list) else ()))


def test_a_merge_that_is_killed_is_not_there(db: Database, database_url: str, context: Context) -> None:
    """kill -9 before any write of a merge, and of its undoing: all of it is done, or nothing."""
    play = Play(db, context, random.Random(1))  # noqa: S311 - repeatable, nothing secret
    for act in ("merge", "unmerge"):
        for write in itertools.count(1, 2):
            survivor, other = play.add("person", name="Li"), play.add("person", name="Li", income="5.00", visits=[{"what": "x"}])
            account = play.add("account", nr="1", holder=other, hands=[{"who": other}])
            wish = MergeWish((survivor, 1), ((other, 1),), {}, "the same")
            done: Any = merge_records(db, next(play.contexts), "one", "person", wish) if act == "unmerge" else None
            before, moment = play.state(context), next(play.contexts)
            db.engine.dispose()

            def work(
                act: str = act,
                write: int = write,
                survivor: str = survivor,
                wish: MergeWish = wish,
                done: Any = done,
                moment: Context = moment,
            ) -> None:
                mine = open_database(database_url, SQLITE_SETUP)
                die_before(mine, write)
                if act == "merge":
                    merge_records(mine, moment, "one", "person", wish)
                else:
                    unmerge_records(mine, moment, "one", "person", UnmergeWish(survivor, done["id"], 2, "two"))

            ended = in_a_process(work)
            after = play.state(context)
            with db.read() as connection:
                active = connection.scalar(
                    sa.select(sa.func.count())
                    .select_from(merged_record)
                    .where(merged_record.c.record_id == other, merged_record.c.active)
                )
                events = set(connection.scalars(sa.select(audit_event.c.kind).where(audit_event.c.record_id == survivor)))
            if not ended:
                assert (before, int(act == "unmerge"), "record.unmerged" in events) == (after, active, False)
                continue
            assert (survivor if act == "merge" else other, int(act == "merge")) == (after[account]["holder"], active)
            assert write > 5
            break
    with db.read() as connection:
        assert {"merged", "unmerged"} == set(connection.scalars(sa.select(record_merge.c.state)))


def test_what_a_merge_cannot_do_leaves_no_trace(db: Database, context: Context) -> None:
    """A refusal in the middle takes everything back."""
    play = Play(db, context, random.Random(1))  # noqa: S311 - repeatable, nothing secret
    survivor, other = play.add("person", name="Li"), play.add("person", name="Wu", income="5.00")
    for person in (survivor, other):
        play.add("share", kind="same", person=person)
    before = play.state(context)
    with pytest.raises(Failure):
        merge_records(db, next(play.contexts), "one", "person", MergeWish((survivor, 1), ((other, 1),), {}, "the same"))
    assert before == play.state(context)

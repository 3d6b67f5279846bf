"""Fields move to an entity of their own and back on live data: nothing is lost or doubled, whoever writes where."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from runtime.releases import Releases
from runtime.store.database import Database
from tests.publish.desk import FILES, NOW, insert_tickets, put_live
from tests.publish.moved_desk import add_contact, be_there, contact_of, filled, folded, split, values, write
from tests.publish.test_retype import at, go_back, planned


def test_values_move_and_come_back(database: Database, releases: Releases) -> None:
    """Random records: what each had before it has after, and again when the release before is back."""
    put_live(database, releases, FILES)
    filled(database, at(database, 1), random.Random(1), 60)
    before = values(database, at(database, 1))
    found = put_live(database, releases, split())

    assert before
    assert before == values(database, at(database, 2))
    assert before == values(database, at(database, 1))
    [told] = [one for one in found.plan.diagnostics if one.code == "M427"]
    assert f"{len(before)} record(s)" in told.message
    assert "FieldMoved" in [type(change).__name__ for change in found.plan.changes]
    assert [] == [one for one in found.plan.diagnostics if one.code in {"M411", "M425"}]
    go_back(database, releases, 1)
    assert before == values(database, at(database, 1))
    assert () == planned(database, FILES).steps
    go_back(database, releases, 2)
    assert before == values(database, at(database, 2))


def test_a_detail_goes_into_its_record_and_comes_out_again(database: Database, releases: Releases) -> None:
    """The other way round: contacts become a part of their tickets, and are contacts again when the release before is back."""
    put_live(database, releases, split())
    first = at(database, 1)
    tickets = insert_tickets(database, first, *({"subject": str(n)} for n in range(30)))
    chance = random.Random(2)
    for id in tickets[:20]:
        add_contact(database, first, id, chance.choice([None, "1", "22"]), chance.choice([None, Decimal("2.50")]))
    before = values(database, first)
    found = put_live(database, releases, folded())

    assert before
    assert before == values(database, at(database, 2))
    assert [True] == [" 20 record(s) of Contact" in one.message for one in found.plan.diagnostics if one.code == "M427"]
    write(database, at(database, 2), "ticket", tickets[25], phone="new")
    go_back(database, releases, 1)
    assert before | {tickets[25]: ("new", None)} == values(database, at(database, 1))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_releases_write_in_turn_and_read_the_same(database: Database, releases: Releases, seed: int) -> None:
    """Whatever the two releases write, delete and restore in turn, either reads what the last one wrote."""
    put_live(database, releases, FILES)
    chance = random.Random(seed)
    tickets = filled(database, at(database, 1), chance, 12)
    wanted = values(database, at(database, 1))
    put_live(database, releases, split())
    old, new = at(database, 1), at(database, 2)
    gone: dict[str, tuple[object, object]] = {}
    for turn in range(80):
        id, phone, cost = chance.choice(tickets), chance.choice([None, "1", "2"]), chance.choice([None, Decimal("3.50")])
        contact, had = contact_of(database, new, id), wanted.get(id, (None, None))
        match chance.randrange(6):
            case 0 if id not in gone:
                write(database, old, "ticket", id, phone=phone)
                wanted[id] = (phone, had[1])
            case 1 if id not in gone:
                write(database, old, "ticket", id, phone=phone, cost=cost)
                wanted[id] = (phone, cost)
            case 2 if contact is not None:
                write(database, new, "contact", contact, cost=cost)
                wanted[id] = (had[0], cost)
            case 3 if contact is None and id not in gone:
                add_contact(database, new, id, phone, cost)
                wanted[id] = (phone, cost)
            case 4 if contact is not None:
                be_there(database, new, "contact", contact, deleted=NOW)
                wanted[id] = (None, None)
            case 5 if id not in gone:
                be_there(database, old, "ticket", id, deleted=NOW + dt.timedelta(seconds=turn + 1))
                gone[id], wanted[id] = had, (None, None)
            case 5:
                be_there(database, old, "ticket", id, deleted=None)
                wanted[id] = gone.pop(id)
        expected = {id: pair for id, pair in wanted.items() if pair != (None, None)}
        assert (expected, expected) == (values(database, old), values(database, new)), turn


def test_a_deleted_detail_comes_back_with_its_values(database: Database, releases: Releases) -> None:
    """Deleting a contact empties the ticket for the old release; restoring it fills it again; led elsewhere, it goes there."""
    put_live(database, releases, FILES)
    first, other = insert_tickets(database, at(database, 1), {"subject": "a", "phone": "1"}, {"subject": "b"})
    put_live(database, releases, split())
    old, new = at(database, 1), at(database, 2)
    contact = contact_of(database, new, first)
    assert contact is not None
    be_there(database, new, "contact", contact, deleted=NOW)
    assert {} == values(database, old)
    be_there(database, new, "contact", contact, deleted=None)
    assert {first: ("1", None)} == values(database, old)
    write(database, new, "contact", contact, ticket=other)
    assert {other: ("1", None)} == values(database, old) == values(database, new)


def test_what_was_deleted_before_moves_as_deleted(database: Database, releases: Releases) -> None:
    """A deleted ticket keeps its phone through the move, and has it when it is restored under the new release."""
    put_live(database, releases, FILES)
    [id] = insert_tickets(database, at(database, 1), {"subject": "a", "phone": "1"})
    be_there(database, at(database, 1), "ticket", id, deleted=NOW)
    put_live(database, releases, split())
    new = at(database, 2)
    assert {} == values(database, new)
    be_there(database, new, "ticket", id, deleted=None)
    assert {id: ("1", None)} == values(database, new)

"""What one may write: by role, row, reference and step, and what only the platform writes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from forms_dsl.model import StepFields
from runtime.failures import NotAllowed, NotFound
from runtime.store.database import Database
from tests.records.lab import (
    ROLES,
    add,
    add_client,
    context,
    faults,
    lab,
    lab_with,
    person,
    refusal,
    system,
)
from tests.records.test_writing import BOSS, TELLER, change, make, seen


@pytest.mark.parametrize(
    "field", ["booked", "items_total", "number", "id", "version", "created_at", "created_on", "changed_by", "deleted_at"]
)
def test_nobody_assigns_what_the_platform_sets(db: Database, field: str) -> None:
    """Read-only, computed and system fields are refused in a body, not ignored."""
    client = add_client(db, "A")
    body = {"client": client, "kind": "small", "amount": "50", field: "1"}

    failure = refusal(lambda: make(db, context(BOSS), "deal", **body))

    assert list(faults(failure)) == [f"/{field}"]
    with db.read() as connection:
        assert 0 == connection.execute(sa.select(sa.func.count()).select_from(lab().entities["deal"].table)).scalar()


def test_a_hidden_field_in_a_body_answers_like_a_missing_one(db: Database) -> None:
    """The answers for a hidden name and for a name that does not exist are the same but for the name."""
    id = add_client(db, "A", salary="5")
    noter = context(person("ann", "noter", unit="bj"))

    hidden = refusal(lambda: change(db, noter, "client", id, {"salary": "7"}))
    missing = refusal(lambda: change(db, noter, "client", id, {"absent": "7"}))

    def told(failure: object) -> str:
        return repr([(f.code, f.pointer, f.message) for f in failure.faults]).replace("salary", "*").replace("absent", "*")  # type: ignore[attr-defined]

    assert told(missing) == told(hidden)


def test_fields_that_a_role_only_reads_are_refused(db: Database) -> None:
    """The grants of the very record decide which fields may be entered."""
    id = add_client(db, "A", income="5")
    noter = context(person("ann", "noter", unit="bj"))

    failure = refusal(lambda: change(db, noter, "client", id, {"income": "7", "remark": "x"}))

    assert {"/income": "Q302"} == faults(failure)
    assert "x" == change(db, noter, "client", id, {"remark": "x"}).after["remark"]


def test_the_fields_of_one_role_do_not_go_with_the_rows_of_another(db: Database) -> None:
    """A role that may change everything in its branch and one that may change little everywhere do not add up."""
    id = add_client(db, "A", income="5")
    both = context(person("tom", "teller", "noter"))

    failure = refusal(lambda: change(db, both, "client", id, {"branch": "bj"}))

    assert isinstance(failure, NotAllowed)
    assert "cx" == seen(db, "client", id)["branch"]


def test_the_row_cells_of_one_role_do_not_go_with_the_rows_of_another(db: Database) -> None:
    """Cells of child rows follow the same rule as fields: the role that gives the record says which may be entered."""
    roles = f"""{ROLES}
  small: {{label: Small, access: {{deal: {{create: kind == "small", read: true}}}}}}
  large: {{label: Large, access: {{deal: {{create: kind == "large", read: true, fields: {{items.price: read}}}}}}}}
"""
    client = add_client(db, "A", vip=True)
    both = context(person("eve", "small", "large", "viewer", unit="ho"), app=lab_with(roles=roles))
    sent = {"client": client, "amount": "50", "extra": "x", "items": [{"name": "a", "price": "1", "quantity": 1}]}

    failure = refusal(lambda: make(db, both, "deal", **{**sent, "kind": "large"}))

    assert isinstance(failure, NotAllowed)
    assert 1 == make(db, both, "deal", **{**sent, "kind": "small", "extra": None}).version


def test_row_rules_hold_before_and_after(db: Database) -> None:
    """Nobody changes a record of others, makes one for others, or moves one out of his own rows."""
    mine, theirs = add_client(db, "A"), add_client(db, "B", branch="bj")
    below = add_client(db, "C", branch="cx1")

    assert isinstance(refusal(lambda: change(db, context(TELLER), "client", theirs, {"remark": "x"})), NotFound)
    assert isinstance(refusal(lambda: change(db, context(TELLER), "client", below, {"remark": "x"})), NotAllowed)
    assert isinstance(refusal(lambda: change(db, context(TELLER), "client", mine, {"branch": "cx1"})), NotAllowed)
    assert isinstance(refusal(lambda: make(db, context(TELLER), "client", code="D", full_name="D", branch="bj")), NotAllowed)
    assert "cx" == seen(db, "client", mine)["branch"]


def test_a_reference_to_a_record_one_may_not_see_answers_like_a_missing_one(db: Database) -> None:
    """Referring is no way to find out what is there."""
    theirs = add_client(db, "B", branch="bj")
    hidden = refusal(lambda: make(db, context(TELLER), "deal", client=theirs, kind="small", amount="50"))
    missing = refusal(lambda: make(db, context(TELLER), "deal", client="0199", kind="small", amount="50"))

    assert {"/client": "Q305"} == faults(hidden) == faults(missing)
    assert [f.message for f in missing.faults] == [f.message for f in hidden.faults]


def test_a_masked_value_sent_back_changes_nothing(db: Database) -> None:
    """A client that returns the mask it was shown has entered nothing; a new value is entered anew."""
    id = add_client(db, "A", id_no="110101199001011234")

    change(db, context(TELLER), "client", id, {"id_no": "110****1234", "remark": "x"})
    assert "110101199001011234" == seen(db, "client", id)["id_no"]
    change(db, context(TELLER), "client", id, {"id_no": "330101199001011234"}, 2)
    assert "330101199001011234" == seen(db, "client", id)["id_no"]


def test_a_step_writes_its_own_fields_and_no_others(db: Database) -> None:
    """The holder of an open work item changes the step's fields of that record without any role."""
    id = add_client(db, "A", income="5")
    officer = context(person("ann", unit="bj"))
    step = StepFields(write=("remark",))

    assert {"/income": "Q302"} == faults(refusal(lambda: change(db, officer, "client", id, {"income": "6"}, by_step=step)))
    assert 2 == change(db, officer, "client", id, {"remark": "seen"}, by_step=step).version
    assert isinstance(refusal(lambda: change(db, officer, "client", id, {"remark": "x"}, 2)), NotFound)


def test_the_platform_sets_what_nobody_enters(db: Database) -> None:
    """Status and saved results are written by the platform, without the checks of entry."""
    client = add_client(db, "A")
    id = add(db, "deal", client=client, branch="cx", kind="small", amount="50")

    change(db, system(), "deal", id, {"booked": "L-1"}, by_platform=True)

    assert "L-1" == seen(db, "deal", id)["booked"]

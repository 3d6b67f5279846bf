"""Publishing: refused whole or done whole, tombstones keep data, one of two publishers wins, two people are needed."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from runtime.failures import Conflict, Failure, NotAllowed, NotFound
from runtime.identity.organisation import add_person
from runtime.publish.apply import Publication, activate, publish
from runtime.publish.consent import Consent
from runtime.publish.history import active_release, list_releases
from runtime.publish.refused import Refused
from runtime.releases import Releases
from runtime.store.database import Database
from runtime.store.tables import audit_event, physical_column, publish_step
from tests.publish.desk import FILES, NOW, context_of, edited, insert_tickets, principal, put_live, stored, with_field

URGENCY = "urgency: {type: integer, label: {zh: 紧急度, en: Urgency}}"


def test_a_first_publication_makes_the_tables_and_the_app_live(database: Database, releases: Releases) -> None:
    """After the first publication records can be kept and the process serves the app."""
    published = put_live(database, releases, FILES)
    compiled = releases.current()["desk"]
    insert_tickets(database, compiled, {"subject": "a", "cost": Decimal("1.50")})

    assert (1, "active", 1) == (published.release.release, published.release.state, compiled.release)
    assert [{"subject": "a", "phone": None, "level": None, "cost": Decimal("1.50")}] == stored(database, compiled)


def test_a_new_field_is_added_beside_the_data(database: Database, releases: Releases) -> None:
    """A second publication adds a column, and every record keeps what it had."""
    put_live(database, releases, FILES)
    insert_tickets(database, releases.current()["desk"], {"subject": "a"})
    put_live(database, releases, with_field(URGENCY))

    assert [{"subject": "a", "phone": None, "level": None, "cost": None, "urgency": None}] == stored(
        database, releases.current()["desk"]
    )


def test_a_constant_default_fills_existing_records_only_once(database: Database, releases: Releases) -> None:
    """Records that were there get the default of a new field; the column itself keeps none."""
    put_live(database, releases, FILES)
    insert_tickets(database, releases.current()["desk"], {"subject": "a"}, {"subject": "b"})
    put_live(database, releases, with_field("fee: {type: decimal, scale: 2, default: '2.5', label: {zh: 费, en: Fee}}"))
    compiled = releases.current()["desk"]
    insert_tickets(database, compiled, {"subject": "c"})

    assert [Decimal("2.50"), Decimal("2.50"), None] == [row["fee"] for row in stored(database, compiled)]


def test_a_stored_formula_is_computed_for_records_that_exist(database: Database, releases: Releases) -> None:
    """A new stored computed field, and one whose formula changed, hold the formula's value for every record."""
    put_live(database, releases, FILES)
    insert_tickets(database, releases.current()["desk"], {"subject": "a", "cost": Decimal("1.50")}, {"subject": "b"})
    doubled = "twice: {type: decimal, scale: 2, compute: 'round(cost * 2, 2)', stored: true, label: {zh: 双倍, en: Twice}}"
    put_live(database, releases, with_field(doubled))
    first = [row["twice"] for row in stored(database, releases.current()["desk"])]
    put_live(database, releases, with_field(doubled.replace("* 2", "* 3")))

    assert [Decimal("3.00"), None] == first
    assert [Decimal("4.50"), None] == [row["twice"] for row in stored(database, releases.current()["desk"])]


def test_a_broken_definition_is_refused_whole(database: Database, releases: Releases) -> None:
    """All findings come at once, nothing is written, and the app that runs goes on."""
    put_live(database, releases, FILES)
    broken = edited("entities/ticket.yaml", "type: text, max: 80", "typ: text, max: 80", with_field("x: {type: nonsense}"))
    with pytest.raises(Refused) as refused:
        put_live(database, releases, broken)
    with database.read() as connection:
        releases_now = list_releases(connection, "desk")

    assert len(refused.value.faults) >= 2
    assert [1] == [release.release for release in releases_now]
    assert 1 == releases.current()["desk"].release


def test_a_deleted_field_comes_back_with_its_data(database: Database, releases: Releases) -> None:
    """Deleting a field keeps its column as a tombstone; the same id again shows the old values."""
    put_live(database, releases, FILES)
    insert_tickets(database, releases.current()["desk"], {"subject": "a", "cost": Decimal("7.00")})
    without = edited(
        "lists/tickets.yaml",
        ", cost",
        "",
        edited("entities/ticket.yaml", "  cost: {type: decimal, scale: 2, label: {zh: 费用, en: Cost}}\n", ""),
    )
    put_live(database, releases, without)
    with database.read() as connection:
        dropped = connection.execute(sa.select(physical_column.c.dropped_in).where(physical_column.c.column_name == "f_cost"))
        assert 2 == dropped.scalar_one()
    put_live(database, releases, FILES)

    assert [Decimal("7.00")] == [row["cost"] for row in stored(database, releases.current()["desk"])]


def test_a_renamed_field_changes_nothing_physical(database: Database, releases: Releases) -> None:
    """A rename that keeps its id is only another name over the same column."""
    put_live(database, releases, FILES)
    renamed = edited("entities/ticket.yaml", "phone: {type: text,", "mobile: {id: phone, type: text,")
    published = put_live(database, releases, renamed)

    assert () == published.plan.steps
    assert 2 == releases.current()["desk"].release


def test_going_back_keeps_what_was_written_since(database: Database, releases: Releases) -> None:
    """An earlier release becomes active again with one act; columns and records of the later one stay."""
    put_live(database, releases, FILES)
    put_live(database, releases, with_field(URGENCY))
    later = releases.current()["desk"]
    insert_tickets(database, later, {"subject": "a", "urgency": 3})
    activate(database, releases, "desk", 1, context_of(principal("zhao", "publisher"), releases))
    with database.read() as connection:
        states = {release.release: release.state for release in list_releases(connection, "desk")}

    assert {1: "active", 2: "superseded"} == states
    assert 1 == releases.current()["desk"].release
    assert [3] == [row["urgency"] for row in stored(database, later)]
    put_live(database, releases, with_field(URGENCY))
    assert 3 == releases.current()["desk"].release


def test_going_back_makes_dropped_indexes_again(database: Database, releases: Releases) -> None:
    """A rule of uniqueness of the earlier release holds again after going back."""
    unique = edited("entities/ticket.yaml", "max: 20, class: C2,", "max: 20, unique: true, class: C2,")
    put_live(database, releases, unique)
    put_live(database, releases, FILES)
    activate(database, releases, "desk", 1, context_of(principal("zhao", "publisher"), releases))

    with pytest.raises(sa.exc.IntegrityError):
        insert_tickets(database, releases.current()["desk"], {"phone": "1"}, {"phone": "1"})


def test_only_a_superseded_release_can_be_made_active(database: Database, releases: Releases) -> None:
    """The active release and one that never was cannot be gone back to."""
    put_live(database, releases, FILES)
    context = context_of(principal("zhao", "publisher"), releases)

    with pytest.raises(Conflict):
        activate(database, releases, "desk", 1, context)
    with pytest.raises(NotFound):
        activate(database, releases, "desk", 7, context)


def test_a_moved_base_is_refused(database: Database, releases: Releases) -> None:
    """Who worked on release 1 cannot publish over a release 2 that he has not seen."""
    put_live(database, releases, FILES)
    put_live(database, releases, with_field(URGENCY))
    stale = Publication("desk", with_field("other: {type: boolean, label: {zh: 其他, en: Other}}"), Consent("a"), 1)
    with pytest.raises(Conflict) as refused:
        publish(database, releases, stale, context_of(principal("b", "publisher"), releases))

    assert "M408" == refused.value.code


def test_of_two_publishers_one_wins(database: Database, releases: Releases) -> None:
    """Two publications from one base at the same moment: one is live, the other is told, nothing is mixed."""
    put_live(database, releases, FILES)
    fields = [f"field_{name}: {{type: boolean, label: {{zh: 字段{name}, en: Field {name}}}}}" for name in "abcd"]
    start, answers = threading.Barrier(len(fields)), []

    def attempt(line: str) -> None:
        publication = Publication("desk", with_field(line), Consent("a"), 1)
        start.wait()
        try:
            answers.append(publish(database, releases, publication, context_of(principal("b", "publisher"), releases)))
        except Failure as failure:
            answers.append(failure)

    threads = [threading.Thread(target=attempt, args=(line,)) for line in fields]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost = [answer for answer in answers if isinstance(answer, Failure)]
    with database.read() as connection:
        states = [release.state for release in list_releases(connection, "desk")]

    assert len(fields) - 1 == len(lost)
    assert {"M408", "M433"} >= {failure.code for failure in lost}
    assert 1 == states.count("active")
    assert 0 == states.count("applying")


def test_the_author_cannot_approve(database: Database, releases: Releases) -> None:
    """Four eyes: the author, an editor, and somebody without the role are refused."""
    cases = [
        (Consent("zhao"), principal("zhao", "publisher")),
        (Consent("shen", frozenset({"zhao"})), principal("zhao", "publisher")),
        (Consent("shen"), principal("li", "designer")),
    ]
    for consent, person in cases:
        with pytest.raises(NotAllowed) as refused:
            publish(database, releases, Publication("desk", FILES, consent, None), context_of(person, releases))
        assert "M420" == refused.value.code


def test_the_operator_is_alone_only_the_first_time(database: Database, releases: Releases) -> None:
    """The first publication needs no second person; later ones do, outside a demonstration."""
    operator = principal("operator:root", "operator")
    alone = Consent(operator.id, alone=True)
    publish(database, releases, Publication("desk", FILES, alone, None), context_of(operator, releases))

    with pytest.raises(NotAllowed):
        publish(database, releases, Publication("desk", with_field(URGENCY), alone, 1), context_of(operator, releases))


def test_a_plan_that_changed_is_not_published(database: Database, releases: Releases) -> None:
    """What the second person saw is what happens, or nothing does."""
    publication = Publication("desk", FILES, Consent("a"), None, plan_checksum="0" * 64)
    with pytest.raises(Conflict) as refused:
        publish(database, releases, publication, context_of(principal("b", "publisher"), releases))

    assert "M421" == refused.value.code


def test_every_publication_leaves_its_steps_and_an_event(database: Database, releases: Releases) -> None:
    """The trail names author, approver and release; every step has the time when it was done."""
    put_live(database, releases, FILES)
    put_live(database, releases, with_field(URGENCY))
    with database.read() as connection:
        events = connection.execute(sa.select(audit_event.c.kind, audit_event.c.actor).order_by(audit_event.c.at)).all()
        undone = connection.scalar(sa.select(sa.func.count()).select_from(publish_step).where(publish_step.c.done_at.is_(None)))

    assert [("published", "approver")] * 2 == [tuple(event) for event in events]
    assert 0 == undone


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_step_that_the_database_refuses_leaves_no_trace(database: Database, releases: Releases) -> None:
    """Duplicates that appear after the plan stop the publication; the columns it had added are gone again.

    On SQLite nothing can come between: all of it is one transaction.
    """
    put_live(database, releases, FILES)
    changed = with_field(URGENCY, edited("entities/ticket.yaml", "max: 20, class: C2,", "max: 20, unique: true, class: C2,"))
    compiled = releases.current()["desk"]

    def duplicate(event: str, position: int, because: object) -> None:
        if event == "step" and position == 0:
            insert_tickets(database, compiled, {"phone": "1"}, {"phone": "1"})

    publication = Publication("desk", changed, Consent("a"), 1)
    with pytest.raises(Conflict) as refused:
        publish(database, releases, publication, context_of(principal("b", "publisher"), releases), progress=duplicate)
    with database.read() as connection:
        active = active_release(connection, "desk")
        columns = {column["name"] for column in sa.inspect(connection).get_columns(compiled.entities["ticket"].table.name)}
        states = {release.release: release.state for release in list_releases(connection, "desk")}

    assert "M431" == refused.value.code
    assert active is not None
    assert 1 == active.release
    assert {1: "active", 2: "failed"} == states
    assert "f_urgency" not in columns
    assert NOW == active.activated_at


def test_demo_people_that_stayed_make_no_demonstration(database: Database, releases: Releases) -> None:
    """A bank that began with the demonstration publishes with two people like any other."""
    operator = principal("operator:root", "operator")
    alone = Consent(operator.id, alone=True)
    context = context_of(operator, releases)
    publish(database, releases, Publication("desk", FILES, alone, None), context)
    with database.write() as connection:
        add_person(connection, "wang", "王", context.now, demo=True)

    with pytest.raises(NotAllowed):
        publish(database, releases, Publication("desk", with_field(URGENCY), alone, 1), context_of(operator, releases))
    showing = replace(context_of(operator, releases), demo=True)
    assert 2 == publish(database, releases, Publication("desk", with_field(URGENCY), alone, 1), showing).release.release

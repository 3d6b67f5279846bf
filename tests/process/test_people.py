"""Whom the organisation gives for posts, groups and chains of leaders."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from forms_dsl.model import People
from runtime.identity.holdings import Given, hold_post, join_group, leave_group, leave_post
from runtime.identity.organisation import add_unit, set_active, set_leader
from runtime.process.people import Case, Directory, find_people, leader_of, still_fits
from runtime.process.view import process_of
from runtime.store.database import Database
from tests.process.bank import NOW, Bank, open_bank

TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def bank(database: Database) -> Bank:
    """Beside the usual people: a region RG above a sub-branch SB with a department DP, led in turn by bob, head and kai."""
    bank = open_bank(database)
    with bank.database.write() as connection:
        units = dict(bank.units)
        units["SB"] = add_unit(connection, "SB", "SB", NOW, parent_id=units["CX"], region="浙江")
        units["DP"] = add_unit(connection, "DP", "DP", NOW, parent_id=units["SB"], region="浙江", department=True)
        set_leader(connection, units["DP"], bank.people["bob"], NOW)
        set_leader(connection, units["HO"], bank.people["kai"], NOW)
        hold_post(connection, bank.people["head"], units["CX"], "行长", Given(NOW))
    return Bank(bank.database, bank.compiled, bank.org, bank.people, units)


def found(bank: Bank, by: People, unit: str = "CX", starter: str = "clerk") -> list[str]:
    names = {id: name for name, id in bank.people.items()}
    with bank.database.read() as connection:
        directory = _directory(bank, connection, unit, starter)
        people = [candidate.person for candidate in find_people(directory, by).candidates]
        # The question at the commit gives the same answer for everybody.
        assert {person for person in bank.people.values() if still_fits(directory, by, person)} == set(people)
    return [names[person] for person in people]


def _directory(bank: Bank, connection: sa.Connection, unit: str, starter: str) -> Directory:
    case = Case(bank.people[starter], bank.units[unit], bank.units["BJ"], None, {})
    return Directory(connection, bank.context(starter), bank.compiled, case)


def test_a_post_is_held_in_a_unit(bank: Bank) -> None:
    """Several posts in several units (兼岗): the scope is about the unit of the post, not about the person's own."""
    with bank.database.write() as connection:
        hold_post(connection, bank.people["ann"], bank.units["CX"], "复核岗", Given(NOW))
        hold_post(connection, bank.people["ann"], bank.units["BJ"], "放款岗", Given(NOW))
        hold_post(connection, bank.people["stranger"], bank.units["CX"], "复核岗", Given(NOW))
        hold_post(connection, bank.people["bob"], bank.units["BJ"], "复核岗", Given(NOW))
        hold_post(connection, bank.people["kai"], bank.units["CR"], "复核岗", Given(NOW))

    check = People("post", "复核岗", "starter.branch")
    assert ["ann", "stranger"] == found(bank, check)
    assert ["bob"] == found(bank, check, unit="BJ")
    assert ["ann"] == found(bank, People("post", "放款岗", "record.branch"))
    assert ["kai"] == found(bank, People("post", "复核岗", "head_office"))
    assert ["ann", "bob", "kai", "stranger"] == sorted(found(bank, People("post", "复核岗")))
    assert [] == found(bank, People("post", "没有的岗"))


def test_a_post_has_its_days(bank: Bank) -> None:
    """From the first to the last day, both included; after that, or once it is taken away, nobody is asked for it."""
    yesterday, tomorrow = TODAY - dt.timedelta(1), TODAY + dt.timedelta(1)
    periods = {"ann": (None, yesterday), "bob": (tomorrow, None), "head": (TODAY, TODAY), "both": (yesterday, tomorrow)}
    with bank.database.write() as connection:
        for name, (first, last) in periods.items():
            hold_post(connection, bank.people[name], bank.units["CX"], "复核岗", Given(NOW), valid_from=first, valid_to=last)
            join_group(connection, bank.people[name], "贷审会", Given(NOW), valid_from=first, valid_to=last)

    assert ["both", "head"] == sorted(found(bank, People("post", "复核岗")))
    assert ["both", "head"] == sorted(found(bank, People("group", "贷审会")))
    with bank.database.write() as connection:
        assert leave_post(connection, bank.people["head"], bank.units["CX"], "复核岗", Given(NOW))
        assert leave_group(connection, bank.people["both"], "贷审会", Given(NOW))
        assert not leave_group(connection, bank.people["both"], "贷审会", Given(NOW))
    assert ["both"] == found(bank, People("post", "复核岗"))
    assert ["head"] == found(bank, People("group", "贷审会", "starter.branch"))


def test_leaders_one_above_the_other(bank: Bank) -> None:
    """From below to the top: units that nobody leads are passed over, a person stands once, and a post ends the chain."""
    chain = People("leader_of", "starter.department", levels=3)

    assert ["bob", "head", "kai"] == found(bank, chain, unit="DP")
    assert ["bob", "head"] == found(bank, People("leader_of", "starter.department", levels=2), unit="DP")
    assert ["bob", "head"] == found(bank, People("leader_of", "starter.department", levels=3, stop_at="行长"), unit="DP")
    assert ["bob"] == found(bank, People("leader_of", "starter.department"), unit="DP")
    assert [] == found(bank, chain, unit="CX")  # no department
    assert [] == found(bank, People("leader_of", "starter.branch"), unit="SB")  # one level: this unit or nobody
    with bank.database.write() as connection:
        set_leader(connection, bank.units["CX"], bank.people["bob"], NOW)
    assert ["bob", "kai"] == found(bank, chain, unit="DP")
    with bank.database.write() as connection:
        set_active(connection, bank.people["bob"], NOW, active=False)
    assert ["kai"] == found(bank, chain, unit="DP")


def test_who_leads_a_person(bank: Bank) -> None:
    """The leader of his unit; of the unit above for the leader himself; nobody above the top."""
    with bank.database.read() as connection:
        directory = _directory(bank, connection, "CX", "clerk")
        leaders = {
            name: [candidate.person for candidate in leader_of(directory, bank.people[name]).candidates]
            for name in ("clerk", "head", "kai", "stranger")
        }

    head, kai = bank.people["head"], bank.people["kai"]
    assert {"clerk": [head], "head": [kai], "kai": [], "stranger": [kai]} == leaders


def test_the_chain_decides_in_turn(database: Database) -> None:
    """Each level has a seat of its own, from below to the top."""
    flow = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: apart, different_people: [apply, chain]}]
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: chain
    title: {zh: 逐级审批, en: Chain}
    by: {leader_of: starter.branch, levels: 2}
    rule: {in_turn: true}
on_finish:
  approved: {set: {status: approved}}
"""
    bank = open_bank(database, flow)
    with bank.database.write() as connection:
        set_leader(connection, bank.units["HO"], bank.people["kai"], NOW)
    record, instance = bank.submit()

    bank.decide("head", instance, "chain")
    bank.decide("kai", instance, "chain")
    assert "approved" == bank.value(record, "f_status")


def test_an_earlier_approval_stands_for_the_next_seat(database: Database) -> None:
    """Both steps are for the leader: he decides once, the second is the system's, and another amount asks him again."""
    flow = """
workflow: approval
title: {zh: 审批, en: Approval}
for: loan
start: {by: role.clerk, in: own_branch, set: {status: in_review}}
controls:
  four_eyes: [{name: apart, different_people: [apply, one]}, {name: apart_too, different_people: [apply, two]}]
  repeat_approver: {skip: consecutive, unless_changed: [amount]}
steps:
  - fill: apply
    title: {zh: 录入, en: Application}
    by: starter
  - approve: one
    title: {zh: 一审, en: First}
    by: {leader_of: starter.branch}
    fields: {write: [amount]}
  - approve: two
    title: {zh: 二审, en: Second}
    by: {leader_of: starter.branch}
on_finish:
  approved: {set: {status: approved}}
"""
    bank = open_bank(database, flow)
    record, instance = bank.submit()
    bank.decide("head", instance, "one", fields={"amount": "5.00"})

    assert "approved" == bank.value(record, "f_status")
    with bank.database.read() as connection:
        trail = process_of(connection, bank.context("clerk"), instance)["trail"]
    assert ["started", "submitted", "approved", "repeated", "finished"] == [entry["kind"] for entry in trail]  # type: ignore[union-attr]
    assert (None, "一审") == (trail[3]["actor"], trail[3]["detail"])  # type: ignore[index]

"""Segments over real records: conditions over related records and windows, rank, sample, and whose members a reader sees."""

from __future__ import annotations

import datetime as dt

import httpx
import sqlalchemy as sa

from tests.kept.conftest import Bank, bank
from tests.publish import desk

__all__ = ["bank"]

NOTE = """\
entity: note
label: {zh: 记录, en: Note}
fields:
  ticket: {type: reference, to: ticket, label: {zh: 工单, en: Ticket}}
  hours: {type: integer, label: {zh: 小时, en: Hours}}
  done_on: {type: date, label: {zh: 日期, en: Done on}}
  seen_at: {type: datetime, label: {zh: 时间, en: Seen}}
"""
TICKET = desk.TICKET + "related:\n  notes: {entity: note, by: ticket}\n"
ROLES = """\
roles:
  agent:
    label: {zh: 坐席, en: Agent}
    access:
      ticket: {create: true, read: true, update: true}
      note: {create: true, read: true}
  desk_only:
    label: {zh: 仅工单, en: Tickets only}
    access:
      ticket: {read: true}
  low_only:
    label: {zh: 仅低级, en: Low ones only}
    access:
      ticket: {read: level == "low"}
      note: {read: true}
"""


def _segment(name: str, body: str) -> dict[str, str]:
    return {f"segments/{name}.yaml": f"segment: {name}\nentity: ticket\nlabel: {{zh: 客群, en: Segment}}\n{body}"}


FILES = {
    **desk.FILES,
    "entities/note.yaml": NOTE,
    "entities/ticket.yaml": TICKET,
    "roles.yaml": ROLES,
    **_segment("busy", "where: sum(notes.hours) >= 5\nexclude: cost > 900\n"),
    **_segment(
        "lately",
        "where: sum(n.hours for n in recent) > sum(n.hours for n in before)\nwindows:\n"
        "  recent: {of: notes, at: done_on, last: 30 days}\n  before: {of: notes, at: done_on, last: 30 days, skip: 30 days}\n",
    ),
    **_segment("seen", "where: count(today_only) > 0\nwindows:\n  today_only: {of: notes, at: seen_at, last: 1 day}\n"),
    **_segment("best", "where: not is_missing(cost)\nrank: {by: cost, within: level, top: 1}\n"),
    **_segment("upper", "where: true\nrank: {by: cost, top: 50%}\n"),
    **_segment("half", "where: true\nsample: 50\n"),
}


def _make(agent: httpx.Client) -> dict[str, str]:
    """Four tickets: a and b low, c and d high, b the dearest."""
    ids = {}
    for subject, level, cost in (("a", "low", "10"), ("b", "low", "1000"), ("c", "high", "30"), ("d", "high", "20")):
        made = agent.post("/api/desk/ticket", json={"subject": subject, "level": level, "cost": f"{cost}.00"})
        ids[subject] = made.json()["id"]
    return ids


def _members(who: httpx.Client, segment: str, **query: str) -> list[str]:
    answer = who.get(
        "/api/desk/ticket", params={"segment": segment, "order": "subject", "select": "subject", "count": "exact", **query}
    )
    assert 200 == answer.status_code, answer.text
    found = answer.json()
    assert len(found["items"]) == found["count"]
    return [each["subject"] for each in found["items"]]


def test_conditions_over_related_records_and_windows(bank: Bank) -> None:
    """Sums over related records, what is excluded, windows of days and of instants at the edges of their days."""
    bank.publish(FILES)
    agent = bank.caller("zhou", "agent")
    ids = _make(agent)
    # Today is 24 November at the desk; the window of 30 days begins on 26 October.
    for ticket, hours, done_on, seen_at in (
        ("a", 5, "2026-11-24", "2026-11-23T16:00:00.000Z"),
        ("b", 9, "2026-10-26", "2026-11-23T15:59:59.999Z"),
        ("c", 4, "2026-10-25", "2026-11-24T15:59:59.999Z"),
        ("d", 5, "2026-11-25", "2026-11-24T16:00:00.000Z"),
        ("d", 1, "2026-10-25", None),
    ):
        body = {"ticket": ids[ticket], "hours": hours, "done_on": done_on, "seen_at": seen_at}
        assert 201 == agent.post("/api/desk/note", json=body).status_code

    assert ["a", "d"] == _members(agent, "busy")
    assert ["a", "b"] == _members(agent, "lately")
    assert ["a", "c"] == _members(agent, "seen")
    assert ["d"] == _members(agent, "busy", where='level == "high"')


def test_the_rank_is_the_records_own_and_the_sample_stays(bank: Bank) -> None:
    """The dearest of each level, the upper half of all; who sees part of the records sees the members among them."""
    bank.publish(FILES)
    agent, low = bank.caller("zhou", "agent"), bank.caller("wu", "low_only")
    _make(agent)

    assert ["b", "c"] == _members(agent, "best")
    assert ["b", "c"] == _members(agent, "upper")
    assert ["b"] == _members(low, "upper")
    with bank.database.write() as connection:
        table = bank.releases.current()["desk"].entities["ticket"].table
        now = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
        for number in range(16):
            id = f"00000000-0000-7000-8000-0000{number:x}0000000"
            values = {"id": id, "version": 1, "created_at": now, "created_by": "x", "changed_at": now, "changed_by": "x"}
            connection.execute(sa.insert(table).values(**values, f_subject=f"s{number:02}"))
    assert [f"s{number:02}" for number in range(8)] == [each for each in _members(agent, "half") if each.startswith("s")]


def test_who_may_not_read_what_decides_does_not_know_of_the_segment(bank: Bank) -> None:
    """400 like a name that is not there, on REST as on screens; pages of a segment go on where they ended."""
    bank.publish(FILES)
    agent, desk_only = bank.caller("zhou", "agent"), bank.caller("wu", "desk_only")
    _make(agent)

    refused = desk_only.get("/api/desk/ticket", params={"segment": "busy"})
    missing = desk_only.get("/api/desk/ticket", params={"segment": "nothing"})
    assert (400, 400, "Q203") == (refused.status_code, missing.status_code, refused.json()["code"])
    assert ["best", "half", "upper"] == [each["name"] for each in desk_only.get("/api/apps/desk/screens").json()["segments"]]
    assert 400 == agent.get("/api/desk/note", params={"segment": "busy"}).status_code

    first = agent.get("/api/desk/ticket", params={"segment": "best", "order": "subject", "limit": 1}).json()
    second = agent.get("/api/desk/ticket", params={"segment": "best", "order": "subject", "limit": 1, "cursor": first["next"]})
    assert (["b"], ["c"]) == tuple([each["subject"] for each in page["items"]] for page in (first, second.json()))
    other = agent.get("/api/desk/ticket", params={"order": "subject", "limit": 1, "cursor": first["next"]})
    assert 400 == other.status_code

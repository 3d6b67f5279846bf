"""Printed pages: what their reader may see and no more, his name and the time on each, an event for each print."""

from __future__ import annotations

import httpx

from tests.kept.conftest import Bank, bank
from tests.publish import desk

__all__ = ["bank"]

SLIP = """\
template: slip
entity: ticket
kind: print
label: {zh: 工单回执, en: Slip}
when: cost > 10
page: {size: A5, orientation: landscape, watermark: "仅供{{subject}}使用"}
blocks:
  - text: intro
    label: {zh: "工单{{subject}}，费用大写{{cost|capital}}，经办{{user.name}}。", en: "Ticket {{subject}}, cost {{cost|money}}, for {{user.name}}."}
  - facts: main
    label: {zh: 要素, en: Facts}
    columns: 2
    items: [subject, phone, level, cost, owner]
  - text: dear
    visible: cost > 1000
    label: {zh: 大额, en: A dear one}
  - table: parts
    columns: [name, price]
    totals: [price]
"""
TICKET = (
    desk.TICKET
    + """\
  owner: {type: reference, to: org.person, label: {zh: 负责人, en: Owner}}
  parts: {type: rows, of: part, label: {zh: 配件, en: Parts}}
rows:
  part:
    label: {zh: 配件, en: Part}
    fields:
      name: {type: text, max: 40, label: {zh: 名称, en: Name}}
      price: {type: money, label: {zh: 价格, en: Price}}
"""
)
ROLES = """\
roles:
  agent:
    label: {zh: 坐席, en: Agent}
    access:
      ticket: {create: true, read: created_by == user.id, update: true, print: true}
  viewer:
    label: {zh: 查看, en: Viewer}
    access:
      ticket: {read: true}
  guarded:
    label: {zh: 受限, en: Guarded}
    access:
      ticket: {read: true, print: true, fields: {cost: hidden, parts: hidden}}
"""
ALWAYS = """\
template: always
entity: ticket
kind: print
label: {zh: 摘要, en: Summary}
blocks:
  - facts: main
    items: [subject, cost]
  - table: parts
    columns: [name, price]
  - text: dear
    visible: cost > 10
    label: {zh: 大额, en: A dear one}
"""
FILES = {
    **desk.FILES, "entities/ticket.yaml": TICKET, "roles.yaml": ROLES,
    "templates/slip.yaml": SLIP, "templates/always.yaml": ALWAYS,
}  # fmt: skip


def _ticket(agent: httpx.Client, **more: object) -> str:
    parts = [{"name": "<b>bolt</b>", "price": "1.50"}, {"name": "nut", "price": "2.25"}]
    body = {"subject": "门锁", "phone": "13800001234", "level": "high", "cost": "1234.50", "parts": parts, **more}
    made = agent.post("/api/desk/ticket", json=body)
    assert 201 == made.status_code, made.text
    return f"/api/desk/ticket/{made.json()['id']}"


def test_a_page_holds_what_its_reader_may_see_and_who_he_is(bank: Bank) -> None:
    """Values as people read them, masks as masks, markup as text; the reader and the time as watermark; no script but its own."""
    bank.publish(FILES)
    agent = bank.caller("zhou", "agent")
    record = _ticket(agent)

    offered = agent.get(f"{record}/prints").json()["items"]
    page = agent.get(f"{record}/prints/slip", params={"locale": "en"})

    assert ["always", "slip"] == [each["name"] for each in offered]
    assert (200, "text/html; charset=utf-8") == (page.status_code, page.headers["content-type"])
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    html = page.text
    for shown in (
        "Ticket 门锁, cost 1,234.50, for zhou.", "High", "&lt;b&gt;bolt&lt;/b&gt;", "3.75", "A dear one", "size: A5 landscape",
        "仅供门锁使用 zhou zhou 2026-11-24 16:00", "Printed by zhou zhou, 2026-11-24 16:00",
    ):  # fmt: skip
        assert shown in html, shown
    assert "13800001234" not in html and "<b>bolt" not in html
    assert "壹仟贰佰叁拾肆元伍角整" in agent.get(f"{record}/prints/slip", params={"locale": "zh"}).text


def test_only_a_role_that_prints_prints_its_own_rows(bank: Bank) -> None:
    """The right to print goes with the rows that its role gives: another role's rows are not printed by it."""
    bank.publish(FILES)
    agent, viewer, both = bank.caller("zhou", "agent"), bank.caller("wu", "viewer"), bank.caller("li", "agent", "viewer")
    record = _ticket(agent)

    assert 200 == both.get(record).status_code
    assert [404, 404] == [who.get(f"{record}/prints/slip").status_code for who in (viewer, both)]
    assert [[], []] == [who.get(f"{record}/prints").json()["items"] for who in (viewer, both)]
    assert (["ticket"], []) == tuple(who.get("/api/apps/desk/screens").json()["prints"] for who in (agent, viewer))
    assert 404 == agent.get(f"{record}/prints/nothing").status_code


def test_hidden_fields_are_neither_printed_nor_decide(bank: Bank) -> None:
    """Facts, tables and conditions over what the reader may not know: left out, and false."""
    bank.publish(FILES)
    record = _ticket(bank.caller("zhou", "agent"))
    guarded = bank.caller("wu", "guarded")

    assert ["always"] == [each["name"] for each in guarded.get(f"{record}/prints").json()["items"]]
    assert (409, "Q220") == (
        guarded.get(f"{record}/prints/slip").status_code,
        guarded.get(f"{record}/prints/slip").json()["code"],
    )
    html = guarded.get(f"{record}/prints/always", params={"locale": "en"}).text
    assert "门锁" in html
    assert not [word for word in ("Cost", "1,234.50", "Parts", "bolt", "A dear one") if word in html]


def test_each_print_is_an_event_and_a_cheap_ticket_has_no_slip(bank: Bank) -> None:
    """The trail says who printed which page of which version; a refused print leaves none."""
    bank.publish(FILES)
    agent, auditor = bank.caller("zhou", "agent"), bank.caller("sun", platform=("auditor",))
    cheap, record = _ticket(agent, cost="10.00"), _ticket(agent)

    assert 409 == agent.get(f"{cheap}/prints/slip").status_code
    agent.get(f"{record}/prints/slip")

    (event,) = auditor.get("/api/audit/events", params={"kind": "record.printed"}).json()["items"]
    assert ("zhou", record.rpartition("/")[2], 1, "slip") == (
        event["actor"]["name"], event["record_id"], event["record_version"], event["body"]["template"],
    )  # fmt: skip
    assert "phone" in event["body"]["fields"]


def test_fields_of_the_platform_are_printed_beside_those_of_the_entity(bank: Bank) -> None:
    """Who made a record, and when, are no fields that its entity declares; a page may show them all the same."""
    always = ALWAYS.replace("items: [subject, cost]", "items: [subject, created_by, created_on]")
    bank.publish(
        {**FILES, "templates/always.yaml": always + '  - text: by\n    label: {zh: 由, en: "By {{created_by}} today."}\n'}
    )
    agent = bank.caller("zhou", "agent")

    page = agent.get(f"{_ticket(agent)}/prints/always", params={"locale": "en"})

    assert 200 == page.status_code, page.text
    assert "By zhou today." in page.text

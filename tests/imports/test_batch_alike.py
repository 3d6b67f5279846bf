"""What a batch writes by few statements is what single writes leave: the same records, words and trail, but for ids and moments."""

from __future__ import annotations

import csv
import io
from typing import Any

import sqlalchemy as sa

from runtime.audit.trail import LEAF_COLUMNS, leaf_of
from runtime.context import Context
from runtime.failures import Failure
from runtime.identity.principal import resolve_principal
from runtime.records.importing import narrowed
from runtime.records.write import insert_record
from runtime.store.identifiers import new_id
from runtime.store.tables import audit_event, audit_queue, number_sequence, search_term
from tests.imports.batches import FILES, Floor
from tests.publish import desk

TICKET = """\
entity: ticket
label: {zh: 工单, en: Ticket}
title: "{subject}"
number: "T{yyyy}-{seq:4}"
fields:
  code: {type: text, max: 20, unique: true, label: {zh: 编号, en: Code}}
  subject: {type: text, max: 80, required: true, lines: 3, label: {zh: 主题, en: Subject}}
  phone: {type: text, max: 20, class: C2, label: {zh: 电话, en: Phone}}
  secret: {type: text, max: 20, class: C3, label: {zh: 口令, en: Secret}}
  level:
    type: choice
    label: {zh: 级别, en: Level}
    choices:
      low: {label: {zh: 低, en: Low}}
      high: {label: {zh: 高, en: High}}
  cost: {type: decimal, scale: 2, min: 0, label: {zh: 费用, en: Cost}}
  doubled: {type: decimal, scale: 2, compute: cost * 2, label: {zh: 双倍, en: Doubled}}
  pieces: {type: integer, default: "1", label: {zh: 件数, en: Pieces}}
  due: {type: date, label: {zh: 日期, en: Due}}
  at: {type: datetime, label: {zh: 时间, en: At}}
  urgent: {type: boolean, label: {zh: 急, en: Urgent}}
  remark: {type: text, max: 80, lines: 5, label: {zh: 备注, en: Remark}}
  parent: {type: reference, to: ticket, label: {zh: 上级, en: Parent}}
unique: [[subject, due]]
rules:
  cheap: {check: cost < 1000, at: cost, message: {zh: 太贵, en: Too dear}}
"""
LIST = """\
list: tickets
entity: ticket
label: {zh: 工单, en: Tickets}
columns: [code, subject]
search: [code, subject, remark]
"""
NAMES = ["code", "subject", "phone", "secret", "level", "cost", "pieces", "due", "at", "urgent", "remark"]
ROWS = [
    ["A1", "张伟明", "13800001111", "xyz", "high", "1.50", "3", "2026-01-31", "2026-01-31T08:00:00Z", "true", "C0004711"],
    ["A2", '=x,"y"\n\\N \\. 100%', "", "", "low", "5", "", "", "", "", "\\N"],
    ["A3", "", "1", "", "high", "3", "", "", "", "", ""],
    ["A4", "长城 Café ＡＢＣ", "", "", "high", "12000", "", "", "", "", ""],
    ["A5", "again", "", "", "high", "1", "", "2026-02-01", "", "false", "%s %d"],
    ["A6", "again", "", "", "high", "2", "", "2026-02-01", "", "", ""],
    ["A7", "last", "7", "", "high", "999.99", "0", "0099-01-01", "", "", "\\.\n\\.\r\n'"],
    ["A8", "wrong", "", "", "high", "-1", "x", "2026-02-30", "", "", ""],
]
_OWN = {"id", "at", "record_id", "leaf", "request_id"}


def test_a_batch_leaves_what_single_writes_leave(floor: Floor) -> None:
    """Records, numbers, words, refusals and events of a file and of its rows one by one; each leaf is that of its event."""
    floor.bank.publish({**FILES, "entities/ticket.yaml": TICKET, "lists/tickets.yaml": LIST})
    person = floor.bank.caller("wu", "bulk")
    text = io.StringIO(newline="")
    csv.writer(text).writerows([NAMES, *ROWS])
    batch = floor.written(person, text.getvalue())
    told = person.get(f"/api/apps/desk/ticket/imports/{batch['id']}/errors").content.decode("utf-8-sig")
    refused = sorted((row[0], row[3]) for row in list(csv.reader(io.StringIO(told, newline="")))[1:-1])
    together = _left(floor)
    _forget(floor)

    single = _one_by_one(floor, batch["started_by"]["id"])

    assert single == refused
    alone = _left(floor)
    assert {"records": 4, "words": True, "events": 4} == {
        "records": len(together["records"]), "words": len(together["words"]) > 25, "events": len(together["events"]),
    }  # fmt: skip
    for kind in ("records", "words", "events"):
        assert alone[kind] == together[kind]


def _one_by_one(floor: Floor, person: str) -> list[tuple[str, str]]:
    """Create each row as a request would; the refusals by row and code."""
    refused = []
    for number, row in enumerate(ROWS, 2):
        body = {name: value for name, value in zip(NAMES, row, strict=True) if value}
        try:
            with floor.bank.database.write() as connection:
                principal = resolve_principal(connection, person, desk.NOW, demo=False)
                assert principal is not None
                releases = floor.bank.releases.current()
                context = Context(principal, releases, desk.NOW, desk.NOW.date(), new_id(desk.NOW), channel="import")
                insert_record(connection, narrowed(context, "desk", "ticket", ("bulk",)), "desk", "ticket", body)
        except Failure as failure:
            refused += [(str(number), fault.code) for fault in failure.faults]
    return sorted(refused)


def _left(floor: Floor) -> dict[str, list[Any]]:
    """What stands in the tables, without what differs each time; whose words and events they are is told by the code."""
    records = floor.rows()
    codes = {row["id"]: row["f_code"] for row in records}
    with floor.bank.database.read() as connection:
        words = connection.execute(sa.select(search_term).where(search_term.c.record_id.in_(list(codes)))).all()
        made = audit_event.c.record_id.in_(list(codes))
        events = connection.execute(sa.select(audit_event).where(made)).mappings().all()
        waiting = set(connection.scalars(sa.select(audit_queue.c.event_id)))
    for event in events:
        assert event["leaf"] == leaf_of({name: event[name] for name in LEAF_COLUMNS})
        assert event["id"] in waiting
    return {
        "records": [{name: value for name, value in row.items() if name != "id"} for row in records],
        "words": sorted((word.field, word.term, codes[word.record_id]) for word in words),
        "events": sorted(
            ([codes[event["record_id"]], {name: value for name, value in event.items() if name not in _OWN}] for event in events),
            key=lambda pair: str(pair[0]),
        ),
    }


def _forget(floor: Floor) -> None:
    """Take away the records of the batch, so that the rows can come anew; the trail lets nothing be taken away."""
    table = floor.bank.releases.current()["desk"].entities["ticket"].table
    with floor.bank.database.write() as connection:
        for gone in (table, search_term, number_sequence):
            connection.execute(sa.delete(gone))

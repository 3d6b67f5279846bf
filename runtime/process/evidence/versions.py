"""所见版本: which version of a record somebody decided on, in whose place, whether signed; and who read which copy."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.context import Context
from runtime.process.act_words import is_secret
from runtime.process.evidence.history import Names, entries_of, events_of, names_for
from runtime.process.evidence.report import AT, FLOW, RECORD, STEP, UNIT, Column, Page, Report, Row, Wanted, instant, page_of
from runtime.process.signing import is_genuine
from runtime.process.words import in_language
from runtime.store.tables import wf_event
from workflow_engine.apply import replay
from workflow_engine.event_codec import decode
from workflow_engine.events import Entry
from workflow_engine.state import Instance

_KINDS = ("seat_decided", "copy_read", "step_seen")
_DONE: dict[str, Label] = {
    "approve": {"zh": "同意", "en": "approved"},
    "reject": {"zh": "拒绝", "en": "rejected"},
    "return": {"zh": "退回", "en": "returned"},
    "abstain": {"zh": "弃权", "en": "abstained"},
    "complete": {"zh": "办结", "en": "completed"},
    "read": {"zh": "已阅抄送", "en": "read the copy"},
    "seen": {"zh": "打开待办", "en": "opened the task"},
    "voted": {"zh": "已投票", "en": "voted"},
}
_SIGNED: dict[bool, Label] = {True: {"zh": "有效签名", "en": "signed"}, False: {"zh": "签名不符", "en": "signature does not fit"}}


def _read(connection: Connection, context: Context, wanted: Wanted, place: int, limit: int) -> Page:
    found = events_of(connection, context, wanted, wf_event.c.kind.in_(_KINDS), place, limit)
    shown = found[:limit]
    people = {person for row in shown for person in (row.actor, row.body.get("on_behalf_of"))}
    names = names_for(connection, context, shown, people)
    # A copy names its version only in the history, and a ballot whose vote is secret is told by its state.
    looked = {row.instance_id for row in shown if row.kind == "copy_read" or _may_be_secret(names, row)}
    states = {id: replay(entries) for id, entries in entries_of(connection, looked).items()}
    return page_of([_line(wanted, names, row, states.get(row.instance_id)) for row in shown], place, limit, len(found))


def _may_be_secret(names: Names, row: sa.Row[Any]) -> bool:
    return any(step.rule.secret for step in names.flow(row).definition.human_steps())


def _line(wanted: Wanted, names: Names, row: sa.Row[Any], state: Instance | None) -> Row:
    body, locale, step = row.body, names.context.locale, row.body["step"]
    version, done, signature = (
        body.get("record_version"),
        body.get("decision", "seen" if row.kind == "step_seen" else "read"),
        None,
    )
    if row.kind == "copy_read":
        copy = state.copy(body["copy"]) if state is not None else None
        version = copy.record_version if copy is not None else None
    elif row.kind == "seat_decided" and state is not None and step in names.flow(row).definition.places:
        done = "voted" if is_secret(names.flow(row).definition, state, step, body["visit"]) else done
    if body.get("signature") and done != "voted":
        genuine = is_genuine(row.instance_id, Entry(row.at, row.actor, decode(row.kind, body)))
        signature = in_language(_SIGNED[genuine], locale)
    return {
        "at": instant(wanted, row.at),
        **names.common(row),
        "step": names.step(row, step),
        "person": names.person(row.actor),
        "for": names.person(body.get("on_behalf_of")),
        "done": in_language(_DONE[done], locale),
        "version": version,
        "signature": signature,
    }


VERSIONS = Report(
    "versions",
    {"zh": "何人所见何版本", "en": "Who decided on which version"},
    {
        "zh": "期间每个决定与每次已阅：何人、代何人、所见记录的版本、签名是否有效",
        "en": "Each decision and each receipt of the period: who, in whose place, on which version of the record, and whether its signature holds",
    },
    (
        AT,
        FLOW,
        UNIT,
        RECORD,
        STEP,
        Column("person", {"zh": "办理人", "en": "Who"}),
        Column("for", {"zh": "代何人", "en": "In the place of"}),
        Column("done", {"zh": "操作", "en": "Did"}),
        Column("version", {"zh": "记录版本", "en": "Version"}, "number"),
        Column("signature", {"zh": "签名", "en": "Signature"}),
    ),
    _read,
)

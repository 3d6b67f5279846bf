"""Proposed duplicates as a reader may know them: each with its two records, of which one that is not his has no name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.names import SYSTEM_FIELDS
from runtime.compile.access import Action
from runtime.compile.app import CompiledEntity
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid, NotFound
from runtime.records.access import NOT_THERE, access_plan, find_entity, is_record_id, possible_plan
from runtime.records.codes import BAD_CURSOR, REQUIRED
from runtime.records.draft import Draft, read_body
from runtime.records.duplicates import find_matches
from runtime.records.opening import open_record, writer_for
from runtime.records.read import get_record
from runtime.records.request import GetRequest, fault, refused
from runtime.records.titles import titles_of
from runtime.store.tables import duplicate_case, org_person
from runtime.store.types import format_instant

PAGE = 50
_LONGEST = 400


def hint(
    connection: Connection, context: Context, app: str, entity: str, values: Mapping[str, object], record_id: str | None
) -> list[dict[str, object]]:
    """What agrees with values that are being filled in: the records that this person may read, and how many others."""
    compiled, found = find_entity(context, app, entity)
    parsed = _entered(context, app, entity, values)
    # A record that is not his is not left out: what then is missing would tell that it is the one that agrees.
    is_his = record_id is not None and is_record_id(record_id) and titles_of(connection, context, app, entity, [record_id])
    shown: list[dict[str, object]] = []
    for match in find_matches(connection, context, compiled, found, parsed, record_id if is_his else None):
        titles = titles_of(connection, context, app, entity, match.ids)
        records = [{"id": id, "title": titles[id]} for id in match.ids if id in titles]
        shown.append(
            {
                "fields": list(match.rule.fields),
                "then": match.rule.then,
                "records": records,
                "hidden": len(match.ids) - len(records),
            }
        )
    return shown


def cases_of_record(connection: Connection, context: Context, app: str, entity: str, record_id: str) -> list[dict[str, object]]:
    """The proposals of a record, open and dismissed; NotFound when it is not his to read."""
    get_record(connection, context, app, entity, record_id, GetRequest(select=()))
    _, found = find_entity(context, app, entity)
    mine = sa.or_(duplicate_case.c.first_id == record_id, duplicate_case.c.second_id == record_id)
    told = duplicate_case.c.state.in_(("open", "dismissed"))
    return _shown(connection, context, found, _rows(connection, found, mine, told, limit=200))


def open_cases(
    connection: Connection, context: Context, app: str, entity: str, cursor: str | None
) -> tuple[list[dict[str, object]], str | None]:
    """One page of the open proposals of an entity, newest first, with the place behind it: those of which he may read a record."""
    _, found = find_entity(context, app, entity)
    access_plan(context, app, entity, "read")
    if cursor is not None and not is_record_id(cursor):
        zh, en = "cursor 不是本列表给出的位置。", "This cursor was not given by this list."
        raise refused([fault(BAD_CURSOR, "cursor", zh, en)])
    before = duplicate_case.c.id < cursor if cursor is not None else sa.true()
    rows = _rows(connection, found, before, duplicate_case.c.state == "open", limit=PAGE + 1)
    shown = _shown(connection, context, found, rows[:PAGE])
    items = [case for case in shown if any(record is not None for record in case["records"])]  # type: ignore[attr-defined]
    return items, str(rows[PAGE - 1]["id"]) if len(rows) > PAGE else None


def dismiss(
    connection: Connection, context: Context, app: str, entity: str, record_id: str, case_id: str, reason: object
) -> Mapping[str, object]:
    """Say that a pair is not the same, with a reason that stays; needs the right to change the record. Returns what the trail keeps."""
    text = reason.strip() if isinstance(reason, str) else ""
    if not 0 < len(text) <= _LONGEST:
        words = {"zh": f"请填写理由，不超过 {_LONGEST} 个字符。", "en": f"Give a reason of at most {_LONGEST} characters."}
        raise Invalid(words, faults=(Fault(REQUIRED.id, words, pointer="/reason"),))
    access, _ = open_record(connection, context, app, entity, "update", record_id, None)
    mine = sa.or_(duplicate_case.c.first_id == record_id, duplicate_case.c.second_id == record_id)
    rows = _rows(connection, access.entity, mine, duplicate_case.c.id == case_id, limit=1)
    if not rows or not _is_known(context, access.entity, str(rows[0]["rule"])):
        raise NotFound({"zh": "没有这条重复提示。", "en": "There is no such proposal."})
    undecided = sa.and_(duplicate_case.c.id == case_id, duplicate_case.c.state == "open")
    decided = {"state": "dismissed", "reason": text, "decided_by": context.principal.id, "decided_at": context.now}
    if connection.execute(sa.update(duplicate_case).where(undecided).values(**decided)).rowcount != 1:
        raise Conflict({"zh": "这条重复提示已处理。", "en": "This proposal was settled already."})
    other = rows[0]["second_id"] if rows[0]["first_id"] == record_id else rows[0]["first_id"]
    return {"other": other, "fields": str(rows[0]["rule"]).split(","), "reason": text}


def _entered(context: Context, app: str, entity: str, values: Mapping[str, object]) -> Mapping[str, object]:
    """The values that this person may enter, as far as they can be read: nobody asks about fields that are not his to fill in."""
    actions: tuple[Action, ...] = ("create", "update")
    plans = [plan for action in actions if (plan := possible_plan(context, app, entity, action)) is not None]
    if not plans:
        raise NotFound(NOT_THERE)
    draft = Draft("", None)
    for plan in plans:
        read_body(draft, plan.entity, writer_for(context, plan, platform=False), values)
    return draft.sent


def _rows(
    connection: Connection, found: CompiledEntity, *conditions: sa.ColumnElement[bool], limit: int
) -> Sequence[sa.RowMapping]:
    query = (
        sa.select(duplicate_case, org_person.c.f_name.label("decider"))
        .outerjoin(org_person, org_person.c.id == duplicate_case.c.decided_by)
        .where(duplicate_case.c.app == found.entity.app, duplicate_case.c.entity == found.entity.id, *conditions)
        .order_by(duplicate_case.c.id.desc())
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def _is_known(context: Context, found: CompiledEntity, rule: str) -> bool:
    """Whether this person may read every field of a rule: that two records agree in one tells of its values."""
    plan = possible_plan(context, found.entity.app, found.entity.name, "read")
    fields = found.entity.fields
    return plan is not None and all(
        name in SYSTEM_FIELDS or (name in fields and plan.shows(name) != "nothing") for name in rule.split(",")
    )


def _shown(
    connection: Connection, context: Context, found: CompiledEntity, rows: Iterable[sa.RowMapping]
) -> list[dict[str, object]]:
    rows = [row for row in rows if _is_known(context, found, str(row["rule"]))]
    ids = sorted({str(row[side]) for row in rows for side in ("first_id", "second_id")})
    titles = titles_of(connection, context, found.entity.app, found.entity.name, ids) if ids else {}

    def record(id: str) -> dict[str, object] | None:
        return {"id": id, "title": titles[id]} if id in titles else None

    return [
        {
            "id": row["id"],
            "fields": str(row["rule"]).split(","),
            "records": [record(row["first_id"]), record(row["second_id"])],
            "state": row["state"],
            "reason": row["reason"],
            "by": row["decider"] or row["decided_by"],
            "at": format_instant(row["decided_at"]) if row["decided_at"] is not None else None,
            "found_at": format_instant(row["created_at"]),
        }
        for row in rows
    ]

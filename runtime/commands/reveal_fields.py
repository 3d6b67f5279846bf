"""Reveals masked fields of one record to a person who may and says why: within his day's limit, with an event in the trail."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.diagnostics import code
from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.failures import Fault, Invalid, TooMany
from runtime.records.revealing import reveal
from runtime.store.database import Database
from runtime.store.reveal_tables import count_reveal

NO_REASON = code("Q227", "Masked fields are revealed for a reason of 4 to 200 characters.")
USED_UP = code("Q228", "The person revealed fields of as many records today as one may in a day.")

_SHORTEST, _LONGEST = 4, 200


@dataclass(frozen=True, slots=True)
class RevealWish:
    """Which masked fields of a record somebody wants to see in clear, and why."""

    fields: tuple[str, ...]
    reason: str


def reveal_fields(
    database: Database, context: Context, app: str, entity: str, record_id: str, wish: RevealWish, per_day: int
) -> dict[str, object]:
    """The values in clear, and how many records are left for this person today; what is answered stands in the trail.

    Raises NotFound, Invalid for a reason or a field that is not accepted, TooMany beyond the limit of the day.
    """
    reason = " ".join(wish.reason.split())
    if not _SHORTEST <= len(reason) <= _LONGEST:
        message = {
            "zh": f"请说明查看明文的理由（{_SHORTEST} 至 {_LONGEST} 个字符）。",
            "en": f"Say why you need to see it in clear, in {_SHORTEST} to {_LONGEST} characters.",
        }
        raise Invalid(message, code=NO_REASON.id, faults=(Fault(NO_REASON.id, message, pointer="/reason"),))
    with database.write() as connection:
        revealed = reveal(connection, context, app, entity, record_id, wish.fields)
        used = count_reveal(connection, context.principal.id, context.business_date, per_day)
        if used is not None and used <= per_day:
            # What was seen is named and never repeated: the trail holds no personal value in clear.
            body = {"fields": sorted(set(wish.fields)), "reason": reason}
            record_event(
                connection, context, "record.revealed", app=app, entity=entity, record_id=record_id,
                record_version=revealed.version, body=body,
            )  # fmt: skip
            return {"id": record_id, "version": revealed.version, "values": revealed.values, "left": per_day - used}
        if used is not None:
            # Once a day for each person, so that whoever goes on trying fills no trail.
            record_event(
                connection, context, "reveals_used_up", app=app, entity=entity, record_id=record_id, body={"limit": per_day}
            )
    message = {
        "zh": f"您今天已查看 {per_day} 条记录的明文，达到每日上限，请明天再试。",
        "en": f"You revealed fields of {per_day} records today, as many as one may in a day; go on tomorrow.",
    }
    raise TooMany(message, code=USED_UP.id, extra={"limit": per_day})

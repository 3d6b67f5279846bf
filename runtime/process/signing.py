"""The signature under a decision: one hash over the record as decided on, the opinion, the person and the moment.

All that it is made of stands in the event of the decision, so that anybody can make it again; of the record, a
commitment to all its values. The hash stands in the audit leaf too, which the sealer signs with the key of the notary:
whoever changes any of these afterwards, or claims another time, is found by `POST /api/audit/verify`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace

from runtime.audit.canonical import canonical_json
from runtime.audit.trail import commitment
from runtime.compile.tables import is_kept
from runtime.process.opened import Opened
from runtime.process.record import read_whole
from runtime.store.types import format_instant
from workflow_engine.commands import Decide
from workflow_engine.events import Entry, SeatDecided


def sign(opened: Opened, decision: Decide) -> Decide:
    """The decision with the signature of somebody who has just proved who he is."""
    seen = replace(decision, form=form_of(opened))
    return replace(seen, signature=_signature(opened.instance_id, seen, seen.actor, opened.context.now))


def is_genuine(instance_id: str, entry: Entry) -> bool:
    """Whether an event is a decision whose signature is of just this person, opinion, record and moment."""
    event = entry.event
    if not isinstance(event, SeatDecided) or event.signature is None:
        return False
    return event.signature == _signature(instance_id, event, entry.actor, entry.at)


def form_of(opened: Opened, nonce: str | None = None) -> str:
    """The commitment to all values of the record, `nonce:digest`; with the nonce of an earlier one, to compare with it."""
    values = read_whole(opened.connection, opened.context, opened.flow, opened.record.id)
    fields = opened.flow.entity.entity.fields.values()
    kept = {
        field.name: values[field.name] for field in fields if field.name in values and (is_kept(field) or field.type == "rows")
    }
    made = commitment("form", kept, nonce)
    return f"{made.nonce}:{made.digest}"


def _signature(instance_id: str, decided: Decide | SeatDecided, person: str, at: dt.datetime) -> str:
    signed = {
        "instance": instance_id,
        "step": decided.step,
        "visit": decided.visit,
        "seat": decided.seat,
        "person": person,
        "decision": decided.decision,
        "opinion": decided.opinion,
        "record_version": decided.record_version,
        "form": decided.form,
        "at": format_instant(at),
    }
    return hashlib.sha256(canonical_json(signed).encode()).hexdigest()

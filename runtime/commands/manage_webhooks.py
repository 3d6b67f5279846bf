"""Acts on webhooks: made, changed, stopped and started, given a new secret, tried, sent back; each with its reason and its trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection

from connectors.posting import check_address
from connectors.protocol import SetUpRefused
from connectors.targets import read_allowed
from forms_dsl.diagnostics import code
from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.commands.administer import changing_person
from runtime.commands.deliver_webhooks import Courier, Halted, attempt_made, ping_message, reading_as, send
from runtime.context import Context
from runtime.failures import Conflict, Fault, Invalid, NotFound
from runtime.outbox.webhook_policy import new_webhook_secret, sealed_as, stopped
from runtime.outbox.webhooks import (
    Delivery,
    Tells,
    Webhook,
    add_webhook,
    allow_hosts,
    allowed_hosts,
    find_webhook,
    forget_webhook,
    note_delivery,
    write_webhook,
)
from runtime.records.feed import asking_place, asking_size
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.asking import answer
from runtime.store.identifiers import new_id
from runtime.store.sealing import seal
from runtime.store.types import format_instant

BAD_ADDRESS = code("C411", "The address of a webhook is not encrypted, not written plainly, or not among the allowed hosts.")
BAD_PRINCIPAL = code("C412", "A webhook reads as a person who is not active or not an integrator.")
BAD_ENTITY = code("C413", "A webhook names an entity that its person may not read, or that has no change feed.")
BAD_PLACE = code("C414", "A webhook is sent to a place that the trail does not have.")
WRONG_STATE = code("C415", "A webhook is started that runs, or stopped that stands still.")

#: The secret before stays valid for so long at most.
LONGEST_OVERLAP = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an act takes place: the transaction, and what says how a principal reads."""

    connection: Connection
    releases: Releases
    settings: Settings


@dataclass(frozen=True, slots=True)
class WebhookWish:
    """A webhook as somebody asks for it; in a change None leaves it as it is."""

    label: str | None = None
    url: str | None = None
    entities: tuple[str, ...] | None = None
    principal: str | None = None
    #: Said when it is made, and never changed.
    tells: Tells = "records"


def make_webhook(desk: Desk, context: Context, app: str, wish: WebhookWish, reason: str) -> tuple[Webhook, str]:
    """Make a webhook that tells what changes from now on; its secret is the second value and is never shown again."""
    now, id, secret = context.now, new_id(context.now), new_webhook_secret()
    place = answer(desk.connection, asking_size(desk.connection.dialect))
    made = Webhook(
        id=id,
        app=app,
        label=wish.label or "",
        url=wish.url or "",
        entities=wish.entities or (),
        tells=wish.tells,
        principal=wish.principal or "",
        state="active",
        stop_reason=None,
        stopped_at=None,
        secret=seal(sealed_as(id), secret),
        previous_secret=None,
        previous_until=None,
        place=place,
        failures=0,
        failing_since=None,
        due_at=now,
        fence=0,
        created_at=now,
        created_by=context.principal.id,
    )
    _check(desk, context, made)
    add_webhook(desk.connection, made)
    _note(desk, context, "webhook_made", made, {**_told(made), "place": place, "reason": reason})
    return made, secret


def change_webhook(desk: Desk, context: Context, id: str, wish: WebhookWish, reason: str) -> Webhook:
    """Give a webhook another label, address, person or other entities; its secret and its place stay."""
    before = _locked(desk, id)
    wanted = {name: value for name in ("label", "url", "entities", "principal") if (value := getattr(wish, name)) is not None}
    after = replace(before, **wanted)
    different = {name: [old, new] for name, new in _told(after).items() if (old := _told(before)[name]) != new}
    if not different:
        return before
    _check(desk, context, after)
    written = write_webhook(desk.connection, after)
    _note(desk, context, "webhook_changed", written, {"changes": different, "reason": reason})
    return written


def stop_webhook(desk: Desk, context: Context, id: str, reason: str) -> Webhook:
    """Let a webhook stand still; what changes meanwhile is told after its start."""
    before = _locked(desk, id)
    _refuse_state(before, "active")
    written = write_webhook(desk.connection, stopped(before, "by_hand", context.now))
    _note(desk, context, "webhook_stopped", written, {"place": written.place, "reason": reason})
    return written


def start_webhook(desk: Desk, context: Context, id: str, reason: str) -> Webhook:
    """Let a webhook go on from where it stopped, if its person may still read what it asks for."""
    before = _locked(desk, id)
    _refuse_state(before, "stopped")
    _check(desk, context, before)
    fresh = replace(before, state="active", stop_reason=None, stopped_at=None, failures=0, failing_since=None, due_at=context.now)
    written = write_webhook(desk.connection, fresh)
    _note(desk, context, "webhook_started", written, {"place": written.place, "reason": reason})
    return written


def delete_webhook(desk: Desk, context: Context, id: str, reason: str) -> None:
    """Forget a webhook that stands still, with its secrets and attempts; what it was stays in the trail."""
    before = _locked(desk, id)
    _refuse_state(before, "stopped")
    forget_webhook(desk.connection, id)
    _note(desk, context, "webhook_deleted", before, {**_told(before), "place": before.place, "reason": reason})


def rotate_secret(desk: Desk, context: Context, id: str, overlap: dt.timedelta, reason: str) -> tuple[Webhook, str]:
    """Give a webhook a new secret, the second value, shown once; both sign until the overlap is over."""
    before, secret = _locked(desk, id), new_webhook_secret()
    until = context.now + min(overlap, LONGEST_OVERLAP)
    kept = (before.secret, until) if overlap else (None, None)
    fresh = replace(before, secret=seal(sealed_as(id), secret), previous_secret=kept[0], previous_until=kept[1])
    written = write_webhook(desk.connection, fresh)
    body = {"previous_until": format_instant(until) if overlap else None, "reason": reason}
    _note(desk, context, "webhook_secret_changed", written, body)
    return written, secret


def replay(desk: Desk, context: Context, id: str, begin: int | dt.datetime, reason: str) -> Webhook:
    """Send a webhook to a place of the trail, or to the first change of a moment, and tell everything from there on again.

    A place ahead leaves out what lies between: so a change that a receiver will never take can be passed over.
    """
    before, dialect = _locked(desk, id), desk.connection.dialect
    size = answer(desk.connection, asking_size(dialect))
    place = begin if isinstance(begin, int) else answer(desk.connection, asking_place(dialect, begin))
    if not 0 <= place <= size:
        message = {"zh": f"位置须在 0 到 {size} 之间。", "en": f"A place lies between 0 and {size}."}
        raise _invalid(BAD_PLACE.id, "/place", message)
    fresh = replace(before, place=place, failures=0, failing_since=None, due_at=context.now)
    written = write_webhook(desk.connection, fresh)
    _note(desk, context, "webhook_replayed", written, {"before": before.place, "place": place, "reason": reason})
    return written


def ping(courier: Courier, context: Context, id: str) -> Delivery:
    """Send a signed try to a webhook's address, whether it runs or not, and tell how that ended."""
    with courier.database.read() as connection:
        found = webhook_of(connection, id)
        sending = send(courier, connection, found, ping_message(found, context.now))
    posted = sending()
    with courier.database.write() as connection:
        made = note_delivery(connection, id, attempt_made(posted, "ping", courier.clock(), attempt=1))
        body = {"delivered": made.delivered, "status": made.status, "fault": made.fault}
        record_event(connection, context, "webhook_tried", app=found.app, record_id=id, body=body)
    return made


def set_hosts(connection: Connection, context: Context, hosts: Sequence[str]) -> None:
    """Set the whole list of hosts that webhooks may lead to; an address that is none of them is not called from now on."""
    faults = []
    for position, text in enumerate(hosts):
        try:
            read_allowed(text)
        except ValueError as wrong:
            faults.append(Fault(BAD_ADDRESS.id, {"zh": f"“{text}”不是“主机:端口”。", "en": f"{wrong}."}, f"/hosts/{position}"))
    if faults:
        raise Invalid(faults[0].message, code=BAD_ADDRESS.id, faults=tuple(faults))
    before = allowed_hosts(connection)
    allow_hosts(connection, hosts)
    record_event(connection, context, "webhook_hosts_set", body={"before": list(before), "hosts": list(hosts)})


def webhook_of(connection: Connection, id: str) -> Webhook:
    """One webhook; NotFound where there is none."""
    found = find_webhook(connection, id)
    if found is None:
        raise _none()
    return found


def _locked(desk: Desk, id: str) -> Webhook:
    found = find_webhook(desk.connection, id, locked=True)
    if found is None:
        raise _none()
    return found


def _check(desk: Desk, context: Context, wanted: Webhook) -> None:
    """Raises Invalid with every fault, NotAllowed where somebody would be told as himself."""
    faults = _address_faults(desk.connection, wanted)
    try:
        changing_person(desk.connection, context, wanted.principal)
        reading_as(desk.connection, desk.releases, desk.settings, replace(wanted, entities=()), context.now, context.request_id)
    except (NotFound, Halted):
        message = {
            "zh": "此人员已停用，或没有平台角色“接口集成”。",
            "en": "This person is shut out, or does not hold the platform role integrator.",
        }
        faults.append(Fault(BAD_PRINCIPAL.id, message, pointer="/principal"))
    else:
        faults += _entity_faults(desk, context, wanted)
    if faults:
        raise Invalid(faults[0].message, code=faults[0].code, faults=tuple(faults))


def _address_faults(connection: Connection, wanted: Webhook) -> list[Fault]:
    try:
        check_address(wanted.url, allowed_hosts(connection))
    except SetUpRefused as refused:
        message = {
            "zh": "地址不可用：须为 https，写法规范，且在 IT 允许的主机之内。",
            "en": f"The address cannot be used: {refused.detail}.",
        }
        return [Fault(BAD_ADDRESS.id, message, pointer="/url")]
    return []


def _entity_faults(desk: Desk, context: Context, wanted: Webhook) -> list[Fault]:
    faults = []
    for position, entity in enumerate(wanted.entities):
        try:
            reading_as(
                desk.connection,
                desk.releases,
                desk.settings,
                replace(wanted, entities=(entity,)),
                context.now,
                context.request_id,
            )
        except Halted:
            message = {
                "zh": f"应用 {wanted.app} 没有此人员可读且有变更流的数据“{entity}”。",
                "en": f"{wanted.app} has no entity {entity!r} with a change feed that this person may read.",
            }
            faults.append(Fault(BAD_ENTITY.id, message, pointer=f"/entities/{position}"))
    return faults


def _refuse_state(found: Webhook, needed: str) -> None:
    if found.state != needed:
        message = {
            "active": {"zh": "此推送订阅已停止。", "en": "This webhook stands still already."},
            "stopped": {"zh": "此推送订阅正在运行。", "en": "This webhook runs already."},
        }[needed]
        raise Conflict(message, code=WRONG_STATE.id)


def _told(one: Webhook) -> dict[str, Any]:
    return {"label": one.label, "url": one.url, "entities": list(one.entities), "tells": one.tells, "principal": one.principal}


def _note(desk: Desk, context: Context, kind: str, one: Webhook, body: Mapping[str, object]) -> None:
    record_event(desk.connection, context, kind, app=one.app, record_id=one.id, body=body)


def _none() -> NotFound:
    return NotFound({"zh": "没有此推送订阅。", "en": "There is no such webhook."})


def _invalid(code: str, pointer: str, message: Label) -> Invalid:
    return Invalid(message, code=code, faults=(Fault(code, message, pointer=pointer),))

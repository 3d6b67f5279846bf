"""Make, change, delete and bring back many records of one entity: one transaction, each item with all checks of a single write.

An item that is refused leaves no trace, and the others stay; or, where all or nothing is wanted, none is done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, assert_never

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from forms_dsl.diagnostics import code
from runtime.commands.create_record import make_record
from runtime.compile.app import CompiledEntity
from runtime.context import Context
from runtime.failures import Failure, Fault, Invalid, NotFound, Unavailable
from runtime.jobs.queue import is_conflict
from runtime.records.access import NOT_THERE, find_entity, knows
from runtime.records.bulk_request import BulkItem, BulkRequest
from runtime.records.restore import restore_record
from runtime.records.write import delete_record, update_record
from runtime.store.database import Database
from runtime.store.locks import lock_until_the_end

_LOG = logging.getLogger("qiqiao.bulk")

NOTHING_DONE = code("Q322", "A bulk request that is done as a whole or not at all, and had an item that was refused.")

#: Two requests that write the same values in another order wait for each other: one is undone, and done again after the other.
ATTEMPTS = 3

Status = Literal["created", "changed", "unchanged", "deleted", "restored", "refused"]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item."""

    status: Status
    #: The record with its version now; of a refused item the id that it named.
    id: str | None
    version: int | None = None
    #: Why it was refused, with every fault at its place in the body.
    refusal: Failure | None = None
    faults: tuple[Fault, ...] = ()


def write_in_bulk(
    database: Database,
    context: Context,
    app: str,
    entity: str,
    request: BulkRequest,
    answer: Callable[[Connection, Sequence[Outcome]], Answer],
) -> Answer:
    """Do the items in their order; `answer` is made inside the transaction, so that it can be kept in the same commit.

    Raises Invalid with the faults of every refused item where all or nothing is wanted, NotFound where the person does not
    know of the entity, Unavailable where others stood in the way again and again: then nothing was done.
    """
    compiled, found = find_entity(context, app, entity)
    if not knows(context, compiled, found):
        raise NotFound(NOT_THERE)
    for attempt in range(ATTEMPTS):
        try:
            with database.write() as connection:
                _line_up(connection, found, alone=attempt > 0)
                outcomes = list(_do_all(connection, context, app, entity, request))
                if request.all_or_nothing:
                    _refuse_all(outcomes)
                return answer(connection, outcomes)
        except DBAPIError as lost:
            if not is_conflict(lost):
                raise
            _LOG.info("request %s is done again: another writer stood in its way", context.request_id)
    message = {
        "zh": "其他写入一再与此请求冲突，未做任何修改，请重试。",
        "en": "Other writes stood in the way; nothing was done, try again.",
    }
    raise Unavailable(message, extra={"retry_after": 1})


def _line_up(connection: Connection, entity: CompiledEntity, *, alone: bool) -> None:
    """Bulk writes of an entity go side by side, but one that lost a deadlock goes alone: else it would soon lose the next."""
    lock_until_the_end(connection, f"bulk {entity.table.name}", shared=not alone)


def _do_all(connection: Connection, context: Context, app: str, entity: str, request: BulkRequest) -> Iterator[Outcome]:
    for index, item in enumerate(request.items):
        if isinstance(item, Failure):
            yield Outcome("refused", None, refusal=item, faults=item.faults)
            continue
        try:
            with connection.begin_nested():
                outcome = _do(connection, context, app, entity, item)
        except Failure as refusal:
            if isinstance(refusal, Unavailable):
                raise  # not about this item: something that all of them need is not there
            outcome = Outcome("refused", item.id or None, refusal=refusal, faults=tuple(_placed(refusal, f"/items/{index}")))
        yield outcome


def _do(connection: Connection, context: Context, app: str, entity: str, item: BulkItem) -> Outcome:
    match item.action:
        case "create":
            written = make_record(connection, context, app, entity, item.values, submit=item.submit)
            return Outcome("created", written.id, written.version)
        case "change":
            written = update_record(connection, context, app, entity, item.id, item.values, item.version)
            return Outcome("unchanged" if written.version == item.version else "changed", written.id, written.version)
        case "delete":
            written = delete_record(connection, context, app, entity, item.id, item.version)
            return Outcome("deleted", written.id, written.version)
        case "restore":
            written = restore_record(connection, context, app, entity, item.id, item.version)
            return Outcome("restored", written.id, written.version)
        case never:
            assert_never(never)


def _placed(refusal: Failure, place: str) -> Iterator[Fault]:
    """The faults of a refused write at their places in the body; what is about no single value, at the item."""
    for fault in refusal.faults:
        yield replace(fault, pointer=f"{place}/values{fault.pointer}" if fault.pointer is not None else place, parameter=None)
    if not refusal.faults:
        yield Fault(refusal.code, refusal.message, pointer=place)


def _refuse_all(outcomes: Sequence[Outcome]) -> None:
    faults = tuple(fault for outcome in outcomes for fault in outcome.faults)
    refused = sum(outcome.status == "refused" for outcome in outcomes)
    if refused:
        message = {
            "zh": f"{len(outcomes)} 项中有 {refused} 项不能办理，未做任何修改。",
            "en": f"{refused} of {len(outcomes)} items were refused, so nothing was done.",
        }
        raise Invalid(message, code=NOTHING_DONE.id, faults=faults)

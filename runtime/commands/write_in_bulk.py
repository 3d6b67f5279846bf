"""Make, change, delete and bring back many records of one entity: one transaction, each item with all checks of a single write.

An item that is refused leaves no trace, and the others stay; or, where all or nothing is wanted, none is done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, TypeVar, assert_never

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from forms_dsl.diagnostics import code
from runtime.commands.create_record import make_record, startable_workflow
from runtime.compile.app import CompiledEntity
from runtime.context import Context
from runtime.failures import Failure, Fault, Invalid, NotAllowed, NotFound, Unavailable
from runtime.jobs.queue import is_conflict
from runtime.records.access import NOT_THERE, find_entity, knows
from runtime.records.bulk_request import BulkItem, BulkRequest
from runtime.records.restore import restore_record
from runtime.records.write import Written, delete_record, update_record
from runtime.records.write_many import insert_many
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
                outcomes = list(_do_all(connection, context, app, entity, request.items))
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


def _do_all(
    connection: Connection, context: Context, app: str, entity: str, items: Sequence[BulkItem | Failure]
) -> Iterator[Outcome]:
    """Neighbours that are plain creates go together, by few statements; each other item goes by itself."""
    compiled, _ = find_entity(context, app, entity)
    together = startable_workflow(connection, context, compiled, entity) is None
    for is_plain, run in groupby(enumerate(items), lambda pair: together and _is_create(pair[1])):
        if is_plain:
            yield from _create_all(connection, context, app, entity, list(run))
        else:
            yield from (_do_one(connection, context, app, entity, index, item) for index, item in run)


def _is_create(item: BulkItem | Failure) -> bool:
    return isinstance(item, BulkItem) and item.action == "create"


def _create_all(
    connection: Connection, context: Context, app: str, entity: str, run: Sequence[tuple[int, BulkItem | Failure]]
) -> Iterator[Outcome]:
    bodies = [item.values for _, item in run if isinstance(item, BulkItem)]
    made: Sequence[Written | Failure]
    try:
        made = insert_many(connection, context, app, entity, bodies)
    except NotAllowed as refusal:
        made = [refusal] * len(bodies)
    for (index, _), done in zip(run, made, strict=True):
        yield _refused(done, index) if isinstance(done, Failure) else Outcome("created", done.id, done.version)


def _do_one(connection: Connection, context: Context, app: str, entity: str, index: int, item: BulkItem | Failure) -> Outcome:
    if isinstance(item, Failure):
        return Outcome("refused", None, refusal=item, faults=item.faults)
    try:
        with connection.begin_nested():
            return _do(connection, context, app, entity, item)
    except Failure as refusal:
        return _refused(refusal, index, item.id)


def _refused(refusal: Failure, index: int, id: str = "") -> Outcome:
    if isinstance(refusal, Unavailable):
        raise refusal  # not about this item: something that all of them need is not there
    return Outcome("refused", id or None, refusal=refusal, faults=tuple(_placed(refusal, f"/items/{index}")))


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

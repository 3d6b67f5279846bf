"""Merges records of one entity: one stays, the others are taken away, and what referred to them refers to it; in one commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Entity, Label
from forms_dsl.source import escape_pointer
from runtime.audit.trail import record_event
from runtime.compile.openapi_merges import MOST_MERGED
from runtime.context import Context
from runtime.failures import Changed, Conflict, Failure, Fault, Invalid
from runtime.records.access import find_entity
from runtime.records.attachments import as_if_sent, attachment_fields, copy_attachments
from runtime.records.codes import IN_APPROVAL, LINKED, MANY_REFERENCES, NOT_ENOUGH, NOT_TAKEN, REQUIRED
from runtime.records.duplicates import merge_pairs
from runtime.records.merge_memory import remember
from runtime.records.mergeable import Opened, open_mergeable, seen_clearer, seen_of, standing_of
from runtime.records.merging import ALL, Standing, Taken, is_untouched, plan_values, with_files
from runtime.records.moving import Move, by_platform, move_references
from runtime.records.referring import Reference, is_in_approval, references_to
from runtime.records.write import Written, delete_record, set_values
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.locks import lock_until_the_end
from runtime.store.merges import Merge, MovedReference, keep_merge

#: So many records of one merge, the one that stays among them.
MOST = MOST_MERGED + 1
#: References that one merge moves: each is a change of a record in the same transaction.
MOST_REFERENCES = 2_000
LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class MergeWish:
    """Which record stays, which are merged into it, and by field whose value is kept; versions where they were read."""

    survivor: tuple[str, int | None]
    others: tuple[tuple[str, int | None], ...]
    #: Field → the id of the record whose value is kept, or "all".
    choose: Mapping[str, str]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A merge before it is done: its records, locked, what the survivor takes, what is moved, and what forbids it."""

    survivor: Opened
    others: tuple[Opened, ...]
    standings: tuple[Standing, ...]
    taken: tuple[Taken, ...]
    references: tuple[Reference, ...]
    refusals: tuple[Failure, ...]


def merge_records(database: Database, context: Context, app: str, entity: str, wish: MergeWish) -> dict[str, object]:
    """Merge records; returns the merge's id and the version of the record that stays.

    Raises NotFound, NotAllowed, Changed, Conflict, or Invalid with every fault.
    """
    reason = read_reason(wish.reason)
    with database.write() as connection:
        prepared = prepare_merge(connection, context, app, entity, wish)
        if prepared.refusals:
            raise prepared.refusals[0]
        merge, version = apply_merge(connection, context, app, entity, prepared, reason)
        return {"id": merge.id, "survivor": merge.survivor_id, "version": version, "moved": merge.moved}


def read_reason(text: str) -> str:
    """The reason of a merge or of its undoing; raises Invalid where there is none, or it is too long."""
    reason = " ".join(text.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        message: Label = {
            "zh": f"请填写理由，不超过 {LONGEST_REASON} 个字符。",
            "en": f"Give a reason of at most {LONGEST_REASON} characters.",
        }
        raise Invalid(message, faults=(Fault(REQUIRED.id, message, pointer="/reason"),))
    return reason


def prepare_merge(connection: Connection, context: Context, app: str, entity: str, wish: MergeWish) -> Prepared:
    """Lock the records and see what the merge would do; what forbids it is collected.

    Raises NotFound, NotAllowed, Changed, or Invalid for a wish that names no records to merge.
    """
    _, found = find_entity(context, app, entity)
    versions = dict([wish.survivor, *wish.others])
    if len(versions) != len(wish.others) + 1 or not 1 < len(versions) <= MOST:
        message: Label = {"zh": f"请选择 2 至 {MOST} 条不同的记录。", "en": f"Choose 2 to {MOST} different records."}
        raise Invalid(message, faults=(Fault(NOT_ENOUGH.id, message, pointer="/merged"),))
    # One merge of an entity at a time: two that share records would wait for each other.
    lock_until_the_end(connection, f"merge {found.table.name}")
    opened = {id: open_mergeable(connection, context, app, entity, id, versions[id]) for id in sorted(versions)}
    survivor = opened[wish.survivor[0]]
    others = tuple(opened[id] for id, _ in wish.others)
    standings = tuple(standing_of(other, survivor) for other in others)
    taken, wrong = plan_values(found.entity, standing_of(survivor, survivor), standings, wish.choose)
    refusals: list[Failure] = list(_too_many(found.entity, taken))
    if wrong:
        message = {"zh": "所选的值不能保留。", "en": "This value cannot be kept here."}
        faults = tuple(Fault(NOT_TAKEN.id, message, pointer=f"/choose/{escape_pointer(each.field)}") for each in wrong)
        refusals.append(Invalid(message, faults=faults))
    if any(is_in_approval(connection, found, id) for id in opened):
        message = {
            "zh": "其中有记录正在审批中，审批结束后才能合并。",
            "en": "One of the records is in an approval; merge when it has ended.",
        }
        refusals.append(Conflict(message, code=IN_APPROVAL.id))
    references = references_to(connection, context, survivor.access.compiled, found, list(opened), MOST_REFERENCES + 1)
    linked = [each for each in references if each.record_id in opened and each.record_id != each.to]
    if linked:
        message = {"zh": "这些记录互相引用，请先改正。", "en": "These records refer to one another; mend that first."}
        refusals.append(Conflict(message, code=LINKED.id))
    moving = tuple(each for each in references if each.to != survivor.loaded.id and each.record_id not in opened)
    if len(moving) > MOST_REFERENCES:
        message = {
            "zh": f"引用这些记录的数据超过 {MOST_REFERENCES} 条，不能一次合并。",
            "en": f"More than {MOST_REFERENCES} references lead to these records; they are not merged at once.",
        }
        refusals.append(Conflict(message, code=MANY_REFERENCES.id))
    return Prepared(survivor, others, standings, taken, moving, tuple(refusals))


def apply_merge(
    connection: Connection, context: Context, app: str, entity: str, prepared: Prepared, reason: str
) -> tuple[Merge, int]:
    """Do what was prepared, in the caller's transaction; returns the merge and the survivor's version."""
    survivor, declared = prepared.survivor, prepared.survivor.access.entity.entity
    ids = [survivor.loaded.id, *(other.loaded.id for other in prepared.others)]
    merge_pairs(connection, context, survivor.access.entity, ids, reason)
    for other in prepared.others:
        # Before the survivor takes their values: what only one record may have is theirs until then.
        delete_record(connection, by_platform(context), app, entity, other.loaded.id, other.loaded.version, moves=True)
    taking = [each for each in prepared.taken if not _is_said(declared, survivor, each)]
    taken = {each.field: each.value for each in taking}
    copies = copy_attachments(connection, context, _files_of_others(prepared, taken))
    written = Written(ids[0], survivor.loaded.version, survivor.loaded.values, survivor.loaded.values)
    if taken:
        with as_if_sent(connection, context, list(copies.values())):
            values = dict(with_files(declared, taken, copies))
            written = set_values(connection, context, survivor.access, survivor.loaded, values, judged=True)
        _require_no_clearer(connection, context, app, entity, prepared, taking)
    moves = [Move(each, ids[0]) for each in prepared.references]
    moved = move_references(connection, context, f"{app}.{entity}", moves)
    if len(moved) != len(moves):
        raise Changed({"zh": "引用关系刚刚发生变化，请重试。", "en": "What refers to the records changed just now; try again."})
    changes = {
        declared.fields[each.field].id: {
            "from": each.source,
            "before": remember(declared, declared.fields[each.field], survivor.loaded.values.get(each.field)),
        }
        for each in taking
    }
    kept = {"fields": changes, "files": copies}
    merge = Merge(
        new_id(context.now), declared.app, declared.id, ids[0], "merged", reason, kept, len(moves),
        context.principal.id, context.now, tuple(ids[1:]),
    )  # fmt: skip
    keep_merge(connection, merge, [_moved(context, each) for each in prepared.references])
    body = {"merge": merge.id, "merged": ids[1:], "fields": sorted(changes), "references": len(moves), "reason": reason}
    record_event(
        connection, context, "record.merged", app=app, entity=entity, record_id=ids[0], record_version=written.version, body=body
    )
    return merge, written.version


def _too_many(entity: Entity, taken: tuple[Taken, ...]) -> Iterator[Invalid]:
    """Where all values together are more than a field takes."""
    for each in taken:
        field = entity.fields[each.field]
        if each.source == ALL and field.type != "rows":
            try:
                FIELD_TYPES[field.type].parse(each.value, field.options)
            except ValueRefused as refused:
                fault = Fault(refused.code, refused.message, pointer=f"/choose/{escape_pointer(each.field)}")
                yield Invalid(refused.message, faults=(fault,))


def _moved(context: Context, reference: Reference) -> MovedReference:
    holder = context.releases[reference.app].entities[reference.entity].entity
    return MovedReference(reference.app, holder.id, reference.field.id, reference.record_id, reference.row_id, reference.to)


def _files_of_others(prepared: Prepared, taken: Mapping[str, object]) -> list[str]:
    """The files in what is taken that are not the survivor's own already."""
    declared = prepared.survivor.access.entity.entity
    own = {id for holder in attachment_fields(declared) for _, ids in holder.cells(prepared.survivor.loaded.values) for id in ids}
    return [id for holder in attachment_fields(declared) for _, ids in holder.cells(taken) for id in ids if id not in own]


def _is_said(entity: Entity, survivor: Opened, taken: Taken) -> bool:
    """Whether the survivor says already what it would take."""
    return is_untouched(entity, entity.fields[taken.field], survivor.loaded.values.get(taken.field), taken.value)


def _require_no_clearer(
    connection: Connection, context: Context, app: str, entity: str, prepared: Prepared, taking: Sequence[Taken]
) -> None:
    """The survivor may be seen otherwise now that it changed: nothing of the others is seen clearer on it than it was on them."""
    reading = seen_of(connection, context, app, entity, prepared.survivor.loaded.id)
    declared = prepared.survivor.access.entity.entity
    message: Label = {
        "zh": "合并后您会看到原本无权看到的值。",
        "en": "After the merge you would see a value that is not yours to see.",
    }
    faults = []
    for each in taking:
        givers = [other for other in prepared.others if each.source in {ALL, other.loaded.id}]
        if any(seen_clearer(reading, giver.reading, declared.fields[each.field]) for giver in givers):
            faults.append(Fault(NOT_TAKEN.id, message, pointer=f"/choose/{escape_pointer(each.field)}"))
    if faults:
        raise Invalid(message, faults=tuple(faults))

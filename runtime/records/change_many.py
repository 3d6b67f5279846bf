"""Changing many records of one entity at once: those about which nothing needs a look of its own.

What is left behind is for `update_record`, which says what is wrong with it, or finds that it may be changed by now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from forms_dsl.expr.tree import Expression
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.query.change import WritePlan, update_record_rows
from runtime.query.load import Loaded, granted_on, load_records
from runtime.query.plans import AccessPlan
from runtime.records.access import possible_plan
from runtime.records.difference import changed_fields
from runtime.records.draft import Draft, Writer, read_body
from runtime.records.opening import depends_on, grants_hold, writer_for
from runtime.records.referring import in_approval
from runtime.records.settle import Demands, settle
from runtime.records.trail import RecordWrite, record_changes
from runtime.records.triggers import announce
from runtime.records.uniques import unique_sets
from runtime.records.write import Written, is_draft_record, stamp
from runtime.records.write_many import is_plain
from runtime.store.waiting import send_waiting


@dataclass(frozen=True, slots=True)
class Change:
    """What a record that still has this version is to be changed to."""

    record_id: str
    version: int
    body: Mapping[str, object]
    #: The same as its fields have read it, where somebody has.
    parsed: Mapping[str, object] | None = None


@dataclass(slots=True)
class _Open:
    """A record that may be changed: under which of the grants, and what becomes of it."""

    access: AccessPlan
    loaded: Loaded
    draft: Draft
    entered: frozenset[str]
    changed: tuple[str, ...] = field(default=())

    @property
    def written(self) -> Written:
        """What its change comes to."""
        version = self.loaded.version + bool(self.changed)
        return Written(self.loaded.id, version, self.loaded.values, self.draft.record)


def change_many(
    connection: Connection, context: Context, app: str, entity: str, changes: Sequence[Change], *, tried: bool = False
) -> dict[str, Written]:
    """Change those of these records that a single change would change too; returns what was written, by their ids.

    Left behind is what has a fault, may not be changed, or gets another unique value. What is only `tried` is undone by the caller.
    """
    access = possible_plan(context, app, entity, "update")
    if access is None or len({change.record_id for change in changes}) < len(changes):
        return {}
    compiled, found = access.compiled, access.entity
    own = _own_references(compiled, found)
    if not changes or not is_plain(found) or _looks_back(access, own):
        return {}
    opened = _read(connection, context, access, changes)
    ordered = {*own, *(name for names in unique_sets(found.entity) for name in names)}
    for each in opened:
        each.changed = changed_fields(found, each.loaded.values, each.draft.record)
    # What another of them has taken, left or shown decides of another unique value, or of a choice among them: those go in their order.
    sound = [each for each in opened if not each.draft.faults and ordered.isdisjoint(each.changed)]
    while (refused := _write(connection, context, found, sound, tried=tried)) is not None:
        sound = [each for each in sound if each.loaded.id not in refused]
    changed = [each for each in sound if each.changed]
    if not tried:
        writes = (RecordWrite(e.loaded.id, e.loaded.version + 1, e.loaded.values, e.draft.record) for e in changed)
        record_changes(connection, context, found, "record.changed", writes)
        for each in changed if found.triggers.after else ():
            before, after = each.loaded.values, each.draft.record
            announce(connection, context, compiled, found, "change", each.loaded.version + 1, before, after)
    return {each.loaded.id: each.written for each in sound}


def _read(connection: Connection, context: Context, access: AccessPlan, changes: Sequence[Change]) -> list[_Open]:
    """The records that this person may change at their versions, with what was sent read and judged; the faults stand in the drafts."""
    compiled, found = access.compiled, access.entity
    loaded = load_records(connection, context, access, [change.record_id for change in changes])
    busy = in_approval(connection, found, list(loaded))
    moment = stamp(context, compiled)
    #: By the grants that hold, and whether the record must be complete.
    groups: dict[tuple[tuple[bool, ...], bool], tuple[AccessPlan, Writer, list[_Open]]] = {}
    for change in changes:
        record = loaded.get(change.record_id)
        if record is None or change.record_id in busy or not any(record.granted) or record.version != change.version:
            continue
        key = record.granted, not is_draft_record(found, record.values)
        if key not in groups:
            narrowed = _narrowed(access, record.granted)
            groups[key] = narrowed, writer_for(context, narrowed, platform=False), []
        narrowed, writer, opened = groups[key]
        draft = Draft(record.id, record.values, record.version, record={**record.values, **moment, "id": record.id})
        if change.parsed is not None and all(_is_entered(found, writer, name) for name in change.body):
            draft.sent = dict(change.parsed)
        else:
            read_body(draft, found, writer, change.body)
        draft.record |= draft.sent
        opened.append(_Open(narrowed, record, draft, frozenset(change.body)))
    for (_, complete), (_, writer, opened) in groups.items():
        settle(connection, context, compiled, found, writer, [each.draft for each in opened], Demands(complete=complete))
    return [each for _, _, opened in groups.values() for each in opened]


def _write(
    connection: Connection, context: Context, found: CompiledEntity, sound: Sequence[_Open], *, tried: bool
) -> frozenset[str] | None:
    """Write all of them, after which no row rule may take one away; the ids of those that one does, and then none is written."""
    changed = [each for each in sound if each.changed]
    savepoint = connection.begin_nested()
    try:
        plans = [_plan(context, each) for each in changed]
        update_record_rows(connection, plans, worded=not tried)
        send_waiting(connection)  # a refusal at the end of the savepoint would come too late to undo it
    except IntegrityError:
        savepoint.rollback()
        return frozenset(each.loaded.id for each in sound)
    refused = frozenset(_refused(connection, context, changed))
    if refused:
        savepoint.rollback()
        return refused
    savepoint.commit()
    return None


def _refused(connection: Connection, context: Context, changed: Sequence[_Open]) -> Iterator[str]:
    """The ids of those that no grant gives any more as they stand in the table."""
    groups: dict[object, list[_Open]] = {}
    for each in changed:
        if depends_on(each.access, each.changed):
            groups.setdefault(each.access.fingerprint, []).append(each)
    for some in groups.values():
        access = some[0].access
        flags = granted_on(connection, context, access, [each.loaded.id for each in some])
        for each in some:
            if not grants_hold(access, flags.get(each.loaded.id, ()), each.entered.intersection(each.changed)):
                yield each.loaded.id


def _plan(context: Context, each: _Open) -> WritePlan:
    values = {name: each.draft.record.get(name) for name in each.changed}
    return WritePlan(
        each.access,
        each.loaded.id,
        context.principal.id,
        context.now,
        values,
        {},
        before=each.loaded.values,
        version=each.loaded.version,
    )


def _narrowed(access: AccessPlan, granted: tuple[bool, ...]) -> AccessPlan:
    held = tuple(grant for grant, holds in zip(access.grants, granted, strict=True) if holds)
    return replace(access, grants=held, fingerprint=(access.fingerprint, granted))


def _is_entered(found: CompiledEntity, writer: Writer, name: str) -> bool:
    """Whether what was read for a field is what stands in it then: it may be entered, and no mask of it be sent back."""
    declared = found.entity.fields.get(name)
    if declared is None or name not in writer.known or name in writer.masked:
        return False
    return declared.type != "rows" and writer.may_enter(declared, name)


def _looks_back(access: AccessPlan, own: frozenset[str]) -> bool:
    """Whether what is judged in a record may depend on other records of the entity, of which some are changed with it."""
    rules = [*access.denies, *(grant.rows for grant in access.grants if isinstance(grant.rows, Expression))]
    beyond = [(name, *path) for name, paths in access.entity.validator.beyond.items() for path in paths]
    read = [*beyond, *(path for rule in rules for path in rule.reads)]
    # A second reference may lead back.
    return any(len(path) > 2 or (len(path) == 2 and path[0] in own) for path in read)


def _own_references(compiled: CompiledApp, found: CompiledEntity) -> frozenset[str]:
    """The fields that may lead to records of the entity itself."""
    me = {found.entity.name, f"{compiled.app.name}.{found.entity.name}"}
    return frozenset(
        name
        for name, declared in found.entity.fields.items()
        if not me.isdisjoint({declared.options.to, *declared.options.targets})
    )

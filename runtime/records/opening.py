"""A record taken for a change: locked, with the plan narrowed to the grants that hold on it, and what its writer may enter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from forms_dsl.expr.tree import Expression
from forms_dsl.model import Label
from runtime.compile.access import Action, field_paths
from runtime.context import Context
from runtime.failures import Changed, NotAllowed, NotFound
from runtime.query.load import Loaded, demand_granted, granted_on, load_records
from runtime.query.plans import AccessPlan, EveryRow, OneRecord
from runtime.records.access import NOT_THERE, CaseGrant, access_plan, is_platform, is_record_id, possible_plan
from runtime.records.draft import Writer
from runtime.records.merged import asking_absence
from runtime.store.asking import answer

CHANGED: Label = {
    "zh": "其他人已先修改了这条记录，请重新读取后再改。",
    "en": "Somebody else changed this record first; read it again and repeat.",
}
NOT_HERE: dict[Action, Label] = {
    "create": {"zh": "您不能新建这样的数据。", "en": "You may not create a record with these values."},
    "update": {"zh": "您不能修改这条记录，或不能改成这样。", "en": "You may not change this record, or not to these values."},
    "delete": {"zh": "您不能删除这条记录。", "en": "You may not delete this record."},
}


def open_record(
    connection: Connection,
    context: Context,
    app: str,
    entity: str,
    action: Action,
    record_id: str,
    version: int | None,
    case: CaseGrant | None = None,
    *,
    deleted: bool = False,
) -> tuple[AccessPlan, Loaded]:
    """The living (or deleted) record, locked, with the plan narrowed to the grants that hold on it; any version where none is given.

    Raises NotFound, NotAllowed or Changed.
    """
    access = access_plan(context, app, entity, action, case=case)
    case_record = case.record_id if case is not None else None
    ids = [record_id] if is_record_id(record_id) else []
    loaded = load_records(connection, context, access, ids, case_record=case_record, deleted=deleted).get(record_id)
    if loaded is None and deleted:
        raise NotFound(NOT_THERE)
    if loaded is None:
        raise answer(connection, asking_absence(connection.dialect, context, app, entity, record_id))
    held = tuple(grant for grant, holds in zip(access.grants, loaded.granted, strict=True) if holds)
    if not held:
        reading = possible_plan(context, app, entity, "read", case=case)
        readable = reading is not None and any(
            granted_on(connection, context, reading, [record_id], case_record=case_record).get(record_id, ())
        )
        raise NotAllowed(NOT_HERE[action]) if readable else NotFound(NOT_THERE)
    if version is not None and loaded.version != version:
        raise Changed(CHANGED, extra={"version": loaded.version})
    narrowed = replace(access, grants=held, fingerprint=(access.fingerprint, loaded.granted))
    return narrowed, loaded


def writer_for(context: Context, access: AccessPlan, *, platform: bool) -> Writer:
    """What the person of a plan may name, enter and see only masked; the platform may enter all but what is computed."""
    if platform or is_platform(context.principal):
        return Writer(access, frozenset(field_paths(access.entity.entity)), frozenset(), platform=platform)
    reading = possible_plan(context, access.compiled.app.name, access.entity.entity.name, "read")
    key = ("writer", access.fingerprint, reading and reading.fingerprint)
    known, masked = access.compiled.cache.get_or_make(key, lambda: _known_and_masked(access, reading))
    return Writer(access, known, masked, wire=context.channel == "rest")


def _known_and_masked(access: AccessPlan, reading: AccessPlan | None) -> tuple[frozenset[str], frozenset[str]]:
    plans = [access] if reading is None else [access, reading]
    paths = field_paths(access.entity.entity)
    known = frozenset(path for path in paths if any(plan.shows(path) != "nothing" or plan.writes(path) for plan in plans))
    return known, frozenset(path for path in known if not any(plan.shows(path) == "clear" for plan in plans))


def require_still_granted(
    connection: Connection,
    context: Context,
    access: AccessPlan,
    record_id: str,
    case: CaseGrant | None,
    action: Action,
    entered: Collection[str],
) -> None:
    """The row rule on the record as it stands after the write: nobody writes himself out of his own rows, or into those of others.

    What was entered must be allowed by a grant that holds now too: one role's fields do not go with another role's rows.
    NotAllowed comes with the next statement at the latest.
    """
    if not needs_rows(access):
        return
    # What no grant lets anybody enter was a mask sent back, or is entered in the platform's place.
    needed = {frozenset(range(len(access.grants)))}
    for path in entered:
        needed.add(frozenset(n for n, grant in enumerate(access.grants) if access.right(grant, path).writes))
    demand_granted(
        connection,
        context,
        access,
        record_id,
        frozenset(needed - {frozenset()}),
        lambda: NotAllowed(NOT_HERE[action]),
        case_record=case.record_id if case is not None else None,
    )


def depends_on(access: AccessPlan, changed: Collection[str]) -> bool:
    """Whether what a plan gives may depend on these fields of the record, or on who changed it last."""
    rules = [*access.denies, *(grant.rows for grant in access.grants if isinstance(grant.rows, Expression))]
    touched = {*changed, "changed_at", "changed_on", "changed_by", "version"}
    return any(path[0] in touched for rule in rules for path in rule.reads)


def needs_rows(access: AccessPlan) -> bool:
    """Whether what a plan gives depends on the record."""
    return bool(access.denies) or not all(isinstance(grant.rows, EveryRow | OneRecord) for grant in access.grants)


def grants_hold(access: AccessPlan, flags: Sequence[bool], entered: Collection[str]) -> bool:
    """Whether the grants that hold on a record as it stands let somebody have it so, and enter all that was entered."""
    held = tuple(grant for grant, holds in zip(access.grants, flags, strict=False) if holds)
    allowed = replace(access, grants=held)
    # What no grant lets anybody enter was a mask sent back, or is entered in the platform's place.
    return bool(held) and all(allowed.writes(path) for path in entered if access.writes(path))

"""Who may bring records in as a batch, and on which terms: by the roles that import, within what each lets in at once.

Rows go in by these roles alone. What a person may change by other roles besides is changed record by record: to write is
not to write in bulk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from forms_dsl.diagnostics import code
from forms_dsl.model import AccessRule, Transfer
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.screens.view import Letting
from runtime.context import Context, Narrowing
from runtime.failures import Conflict, NotAllowed, NotFound
from runtime.query.late import held_roles
from runtime.records.access import NOT_THERE, find_entity, knows, possible_plan
from runtime.records.transfers import TransferRight, releasing, transfer_rights

NO_IMPORT = code("Q251", "An import by somebody whose roles do not import these records.")
TOO_MANY_ROWS = code("Q252", "An import of more rows than the person's roles let in at once.")


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a file goes in: the roles that let it in, and those that another person must hold, all of them, to release it."""

    roles: tuple[str, ...]
    released_by: tuple[str, ...]


def import_rights(context: Context, compiled: CompiledApp, entity: CompiledEntity) -> tuple[TransferRight, ...]:
    """The importing roles that this person holds, of those that let him make or change records of the entity."""
    app, name = compiled.app.name, entity.entity.name
    usual = replace(context, narrowing=None)
    plans = [plan for action in ("create", "update") if (plan := possible_plan(usual, app, name, action)) is not None]
    granting = {role for plan in plans for role in plan.granted_by}
    mine = held_roles(context, compiled) & granting
    return tuple(right for right in transfer_rights(compiled, entity, _in) if right.role in mine)


def require_import(context: Context, app: str, entity: str) -> tuple[CompiledApp, CompiledEntity, tuple[TransferRight, ...]]:
    """The entity and the importing roles; NotAllowed where there are none, NotFound where he may not even know of it."""
    compiled, found = find_entity(context, app, entity)
    rights = import_rights(context, compiled, found)
    if rights:
        return compiled, found, rights
    if not knows(context, compiled, found):
        raise NotFound(NOT_THERE)
    raise NotAllowed({"zh": "您的角色不能导入此数据。", "en": "None of your roles imports these records."}, code=NO_IMPORT.id)


def terms_of(rights: Iterable[TransferRight], rows: int, *, with_release: bool) -> Terms:
    """On which terms so many rows come in; Conflict where no role lets so many in.

    Each role whose limit holds them lets them in. Those that want no release go first, and alone unless the person asks for one:
    then all count, and each of their releasing roles must agree.
    """
    held = list(rights)
    within = [right for right in held if rows <= right.rows]
    if not within:
        most = max((right.rows for right in held), default=0)
        message = {
            "zh": f"文件有 {rows:,} 行，超出您一次可导入的 {most:,} 行。请拆分文件。",
            "en": f"The file has {rows:,} rows; your roles let {most:,} in at once. Split the file.",
        }
        raise Conflict(message, code=TOO_MANY_ROWS.id, extra={"rows": rows, "limit": most})
    free = [right for right in within if right.transfer.approved_by is None]
    if free and not with_release:
        return Terms(tuple(right.role for right in free), ())
    releasing = {right.transfer.approved_by for right in within if right.transfer.approved_by is not None}
    return Terms(tuple(right.role for right in within), tuple(sorted(releasing)))


def narrowed(context: Context, app: str, entity: str, roles: Iterable[str]) -> Context:
    """The context in which records of an entity are written by these roles alone."""
    return replace(context, narrowing=Narrowing(app, entity, frozenset(roles)))


def releasing_roles(compiled: CompiledApp, entity: CompiledEntity) -> frozenset[str]:
    """The roles whose people release imports of an entity."""
    return releasing(transfer_rights(compiled, entity, _in))


def taking_in(context: Context, compiled: CompiledApp, entity: CompiledEntity) -> Letting | None:
    """The terms on which this person brings records of an entity in, None when he may not."""
    rights = import_rights(context, compiled, entity)
    if not rights:
        return None
    alone = max((right.rows for right in rights if right.transfer.approved_by is None), default=0)
    return Letting(max(right.rows for right in rights), alone)


def _in(rule: AccessRule) -> Transfer | None:
    return rule.import_

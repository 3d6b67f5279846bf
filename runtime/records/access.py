"""The only maker of access plans: which rows of an entity, and which fields of them, a person may read or change.

Everything else asks here: lists, single records, reports, lookups, histories, screens, OpenAPI. It fails closed: no role,
no rule or no value of an attribute that a rule needs means no grant. Administrators and designers have no data of their own.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

from forms_dsl.model import CallStep, CopyStep, HumanStep, Label, People, StepFields, Workflow, WorkflowStep
from runtime.compile.access import (
    Action,
    FieldRight,
    RoleAccess,
    RowRule,
    open_rights,
    reading_rights,
    rows_where,
    step_rights,
)
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.expr_scope import user_attributes_read
from runtime.context import SYSTEM, Context, Principal
from runtime.failures import NotAllowed, NotFound
from runtime.query.late import held_roles, user_facts
from runtime.query.plans import AccessPlan, EveryRow, Grant, OneRecord, OpenCases

_ID = re.compile(r"[0-9A-Za-z_-]{1,36}\Z")
_LOG = logging.getLogger("qiqiao.access")

#: Said for what is not there and for what is not this person's to know: the two must not be told apart.
NOT_THERE: Label = {"zh": "没有这样的数据，或您无权查看。", "en": "There is no such thing, or it is not yours to see."}
_VERBS: dict[Action, Label] = {
    "create": {"zh": "您不能新建{thing}。", "en": "You may not create: {thing}."},
    "read": {"zh": "您不能查看{thing}。", "en": "You may not read: {thing}."},
    "update": {"zh": "您不能修改{thing}。", "en": "You may not change: {thing}."},
    "delete": {"zh": "您不能删除{thing}。", "en": "You may not delete: {thing}."},
}


@dataclass(frozen=True, slots=True)
class CaseGrant:
    """The rights of an open work item over its record, checked by the caller to be this person's."""

    record_id: str
    fields: StepFields


#: What lets anybody with a role in the app be asked beside those whom a step names.
_ASKS_OTHERS = frozenset({"add_before", "add_after", "add_together", "delegate", "ask_opinion"})
_ANYBODY = People("known")


def is_record_id(text: str) -> bool:
    """Whether a text can be the id of a record; any other is simply not there."""
    return _ID.match(text) is not None


def find_entity(context: Context, app: str, entity: str) -> tuple[CompiledApp, CompiledEntity]:
    """The live entity of this name; NotFound says no more than that."""
    compiled = context.releases.get(app)
    if compiled is None or entity not in compiled.entities:
        raise NotFound(NOT_THERE)
    return compiled, compiled.entities[entity]


def access_plan(context: Context, app: str, entity: str, action: Action, *, case: CaseGrant | None = None) -> AccessPlan:
    """What this person may do with an entity; NotAllowed when nothing, NotFound when not even know of it."""
    plan = possible_plan(context, app, entity, action, case=case)
    if plan is not None:
        return plan
    compiled, found = find_entity(context, app, entity)
    if not knows(context, compiled, found):
        raise NotFound(NOT_THERE)
    labels = found.entity.label
    said = {language: text.format(thing=labels.get(language, found.entity.name)) for language, text in _VERBS[action].items()}
    raise NotAllowed(said)


def possible_plan(context: Context, app: str, entity: str, action: Action, *, case: CaseGrant | None = None) -> AccessPlan | None:
    """The access plan, or None when this person may not do this at all."""
    compiled, found = find_entity(context, app, entity)
    shape = (person_shape(context, compiled), _writing_roles(context, app, entity, action))
    key = ("access", entity, action, shape, case.fields if case else None)
    return compiled.cache.get_or_make(key, lambda: _plan(context, compiled, found, action, case))


def plan_with_cases(context: Context, app: str, entity: str) -> AccessPlan | None:
    """What this person may read by roles and by open work together; None when the work adds nothing to the roles.

    A list follows the roles; a record that one has open work on is opened even where no role gives it.
    """
    compiled, found = find_entity(context, app, entity)
    usual = possible_plan(context, app, entity, "read")
    if usual is None or any(isinstance(grant.rows, EveryRow | OpenCases) for grant in usual.grants):
        return None
    if not takes_part(compiled, found, held_roles(context, compiled)):
        return None
    case = Grant("case", OpenCases(), _case_rights(compiled, found))
    return replace(usual, grants=(*usual.grants, case), fingerprint=(usual.fingerprint, "cases"))


def _writing_roles(context: Context, app: str, entity: str, action: Action) -> frozenset[str] | None:
    """The only roles that count for this action, None where all that the person holds do."""
    narrowing = context.narrowing
    if narrowing is None or (app, entity) != (narrowing.app, narrowing.entity) or action not in {"create", "update"}:
        return None
    return narrowing.roles


def person_shape(context: Context, compiled: CompiledApp) -> Hashable:
    """What of a person decides the shape of plans in an app: the roles there and in the apps it requires, and what is missing."""
    return context.once("shape", compiled, lambda: _shape(context, compiled))


def _shape(context: Context, compiled: CompiledApp) -> Hashable:
    principal = context.principal
    if is_platform(principal):
        return "platform"
    roles = [(compiled.app.name, 0, principal.roles_in(compiled.app.name))]
    for name in compiled.required:
        live = context.releases.get(name)
        roles.append((name, live.release if live else -1, principal.roles_in(name)))
    return (
        tuple(roles),
        principal.unit_id is None,
        principal.unit_path is None,
        principal.unit_code is None,
        principal.unit_name is None,
    )


def knows(context: Context, compiled: CompiledApp, entity: CompiledEntity) -> bool:
    """Whether this person may know that the entity exists: some right on it, or a part in one of its workflows."""
    if is_platform(context.principal) or compiled.app.name == "org":
        return True
    roles = held_roles(context, compiled)
    for role in roles & entity.access.keys():
        if any(rule is not False for rule in entity.access[role].rows.values()):
            return True
    return bool(roles) and takes_part(compiled, entity, roles)


def may_open(context: Context, compiled: CompiledApp) -> bool:
    """Whether a person may know of an app at all: some right on one of its entities, or a part in a workflow."""
    return compiled.app.name != "org" and any(knows(context, compiled, entity) for entity in compiled.entities.values())


def takes_part(compiled: CompiledApp, entity: CompiledEntity, roles: frozenset[str]) -> bool:
    """Whether people with these roles may be given work over records of the entity."""
    return any(people.kind not in {"role", "starter"} or people.name in roles for people in _asked(compiled, entity))


def workflows_of(compiled: CompiledApp, entity: CompiledEntity) -> Iterator[Workflow]:
    """The workflows over an entity."""
    return (workflow for workflow in compiled.app.workflows.values() if workflow.entity == entity.entity.name)


def submitted_to(compiled: CompiledApp, entity: CompiledEntity) -> Iterator[Workflow]:
    """The workflows that decide on drafts of an entity: all but those that take back what was approved."""
    return (workflow for workflow in workflows_of(compiled, entity) if workflow.reverses is None)


def steps_of(steps: tuple[WorkflowStep, ...]) -> Iterator[WorkflowStep]:
    """The steps of a workflow at any depth."""
    for step in steps:
        yield step
        for branch in getattr(step, "branches", ()):
            yield from steps_of(branch.steps)
        yield from steps_of(getattr(step, "otherwise", None) or ())


def is_platform(principal: Principal) -> bool:
    """Whether the platform itself acts, which sees and may do everything."""
    return principal.id == SYSTEM.id and "system" in principal.platform_roles


def _asked(compiled: CompiledApp, entity: CompiledEntity) -> Iterator[People]:
    for workflow in workflows_of(compiled, entity):
        for step in steps_of(workflow.steps):
            match step:
                case HumanStep(by=by, due=due, allow=allow):
                    yield by
                    if due is not None and due.to is not None:
                        yield due.to
                    if set(allow) & _ASKS_OTHERS:
                        yield _ANYBODY
                case CallStep(on_error=by) if by is not None:
                    yield by
                case CopyStep(to=to):
                    yield from to
    for automation in compiled.app.automations.values():
        if automation.entity == entity.entity.name:
            yield from (action.to for action in automation.do if action.kind == "work_item" and action.to is not None)


def _plan(
    context: Context, compiled: CompiledApp, entity: CompiledEntity, action: Action, case: CaseGrant | None
) -> AccessPlan | None:
    grants: list[Grant] = []
    denies = []
    if is_platform(context.principal):
        grants.append(Grant("platform", EveryRow(), open_rights(entity.entity)))
    elif compiled.app.name == "org":
        if action == "read":
            grants.append(Grant("directory", EveryRow(), reading_rights(entity.entity)))
    else:
        roles = held_roles(context, compiled)
        rules = [entity.access[role] for role in sorted(roles & entity.access.keys())]
        for rule in rules:
            if rule.deny is not None:
                if not _answerable(context, compiled, rule, rule.deny):
                    return None
                denies.append(rule.deny)
        narrowed = _writing_roles(context, compiled.app.name, entity.entity.name, action)
        counting = rules if narrowed is None else [rule for rule in rules if rule.role in narrowed]
        grants += _role_grants(context, compiled, counting, action)
        if not grants and case is None and action == "read" and takes_part(compiled, entity, roles):
            grants.append(Grant("case", OpenCases(), _case_rights(compiled, entity)))
    if case is not None and action in {"read", "update"}:
        grants.append(Grant("case", OneRecord(), step_rights(compiled.app, entity.entity, case.fields)))
    if not grants:
        return None
    fingerprint = (
        compiled.app.name,
        compiled.release,
        entity.entity.name,
        action,
        person_shape(context, compiled),
        _writing_roles(context, compiled.app.name, entity.entity.name, action),
        case and case.fields,
    )
    return AccessPlan(compiled, entity, action, tuple(grants), tuple(denies), fingerprint)


def _role_grants(context: Context, compiled: CompiledApp, rules: list[RoleAccess], action: Action) -> Iterator[Grant]:
    for rule in rules:
        rows = rule.rows.get(action, False)
        if rows is False or not _answerable(context, compiled, rule, rows):
            continue
        yield Grant(rule.role, EveryRow() if rows is True else rows, rule.rights, rule.unmask, rule.merge)
        # A field that is open only on some of the rows is a grant of its own on these rows.
        for condition, rights in rule.conditions if action != "delete" else ():
            if _answerable(context, compiled, rule, condition):
                yield Grant(rule.role, rows_where(rows, condition), rights, rule.unmask, rule.merge)


def _answerable(context: Context, compiled: CompiledApp, rule: RoleAccess, rows: RowRule) -> bool:
    """Whether the user has every attribute that a rule reads: without it the whole rule denies."""
    if isinstance(rows, bool):
        return True
    facts = user_facts(context, compiled)
    missing = sorted(name for name in user_attributes_read(rows.tree) if facts.get(name) is None)
    if missing:
        _LOG.info(
            "role %s of %s grants nothing to %s: no %s", rule.role, compiled.app.name, context.principal.id, ", ".join(missing)
        )
    return not missing


def _case_rights(compiled: CompiledApp, entity: CompiledEntity) -> dict[str, FieldRight]:
    """What every step over the entity lets its people see: a field that any step hides is hidden in a list of cases."""
    steps = [step for workflow in workflows_of(compiled, entity) for step in steps_of(workflow.steps)]
    hidden = {name for step in steps if isinstance(step, HumanStep) for name in step.fields.hide}
    return step_rights(compiled.app, entity.entity, StepFields(hide=tuple(sorted(hidden))))

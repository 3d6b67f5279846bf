"""Whether a change lets somebody do more than before; in doubt it does."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.differences import same
from forms_dsl.expr.tree import Expression
from forms_dsl.model import AccessRule, Emergency, FourEyes, HumanStep, Role, Transfer, Workflow
from forms_dsl.workflow_tree import steps_of

_LEVELS = ("hidden", "masked", "read", "write")
#: The rule of who is granted nothing.
NOTHING = AccessRule("")


def is_widened(was: Role | None, now: Role, old: Mapping[str, AccessRule], new: Mapping[str, AccessRule]) -> bool:
    """Whether a role may grant more: more rows, clearer fields, another role included, or a conflict lifted."""
    if was is not None and (set(now.includes) - set(was.includes) or set(was.conflicts) - set(now.conflicts)):
        return True
    if _is_taken_more_easily(was.emergency if was is not None else None, now.emergency):
        return True
    access = new or now.access
    return any(is_rule_widened(old.get(name, NOTHING), rule) for name, rule in access.items())


def _is_taken_more_easily(old: Emergency | None, new: Emergency | None) -> bool:
    """Whether more people take a role in an emergency, for longer, or with other people who review it; or it is no emergency's now."""
    if old is None or new is None:
        return old is not new
    return bool(set(new.taken_by) - set(old.taken_by)) or new.hours > old.hours or new.reviewed_by != old.reviewed_by


def is_rule_widened(old: AccessRule, new: AccessRule) -> bool:
    """Whether one rule may grant more than another: more rows, clearer fields, or records that leave with less control."""
    if any(_is_more(getattr(old, key), getattr(new, key)) for key in ("create", "read", "update", "delete")):
        return True
    if old.deny is not None and not same(old.deny, new.deny):
        return True
    if (
        new.merge > old.merge
        or set(new.unmask) - set(old.unmask)
        or any(_is_freer(getattr(old, key), getattr(new, key)) for key in ("export", "print", "import_"))
    ):
        return True
    # A field that is not named has the default of its class, which may be less than what is named now.
    for name in {*old.fields, *new.fields}:
        before, after = old.fields.get(name), new.fields.get(name)
        if before != after and (before is None or after is None or _LEVELS.index(after) > _LEVELS.index(before)):
            if not (before is None and after in ("hidden", "masked")):
                return True
    # Two different conditions cannot be compared, as with rows.
    return any(not any(same(before, after) for before in old.conditions) for after in new.conditions)


def _is_freer(old: Transfer | None, new: Transfer | None) -> bool:
    """Whether more records may leave or enter, or with less control."""
    if new is None or old is None:
        return new is not None
    more = old.rows is not None and (new.rows is None or new.rows > old.rows)
    return more or (old.approved_by is not None and new.approved_by != old.approved_by) or (old.watermark and not new.watermark)


def _is_more(old: Expression | bool, new: Expression | bool) -> bool:
    """Whether a row rule may grant more; two different conditions cannot be compared, so they may."""
    if new is False or old is True:
        return False
    return not same(old, new)


def is_workflow_widened(was: Workflow, now: Workflow) -> bool:
    """Whether a control of a workflow may be weaker: four eyes, limits, who is asked, who may write what, nobody to decide."""
    if now.no_approver == "auto_pass" and was.no_approver != "auto_pass":
        return True
    if any(not any(_covers(new, old) for new in now.four_eyes) for old in was.four_eyes):
        return True
    before = {step.name: step for step in steps_of(was) if isinstance(step, HumanStep)}
    for step in steps_of(now):
        earlier = before.get(step.name)
        if isinstance(step, HumanStep) and earlier is not None:
            if not same(earlier.by, step.by) or (earlier.limit is not None and not same(earlier.limit, step.limit)):
                return True
            if set(step.fields.write) - set(earlier.fields.write) or set(earlier.fields.hide) - set(step.fields.hide):
                return True
    return not same(was.start_by, now.start_by)


def _covers(new: FourEyes, old: FourEyes) -> bool:
    """Whether the new rule keeps apart everybody whom the old one did."""
    return all(
        set(getattr(old, key)) <= set(getattr(new, key))
        for key in ("different_people", "same_person", "editors_of", "may_not_act_at")
    )

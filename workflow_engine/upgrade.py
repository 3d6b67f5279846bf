"""版本迁移: a running approval goes on by another version of its workflow: whether it fits there, and what becomes of it.

Nothing is guessed. An open step goes on as it is, with its seats, votes and times, or its people are asked anew because
somebody said so; whatever fits neither way is refused with its reason, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from forms_dsl.model import AnyOfStep, CallStep, HumanStep, People, SubFlowStep, TogetherStep, WaitStep, WorkflowStep
from workflow_engine import act_events as ae
from workflow_engine.closing import close
from workflow_engine.commands import SYSTEM
from workflow_engine.definition import Definition
from workflow_engine.done_calls import under_way
from workflow_engine.handle import Handled
from workflow_engine.progress import Progress, open_people
from workflow_engine.settle import leave_out
from workflow_engine.state import PASSED_VISITS, Instance, Visit
from workflow_engine.world import World

MisfitReason = Literal[
    "step_gone",
    "two_into_one",
    "name_taken",
    "kind_differs",
    "people_differ",
    "rule_differs",
    "branch_differs",
    "call_differs",
    "event_differs",
    "effect_left_behind",
    "secret_renamed",
    "sub_flow_differs",
    "acted_on",
    "suspended",
    "undo_under_way",
]
#: With one seat that nobody decided, these rules say the same.
_ALIKE_FOR_ONE = frozenset(("all", "first", "any_approve", "in_turn"))


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody wants: old step to new step where they are not called the same, and where people are asked anew."""

    steps: Mapping[str, str] = field(default_factory=dict)
    ask_anew: frozenset[str] = frozenset()

    def target(self, new: Definition, step: str) -> str | None:
        """The step of the new version that a step becomes; None where there is none."""
        named = self.steps.get(step, step)
        return named if named in new.places else None


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why an approval cannot go on by the other version: at which of its steps."""

    step: str
    reason: MisfitReason


@dataclass(frozen=True, slots=True)
class Moved:
    """What becomes of an open step: kept as it is, or asked anew."""

    step: str
    to: str
    visit: int
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """How an approval goes on by the other version."""

    open: tuple[Moved, ...]
    #: Steps and blocks of the history that are called otherwise.
    steps: Mapping[str, str]
    blocks: Mapping[str, str]
    #: Steps of the history that the new version does not have: they stay what they were.
    left: tuple[str, ...] = ()
    #: New steps before the open ones that were never done here, and are not made up for.
    passed_over: tuple[str, ...] = ()


def fit(old: Definition, new: Definition, state: Instance, plan: Plan) -> Fit | tuple[Misfit, ...]:
    """How a running approval would go on by the new version, or everything that forbids it."""
    by_step: dict[str, list[Visit]] = {}
    for visit in state.visits:
        by_step.setdefault(visit.step, []).append(visit)
    targets = {step: plan.target(new, step) for step in by_step}
    # People may have been chosen for steps that are still to come.
    known = targets | {step: plan.target(new, step) for step in state.choices}
    misfits = [*_names(state, known)]
    if state.ending is not None or under_way(state):
        # What takes calls back is said by the version that made them.
        misfits.extend(Misfit(visit.step, "undo_under_way") for visit in state.open_visits())
    for step, visits in by_step.items():
        misfits.extend(_of_step(old, new, state, plan, step, targets[step], visits))
    blocks: dict[str, str] = {}
    if not misfits:
        misfits.extend(_around_open(old, new, state, targets, blocks))
    if misfits:
        return tuple(dict.fromkeys(misfits))
    moved = tuple(
        Moved(visit.step, targets[visit.step] or "", visit.number, visit.step not in plan.ask_anew)
        for visit in state.open_visits()
    )
    renamed = {step: target for step, target in known.items() if target is not None and target != step}
    left = tuple(step for step, target in targets.items() if target is None)
    return Fit(moved, renamed, {a: b for a, b in blocks.items() if a != b}, left, _passed_over(old, new, plan, moved))


def upgrade(
    new: Definition, world: World, state: Instance, accepted: Fit, releases: tuple[int, int], actor: str, reason: str
) -> Handled:
    """What an accepted plan does: the history goes on under the new names, and people are asked anew where it says so."""
    progress = Progress(new, world, actor, state)
    old, later = releases
    progress.emit(ae.Migrated(old, later, reason, accepted.steps, accepted.left, accepted.blocks))
    for moved in accepted.open:
        # Looked at again each time: what is asked anew first may have ended the case.
        visit = progress.state.visit(moved.to, moved.visit)
        if moved.is_kept or visit is None or not visit.is_open or not progress.state.is_running:
            continue
        close(progress, visit, "cancelled")
        open_people(progress, new.human(moved.to))
    if progress.state.suspended_at is None and progress.state.is_running:
        progress.actor = SYSTEM
        leave_out(progress)
    return Handled(progress.state, tuple(progress.entries))


def _names(state: Instance, targets: Mapping[str, str | None]) -> Iterator[Misfit]:
    """No two histories in one step, and none under a name that another one had: rows and timers are known by them."""
    used = {(visit.step, name) for visit in (*state.visits, *state.former) for name in visit.names}
    seen: set[str] = set()
    for step, target in targets.items():
        if target is not None and target in seen:
            yield Misfit(step, "two_into_one")
        elif target is not None and target != step and any(name == target and whose != step for whose, name in used):
            yield Misfit(step, "two_into_one" if target in targets else "name_taken")
        seen |= {target} if target is not None else set()


def _of_step(
    old: Definition, new: Definition, state: Instance, plan: Plan, step: str, target: str | None, visits: list[Visit]
) -> Iterator[Misfit]:
    before = old.places[step].step
    open_visits = [visit for visit in visits if visit.is_open]
    if target is None:
        if open_visits:
            yield Misfit(step, "step_gone")
        elif step in old.irreversible:
            # What the other system did would be forgotten, and the case could be recalled.
            yield Misfit(step, "effect_left_behind")
        return
    after = new.places[target].step
    if type(before) is not type(after):
        yield Misfit(step, "kind_differs")
        return
    if isinstance(before, CallStep) and isinstance(after, CallStep) and before.connector != after.connector:
        yield Misfit(step, "call_differs")
        return
    if _verb(before) != _verb(after) and any(visit.state in PASSED_VISITS for visit in visits):
        # An earlier result would stand for something else.
        yield Misfit(step, "kind_differs")
        return
    for visit in open_visits:
        if step in plan.ask_anew:
            yield from _anew(state, visit, after)
        else:
            yield from _kept(before, after, visit)


def _anew(state: Instance, visit: Visit, after: WorkflowStep) -> Iterator[Misfit]:
    if state.suspended_at is not None:
        yield Misfit(visit.step, "suspended")
    if not isinstance(after, HumanStep) or visit.by_hand:
        yield Misfit(visit.step, "kind_differs")
    if visit.requests or any(seat.actor or seat.added_by or seat.transferred for seat in visit.seats):
        yield Misfit(visit.step, "acted_on")


def _kept(before: WorkflowStep, after: WorkflowStep, visit: Visit) -> Iterator[Misfit]:
    match before, after:
        case HumanStep(), HumanStep():
            if before.verb != after.verb:
                yield Misfit(visit.step, "kind_differs")
            elif _people(before.by) != _people(after.by):
                yield Misfit(visit.step, "people_differ")
            elif not _is_compatible(before, after, visit):
                yield Misfit(visit.step, "rule_differs")
            elif before.name != after.name and (before.rule.secret or after.rule.secret):
                yield Misfit(visit.step, "secret_renamed")
        case CallStep(), CallStep():
            if visit.by_hand and _people(before.on_error) != _people(after.on_error):
                yield Misfit(visit.step, "people_differ")
        case WaitStep(), WaitStep():
            if _waited_for(before) != _waited_for(after):
                yield Misfit(visit.step, "event_differs")
        case SubFlowStep(), SubFlowStep():
            if _run(before) != _run(after):
                yield Misfit(visit.step, "sub_flow_differs")
        case _:
            return


def _is_compatible(before: HumanStep, after: HumanStep, visit: Visit) -> bool:
    """Whether the seats as they stand are decided by the new rule as by the old one."""
    if before.rule == after.rule:
        return True
    alone = len(visit.seats) == 1 and not any(seat.actor for seat in visit.seats)
    return alone and {before.rule.kind, after.rule.kind} <= _ALIKE_FOR_ONE


def _around_open(
    old: Definition, new: Definition, state: Instance, targets: Mapping[str, str | None], blocks: dict[str, str]
) -> Iterator[Misfit]:
    """An open step stands inside the same branches of the same blocks; `blocks` gets what they are called now."""
    for visit in state.open_visits():
        target = targets[visit.step]
        mine, its = old.around(visit.step), new.around(target or "")
        if len(mine) != len(its) or not all(_same_branch(old, new, state, *pair) for pair in zip(mine, its, strict=True)):
            yield Misfit(visit.step, "branch_differs")
            continue
        for (block, _), (other, _) in zip(mine, its, strict=True):
            if blocks.setdefault(block, other) != other:
                yield Misfit(visit.step, "branch_differs")
    kept = {block.name for block in state.blocks} - set(blocks)
    if len(set(blocks.values())) != len(blocks) or any(to in kept for to in blocks.values()):
        yield from (Misfit(visit.step, "branch_differs") for visit in state.open_visits())


def _same_branch(old: Definition, new: Definition, state: Instance, mine: tuple[str, str], its: tuple[str, str]) -> bool:
    before, after = old.places[mine[0]].step, new.places[its[0]].step
    if type(before) is not type(after) or mine[1] != its[1]:
        return False
    running = state.block(mine[0])
    if isinstance(before, TogetherStep | AnyOfStep) and running is not None:
        # A branch more would never begin, and one less never end.
        return set(running.branches) == {branch for branch, _ in new.branches_of(its[0])}
    return True


def _passed_over(old: Definition, new: Definition, plan: Plan, moved: tuple[Moved, ...]) -> tuple[str, ...]:
    known = {plan.target(new, step) for step in old.places}
    ways = [(new.position(each.to), dict(new.around(each.to))) for each in moved]

    def is_before(step: str) -> bool:
        around = new.around(step)
        return any(
            new.position(step) < position and all(way.get(block) == branch for block, branch in around) for position, way in ways
        )

    # A copy is no work, and a block is told by what stands in it.
    work = (name for name, place in new.places.items() if isinstance(place.step, HumanStep | CallStep | WaitStep | SubFlowStep))
    return tuple(name for name in work if name not in known and is_before(name))


def _waited_for(step: WaitStep) -> tuple[str | None, bool, bool]:
    return step.event, step.until is None, step.length is None


def _run(step: SubFlowStep) -> tuple[object, ...]:
    where = step.where.source if step.where is not None else None
    return step.workflow, step.record, step.each, where, step.detached


def _verb(step: WorkflowStep) -> str:
    return step.verb if isinstance(step, HumanStep) else type(step).__name__


def _people(by: People | None) -> tuple[object, ...]:
    """A people specification without the places of its expression in the file."""
    if by is None:
        return ()
    limit = by.with_limit.source if by.with_limit is not None else None
    plain = (by.kind, by.name, by.scope, by.count_min, by.count_max, by.pick, limit, by.levels, by.stop_at)
    return (*plain, _people(by.among))

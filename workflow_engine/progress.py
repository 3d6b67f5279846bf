"""Going forward: from the end of one step to where the flow waits next, as events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from forms_dsl.model import (
    AnyOfStep,
    CallStep,
    ChooseStep,
    CopyStep,
    HumanStep,
    SubFlowStep,
    TogetherStep,
    WaitStep,
    WorkflowStep,
)
from forms_dsl.working_time import end_of
from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.apply import apply
from workflow_engine.assignment import Nobody, assign
from workflow_engine.closing import close, supersede_inside
from workflow_engine.commands import DEDUPE, SYSTEM
from workflow_engine.deadlines import closes_at, due_at
from workflow_engine.definition import Definition
from workflow_engine.proxies import admits_proxies
from workflow_engine.races import win
from workflow_engine.repeats import repeated
from workflow_engine.routes import route
from workflow_engine.seats import result_of
from workflow_engine.start_children import start_children
from workflow_engine.state import PASSED_VISITS, Instance, LeftOut, Visit, VisitState
from workflow_engine.undo_list import take_back_reversed
from workflow_engine.world import World

#: A sequence and the index of the next step in it.
Point = tuple[int, int]


@dataclass(slots=True)
class Progress:
    """One command at work: the state so far and the events that made it; lives only inside `handle`."""

    definition: Definition
    world: World
    actor: str
    started: Instance | None
    entries: list[ev.Entry] = field(default_factory=list)

    @property
    def state(self) -> Instance:
        """The state after the events so far."""
        if self.started is None:
            raise ValueError("the instance has not started")
        return self.started

    def emit(self, event: ev.Event, actor: str | None = None) -> None:
        """Add an event and what it makes true; `actor` where it is not the one of the command."""
        entry = ev.Entry(self.world.now, actor or self.actor, event)
        self.started = apply(self.started, entry)
        self.entries.append(entry)


def walk(progress: Progress, start: Point) -> None:
    """Go on from a point until the flow waits everywhere or ends; bounded by the size of the tree."""
    points = [start]
    while points and progress.state.is_running:
        sequence, index = points.pop()
        if _is_over(progress, sequence):
            continue
        steps = progress.definition.sequences[sequence].steps
        if index == len(steps):
            points.extend(_leave(progress, sequence))
            continue
        step = steps[index]
        after = (sequence, index + 1)
        if _is_skipped(progress, step):
            progress.emit(ev.Skipped(step.name))
            points.append(after)
        elif isinstance(step, HumanStep | CallStep | WaitStep | SubFlowStep) and _is_standing(progress, step.name):
            points.append(after)
        else:
            points.extend(_enter(progress, step, after))


def next_point(definition: Definition, step: str) -> Point:
    """The point behind a step."""
    place = definition.places[step]
    return place.sequence, place.index + 1


def next_number(state: Instance, step: str) -> int:
    """The number of the next visit of a step."""
    return state.next_number(step)


def open_people(
    progress: Progress, step: HumanStep, *, by_hand: bool = False, returned: bool = False, prefer: str | None = None
) -> None:
    """Ask the people of a step, or hold the flow when there are not enough of them; what is returned never passes by itself.

    `prefer` is who is asked first, where one is asked.
    """
    number = next_number(progress.state, step.name)
    if not _run(progress, step, number):
        return
    assigned = assign(progress.definition, progress.state, progress.world, step, prefer or _returner(progress, step.name))
    if isinstance(assigned, Nobody) and assigned.passes and not returned:
        progress.emit(ev.PassedWithout(step.name, number), SYSTEM)
        walk(progress, next_point(progress.definition, step.name))
        return
    if isinstance(assigned, Nobody):
        progress.emit(ev.VisitHeld(step.name, number, assigned.reason, assigned.left_out))
        return
    due = due_at(step, progress.world.now, progress.world.clock)
    if due is None and step.due is not None:
        progress.emit(ev.VisitHeld(step.name, number, "calendar_missing"))
        return
    opened = ev.VisitOpened(step.name, number, assigned.offers, assigned.because, assigned.left_out, due, by_hand)
    closes = closes_at(step, progress.world.now, progress.world.clock)
    if closes is None and step.open_for is not None:
        progress.emit(ev.VisitHeld(step.name, number, "calendar_missing"))
        return
    about = progress.world.record_version
    opened = replace(opened, record_version=about, stand_ins=assigned.stand_ins, closes_at=closes)
    progress.emit(replace(opened, by_proxy=admits_proxies(progress.definition, step)))
    if skip_repeats(progress, step, number):
        visit = progress.state.visit(step.name, number)
        if visit is not None and result_of(step.rule, visit) == "approved":
            pass_step(progress, visit, "approved")


def skip_repeats(progress: Progress, step: HumanStep, number: int) -> bool:
    """Let earlier approvals of the same people stand for their open seats, until the visit is decided; true when one did."""
    skipped = False
    while (visit := progress.state.visit(step.name, number)) is not None and result_of(step.rule, visit) == "pending":
        found = repeated(progress.definition, progress.state, progress.world, visit)
        if found is None:
            break
        skipped = True
        progress.emit(ev.SeatRepeated(step.name, number, found.seat, found.step, found.visit, found.of_seat), DEDUPE)
    return skipped


def _run(progress: Progress, step: HumanStep, number: int) -> bool:
    """Run the decision of a step before its people are found; one that settles nothing holds the flow, it is never guessed."""
    if step.run is None:
        return True
    if progress.world.run is None:
        raise ValueError(f"the step {step.name!r} runs a decision in a world without any")
    ran = progress.world.run(step)
    if ran.values is None:
        progress.emit(ev.VisitHeld(step.name, number, "decision_unsettled"))
        return False
    progress.emit(ev.DecisionRun(step.name, number, step.run, ran.values))
    # The moment stays that of the command: a preview looks ahead of the clock that its facts were read by.
    progress.world = replace(ran.world, now=progress.world.now)
    return True


def hold(progress: Progress, step: str, reason: str, left_out: tuple[LeftOut, ...] = ()) -> None:
    """Stop at a step with a reason."""
    progress.emit(ev.VisitHeld(step, next_number(progress.state, step), reason, left_out))


def pass_step(progress: Progress, visit: Visit, result: VisitState) -> None:
    """A step is through: earlier results behind it stand or fall, and the flow goes on."""
    close(progress, visit, result)
    for later in _passed_behind(progress, visit.step):
        if not _still_stands(progress, later):
            progress.emit(ev.Superseded(later.step, later.number))
    walk(progress, next_point(progress.definition, visit.step))


def give_copies(progress: Progress, step: CopyStep) -> None:
    """Let people read the record as it is now."""
    people = {c.person: None for by in step.to for c in progress.world.people(by).candidates}
    progress.emit(ev.Copied(step.name, tuple(people), progress.world.record_version, step.must_read))


def copy_all(progress: Progress, at: str) -> None:
    """The copies that are given at the start or at the end, wherever they stand in the file."""
    for place in progress.definition.places.values():
        step = place.step
        if isinstance(step, CopyStep) and step.at == at and not _is_skipped(progress, step):
            give_copies(progress, step)


def finish(progress: Progress, result: str) -> None:
    """End the instance, with the copies that are given then."""
    copy_all(progress, "finish")
    progress.emit(ev.Finished(result))


def start_wait(progress: Progress, step: WaitStep) -> bool:
    """Wait as a step says; true when the moment that it waits for is past, so that the flow goes on at once."""
    number, now, clock = next_number(progress.state, step.name), progress.world.now, progress.world.clock
    length = step.length or step.within
    at = progress.world.moment(step.until) if step.until is not None else end_of(length, now, clock) if length else None
    if at is None and (step.until is not None or length is not None):
        hold(progress, step.name, "calendar_missing" if step.until is None else "moment_missing")
        return False
    progress.emit(ae.WaitStarted(step.name, number, at))
    if step.until is None or at is None or at > now:
        return False
    progress.emit(ae.WaitEnded(step.name, number, "time"))
    progress.emit(ev.VisitClosed(step.name, number, "completed", progress.world.material()))
    return True


def _enter(progress: Progress, step: WorkflowStep, after: Point) -> list[Point]:
    match step:
        case HumanStep():
            open_people(progress, step)
            return []
        case CallStep():
            progress.emit(ev.CallRequested(step.name, next_number(progress.state, step.name)))
            return []
        case CopyStep():
            if step.at is None:
                give_copies(progress, step)
            return [after]
        case ChooseStep():
            return _choose(progress, step)
        case TogetherStep() | AnyOfStep():
            branches = progress.definition.branches_of(step.name)
            number = sum(block.name == step.name for block in progress.state.blocks) + 1
            progress.emit(ev.BlockStarted(step.name, number, tuple(name for name, _ in branches)))
            return [(sequence, 0) for _, sequence in reversed(branches)]
        case WaitStep():
            return [after] if start_wait(progress, step) else []
        case SubFlowStep():
            return [after] if start_children(progress, step) else []


def _leave(progress: Progress, sequence: int) -> list[Point]:
    """The end of a sequence: of the flow, of a choose branch, or of one branch of a running together block."""
    ended = progress.definition.sequences[sequence]
    if ended.block is None or ended.branch is None:
        if not take_back_reversed(progress):
            finish(progress, "approved")
        return []
    after = next_point(progress.definition, ended.block)
    if isinstance(progress.definition.places[ended.block].step, ChooseStep):
        return [after]
    block = progress.state.block(ended.block)
    if block is None:
        raise ValueError(f"a branch of {ended.block!r} ended outside a running activation")
    progress.emit(ev.BranchEnded(block.name, block.number, ended.branch))
    if isinstance(progress.definition.places[block.name].step, AnyOfStep):
        return [after] if win(progress, block.name) else []
    if set(block.branches) != {*block.ended, ended.branch}:
        return []
    progress.emit(ev.BlockEnded(block.name, block.number))
    return [after]


def _is_over(progress: Progress, sequence: int) -> bool:
    """Whether a sequence belongs to a branch whose block is not running any more: another one of it was first."""
    around = progress.definition.sequences[sequence]
    while around.block is not None:
        block = progress.definition.places[around.block]
        running = progress.state.block(around.block)
        if isinstance(block.step, TogetherStep | AnyOfStep) and running is None:
            return True
        if isinstance(block.step, AnyOfStep) and running is not None and running.ended:
            return True
        around = progress.definition.sequences[block.sequence]
    return False


def _choose(progress: Progress, step: ChooseStep) -> list[Point]:
    taken = route(progress.definition, progress.world, step)
    if taken.branch is None:
        hold(progress, step.name, taken.reason or "no_branch")
        return []
    progress.emit(ev.BranchChosen(step.name, taken.branch, taken.value, taken.rows))
    for branch, sequence in progress.definition.branches_of(step.name):
        if branch != taken.branch:
            supersede_inside(progress, sequence)
    return [(progress.definition.branches[step.name, taken.branch], 0)]


def _is_skipped(progress: Progress, step: object) -> bool:
    match step:
        case HumanStep(when=when) | CallStep(when=when) | CopyStep(when=when) | WaitStep(when=when) | SubFlowStep(when=when):
            return when is not None and progress.world.evaluate(when) is not True
        case _:
            return False


def _is_standing(progress: Progress, step: str) -> bool:
    """Whether an earlier result of this step still counts after a return; then it is not asked for again."""
    # A call that was taken back does not stand, although what took it back was done.
    latest = next((v for v in reversed(progress.state.visits) if v.step == step and v.undoes is None), None)
    if latest is None or latest.state not in PASSED_VISITS:
        return False
    progress.emit(ev.Reused(step, latest.number))
    return True


def _passed_behind(progress: Progress, step: str) -> list[Visit]:
    """Results of steps behind this one, left over from before a return to it."""
    position = progress.definition.position(step)
    region = progress.definition.region(step)
    return [
        visit
        for visit in progress.state.visits
        if visit.state in PASSED_VISITS
        and position < progress.definition.position(visit.step)
        and progress.definition.position(visit.step) in region
    ]


def _still_stands(progress: Progress, visit: Visit) -> bool:
    direct = progress.definition.workflow.resubmit_to == "returner"
    return direct and visit.material == progress.world.material()


def _returner(progress: Progress, step: str) -> str | None:
    """Whose seat sent the flow back from this step, when a resubmission goes straight back to that person."""
    latest = progress.state.latest(step)
    if progress.definition.workflow.resubmit_to != "returner" or latest is None or latest.state != "returned":
        return None
    return next((seat.owner for seat in latest.seats if seat.decision == "return"), None)

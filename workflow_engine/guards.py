"""What forbids a command: one reason, asked again in the transaction that commits it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from forms_dsl.model import HumanStep
from workflow_engine.chosen import fits_step
from workflow_engine.commands import Claim, Decide, Decision, Release, SeatAct
from workflow_engine.controls import VOTING, bar, is_over_limit
from workflow_engine.definition import Definition
from workflow_engine.earlier import return_targets
from workflow_engine.escalation import fits_by_escalation
from workflow_engine.proxies import represented
from workflow_engine.returns import calls_in_region
from workflow_engine.routes import has_moved
from workflow_engine.seats import has_turn, waits_for_others
from workflow_engine.stand_ins import stands_in
from workflow_engine.state import Instance, Seat, Visit
from workflow_engine.world import World

RefusalReason = Literal[
    "already_decided",
    "claimed",
    "not_offered",
    "second_seat",
    "no_longer_fits",
    "starter",
    "four_eyes",
    "over_limit",
    "authority_moved",
    "not_your_turn",
    "no_such_decision",
    "opinion_missing",
    "no_such_target",
    "call_under_way",
    "call_done",
    "recall_too_late",
    "take_back_too_late",
    "nothing_held",
    "outcome_unknown",
    "no_claim",
    "waits_for_others",
    "signature_missing",
    "nobody_named",
    "added_may_not_add",
    "too_many_seats",
    "no_such_seat",
    "request_over",
    "urged_lately",
    "entrant_unfit",
    "entrant_asked",
    "entrant_seated",
    "entrant_barred",
    "entrant_over_limit",
    "suspended",
    "not_suspended",
    "not_running",
    "second_person",
    "reason_missing",
    "calendar_missing",
    "no_such_choice",
    "choice_number",
    "choice_unfit",
    "choice_missing",
]
#: What a person does with a seat that he is offered.
SeatCommand = Decide | Claim | Release | SeatAct


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command changes nothing."""

    reason: RefusalReason
    #: The four-eyes rule, for four_eyes.
    rule: str | None = None
    #: The visit and seat as they are, so that the answer can say who decided what and when.
    visit: Visit | None = None
    seat: Seat | None = None
    #: Whom it is about, beside the one who acts.
    person: str | None = None
    #: The step whose people are chosen, for a choice that is refused.
    step: str | None = None


def decisions_of(step: HumanStep) -> tuple[Decision, ...]:
    """The decisions that a step offers at all; a veto is a reject."""
    if step.verb not in VOTING:
        return ("complete",)
    allowed: tuple[tuple[Decision, frozenset[str]], ...] = (
        ("approve", frozenset(("approve",))),
        ("reject", frozenset(("reject", "veto"))),
        ("return", frozenset(("return",))),
        ("abstain", frozenset(("abstain",))),
    )
    return tuple(decision for decision, words in allowed if words & set(step.may))


def refuse_acting(definition: Definition, state: Instance, world: World, command: SeatCommand) -> tuple[Visit, Seat] | Refusal:
    """The seat that a command is about, or why this person may not act on it."""
    visit = state.visit(command.step, command.visit)
    seat = visit.seat(command.seat) if visit else None
    if visit is None or seat is None:
        return Refusal("not_offered")
    if state.suspended_at is not None and visit.is_open:
        return Refusal("suspended")
    if not state.is_running or visit.state != "open" or seat.state != "open":
        return Refusal("already_decided", visit=visit, seat=seat)
    holder = holder_of(definition, state, world, command, visit, seat)
    if holder is None:
        return _barred(definition, state, world, command) or _not_entitled(command.actor, visit, seat)
    step = definition.human(command.step)
    if not _still_fits(state, step, world, visit, seat, holder):
        return Refusal("no_longer_fits")
    barred = _barred(definition, state, world, command) or _barred(definition, state, world, replace(command, actor=holder))
    return barred or (visit, seat)


def holder_of(
    definition: Definition, state: Instance, world: World, command: SeatCommand, visit: Visit, seat: Seat
) -> str | None:
    """Whose seat it is that somebody acts on: his own, or that of whom he represents; None when he has no part in it.

    A proxy decides, claims and gives back; he hands nothing on.
    """
    if command.actor in visit.entitled(seat):
        return command.actor
    if not isinstance(command, Decide | Claim | Release):
        return None
    return represented(definition, state, world, visit, seat, command.actor)


def _lacks_authority(step: HumanStep, world: World, visit: Visit, seat: Seat, person: str) -> bool:
    """Whether the amount is above what this person may approve; who was asked by escalation was not asked for his limit."""
    if is_over_limit(step.limit, world, person):
        return True
    return is_over_limit(step.by.with_limit, world, person) and not (
        visit.overdue and fits_by_escalation(world, step, seat, person)
    )


def _still_fits(state: Instance, step: HumanStep, world: World, visit: Visit, seat: Seat, person: str) -> bool:
    """Whether a person still is one of those whom the step asks, stands in for one of them, or is asked since it is late."""
    if seat.added_by is not None:
        # Who was added fits by being asked; he must still be there.
        return world.is_known(person)
    if fits_step(state, world, step.name, step.by, person) or stands_in(state, world, visit, person):
        return True
    return fits_by_escalation(world, step, seat, person)


def _not_entitled(actor: str, visit: Visit, seat: Seat) -> Refusal:
    if actor not in seat.candidates:
        return Refusal("not_offered", visit=visit, seat=seat)
    return Refusal("second_seat" if seat.owner is None else "claimed", visit=visit, seat=seat)


def _barred(definition: Definition, state: Instance, world: World, command: SeatCommand) -> Refusal | None:
    barred = bar(definition, state, world, command.step, command.actor)
    if barred is None:
        return None
    return Refusal("starter" if barred.reason == "starter" else "four_eyes", barred.rule)


def refuse_decision(definition: Definition, state: Instance, world: World, command: Decide, visit: Visit) -> Refusal | None:
    """Why this person may not take this decision on a seat that he may act on."""
    step = definition.human(command.step)
    if command.decision not in decisions_of(step):
        return Refusal("no_such_decision")
    refusal = _refuse_turn(step, visit, command.seat)
    if refusal is not None:
        return refusal
    if command.decision in step.opinion and not (command.opinion or "").strip():
        return Refusal("opinion_missing")
    if step.signature and not command.signature:
        return Refusal("signature_missing")
    seat = visit.seats[command.seat - 1]
    people = {command.actor, holder_of(definition, state, world, command, visit, seat) or command.actor}
    if command.decision == "approve" and any(_lacks_authority(step, world, visit, seat, person) for person in people):
        return Refusal("over_limit")
    if command.decision == "approve" and has_moved(definition, world, command.step):
        return Refusal("authority_moved")
    target = target_of(definition, state, command)
    if command.decision == "return" and target is None:
        return Refusal("no_such_target")
    left_behind = calls_in_region(definition, state, target) if target is not None else ()
    if left_behind:
        return Refusal("call_under_way" if any(call.state == "calling" for call in left_behind) else "call_done")
    return None


def _refuse_turn(step: HumanStep, visit: Visit, number: int) -> Refusal | None:
    """Whether a seat must wait: for an earlier one, or for those whom its holder asked."""
    seat = visit.seat(number)
    if seat is not None and not has_turn(step.rule, visit, seat):
        return Refusal("not_your_turn")
    if seat is not None and waits_for_others(visit, seat):
        return Refusal("waits_for_others", visit=visit, seat=seat)
    return None


def target_of(definition: Definition, state: Instance, command: Decide) -> str | None:
    """The step that a return or a reject goes back to; a return without a target goes to the nearest one."""
    if command.decision == "reject":
        return definition.human(command.step).on_reject
    if command.decision != "return":
        return None
    targets = [human.name for human in return_targets(definition, state, command.step)]
    if command.to is None:
        return targets[0] if targets else None
    return command.to if command.to in targets else None


def offered(definition: Definition, state: Instance, world: World, act: Decide) -> tuple[Decision, ...]:
    """The decisions that this person could commit on this seat right now, opinion apart."""
    acting = refuse_acting(definition, state, world, act)
    if isinstance(acting, Refusal):
        return ()
    visit, _ = acting
    step = definition.human(act.step)
    able: list[Decision] = []
    for decision in decisions_of(step):
        trial = Decide(act.actor, act.step, act.visit, act.seat, decision, opinion="?", signature="?")
        if refuse_decision(definition, state, world, trial, visit) is None:
            able.append(decision)
    return tuple(able)

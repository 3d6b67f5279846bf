"""A command of the engine as a person, the worker or an administrator gives it to the service, and random ones."""

from __future__ import annotations

from random import Random

from runtime.context import Context
from runtime.outbox.rows import find_row
from runtime.process.acts import About, ActWord
from runtime.process.calls import call_finished
from runtime.process.rows import request_id, work_id
from runtime.process.service import DecisionBody, act_on, decide, recall, retry, timer_due
from runtime.process.steering import jump, resume, suspend, terminate, urge
from runtime.process.timers import CLOSE
from tests.process.bank import Bank
from tests.process.stepping import Act
from workflow_engine import commands as cmd
from workflow_engine.definition import Definition
from workflow_engine.earlier import return_targets
from workflow_engine.state import Instance, Visit

#: Who steers an approval in the bank of the tests.
ADMINISTRATOR = "head"


def carry(bank: Bank, instance: str, state: Instance, command: cmd.Command, context: Context) -> Act:
    """The act that asks the service for this command, as the case stands in `state`."""

    def act() -> None:
        with bank.database.write() as connection:
            match command:
                case cmd.Decide(step=step, visit=visit, seat=seat, decision=word, opinion=opinion, to=to, choices=choices):
                    body = DecisionBody(opinion, to, choices=choices)
                    decide(connection, context, _work(state, instance, step, visit, seat), word, body)
                case cmd.Claim(step=step, visit=visit, seat=seat):
                    decide(connection, context, _work(state, instance, step, visit, seat), "claim", DecisionBody())
                case cmd.Release(step=step, visit=visit, seat=seat):
                    decide(connection, context, _work(state, instance, step, visit, seat), "release", DecisionBody())
                case cmd.Transfer(step=step, visit=visit, seat=seat, person=person, reason=reason):
                    item, about = _work(state, instance, step, visit, seat), About((person,))
                    act_on(connection, context, item, "transfer", DecisionBody(reason, about=about))
                case cmd.AddSeats(step=step, visit=visit, seat=seat, people=people, mode=mode, reason=reason):
                    item, adding = _work(state, instance, step, visit, seat), _ADD[mode]
                    act_on(connection, context, item, adding, DecisionBody(reason, about=About(people)))
                case cmd.RemoveSeat(step=step, visit=visit, seat=seat, reason=reason):
                    item = _work(state, instance, step, visit, 1)
                    act_on(connection, context, item, "remove_added", DecisionBody(reason, about=About(seat=seat)))
                case cmd.Ask(step=step, visit=visit, seat=seat, people=people, kind=kind, blocks=blocks, note=note):
                    item, about = _work(state, instance, step, visit, seat), About(people, wait=blocks)
                    asking: ActWord = "delegate" if kind == "delegate" else "ask_opinion"
                    act_on(connection, context, item, asking, DecisionBody(note, about=about))
                case cmd.Answer(step=step, visit=visit, request=number, opinion=opinion):
                    act_on(connection, context, _request(state, instance, step, visit, number), "answer", DecisionBody(opinion))
                case cmd.TakeBack(step=step, visit=visit, seat=seat):
                    act_on(connection, context, _work(state, instance, step, visit, seat), "take_back", DecisionBody())
                case cmd.Recall():
                    recall(connection, context, instance)
                case cmd.Urge():
                    urge(connection, context, instance)
                case cmd.TimerDue(step=step, visit=visit, reminder=reminder):
                    due = {"instance": instance, "step": step, "visit": visit, "reminder": reminder}
                    timer_due(connection, context, due)
                case cmd.CloseBallot(step=step, visit=visit):
                    timer_due(connection, context, {"instance": instance, "step": step, "visit": visit, "what": CLOSE})
                case cmd.FinishCall(step=step, visit=visit):
                    row = find_row(connection, f"{instance}/{step}/{visit}")
                    assert row is not None
                    call_finished(connection, context, row)
                case cmd.Retry():
                    retry(connection, context, instance)
                case cmd.Suspend(reason=reason):
                    suspend(connection, context, instance, reason)
                case cmd.Resume(reason=reason):
                    resume(connection, context, instance, reason)
                case cmd.Terminate(reason=reason):
                    terminate(connection, context, instance, reason)
                case cmd.JumpTo(to=to, reason=reason):
                    jump(connection, context, instance, to, reason)
                case _:
                    raise AssertionError(f"nobody gives {command} here")

    return act


_ADD: dict[str, ActWord] = {"before": "add_before", "after": "add_after", "together": "add_together"}


def _visit(state: Instance, step: str, number: int) -> Visit:
    visit = state.visit(step, number)
    assert visit is not None
    return visit


def _work(state: Instance, instance: str, step: str, number: int, seat: int) -> str:
    visit = _visit(state, step, number)
    found = visit.seat(seat)
    assert found is not None
    return work_id(instance, visit, found)


def _request(state: Instance, instance: str, step: str, number: int, request: int) -> str:
    visit = _visit(state, step, number)
    found = visit.request(request)
    assert found is not None
    return request_id(instance, visit, found)


def random_act(random: Random, bank: Bank, definition: Definition, state: Instance) -> cmd.Command:
    """A command that mostly fits where the case stands: a vote, something with a seat, a timer, or an administrator's act."""
    people = list(bank.people.values())
    seated = [visit for visit in state.visits if visit.seats]
    open_ones = [visit for visit in seated if visit.state == "open"]
    visit = random.choice(open_ones if open_ones and random.random() < 0.95 else seated)
    seat = random.choice([each for each in visit.seats if each.state == "open"] or list(visit.seats))
    entitled = visit.entitled(seat)
    actor = random.choice(entitled) if entitled and random.random() < 0.85 else random.choice(people)
    key, admin, pick = (actor, visit.step, visit.number), bank.people[ADMINISTRATOR], random.random()
    other = random.choice(people)
    if state.suspended_at is not None and pick < 0.5:
        return cmd.Resume(admin, "over")
    if pick < 0.05:
        steered = (cmd.Suspend(admin, "look"), cmd.Terminate(admin, "over"), cmd.JumpTo(admin, visit.step, "there"))
        return random.choice((*steered, cmd.Retry(admin)))
    if pick < 0.08:
        return cmd.Recall(state.starter)
    if pick < 0.14:
        return random.choice((cmd.TimerDue(visit.step, visit.number), cmd.CloseBallot(visit.step, visit.number)))
    if pick < 0.22:
        return random.choice((cmd.Claim(*key, seat.number), cmd.Release(*key, seat.number)))
    if pick < 0.26:
        return cmd.Transfer(*key, seat.number, other, "leave")
    if pick < 0.32:
        return cmd.AddSeats(*key, seat.number, (other,), random.choice(("before", "after", "together")), "more eyes")
    if pick < 0.36:
        added = [each for each in visit.seats if each.added_by is not None]
        if added:
            chosen = random.choice(added)
            return cmd.RemoveSeat(chosen.added_by or "", visit.step, visit.number, chosen.number, "enough")
    if pick < 0.42:
        open_requests = [request for request in visit.requests if request.is_open]
        if open_requests:
            asked = random.choice(open_requests)
            return cmd.Answer(asked.person, visit.step, visit.number, asked.number, "well")
        return cmd.Ask(*key, seat.number, (other,), "opinion", blocks=random.random() < 0.5, note="you?")
    if pick < 0.45:
        done = [(each, its) for each in seated for its in each.seats if its.actor in people]
        if done:
            at, its = done[-1]
            return cmd.TakeBack(its.actor or "", at.step, at.number, its.number)
    if visit.by_hand or definition.human(visit.step).verb == "fill":
        return cmd.Decide(*key, seat.number, "complete", "done")
    if pick < 0.53:
        return cmd.Decide(*key, seat.number, "reject", "no")
    if pick < 0.60:
        targets = [step.name for step in return_targets(definition, state, visit.step)]
        return cmd.Decide(*key, seat.number, "return", "back", random.choice([None, *targets]))
    return cmd.Decide(*key, seat.number, "approve", "because")

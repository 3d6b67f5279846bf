"""What holds of times and of chosen people after every command of a random case."""

from __future__ import annotations

from forms_dsl.working_days import is_working_day
from tests.forms_dsl.test_working_time import CLOCK
from workflow_engine import act_events as ae
from workflow_engine import commands as cmd
from workflow_engine import events as ev
from workflow_engine.choosing import STARTER
from workflow_engine.definition import Definition
from workflow_engine.handle import Handled
from workflow_engine.state import Instance, is_system
from workflow_engine.world import World

#: What no person does: the engine notes it of time that passed, of who is not asked again, of nobody being there.
_BY_ITSELF = ev.Overdue | ev.Reminded | ev.SeatRepeated | ev.PassedWithout | ev.CallFinished | ae.BallotClosed


def check_times(definition: Definition, outcome: Handled, facts: World, done: tuple[Instance, cmd.Command] | None) -> None:
    """15, 19, 27: working time is due at work, nothing is late before its time, and what happens by itself is nobody's act."""
    for entry in outcome.entries:
        event, by_nature = entry.event, isinstance(entry.event, _BY_ITSELF)
        assert is_system(entry.actor) or not by_nature
        if isinstance(event, ev.SeatDecided):
            assert not is_system(entry.actor)
        if isinstance(event, ev.VisitOpened) and event.due_at is not None and not event.by_hand:
            due = definition.human(event.step).due
            assert due is not None
            assert event.due_at > facts.now
            if due.within.working:
                local = event.due_at.astimezone(CLOCK.zone)
                assert is_working_day(CLOCK.calendar, local.date())
                minute = local.hour * 60 + local.minute
                assert any(hours.begin <= minute <= hours.end for hours in CLOCK.calendar.hours)
    if done is None or not isinstance(done[1], cmd.TimerDue | cmd.CloseBallot):
        return
    before, timer = done
    visit = before.visit(timer.step, timer.visit)
    if outcome.entries:
        assert visit is not None
        assert visit.is_open
        came = visit.closes_at if isinstance(timer, cmd.CloseBallot) else visit.due_at
        assert came is not None
        assert came <= facts.now
    assert all(is_system(entry.actor) for entry in outcome.entries)


def check_chosen(definition: Definition, before: Instance, outcome: Handled) -> None:
    """34: whose people are chosen is asked of those who were, by whoever may choose; and what was chosen survives every return."""
    for entry in outcome.entries:
        event = entry.event
        if isinstance(event, ae.PeopleChosen):
            by = definition.human(event.step).by
            assert by.kind == "chosen_by"
            assert max(1, by.count_min) <= len(event.people) <= (by.count_max or len(event.people))
            assert len(event.people) == len(set(event.people))
            assert before.starter not in event.people
            if by.name == STARTER:
                assert entry.actor == before.starter
        if isinstance(event, ev.VisitOpened) and definition.human(event.step).by.kind == "chosen_by" and not event.stand_ins:
            asked = {person for seat in event.seats for person in (*seat.candidates, *((seat.owner,) if seat.owner else ()))}
            assert asked <= set(outcome.state.choices[event.step])
    assert before.choices.keys() <= outcome.state.choices.keys()

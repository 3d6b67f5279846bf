"""What somebody may do with a task beside deciding it, who was added, who was asked, and who could be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runtime.context import Context
from runtime.failures import NotFound
from runtime.process.acts import ActWord
from runtime.process.known_people import find_known
from runtime.process.opened import Opened
from runtime.process.persons import persons_of
from runtime.records.access import NOT_THERE
from workflow_engine import commands as cmd
from workflow_engine.entrants import refuse_entrant
from workflow_engine.guards import Refusal, refuse_acting
from workflow_engine.state import Seat, Visit

#: So many people are offered for a choice; whoever looks for others types more of the name.
_MOST = 20
_LOOKED_AT = 200
_OF_A_SEAT: tuple[ActWord, ...] = ("ask_opinion", "delegate", "transfer", "add_before", "add_after", "add_together")


def acts_of(opened: Opened, visit: Visit, seat: Seat) -> dict[str, object]:
    """The part of a task's detail that is about acts."""
    person = opened.context.principal.id
    step = opened.flow.definition.human(visit.step)
    added = [each for each in visit.seats if each.added_by is not None]
    people = persons_of(
        opened.connection,
        {name for each in added for name in (each.owner, each.added_by) if name}
        | {name for request in visit.requests for name in (request.person, request.asker)},
    )
    return {
        "acts": acts_open_to(opened, visit, seat),
        "signature": step.signature and person in visit.entitled(seat),
        "added": [
            {
                "seat": each.number,
                "person": people.get(each.owner or ""),
                "by": people.get(each.added_by or ""),
                "mode": each.mode,
                "state": each.state,
                "removable": _is_removable(opened, visit, each),
            }
            for each in added
        ],
        "requests": [
            {
                "request": request.number,
                "kind": request.kind,
                "person": people.get(request.person),
                "by": people.get(request.asker),
                "note": request.note,
                "state": request.state,
                "opinion": request.opinion,
                "waits": request.blocks,
                "withdrawable": request.is_open and person in (request.asker, seat.owner),
            }
            for request in visit.requests
        ],
    }


def acts_open_to(opened: Opened, visit: Visit, seat: Seat) -> list[str]:
    """The acts that the caller may do with this seat now."""
    definition, state, person = opened.flow.definition, opened.journal.state, opened.context.principal.id
    probe = cmd.Ask(person, visit.step, visit.number, seat.number, (), "opinion", blocks=False)
    if isinstance(refuse_acting(definition, state, opened.world, probe), Refusal):
        return []
    allowed = definition.human(visit.step).allow
    words: list[str] = [word for word in _OF_A_SEAT if word in allowed and (seat.added_by is None or not word.startswith("add_"))]
    if any(_is_removable(opened, visit, each) for each in visit.seats):
        words.append("remove_added")
    return words


def people_for(opened: Opened, visit: Visit, seat: Seat, word: ActWord, text: str) -> list[Mapping[str, object]]:
    """People whom the caller may choose for an act: those whom the engine would let in, by name."""
    if word not in acts_open_to(opened, visit, seat):
        raise NotFound(NOT_THERE)
    definition, state = opened.flow.definition, opened.journal.state
    act = _probe(opened.context, visit, seat, word)
    fitting = []
    for person in _candidates(opened, visit, seat, word, text):
        if refuse_entrant(definition, state, opened.world, act, visit, seat, person) is None:
            fitting.append(person)
        if len(fitting) == _MOST:
            break
    known = persons_of(opened.connection, fitting)
    return [known[person] for person in fitting if person in known]


def _candidates(opened: Opened, visit: Visit, seat: Seat, word: ActWord, text: str) -> Iterable[str]:
    """Of a transfer those who fit the step, who are few; of all else everybody in the app."""
    if word == "transfer" and seat.added_by is None:
        found = [each.person for each in opened.world.people(opened.flow.definition.human(visit.step).by).candidates]
        names = persons_of(opened.connection, found)
        return [person for person in found if person in names and text.lower() in str(names[person]["name"]).lower()]
    return find_known(opened.connection, opened.context, opened.flow.compiled, text, _LOOKED_AT)


def _probe(context: Context, visit: Visit, seat: Seat, word: ActWord) -> cmd.SeatAct:
    key = (context.principal.id, visit.step, visit.number, seat.number)
    match word:
        case "transfer":
            return cmd.Transfer(*key, "")
        case "delegate":
            return cmd.Ask(*key, (), "delegate", blocks=True)
        case "add_before":
            return cmd.AddSeats(*key, (), "before")
        case "add_after":
            return cmd.AddSeats(*key, (), "after")
        case "add_together":
            return cmd.AddSeats(*key, (), "together")
        case _:
            return cmd.Ask(*key, (), "opinion", blocks=False)


def _is_removable(opened: Opened, visit: Visit, seat: Seat) -> bool:
    allowed = "remove_added" in opened.flow.definition.human(visit.step).allow
    is_open = visit.state == "open" and seat.state == "open" and opened.journal.state.suspended_at is None
    return allowed and is_open and seat.added_by == opened.context.principal.id

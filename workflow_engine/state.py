"""What is true of one running approval: instance, visits, seats and blocks, all frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from forms_dsl.model import Label

SeatState = Literal[
    "open", "approved", "rejected", "abstained", "completed", "returned", "not_required", "cancelled", "superseded"
]
#: `superseded` marks an earlier result that no longer counts; its seats keep their actors, for four eyes.
VisitState = Literal[
    "open", "calling", "waiting", "held", "approved", "rejected", "completed", "returned", "cancelled", "superseded"
]
#: 前加签, 后加签, 并加签.
AddMode = Literal["before", "after", "together"]
RequestKind = Literal["opinion", "delegate"]
InstanceState = Literal["running", "held", "approved", "rejected", "stopped"]

OPEN_VISITS: frozenset[VisitState] = frozenset(("open", "calling", "waiting", "held"))
PASSED_VISITS: frozenset[VisitState] = frozenset(("approved", "completed"))


def is_system(actor: str) -> bool:
    """Whether an act is the platform's own, and no person's."""
    return actor == "system" or actor.startswith("system:")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who fits the step but is not asked: `reason` is starter, four_eyes or limit."""

    person: str
    reason: str
    #: Name of the four-eyes rule, for the reason four_eyes.
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """One vote in a visit; while nobody owns it, each of `candidates` may claim it."""

    number: int
    owner: str | None
    candidates: tuple[str, ...]
    state: SeatState = "open"
    #: Whose click decided it, and what was clicked: kept when the seat is superseded.
    actor: str | None = None
    decision: str | None = None
    decided_at: dt.datetime | None = None
    #: The digest of the fields of `repeat_approver` when it was decided.
    digest: str | None = None
    #: How many votes it has (票签).
    weight: int = 1
    #: Who added it (加签), beside which seat, and whether before it, after it or together with all others.
    added_by: str | None = None
    beside: int | None = None
    mode: AddMode | None = None
    #: Whether its holder, or an administrator, gave it to somebody else.
    transferred: bool = False

    @property
    def is_companion(self) -> bool:
        """Whether it answers for the seat that it was added beside, and is no vote of its own."""
        return self.mode in ("before", "after")


@dataclass(frozen=True, slots=True)
class Request:
    """An opinion asked for by who holds a seat (征询), or his task given to somebody who reports back (委派); never a vote."""

    number: int
    seat: int
    kind: RequestKind
    asker: str
    person: str
    asked_at: dt.datetime
    note: str | None = None
    #: Whether the seat waits for the answer.
    blocks: bool = False
    state: Literal["open", "answered", "withdrawn", "cancelled"] = "open"
    opinion: str | None = None
    answered_at: dt.datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is still waited for."""
        return self.state == "open"


#: Of a run of another workflow: `stopping` when this flow waits for it no longer, `failed` when it could not begin.
ChildState = Literal["running", "approved", "rejected", "stopped", "failed", "stopping"]


#: Runs after which an administrator has to look: the flow neither goes on nor ends by itself.
FAILED_CHILDREN: frozenset[ChildState] = frozenset(("stopped", "failed"))


@dataclass(frozen=True, slots=True)
class Child:
    """A run of another workflow that a visit began: its own instance over one record, on a release of its own."""

    instance: str
    record: str
    release: int
    state: ChildState = "running"


@dataclass(frozen=True, slots=True)
class Visit:
    """One activation of a step; a return makes a new one and never opens an old one again."""

    step: str
    number: int
    state: VisitState
    opened_at: dt.datetime
    seats: tuple[Seat, ...] = ()
    due_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    held_reason: str | None = None
    #: Why each of the people is asked: `role:checker`, `leader_of:starter.branch`.
    because: str | None = None
    left_out: tuple[LeftOut, ...] = ()
    #: The digest of the material fields when it was closed: its result stands while they are the same.
    material: str | None = None
    #: Work by hand after a call failed.
    by_hand: bool = False
    #: The version of the record that the people were asked about.
    record_version: int | None = None
    overdue: bool = False
    #: How often its people were reminded that it is late, the mark itself counted.
    reminders: int = 0
    #: Whether others may act for those who are asked (代理).
    by_proxy: bool = False
    #: Who is asked in the place of others: a leader for the starter, or for somebody who cannot be found.
    stand_ins: tuple[str, ...] = ()
    #: When the time of a ballot is over.
    closes_at: dt.datetime | None = None
    requests: tuple[Request, ...] = ()
    urged_at: dt.datetime | None = None
    #: How the call of this visit ended, kept until the flow goes on from it: at once, or when it is resumed.
    call_result: str | None = None
    #: The visit of the same step whose call this one takes back (冲正).
    undoes: int | None = None
    #: What its step was called in earlier versions of the workflow, the first one first: rows and timers are known by that.
    former_names: tuple[str, ...] = ()
    #: Who has opened his task here, where the workflow counts that.
    seen: tuple[str, ...] = ()
    #: The runs of another workflow that were begun here (子流程).
    children: tuple[Child, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that its step was ever called."""
        return (self.step, *self.former_names)

    @property
    def first_name(self) -> str:
        """What its step was called when it was opened."""
        return self.former_names[0] if self.former_names else self.step

    @property
    def is_open(self) -> bool:
        """Whether the flow waits here."""
        return self.state in OPEN_VISITS

    def seat(self, number: int) -> Seat | None:
        """The seat with a number."""
        return next((seat for seat in self.seats if seat.number == number), None)

    def request(self, number: int) -> Request | None:
        """The request with a number."""
        return next((request for request in self.requests if request.number == number), None)

    def has_actor(self, person: str) -> bool:
        """Whether somebody acted here: clicked, or it was his seat, or he did it for its owner (委派)."""
        for seat in self.seats:
            if seat.actor is not None and person in (seat.actor, seat.owner):
                return True
        return any(each.person == person and each.kind == "delegate" and each.state == "answered" for each in self.requests)

    def entitled(self, seat: Seat) -> tuple[str, ...]:
        """Who finds a seat in the to-do list; nobody is offered a second seat of the same visit."""
        if self.state != "open" or seat.state != "open":
            return ()
        if seat.mode == "after" and any(other.number == seat.beside and other.state == "open" for other in self.seats):
            # 后加签: his turn comes when the one who added him has decided.
            return ()
        if seat.owner is not None:
            return (seat.owner,)
        taken = {person for other in self.seats if other.number != seat.number for person in (other.owner, other.actor)}
        return tuple(person for person in seat.candidates if person not in taken)


@dataclass(frozen=True, slots=True)
class Block:
    """One activation of a `together` block: it ends when all its own branches have ended."""

    name: str
    number: int
    branches: tuple[str, ...]
    ended: tuple[str, ...] = ()
    state: Literal["running", "ended", "cancelled"] = "running"


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump that one administrator asked for and a second one must ask for too."""

    to: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How an approval will end once its calls are taken back."""

    result: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DoneCall:
    """A call that was done in another system and that `undo` takes back there."""

    step: str
    visit: int
    #: What its step was called when it was sent: the outbox knows it by that.
    sent_as: str
    undo: str
    title: Label


@dataclass(frozen=True, slots=True)
class Reversed:
    """The completed approval that a reversal takes back (撤销), with its calls in the order in which they are undone."""

    instance: str
    workflow: str
    calls: tuple[DoneCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """What somebody got to read (抄送): the record of a version, and when he has read it."""

    number: int
    step: str
    person: str
    at: dt.datetime
    record_version: int | None = None
    read_at: dt.datetime | None = None
    must_read: bool = False

    @property
    def is_owed(self) -> bool:
        """Whether somebody still has to say that he has read it."""
        return self.must_read and self.read_at is None


@dataclass(frozen=True, slots=True)
class Instance:
    """One run of a workflow over one record."""

    starter: str
    starter_unit: str | None
    state: InstanceState
    started_at: dt.datetime
    visits: tuple[Visit, ...] = ()
    blocks: tuple[Block, ...] = ()
    ended_at: dt.datetime | None = None
    #: What the fields held that the start wrote.
    before: Mapping[str, object] = field(default_factory=dict)
    #: The version of the record that was submitted.
    record_version: int | None = None
    #: Since when it stands still by order of an administrator; None while it goes on.
    suspended_at: dt.datetime | None = None
    jump: Jump | None = None
    copies: tuple[Copy, ...] = ()
    #: Closed visits of steps that the version it goes on by does not have.
    former: tuple[Visit, ...] = ()
    #: Set while calls are taken back before the end (冲正).
    ending: Ending | None = None
    #: The people chosen for steps (自选), by step.
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: The instance that began this one as its sub-flow; None for one that somebody submitted.
    parent: str | None = None
    #: The completed approval that this one takes back (撤销).
    reverses: Reversed | None = None

    @property
    def is_running(self) -> bool:
        """Whether it can still go on."""
        return self.state in ("running", "held")

    def open_visits(self) -> Iterator[Visit]:
        """Where the flow waits."""
        return (visit for visit in self.visits if visit.is_open)

    def visit(self, step: str, number: int) -> Visit | None:
        """The visit of a step with a number; `step` may be what it was called in an earlier version."""
        return next((v for v in self.visits if v.number == number and (v.step == step or step in v.former_names)), None)

    def latest(self, step: str) -> Visit | None:
        """The last visit of a step."""
        return next((v for v in reversed(self.visits) if v.step == step), None)

    def next_number(self, step: str) -> int:
        """The number of the next visit of a step: no other visit ever had this name and number."""
        return max((v.number for v in (*self.visits, *self.former) if v.step == step or step in v.former_names), default=0) + 1

    def child(self, instance: str) -> tuple[Visit, Child] | None:
        """A run of another workflow by its instance, with the visit that began it."""
        return next(((visit, child) for visit in self.visits for child in visit.children if child.instance == instance), None)

    def copy(self, number: int) -> Copy | None:
        """The copy with a number."""
        return next((copy for copy in self.copies if copy.number == number), None)

    def block(self, name: str) -> Block | None:
        """The running activation of a together block."""
        return next((b for b in reversed(self.blocks) if b.name == name and b.state == "running"), None)

    def has_acted(self, person: str, steps: Iterable[str]) -> bool:
        """Whether somebody ever acted at one of these steps, in the sense of `actors`."""
        return any(visit.has_actor(person) for visit in self.visits if visit.step in steps)

    def actors(self, step: str) -> frozenset[str]:
        """Everybody who ever acted at a step, in all rounds: who clicked, whose seat it was, and who did it for him (委派).

        The first two are the same person but for a proxy, and where an earlier approval stood for a seat (自动去重).
        """
        visits = [visit for visit in self.visits if visit.step == step]
        decided = [seat for visit in visits for seat in visit.seats if seat.actor is not None]
        did = [each.person for visit in visits for each in visit.requests if each.kind == "delegate" and each.state == "answered"]
        people = (*did, *(person for seat in decided for person in (seat.actor, seat.owner)))
        return frozenset(person for person in people if person is not None and not is_system(person))


def held_or_running(state: Instance) -> Instance:
    """The state with what its open visits make of it: held while one of them is."""
    if not state.is_running:
        return state
    held = any(visit.state == "held" for visit in state.visits)
    return replace(state, state="held" if held else "running")

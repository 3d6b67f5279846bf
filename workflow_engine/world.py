"""The facts a step needs from outside, handed in frozen: the engine itself asks no database, clock or network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from forms_dsl.expr.tree import Expression
from forms_dsl.model import HumanStep, People, SubFlowStep
from forms_dsl.working_time import WorkClock
from workflow_engine.state import Child


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who fits a people specification."""

    person: str
    #: How many open work items this person has, for least_busy.
    open_work: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Everybody who fits, in a stable order, and why they do."""

    candidates: tuple[Candidate, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What the authority table says about a case: the rows that apply, and the value; None when no row settles it."""

    rows: tuple[str, ...]
    value: object | None


@dataclass(frozen=True, slots=True)
class Ran:
    """What a step's decision gives: JSON values by field (None when it settles nothing), and the world with them in the record."""

    values: Mapping[str, object] | None
    world: World


def no_leader(_person: str) -> Found:
    """The answer where nobody leads anybody."""
    return Found((), "leader")


def nobody(_person: str) -> bool:
    """The answer of a world that knows nobody beside those whom its steps ask."""
    return False


def no_proxies(_owner: str) -> frozenset[str]:
    """The answer where nobody acts for anybody."""
    return frozenset()


def no_digest() -> str:
    """The answer where no earlier approval may stand for a later one."""
    return ""


def no_moment(_expression: Expression) -> dt.datetime | None:
    """The answer of a world in which no step waits for a moment."""
    return None


def no_children(_step: SubFlowStep, _again: str) -> tuple[Child, ...] | str:
    """The answer of a world that holds no other workflows: nothing is begun, and nothing is passed."""
    return "sub_flow_gone"


def no_authority() -> Settled | None:
    """The answer of a workflow without an authority table."""
    return None


@dataclass(frozen=True, slots=True)
class World:
    """What is true outside at the moment of one command; the same values for the whole command."""

    now: dt.datetime
    #: The value of an expression over the record, None when missing.
    evaluate: Callable[[Expression], object]
    #: Everybody who fits, before four eyes and limits.
    people: Callable[[People], Found]
    #: Whether this person is active and still fits.
    still_fits: Callable[[People, str], bool]
    #: 本人授权额度 of a person, None when there is none.
    limit_of: Callable[[str], Decimal | None]
    #: Who changed one of these fields of the record, ever.
    editors: Callable[[tuple[str, ...]], frozenset[str]]
    #: Who made the record that was submitted, or changed it until then.
    authors: Callable[[], frozenset[str]]
    #: A digest of the fields whose change makes earlier approvals void.
    material: Callable[[], str]
    #: The version of the record that all this is about.
    record_version: int | None = None
    #: What the authority table (授权矩阵) says now; None without one.
    authority: Callable[[], Settled | None] = no_authority
    #: What the decision of a step gives when its visit starts; a workflow in which no step runs one has none.
    run: Callable[[HumanStep], Ran] | None = None
    #: Who leads a person: one, or nobody.
    leader_of: Callable[[str], Found] = no_leader
    #: Who may act for somebody on this case now (代理).
    proxies: Callable[[str], frozenset[str]] = no_proxies
    #: A digest of the fields whose change lets no earlier approval stand for a later one.
    digest: Callable[[], str] = no_digest
    #: The calendar by which working time counts; None without one.
    clock: WorkClock | None = None
    #: Whether this is an active person with some role in the app: one who may be asked beside those whom a step finds.
    is_known: Callable[[str], bool] = nobody
    #: The moment that an expression gives, of a date its beginning in the app's time zone; None when missing.
    moment: Callable[[Expression], dt.datetime | None] = no_moment
    #: The runs of another workflow that a step begins for the first time or again, or why it cannot begin them.
    children: Callable[[SubFlowStep, str], tuple[Child, ...] | str] = no_children


def as_moment(value: object, zone: ZoneInfo) -> dt.datetime | None:
    """The moment that an expression gave: of a date its beginning in the app's time zone; None when it is missing."""
    match value:
        case dt.datetime():
            return value
        case dt.date():
            return dt.datetime.combine(value, dt.time(), zone).astimezone(dt.UTC)
        case _:
            return None


def as_amount(value: object) -> Decimal | None:
    """The number that an expression gave, None when it is missing."""
    return value if isinstance(value, Decimal) else None

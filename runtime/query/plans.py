"""The plans of reading and writing: plain values with every name resolved; only `records` makes them, only `query` runs them.

An `AccessPlan` says who may, and is part of every other plan: nothing is read or written without one.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from forms_dsl.expr.tree import Expression
from forms_dsl.model import Field, Segment
from runtime.compile.access import Action, FieldRight, Rights, Shows
from runtime.compile.app import CompiledApp, CompiledEntity

#: How a field is shown over all rows of a plan; `by_row`: it depends on which grant gives the row.
Showing = Shows | Literal["by_row"]

_NO_RIGHT = FieldRight("nothing", writes=False)


@dataclass(frozen=True, slots=True)
class EveryRow:
    """All rows."""


@dataclass(frozen=True, slots=True)
class OneRecord:
    """The one record of a case, bound when the plan runs."""


@dataclass(frozen=True, slots=True)
class OpenCases:
    """The records for which the person has open work."""


#: The rows of a grant.
Rows = Expression | EveryRow | OneRecord | OpenCases


@dataclass(frozen=True, slots=True)
class Grant:
    """One reason why some rows may be seen or changed, with the field rights that hold on these rows."""

    source: str
    rows: Rows
    rights: Rights
    #: The fields that may be revealed on these rows, one record at a time, where this grant shows them masked.
    unmask: frozenset[str] = frozenset()
    #: Whether these rows may be merged into one another, where they may be changed.
    merge: bool = False


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """Which rows of an entity and which fields of them an action may touch: grants united, denials taken away.

    It is a template: the person's unit, name and roles are bound when it runs, so one plan serves all people
    with the same roles. Field rights hold only on the rows of their own grant.
    """

    compiled: CompiledApp
    entity: CompiledEntity
    action: Action
    grants: tuple[Grant, ...]
    denies: tuple[Expression, ...]
    #: Tells apart what two plans allow; part of every cache key.
    fingerprint: Hashable

    @property
    def granted_by(self) -> tuple[str, ...]:
        """The roles and other reasons that grant something."""
        return tuple(grant.source for grant in self.grants)

    def right(self, grant: Grant, path: str) -> FieldRight:
        """The right of one grant on a field; what it does not name it does not give."""
        return grant.rights.get(path, _NO_RIGHT)

    def shows(self, path: str) -> Showing:
        """How a field is shown over the rows of this plan."""
        levels = {self.right(grant, path).shows for grant in self.grants}
        if len(levels) == 1:
            return levels.pop()
        return "by_row" if levels else "nothing"

    def writes(self, path: str) -> bool:
        """Whether some grant lets this field be entered."""
        return any(self.right(grant, path).writes for grant in self.grants)


@dataclass(frozen=True, slots=True)
class Column:
    """A value of the answer: its key, the references that lead to it and the field itself.

    `inner` are the columns of child rows where the field holds rows.
    """

    key: str
    hops: tuple[str, ...]
    field: Field
    inner: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Expansion:
    """A record that another one refers to, answered beside it: its key, the path to it, and its columns as a list has them."""

    key: str
    #: The references that lead to it, the last one is `reference`.
    hops: tuple[str, ...]
    reference: Field
    #: Empty where this person can read no such record at all.
    columns: tuple[Column, ...]

    @property
    def sealed(self) -> tuple[Column, ...]:
        """The columns that are kept encrypted."""
        return tuple(column for column in self.columns if column.field.encrypted)

    @property
    def width(self) -> int:
        """How many columns of the statement it takes: the JSON, the id, the seals."""
        return 2 + len(self.sealed)


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of the order; missing values stand last in both directions."""

    hops: tuple[str, ...]
    field: Field
    descending: bool


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A question for records of one entity."""

    access: AccessPlan
    columns: tuple[Column, ...] = ()
    where: Expression | None = None
    #: The filter of the definition (a list's, a report's), beside what the reader asks.
    filter: Expression | None = None
    #: Only the members of this segment.
    segment: Segment | None = None
    #: The texts that a search looks in, by path, and how many words it asks for.
    search: tuple[tuple[tuple[str, ...], Field], ...] = ()
    words: int = 0
    order: tuple[OrderKey, ...] = ()
    #: References read for their titles: their clear ids come beside the answer.
    references: tuple[Column, ...] = ()
    #: Referenced records that come whole: the JSON of each, its id and its seals come beside the answer, behind the references.
    expansions: tuple[Expansion, ...] = ()
    #: By path of references: what this person may read of the records at its end.
    targets: Mapping[tuple[str, ...], AccessPlan] = field(default_factory=dict)
    #: "list" pages by key, "get" finds one id, "some" finds several, "count" counts, "count_some" counts up to a limit.
    kind: Literal["list", "get", "some", "count", "count_some"] = "list"
    #: Whether it asks for the records that were taken away, and not for the living.
    deleted: bool = False
    #: Whether it passes over as many records at the beginning as the request says.
    skips: bool = False
    #: How many rows a list has at most, as a part of its statement: a database that is told only when it runs plans for a tenth
    #: of all rows. None: as many as the request says.
    limit: int | None = None
    #: Whether the page is gathered unit by unit, as `query.page` says.
    by_unit: bool = False
    #: Whether so many records are under the row rule that the page is found by passing them in their order: SQLite is told so.
    by_order: bool = False
    #: For a page after a cursor: which of its key values are missing.
    after: tuple[bool, ...] | None = None
    #: After a cursor the rows that have a first key and those that lack it are asked for one after the other,
    #: so that an index on the key can begin at the cursor.
    part: Literal["whole", "present", "missing"] = "whole"

    @property
    def sealed(self) -> tuple[Column, ...]:
        """The columns that are kept encrypted: their seals come beside the answer, at its end."""
        return tuple(column for column in self.columns if column.field.encrypted)

    def access_at(self, hops: tuple[str, ...]) -> AccessPlan:
        """What the reader may do at the end of a path of references."""
        return self.targets[hops] if hops else self.access

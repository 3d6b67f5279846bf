"""The values of publishing: what a plan is made of and what a release is."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from forms_dsl.diagnostics import Diagnostic, has_errors
from forms_dsl.diff import Change
from forms_dsl.model import Label

Phase = Literal["expand", "backfill", "contract"]
MisfitRule = Literal["required", "unique", "choice", "length", "range", "pattern", "check", "type"]

#: Stands in a batched statement for the key after which the next batch begins.
AFTER = "'$after'"


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of a publication: why, what takes it back, which lock it takes and whether it rewrites rows."""

    phase: Phase
    sql: str
    because: Label
    reverse: str | None = None
    lock: str = "none"
    rewrite: bool = False

    @property
    def transactional(self) -> bool:
        """Whether the statement may run inside a transaction (an index built concurrently may not)."""
        return "CONCURRENTLY" not in self.sql

    @property
    def is_check(self) -> bool:
        """Whether the statement only looks: what it finds forbids to go on."""
        return self.sql.startswith("SELECT ")

    @property
    def batched(self) -> bool:
        """Whether the statement is repeated over the table by key, some rows at a time."""
        return AFTER in self.sql


@dataclass(frozen=True, slots=True)
class Misfit:
    """Records that a new rule finds wrong: how many, and the numbers (or keys) of the first few, never their values."""

    entity: str
    field: str | None
    rule: MisfitRule
    count: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """How many running approvals stand at a step of a workflow; they stay on the release they started with."""

    workflow: str
    step: str
    count: int
    #: What the two are called; empty for what the active release does not have any more.
    title: Label = field(default_factory=dict, compare=False)
    step_title: Label = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """What publishing would do, whole; `checksum` holds what was decided, not counts that move while people work."""

    app: str
    from_: int | None
    to: int
    version: str
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    misfits: tuple[Misfit, ...]
    running: tuple[Running, ...]
    diagnostics: tuple[Diagnostic, ...]
    checksum: str
    #: Ids of the units of a pilot; none when it is for the whole bank.
    units: tuple[str, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether a finding forbids publishing."""
        return has_errors(self.diagnostics)


@dataclass(frozen=True, slots=True)
class Release:
    """A row of the release table without its files."""

    app: str
    release: int
    version: str
    checksum: str
    state: str
    based_on: int | None
    author: str | None
    approver: str | None
    note: str | None
    created_at: dt.datetime
    activated_at: dt.datetime | None
    #: Ids of the units that it is live for, while it is a pilot or on its way to one.
    units: tuple[str, ...] = ()
    piloted_at: dt.datetime | None = None
    #: Where it came from, other than from the draft: a promotion or a direct change.
    origin: Mapping[str, Any] | None = None

    @property
    def becomes_pilot(self) -> bool:
        """Whether, once applied, it is live for its units only; a pilot that is applied again is for everybody."""
        return bool(self.units) and self.piloted_at is None


#: The texts of an app by path.
Files = Mapping[str, str]


def digest_of(files: Files) -> str:
    """The identity of all texts together, byte for byte."""
    parts = (f"{path}\0{hashlib.sha256(text.encode()).hexdigest()}\n" for path, text in sorted(files.items()))
    return hashlib.sha256("".join(parts).encode()).hexdigest()

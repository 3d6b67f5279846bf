"""What every report of approvals is: a name, columns, and pages of rows within a period, a unit and a workflow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.context import Context
from runtime.identity.organisation import path_range
from runtime.spreadsheets.cells import Cell
from runtime.store.tables import org_branch, wf_instance

Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a report: from a moment up to another one, below a unit, of one app and workflow."""

    since: dt.datetime
    until: dt.datetime
    zone: dt.tzinfo
    unit_path: str | None = None
    app: str | None = None
    workflow_id: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in the rows, what it is called, and what it holds (an instant is a text in the bank's time)."""

    name: str
    label: Label
    kind: Literal["text", "instant", "record", "number", "verdict"] = "text"


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the place from which the next ones are read."""

    rows: Sequence[Row]
    next: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """One report: `read` gives a page from a place on, of at most so many things looked at."""

    name: str
    title: Label
    note: Label
    columns: tuple[Column, ...]
    read: Callable[[Connection, Context, Wanted, int, int], Page]


AT = Column("at", {"zh": "时间", "en": "At"}, "instant")
FLOW = Column("workflow", {"zh": "流程", "en": "Workflow"})
STEP = Column("step", {"zh": "步骤", "en": "Step"})
UNIT = Column("unit", {"zh": "机构", "en": "Unit"})
RECORD = Column("record", {"zh": "记录", "en": "Record"}, "record")


def instant(wanted: Wanted, at: dt.datetime | None) -> str | None:
    """A moment as the bank's clock shows it."""
    return None if at is None else f"{at.astimezone(wanted.zone):%Y-%m-%d %H:%M:%S}"


def cases_wanted(context: Context, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """The conditions for approvals: of live apps, of the app and workflow, started below the unit."""
    found: list[sa.ColumnElement[bool]] = [wf_instance.c.app.in_(sorted(context.releases))]
    if wanted.app is not None:
        found.append(wf_instance.c.app == wanted.app)
    if wanted.workflow_id is not None:
        found.append(wf_instance.c.workflow_id == wanted.workflow_id)
    if wanted.unit_path is not None:
        first, behind = path_range(wanted.unit_path)
        below = sa.select(org_branch.c.id).where(org_branch.c.f_path >= first, org_branch.c.f_path < behind)
        found.append(wf_instance.c.starter_unit.in_(below))
    return found


def page_of(rows: Sequence[Row], place: int, limit: int, looked_at: int) -> Page:
    """A page of what was found among `looked_at` things, one more than `limit` of which says that there are others."""
    return Page(rows, place + limit if looked_at > limit else None)

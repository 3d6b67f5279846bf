"""The search through an app: the records of every entity that its reader may find by what he sees of them in clear."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from sqlalchemy.engine import Dialect

from forms_dsl.model import Label
from runtime.context import Context
from runtime.failures import NotFound
from runtime.records.access import NOT_THERE, may_open, possible_plan
from runtime.records.planning import Targets, searched_texts
from runtime.records.read import asking_page
from runtime.records.request import ListRequest
from runtime.records.titles import asking_titles
from runtime.store.asking import Asking


@dataclass(frozen=True, slots=True)
class Found:
    """A record that was found: its key, what it is called, and its number where it has one."""

    id: str
    title: str
    number: str | None


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """What was found of one entity; `more` where there is more than was asked for."""

    entity: str
    label: Label
    records: tuple[Found, ...]
    more: bool


def asking_search(dialect: Dialect, context: Context, app: str, text: str, limit: int) -> Asking[tuple[FoundGroup, ...]]:
    """Up to `limit` records of each entity that have every word of the text, entities in the order of the definition."""
    compiled = context.releases.get(app)
    if compiled is None or not may_open(context, compiled):
        raise NotFound(NOT_THERE)
    groups = []
    for name, entity in compiled.entities.items():
        access = possible_plan(context, app, name, "read")
        targets: Targets = {}
        if access is None or not any(True for _ in searched_texts(context, access, targets)):
            continue
        page = yield from asking_page(dialect, context, app, name, ListRequest(select=(), limit=limit, search=text))
        rows = [orjson.loads(item) for item in page.items]
        if not rows:
            continue
        titles = yield from asking_titles(dialect, context, app, name, [row["id"] for row in rows])
        records = tuple(
            Found(row["id"], titles.get(row["id"]) or row.get("number") or row["id"], row.get("number")) for row in rows
        )
        groups.append(FoundGroup(name, entity.entity.label, records, page.next is not None))
    return tuple(groups)

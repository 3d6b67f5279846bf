"""What an answer holds beside the values of its records: titles of what they refer to, and the referenced records themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.engine import Dialect

from runtime.context import Context
from runtime.query.plans import Expansion, ReadPlan
from runtime.records.reach import leads_to
from runtime.records.sealed import with_opened, with_opened_cells
from runtime.records.titles import asking_titles_of_all
from runtime.store.asking import Asking
from runtime.store.waiting import Row

#: The "app.entity" and the id of a record.
Target = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What one record refers to: for its titles by key, and the records that come whole."""

    leads: Mapping[str, Target]
    expanded: Mapping[str, tuple[Target, bytes] | None]


def asking_items(
    dialect: Dialect, context: Context, plan: ReadPlan, rows: Sequence[Row], behind: int, *, titles: bool
) -> Asking[list[bytes]]:
    """The records of a statement's rows as JSON objects, complete; `behind` is the place after the columns of the record itself.

    However many records there are, the titles of all that they refer to are asked for once an entity.
    """
    items = with_opened(plan, [as_bytes(row[0]) for row in rows], rows)
    if not rows or not (titles or plan.expansions):
        return items
    found = [_beside(plan, row[behind:]) for row in rows]
    wanted = {target for each in found for target in each.leads.values()}
    wanted |= {record[0] for each in found for record in each.expanded.values() if record is not None}
    called = yield from asking_titles_of_all(dialect, context, sorted(wanted))
    return [_joined(item, each, called, titles=titles) for item, each in zip(items, found, strict=True)]


def as_bytes(item: str | bytes) -> bytes:
    """JSON as the driver gave it, as bytes."""
    return item.encode() if isinstance(item, str) else item


def _beside(plan: ReadPlan, cells: Sequence[Any]) -> _Beside:
    place = len(plan.references)
    leads = {
        column.key: leads_to(column.field, value)
        for column, value in zip(plan.references, cells[:place], strict=True)
        if value is not None
    }
    return _Beside(leads, dict(_expanded(plan.expansions, cells[place:])))


def _expanded(expansions: Sequence[Expansion], cells: Sequence[Any]) -> Iterator[tuple[str, tuple[Target, bytes] | None]]:
    place = 0
    for expansion in expansions:
        item, id, *seals = cells[place : place + expansion.width]
        place += expansion.width
        if item is None:
            yield expansion.key, None
        else:
            opened = with_opened_cells(as_bytes(item), expansion.sealed, seals)
            yield expansion.key, (leads_to(expansion.reference, id), opened)


def _joined(item: bytes, found: _Beside, called: Mapping[Target, str], *, titles: bool) -> bytes:
    parts = [item[:-1]]
    if titles:
        parts.append(b'"_titles":' + orjson.dumps({key: called[lead] for key, lead in found.leads.items() if lead in called}))
    if found.expanded:
        records = (
            orjson.dumps(key) + b":" + (b"null" if record is None else _called(*record, called))
            for key, record in found.expanded.items()
        )
        parts.append(b'"_expanded":{' + b",".join(records) + b"}")
    return b",".join(parts) + b"}"


def _called(target: Target, record: bytes, called: Mapping[Target, str]) -> bytes:
    return record[:-1] + b',"_title":' + orjson.dumps(called.get(target)) + b"}"

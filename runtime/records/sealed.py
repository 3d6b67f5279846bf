"""Values that are kept encrypted on their way to a reader: opened behind the database, masked where he sees them masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from forms_dsl.expr.tree import Call, Constant, Expr, Ref
from forms_dsl.model import Field
from runtime.query.masks import masked_value
from runtime.query.plans import Column, ReadPlan
from runtime.store.sealing import seals, unseal


def with_opened(plan: ReadPlan, items: Sequence[bytes], rows: Sequence[Sequence[Any]]) -> list[bytes]:
    """The JSON objects of rows with what stands sealed at the end of each row."""
    columns = plan.sealed
    if not columns:
        return list(items)
    return [with_opened_cells(item, columns, row[len(row) - len(columns) :]) for item, row in zip(items, rows, strict=True)]


def with_opened_cells(item: bytes, columns: Sequence[Column], cells: Sequence[str | None]) -> bytes:
    """One JSON object with what the seals of its columns hold."""
    opened = dict(_opened(columns, cells))
    return item if not opened else item[:-1] + b"," + orjson.dumps(opened)[1:]


def _opened(columns: Sequence[Column], cells: Sequence[str | None]) -> Iterator[tuple[str, str | None]]:
    for column, cell in zip(columns, cells, strict=True):
        if cell is None:
            if column.hops:
                yield column.key, None
        elif len(cell) == 1:
            yield column.key, None
        else:
            value = unseal(column.field.id, cell[1:])
            yield column.key, value if cell[0] == "c" else masked_value(column.field, value)


def kept_as(field: Field, value: object) -> tuple[object, ...]:
    """All that a column may hold for a value: of an encrypted field one seal for each key."""
    return seals(field.id, str(value)) if field.encrypted and value is not None else (value,)


def opened(field: Field, kept: object) -> object:
    """The value behind what a column of an encrypted field holds."""
    return None if kept is None else unseal(field.id, str(kept))


class NotWhole(Exception):
    """An encrypted field is compared otherwise than as a whole with given values."""


def with_seals(tree: Expr, fields: dict[tuple[str, ...], Field]) -> Expr:
    """The condition over what is kept: whole values that are compared with encrypted fields stand as their seals.

    `fields` are the encrypted ones by path; raises NotWhole with the path where the condition asks for more.
    """
    match tree:
        case Call(function="is_missing", arguments=(Ref() as ref,)) if ref.path in fields:
            return tree
        case Call(function="eq", arguments=(Ref() as ref, Constant() as value)) if ref.path in fields:
            return _among(tree, ref, [value], fields[ref.path])
        case Call(function="eq", arguments=(Constant() as value, Ref() as ref)) if ref.path in fields:
            return _among(tree, ref, [value], fields[ref.path])
        case Call(function="in", arguments=(Ref() as ref, *values)) if ref.path in fields:
            return _among(tree, ref, values, fields[ref.path])
        case Ref(path=path) if path in fields:
            raise NotWhole(".".join(path))
        case Call():
            return Call(tree.type, tree.function, tuple(with_seals(part, fields) for part in tree.arguments), tree.span)
        case _:
            return tree


def _among(tree: Call, ref: Ref, values: Sequence[Expr], field: Field) -> Call:
    made: list[Expr] = []
    for value in values:
        if not isinstance(value, Constant) or not isinstance(value.value, str):
            raise NotWhole(".".join(ref.path))
        made += [Constant(value.type, each, value.span) for each in seals(field.id, value.value)]
    return Call(tree.type, "in", (ref, *made), tree.span)

"""Finds the records that the values of a chunk name: one question per lookup and chunk, answers remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.masks import masked
from forms_dsl.model import Field
from runtime.commands.import_mapping import LookupShape
from runtime.commands.import_values import NO_RECORD, Asked, MappedRow, RowFault
from runtime.compile.app import CompiledApp
from runtime.compile.tables import column_of
from runtime.context import Context
from runtime.records.access import is_platform
from runtime.records.sealed import kept_as
from runtime.records.sight import clear_fields
from runtime.store.among import AT_ONCE, among

#: Answers that are remembered at a time.
_MOST_KNOWN = 50_000
_Key = tuple[str, str, str | None]
#: Whether the record that a value names will be there.
Promised = Callable[[Asked], bool]


@dataclass(slots=True)
class Lookups:
    """The answers of one import so far: only records that its person may read, by fields that he sees in clear."""

    compiled: CompiledApp
    context: Context
    _found: dict[_Key, dict[str, object]] = field(default_factory=dict)

    def resolve(
        self,
        connection: Connection,
        rows: Sequence[MappedRow],
        fields: Mapping[str, Field],
        promised: Promised | None = None,
    ) -> None:
        """Put the values of records in the place of the texts that name them; a text that names none is a fault.

        `fields` are those of the entity that the rows become records of; `promised` says of a text that its record is made by an
        earlier row, and taken back until all is written: the field is left out then.
        """
        if sum(map(len, self._found.values())) > _MOST_KNOWN:
            self._found.clear()
        wanted: dict[_Key, tuple[LookupShape, set[str]]] = {}
        for row in rows:
            for asked in row.asked.values():
                key = _key(asked.lookup)
                if asked.text not in self._found.setdefault(key, {}):
                    wanted.setdefault(key, (asked.lookup, set()))[1].add(asked.text)
        for key, (lookup, texts) in wanted.items():
            self._found[key].update(self._ask(connection, lookup, texts))
        for row in rows:
            for name, asked in row.asked.items():
                if promised is not None and asked.text not in self._found[_key(asked.lookup)] and promised(asked):
                    del row.values[name]
                    continue
                self._answer(row, name, asked, leads=name in fields and fields[name].type == "any_reference")

    def _answer(self, row: MappedRow, name: str, asked: Asked, *, leads: bool) -> None:
        found = self._found[_key(asked.lookup)]
        if asked.text in found:
            target = self.compiled.entity(asked.lookup.entity).entity
            row.values[name] = f"{target.app}.{target.name}/{found[asked.text]}" if leads else found[asked.text]
            return
        del row.values[name]  # judged already: the text itself is no value of the field
        entity = self.compiled.entity(asked.lookup.entity).entity
        label, declared = entity.label, entity.fields[asked.lookup.by]
        by = declared.label
        shown = asked.text if declared.classification == "C1" else str(masked(asked.text, declared.mask))
        reason = {
            "zh": f"没有{by.get('zh', asked.lookup.by)}为“{shown}”的{label.get('zh', entity.name)}。",
            "en": f"There is no {label.get('en', entity.name)} whose {by.get('en', asked.lookup.by)} is {shown!r}.",
        }
        row.faults.append(RowFault(asked.column, shown, reason, NO_RECORD.id))

    def _ask(self, connection: Connection, lookup: LookupShape, texts: Iterable[str]) -> Iterator[tuple[str, object]]:
        entity = self.compiled.entity(lookup.entity)
        by = column_of(entity.entity, entity.table, lookup.by)
        of = entity.table.c.id if lookup.of is None else column_of(entity.entity, entity.table, lookup.of)
        if by is None or of is None:
            raise ValueError(f"{lookup.entity} keeps no column for {lookup.by} or {lookup.of}")
        declared = entity.entity.fields[lookup.by]
        parsed = dict[object, list[str]]()  # 7 and 007 may mean the same record; a value has a seal for each key
        for text in texts:
            try:
                value = FIELD_TYPES[declared.type].parse(text, declared.options)
            except ValueRefused:
                continue  # no record can have such a value; the row is told so
            for form in kept_as(declared, value):
                parsed.setdefault(form, []).append(text)
        values = list(parsed)
        for start in range(0, len(values), AT_ONCE):
            chunk = values[start : start + AT_ONCE]
            query = sa.select(entity.table.c.id, by, of).where(
                among(connection.dialect, by, chunk), entity.table.c.deleted_at.is_(None)
            )
            rows = connection.execute(query).all()
            known = self._known(connection, lookup, [id for id, _, _ in rows])
            for id, value, answer in rows:
                if known is None or id in known:
                    yield from ((text, answer) for text in parsed[value])

    def _known(self, connection: Connection, lookup: LookupShape, ids: Sequence[str]) -> frozenset[str] | None:
        """The records that this person may read with what is asked of them in clear; None for all."""
        if is_platform(self.context.principal):
            return None
        target, asked = self.compiled.entity(lookup.entity).entity, {lookup.by, lookup.of} - {None}
        clear = clear_fields(connection, self.context, target.app, target.name, ids)
        return frozenset(id for id, fields in clear.items() if asked <= fields)


def _key(lookup: LookupShape) -> _Key:
    return lookup.entity, lookup.by, lookup.of

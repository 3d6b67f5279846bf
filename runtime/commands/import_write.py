"""Writes the rows of a chunk: new ones in, changed ones changed, equal ones left alone; each row whole or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Field, Label
from runtime.commands.import_result import StepResult
from runtime.commands.import_values import NO_VALUE, STANDS_TWICE, Asked, MappedRow, Outcome, RowFault, remembering
from runtime.commands.import_whole import WholeFile
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.tables import column_of
from runtime.context import Context
from runtime.failures import Failure, Fault
from runtime.records.access import is_platform
from runtime.records.change_many import Change, change_many
from runtime.records.codes import NOT_UNIQUE
from runtime.records.sealed import kept_as, opened
from runtime.records.sight import clear_fields
from runtime.records.write import Written, update_record
from runtime.records.write_many import insert_many
from runtime.store.among import AT_ONCE, among

_Key = tuple[object, ...]
_Names = tuple[str, ...]

_TAKEN: Label = {"zh": "文件中前面的行已使用此值。", "en": "An earlier row of the file has this value already."}
_NO_KEY: Label = {"zh": "缺少识别记录的值。", "en": "The value by which the record is found again is missing."}


@dataclass(frozen=True, slots=True)
class _Existing:
    id: str
    version: int
    values: Mapping[str, object]
    #: The fields that may be compared with what the file says; None for all.
    clear: frozenset[str] | None


@dataclass(slots=True)
class ChunkWriter:
    """The writing side of one step; it remembers the keys of the file to refuse one that stands twice.

    Without a key every row is a new record.
    """

    context: Context
    compiled: CompiledApp
    name: str
    key: tuple[str, ...]
    #: Hash of a key → its row: a million keys themselves would fill the memory, and two of them hardly share 64 bits.
    _seen: dict[int, int] = field(default_factory=dict)
    #: The rows that were refused when they were tried.
    _refused: set[int] = field(default_factory=set)
    _readers: Mapping[str, Callable[[object], object]] = field(init=False)
    _whole: WholeFile = field(init=False)

    def __post_init__(self) -> None:
        self._whole = WholeFile(self.entity.entity, self.key)
        self._readers = {name: remembering(declared) for name, declared in self.entity.entity.fields.items()}

    @property
    def entity(self) -> CompiledEntity:
        """The entity that is written."""
        return self.compiled.entities[self.name]

    @property
    def called(self) -> tuple[str, str]:
        """The names by which lookups ask for the entity."""
        return self.name, f"{self.compiled.app.name}.{self.name}"

    def write(
        self,
        connection: Connection,
        rows: Sequence[MappedRow],
        result: StepResult,
        *,
        tried: bool = False,
        put_down: bool = False,
    ) -> None:
        """Write the rows that have no fault; those that are refused get all of theirs. What is `tried` is undone by the caller.

        With `put_down` what is tried stands in the table until then, for rows that refer to it.
        """
        ready = [(row, parsed) for row in rows if (parsed := self._parse(row)) is not None]
        existing, all_seen = self._existing(connection, [self._key_of(parsed) for _, parsed in ready])
        fresh = [(row, parsed) for row, parsed in ready if self._key_of(parsed) not in existing] if existing else ready
        result.created += self._insert(connection, fresh, self.key if all_seen else (), tried=tried and not put_down)
        changes: list[tuple[MappedRow, Change]] = []
        for row, parsed in ready if existing else ():
            found = existing.get(self._key_of(parsed))
            if found is None:
                continue
            # A value that this person does not see in clear is written without being compared: "unchanged" would tell it.
            changed = [
                n for n, value in parsed.items() if value != found.values.get(n) or not (found.clear is None or n in found.clear)
            ]
            if changed:
                body = {name: row.values[name] for name in changed}
                changes.append((row, Change(found.id, found.version, body, {name: parsed[name] for name in changed})))
            else:
                row.outcome = Outcome("unchanged", found.id, found.version, {}, {})
                result.unchanged += 1
        result.updated += self._update(connection, changes, tried=tried)
        if tried:
            self._look_back(rows, result)
            self._refused.update(row.number for row in rows if row.faults)

    def promised(self, asked: Asked) -> bool:
        """Whether an earlier row of the file, tried and taken back, makes the record that a value names by the key."""
        if asked.lookup.entity not in self.called or (asked.lookup.by,) != self.key:
            return False
        try:
            earlier = self._seen.get(hash((self._readers[asked.lookup.by](asked.text),)))
        except ValueRefused:
            return False
        return earlier is not None and earlier not in self._refused

    def _look_back(self, rows: Sequence[MappedRow], result: StepResult) -> None:
        """Refuse what an earlier row of the file, tried and taken back, leaves no place for."""
        for row in rows:
            outcome = row.outcome
            if outcome is None or outcome.act == "unchanged":
                continue
            fields = self._whole.take(outcome.before, outcome.after)
            if fields is not None:
                name = next((name for name in fields if name in row.columns), fields[0])
                row.faults.append(RowFault(row.columns.get(name, name), _shown(row.values.get(name)), _TAKEN, NOT_UNIQUE.id))
                row.outcome = None
                result.created -= outcome.act == "created"
                result.updated -= outcome.act == "changed"

    def remember(self, row: MappedRow) -> None:
        """Know the key of a row that an earlier run has written."""
        try:
            declared = ((name, self.entity.entity.fields[name]) for name in self.key)
            key = tuple(FIELD_TYPES[field.type].parse(row.values.get(name), field.options) for name, field in declared)
        except ValueRefused:
            return  # it was rejected
        if key:
            self._seen.setdefault(hash(key), row.number)
        named = {name: self._readers[name](raw) for name, raw in row.values.items() if name not in row.asked}
        self._whole.take({}, named)

    def _parse(self, row: MappedRow) -> dict[str, object] | None:
        """The values as the language knows them, or None with faults: a value that does not fit, a key missing or used twice."""
        parsed: dict[str, object] = {}
        for name, raw in row.values.items():
            try:
                parsed[name] = self._readers[name](raw)
            except ValueRefused as refused:
                row.faults.append(RowFault(row.columns.get(name, name), _shown(raw), refused.message, refused.code))
        missing = next((name for name in self.key if name in parsed and parsed[name] is None), None)
        if missing is not None:
            row.faults.append(RowFault(row.columns.get(missing), None, _NO_KEY, NO_VALUE.id))
        if row.faults or not self.key:
            return None if row.faults else parsed
        key = self._key_of(parsed)
        earlier = self._seen.setdefault(hash(key), row.number)
        if earlier != row.number:
            reason = {"zh": f"与第 {earlier} 行重复。", "en": f"The same as row {earlier}."}
            row.faults.append(RowFault(row.columns.get(self.key[0]), _shown(key[0]), reason, STANDS_TWICE.id))
            return None
        return parsed

    def _key_of(self, parsed: Mapping[str, object]) -> _Key:
        return (parsed.get(self.key[0]),) if len(self.key) == 1 else tuple(parsed.get(name) for name in self.key)

    def _existing(self, connection: Connection, keys: Sequence[_Key]) -> tuple[dict[_Key, _Existing], bool]:
        """The records that are there already, of those that this person may find by their keys; and whether these are all."""
        if not self.key or not keys:
            return {}, False
        entity, table = self.entity.entity, self.entity.table
        columns = {name: c for name in entity.fields if (c := column_of(entity, table, name)) is not None}
        by = [columns[name] for name in self.key]
        plain = not any(entity.fields[name].encrypted for name in self.key)
        kept: list[_Key] = list(keys) if plain else [form for key in keys for form in self._kept(key)]
        query = sa.select(table.c.id, table.c.version, *columns.values()).where(table.c.deleted_at.is_(None))
        rows: list[sa.Row[Any]] = []
        found = {}
        for start in range(0, len(kept), AT_ONCE):
            some = kept[start : start + AT_ONCE]
            one = len(by) == 1
            there = among(connection.dialect, by[0], [key[0] for key in some]) if one else sa.tuple_(*by).in_(some)
            rows += connection.execute(query.where(there)).all()
        everything = is_platform(self.context.principal)
        sight = {} if everything else clear_fields(connection, self.context, entity.app, entity.name, [row[0] for row in rows])
        for record_id, version, *values in map(tuple, rows):
            clear = None if everything else sight.get(record_id, frozenset())
            if clear is None or clear.issuperset(self.key):
                named = {name: _comparable(entity.fields[name], value) for name, value in zip(columns, values, strict=True)}
                found[self._key_of(named)] = _Existing(record_id, version, named, clear)
        return found, len(found) == len(rows)

    def _kept(self, key: _Key) -> Iterator[tuple[object, ...]]:
        """What the columns of a key may hold; encrypted ones another text for each key of the ring."""
        yield from itertools.product(
            *(kept_as(self.entity.entity.fields[name], part) for name, part in zip(self.key, key, strict=True))
        )

    def _insert(
        self, connection: Connection, fresh: Sequence[tuple[MappedRow, dict[str, object]]], absent: _Names, *, tried: bool
    ) -> int:
        if not fresh:
            return 0
        rows = [row for row, _ in fresh]
        bodies = [{name: value for name, value in row.values.items() if value is not None} for row in rows]
        parsed = [
            values if len(values) == len(body) else {name: values[name] for name in body}
            for body, (_, values) in zip(bodies, fresh, strict=True)
        ]
        app = self.compiled.app.name
        done = insert_many(connection, self.context, app, self.name, bodies, parsed, absent=absent, tried=tried)
        for row, outcome in zip(rows, done, strict=True):
            if isinstance(outcome, Failure):
                row.faults.extend(self._refusals(row, outcome))
            else:
                row.outcome = Outcome("created", outcome.id, outcome.version, {}, outcome.after)
        return sum(not isinstance(outcome, Failure) for outcome in done)

    def _update(self, connection: Connection, changes: Sequence[tuple[MappedRow, Change]], *, tried: bool) -> int:
        app, context = self.compiled.app.name, self.context
        together = change_many(connection, context, app, self.name, [change for _, change in changes], tried=tried)
        updated = 0
        for row, change in changes:
            try:
                done = together.get(change.record_id) or self._update_one(connection, change)
            except Failure as failure:
                row.faults.extend(self._refusals(row, failure))
                continue
            row.outcome = Outcome("changed", change.record_id, done.version, done.before, done.after)
            updated += 1
        return updated

    def _update_one(self, connection: Connection, change: Change) -> Written:
        with connection.begin_nested():
            app = self.compiled.app.name
            return update_record(connection, self.context, app, self.name, change.record_id, change.body, change.version)

    def _refusals(self, row: MappedRow, failure: Failure) -> Iterator[RowFault]:
        """The faults of a refused write, at the columns that they are about."""
        for fault in failure.faults or (Fault(failure.code, failure.message),):
            name = (fault.pointer or "").removeprefix("/").split("/")[0]
            yield RowFault(row.columns.get(name, name or None), _shown(row.values.get(name)), fault.message, fault.code)


def _comparable(field: Field, value: object) -> object:
    """A value of a column as the field types parse it."""
    if field.encrypted:
        return opened(field, value)
    match value:
        case bool():
            return value
        case int():
            return Decimal(value)
        case list():
            return tuple(value)
        case _:
            return value


def _shown(value: object) -> str | None:
    return None if value is None else str(value)

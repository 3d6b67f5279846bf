"""What pieces of a file that are tried one by one, and taken back, would not see of each other.

Values that only one record may have, taken by a row of an earlier piece; and records that a row of an earlier piece makes, to which
later rows refer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms_dsl.model import Entity
from runtime.commands.import_values import MappedRow
from runtime.records.uniques import Fields, unique_sets


@dataclass(slots=True)
class WholeFile:
    """The unique values that rows of a file hold so far, as hashes: a million values themselves would fill the memory."""

    entity: Entity
    key: Fields
    _taken: dict[Fields, set[int]] = field(default_factory=dict)

    def sets(self) -> Iterator[Fields]:
        """The sets of fields that are watched: not the key, of which one that stands twice is told otherwise, and no drawn number."""
        return (fields for fields in unique_sets(self.entity) if fields not in {self.key, ("number",)})

    def take(self, before: Mapping[str, object], after: Mapping[str, object]) -> Fields | None:
        """Take the values that a row would give a record; the set of fields of which an earlier row has them already, taking none."""
        wanted = []
        for fields in self.sets():
            values = tuple(after.get(name) for name in fields)
            if None in values or values == tuple(before.get(name) for name in fields):
                continue
            if hash(values) in self._taken.setdefault(fields, set()):
                return fields
            wanted.append((fields, hash(values)))
        for fields, taken in wanted:
            self._taken[fields].add(taken)
        return None


def runs(own: Collection[str], key: Fields, rows: Sequence[MappedRow]) -> Iterator[list[MappedRow]]:
    """The rows cut before each that refers, by the key, to one of the same run: that one has to be there first."""
    run: list[MappedRow] = []
    keys: set[str] = set()
    for row in rows:
        if any(asked.lookup.entity in own and (asked.lookup.by,) == key and asked.text in keys for asked in row.asked.values()):
            yield run
            run, keys = [], set()
        run.append(row)
        keys.update(str(row.values.get(name)) for name in key)
    if run:
        yield run


def refers_to_itself(own: Collection[str], rows: Sequence[MappedRow]) -> bool:
    """Whether rows of a piece refer to records of their own entity, which has these names."""
    return any(asked.lookup.entity in own for row in rows for asked in row.asked.values())

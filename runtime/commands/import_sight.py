"""How a person sees what a batch keeps of its rows and reasons: as he reads the fields, and as he brought them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from runtime.commands.rehearse_import import Seen
from runtime.compile.app import CompiledEntity
from runtime.context import Context
from runtime.query.masks import masked_value
from runtime.records.access import possible_plan
from runtime.records.opening import needs_rows
from runtime.store.import_batches import Batch, KeptReject


class Sight:
    """How this person sees the fields of a batch: as he reads them, and what he brought himself as he brought it."""

    def __init__(self, context: Context, app: str, found: CompiledEntity, batch: Batch) -> None:
        self._context, self._entity = context, found.entity
        self._plan = possible_plan(context, app, found.entity.name, "read")
        columns = batch.reading.get("columns")
        named = (
            {str(column["field"]) for column in columns if isinstance(column, Mapping)} if isinstance(columns, list) else set()
        )
        is_own = batch.started_by == context.principal.id
        self._brought = named if is_own else set()
        self._named = named
        #: Whether it depends on a record what he sees of it: of rows that are no records yet that is only known by trying.
        self.is_blind = not is_own and (self._plan is None or needs_rows(self._plan))

    def knows(self, name: str) -> bool:
        """Whether he may know that the field exists."""
        return name in self._brought or (self._plan is not None and self._plan.shows(name) != "nothing")

    def of(self, name: str) -> Literal["clear", "masked", "nothing"]:
        """How a value of a row is shown; where that depends on the record, masked."""
        if self.is_blind:
            return "nothing"
        shows = self._plan.shows(name) if self._plan is not None and name in self._entity.fields else "nothing"
        return "masked" if shows == "by_row" else shows

    def row(self, row: Mapping[str, object], seen: Seen) -> dict[str, object]:
        """A row of the preview.

        What stood in a field that he does not see in clear is always there, masked: left out it would tell that the file says the same.
        """
        values, before = row["values"], row["before"]
        shown: dict[str, object] = {}
        stood: dict[str, object] = {}
        for name, value in items(values):
            how = "clear" if name in self._brought | seen.after else self.of(name)
            if how != "nothing":
                shown[name] = self._as(name, value, how)
        for name, value in items(before):
            how = "clear" if name in seen.before else self.of(name)
            if how == "masked" or (how == "clear" and isinstance(values, Mapping) and value != values.get(name)):
                stood[name] = self._as(name, value, how)
        return {**row, "id": None if self.is_blind and not seen.before else row.get("id"), "values": shown, "before": stood}

    def _as(self, name: str, value: object, how: str) -> object:
        return value if how == "clear" else masked_value(self._entity.fields[name], value)

    def reject(self, reject: KeptReject) -> list[str | int | None]:
        """One reason as cells, without a value that is not his to see."""
        reason = reject.reason.get(self._context.locale) or reject.reason.get("en", "")
        hides = reject.field is not None and reject.field not in self._brought and self.of(reject.field) != "clear"
        if hides or (reject.field is None and not self._brought):
            reason = reason.replace(reject.value, "***") if reject.value else reason
            value = None
        else:
            value = reject.value
        column = reject.column if reject.field is None or self.knows(reject.field) else None
        if column is not None and reject.field is not None and reject.field not in self._named:
            # The file has no such column: it is called as on the screens.
            label = self._entity.fields[reject.field].label
            column = label.get(self._context.locale) or label.get("en", column)
        return [reject.row, column, value, reject.code, reason]


def items(values: object) -> list[tuple[str, object]]:
    """The parts of a kept map, none of anything else."""
    return [(str(name), value) for name, value in values.items()] if isinstance(values, Mapping) else []

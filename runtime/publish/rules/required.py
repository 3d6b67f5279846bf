"""A new required field on records that exist needs a value for them."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.publish.backfill import fills_existing
from runtime.publish.lint import Proposal
from runtime.publish.moves import planned_moves
from runtime.publish.pairs import field_pairs
from runtime.publish.words import sentence

WITHOUT_DEFAULT = code("M404", "A new required field has no default, but there are records already.", refusal="DEF-MIG-DATA")


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """New required fields bring a default when their table has rows."""
    moved = {column for move in planned_moves(proposal.old, proposal.new, proposal.state) for column in move.columns}
    for pair in field_pairs(proposal.old, proposal.new):
        table = proposal.state.tables.get(pair.table.name)
        if pair.old is not None or not pair.new.required or not is_kept(pair.new) or table is None or not table.filled:
            continue
        name = column_name(pair.new)
        if name in table.columns or (pair.table.name, name) in moved or fills_existing(pair.new):
            continue
        message = sentence(
            pair.new.label,
            pair.label,
            en="{0} is required, but {1} has records already and they would have no value for it.",
            zh="“{0}”为必填，但“{1}”已有记录，这些记录将没有值。",
        )
        hint = Sentence(
            "Give it a default that is a constant, or publish it as optional first and fill it.",
            "请给出常量默认值，或先按选填发布并补齐数据。",
        )
        yield WITHOUT_DEFAULT.at(pair.new.span, message, hint=hint)

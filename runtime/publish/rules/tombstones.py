"""The id of a deleted field may come back only as what it was: then its data comes back too."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from runtime.compile.names import column_name
from runtime.compile.storages import reads_as, storage_text
from runtime.compile.tables import is_kept, storage_of
from runtime.publish.lint import Proposal
from runtime.publish.pairs import field_pairs
from runtime.publish.words import sentence

REUSED = code("M402", "The id of a deleted field is used again for another kind of value.", refusal="DEF-DUP-NAME")
RETURNS = code("M414", "A deleted field comes back with the data it had.", "hint")


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """A tombstone is reused only with a storage that reads the old values."""
    for pair in field_pairs(proposal.old, proposal.new):
        if pair.old is not None or not is_kept(pair.new):
            continue
        columns = proposal.state.columns_of(pair.table.name, pair.new.id)
        if not columns:
            continue
        now = storage_text(storage_of(pair.new))
        kept = columns.get(column_name(pair.new)) or columns[max(columns)]
        if kept.dropped_in is None and reads_as(kept.storage, now):
            continue  # in use by a pilot that is to be live for all
        if reads_as(kept.storage, now):
            message = sentence(
                pair.new.label,
                pair.label,
                en="{0} of {1} was deleted earlier and comes back with its data.",
                zh="“{1}”的“{0}”曾被删除，现连同原有数据一起恢复。",
            )
            yield RETURNS.at(pair.new.span, message)
        else:
            message = sentence(
                pair.new.label,
                en=f"The id {pair.new.id!r} of {{0}} belonged to a deleted field that held another kind of value ({kept.storage}).",
                zh=f"“{{0}}”的 id“{pair.new.id}”属于一个已删除的字段，其数据类型不同（{kept.storage}）。",
            )
            yield REUSED.at(pair.new.span, message, hint=Sentence("Give the new field another id.", "请为新字段另取 id。"))

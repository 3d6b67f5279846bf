"""A field keeps its kind of value: what is stored must stay readable without touching a row."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from runtime.compile.tables import is_kept, storage_of
from runtime.publish.lint import Proposal
from runtime.publish.pairs import field_pairs
from runtime.publish.storages import is_narrower, reads_as, storage_text
from runtime.publish.words import sentence

TYPE_CHANGED = code(
    "M403",
    "The type of a field changed to one that cannot hold its stored values; that needs an upgrade step.",
    refusal="DEF-MIG-DATA",
)
NARROWED = code("M406", "A text field became shorter.", "warning")


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """Only changes that keep old values readable are made in place."""
    for pair in field_pairs(proposal.old, proposal.new):
        if pair.old is None or not is_kept(pair.old) or not is_kept(pair.new):
            continue
        before, now = storage_text(storage_of(pair.old)), storage_text(storage_of(pair.new))
        if not reads_as(before, now):
            message = sentence(
                pair.new.label,
                en=f"{{0}} cannot change from {_said(pair.old.type, before)} to {_said(pair.new.type, now)}: "
                f"its stored values do not fit.",
                zh=f"“{{0}}”不能由 {_said(pair.old.type, before)} 改为 {_said(pair.new.type, now)}：已存数据不相容。",
            )
            hint = Sentence(
                "Keep the type, or add a new field with another name and copy the values.",
                "请保留原类型，或另建一个字段并迁移数据。",
            )
            yield TYPE_CHANGED.at(pair.new.span, message, hint=hint)
        elif is_narrower(before, now) and not pair.new.options.choices:
            message = sentence(
                pair.new.label,
                en=f"{{0}} becomes shorter ({before} to {now}). Longer values stay and must be mended at their next save.",
                zh=f"“{{0}}”的长度变短（{before} 到 {now}）。过长的旧值保留，下次保存时须改正。",
            )
            yield NARROWED.at(pair.new.span, message)


def _said(type: str, storage: str) -> str:
    return type if ":" not in storage else f"{type} ({storage})"

"""A field that changes its type: in place where old values read as new ones, converted where there is a way, else refused."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import Field
from runtime.compile.names import column_name
from runtime.compile.storages import is_narrower, reads_as, storage_text
from runtime.compile.tables import is_kept, storage_of
from runtime.publish.lint import Proposal
from runtime.publish.pairs import FieldPair, field_pairs
from runtime.publish.retyping import retyped_fields
from runtime.publish.words import sentence

TYPE_CHANGED = code(
    "M403",
    "The type of a field changed to one that its stored values cannot be converted to.",
    refusal="DEF-MIG-DATA",
)
NARROWED = code("M406", "A text field became shorter.", "warning")
CONVERTED = code("M424", "The type of a field changed; its values are converted, and the old ones are kept.", "hint")
_KEPT = Sentence(
    "Going back brings the old values back, with what is written until then.", "回退时原值连同期间写入的内容一并恢复。"
)


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """Changes that no conversion leads over are refused; those in place that may cut a text are said."""
    ways = {one.column: one for one in retyped_fields(proposal.old, proposal.new, proposal.state)}
    for pair in field_pairs(proposal.old, proposal.new):
        if pair.old is None or not is_kept(pair.old) or not is_kept(pair.new):
            continue
        before, now = storage_text(storage_of(pair.old)), storage_text(storage_of(pair.new))
        if not reads_as(before, now):
            way = ways.get((pair.table.name, column_name(pair.new)))
            if pair.new.compute is None:
                yield _converted(pair, pair.old) if way is not None else _refused(pair, pair.old, before, now)
        elif is_narrower(before, now) and not pair.new.options.choices:
            message = sentence(
                pair.new.label,
                en=f"{{0}} becomes shorter ({before} to {now}). Longer values stay and must be mended at their next save.",
                zh=f"“{{0}}”的长度变短（{before} 到 {now}）。过长的旧值保留，下次保存时须改正。",
            )
            yield NARROWED.at(pair.new.span, message)


def _refused(pair: FieldPair, was: Field, before: str, now: str) -> Diagnostic:
    message = sentence(
        pair.new.label,
        en=f"{{0}} cannot change from {_said(was.type, before)} to {_said(pair.new.type, now)}: "
        f"there is no exact way from the one to the other.",
        zh=f"“{{0}}”不能由 {_said(was.type, before)} 改为 {_said(pair.new.type, now)}：两者之间没有准确的转换方式。",
    )
    hint = Sentence("Keep the type, or add a new field with another name.", "请保留原类型，或另建一个字段。")
    return TYPE_CHANGED.at(pair.new.span, message, hint=hint)


def _converted(pair: FieldPair, was: Field) -> Diagnostic:
    message = sentence(
        pair.new.label,
        en=f"{{0}} changes from {was.type} to {pair.new.type}: its values are converted.",
        zh=f"“{{0}}”由 {was.type} 改为 {pair.new.type}：其值将被转换。",
    )
    return CONVERTED.at(pair.new.span, message, hint=_KEPT)


def _said(type: str, storage: str) -> str:
    return type if ":" not in storage else f"{type} ({storage})"

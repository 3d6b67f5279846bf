"""Records that do not fit the new rules: duplicates block, all else stays as it is until its next save."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import Entity, Field
from forms_dsl.source import Span
from runtime.publish.lint import Proposal
from runtime.publish.types import Misfit
from runtime.publish.words import sentence

CHOICE_IN_USE = code("M405", "A choice was removed that records still use.", "warning")
NOT_UNIQUE = code("M409", "A rule of uniqueness does not hold for the records that exist.")
MUST_BE_MENDED = code(
    "M410", "Records do not fit a stricter rule; they keep their values and must be mended at their next save.", "warning"
)
NOT_CONVERTED = code("M422", "Records have values that the new type of a field cannot hold.", refusal="DEF-MIG-DATA")
LEFT_EMPTY = code("M423", "Values that the new type of a field cannot hold are left empty, as the definition says.", "warning")

_MENDED = Sentence("Nothing is lost: mend them at their next save.", "旧值保留，下次保存时须改正。")
_RULES = {
    "required": Sentence("have no value", "没有值"),
    "length": Sentence("are longer than allowed", "超过允许的长度"),
    "range": Sentence("are out of range", "超出允许的范围"),
    "pattern": Sentence("do not fit the pattern", "不符合格式"),
    "check": Sentence("break the check", "不符合校验"),
    "choice": Sentence("use a choice that is not offered any more", "使用了已取消的选项"),
    "type": Sentence("have a value that the new type cannot hold", "的值不合新类型"),
    "unique": Sentence("have a value that another record has too", "与其他记录的值重复"),
}


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """One finding for each rule that records break."""
    for misfit in proposal.misfits:
        entity = proposal.new.entities[misfit.entity].entity
        field = _field(entity, misfit)
        span = field.span if field is not None else entity.span
        label = field.label if field is not None else entity.label
        said, samples = _RULES[misfit.rule], ", ".join(misfit.samples)
        message = sentence(
            entity.label,
            label,
            en=f"{misfit.count} record(s) of {{0}}: {{1}} — they {said.en} ({samples}).",
            zh=f"“{{0}}”有 {misfit.count} 条记录：“{{1}}”{said.zh}（{samples}）。",
        )
        if misfit.rule == "unique":
            hint = Sentence("Mend these records first, or leave the rule out.", "请先处理这些记录，或去掉唯一性规则。")
            yield NOT_UNIQUE.at(span, message, hint=hint)
        elif misfit.rule == "type":
            yield _not_converted(field, misfit, span, message)
        elif misfit.rule == "choice":
            hint = Sentence(
                "Keep the choice with a `to` date, so that it shows but cannot be chosen.",
                "建议保留该选项并设置失效日期 to：仍可显示，但不能再选。",
            )
            yield CHOICE_IN_USE.at(span, message, hint=hint)
        else:
            yield MUST_BE_MENDED.at(span, message, hint=_MENDED)


def _not_converted(field: Field | None, misfit: Misfit, span: Span, message: Sentence) -> Diagnostic:
    """Rows are written anew with their record, so in them nothing could keep the old value beside an empty one."""
    if field is not None and field.unfit != "refuse" and "." not in (misfit.field or ""):
        kept = Sentence("The old values stay in their column.", "原值仍保留在原列中。")
        return LEFT_EMPTY.at(span, message, hint=kept)
    hint = Sentence(
        "Mend these records first, or write  unfit: empty  at the field to leave them empty.",
        "请先处理这些记录，或在字段上写 unfit: empty，让这些记录的该字段留空。",
    )
    return NOT_CONVERTED.at(span, message, hint=hint)


def _field(entity: Entity, misfit: Misfit) -> Field | None:
    rows, _, name = (misfit.field or "").rpartition(".")
    fields = entity.rows[rows].fields if rows else entity.fields
    return fields.get(name)

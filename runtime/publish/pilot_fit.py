"""What two releases cannot share over one schema: such a change is published for the whole bank or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.source import Span
from runtime.compile.app import CompiledApp
from runtime.publish.codes import NOT_FOR_A_PILOT
from runtime.publish.pairs import FieldPair, field_pairs, renamed_entities
from runtime.publish.retyping import retyped_fields
from runtime.publish.state import DatabaseState
from runtime.publish.words import sentence

_WHOLE = Sentence("Publish it for the whole bank, or leave it out of the pilot.", "请面向全行发布，或将其移出试点。")
_LEFT_EMPTY = Sentence(
    "Write  unfit: empty  at the field, or publish it for the whole bank.", "请在字段上写 unfit: empty，或面向全行发布。"
)
_ON_READING = Sentence(
    "Leave out  stored: true  for the time of the pilot: then it is computed on reading.",
    "试点期间请去掉 stored: true，改为读取时计算。",
)


def unshared(old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> Iterator[Diagnostic]:
    """One finding for each change that people on the release before would break, or would be broken by."""
    if old is None:
        message = Sentence(
            "The app is not live yet: a pilot runs beside a release that the others use.",
            "应用尚未上线：试点须与其他机构使用的版本并行。",
        )
        hint = Sentence("Publish it, and give its roles to the people of the pilot only.", "请直接发布，并只给试点人员授予角色。")
        yield NOT_FOR_A_PILOT.at(Span("app.yaml", 1, 1, 1, 1), message, hint=hint)
    for one in retyped_fields(old, new, state):
        if not one.conversion.is_total and (one.pair.new.unfit == "refuse" or one.pair.is_rows):
            message = sentence(
                one.pair.new.label,
                en="People on the release before may write a value of {0} that its new type cannot hold.",
                zh="其他版本的人员可能写入“{0}”的新类型不能容纳的值。",
            )
            yield NOT_FOR_A_PILOT.at(one.pair.new.span, message, hint=_LEFT_EMPTY)
    renamed = renamed_entities(old, new)
    for pair in field_pairs(old, new):
        if pair.new.stored and _source(pair, new=True) not in {None, _source(pair, new=False)}:
            message = sentence(
                pair.new.label,
                en="{0} is computed when a record is saved, and records saved on the other release would not have it.",
                zh="“{0}”在保存时计算，其他版本保存的记录不会更新它。",
            )
            yield NOT_FOR_A_PILOT.at(pair.new.span, message, hint=_ON_READING)
        if pair.old is not None and renamed.keys() & set(pair.old.options.targets):
            message = sentence(
                pair.new.label,
                en="{0} keeps the name of the entity that it leads to, and the two releases have another name for it.",
                zh="“{0}”保存所指实体的名称，而两个版本中名称不同。",
            )
            yield NOT_FOR_A_PILOT.at(pair.new.span, message, hint=_WHOLE)


def _source(pair: FieldPair, *, new: bool) -> str | None:
    field = pair.new if new else pair.old
    return field.compute.source if field is not None and field.stored and field.compute is not None else None

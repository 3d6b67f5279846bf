"""One field with its expressions."""

from __future__ import annotations

from dataclasses import replace

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, FieldSignature, Workbench
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, FILTER, FORM, STORED, Scope
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.files.entity import FieldShape
from forms_dsl.model import Field


def build_field(
    bench: Workbench, place: Place, name: str, shape: FieldShape, signature: FieldSignature, entity: EntitySignature, scope: Scope
) -> Field:
    """The field; an expression with findings is left out."""
    type = signature.value_type
    _check_keys(bench, place, shape)

    def expression(key: str, expected: ValueType | None, within: Scope = scope) -> Expression | None:
        source = getattr(shape, key)
        return bench.expression(place.at(key), source, within, expected, entity) if isinstance(source, str) else None

    return Field(
        id=shape.id or name,
        name=name,
        label=shape.label,
        type=signature.type,
        value_type=type,
        options=signature.options,
        span=place.key_span,
        help=shape.help,
        message=shape.message,
        required=shape.required,
        unique=shape.unique,
        stored=shape.stored,
        required_when=expression("required_when", BOOLEAN),
        visible=expression("visible", BOOLEAN),
        read_only=shape.read_only if isinstance(shape.read_only, bool) else expression("read_only", BOOLEAN) or True,
        default=expression("default", type),
        check=expression("check", BOOLEAN),
        compute=expression("compute", type, replace(scope, place=STORED) if shape.stored else scope),
        choices_where=_choices_where(bench, place, shape, signature, entity, scope),
        where=_where(bench, place, shape, signature, scope),
        # What is encrypted is a personal value, unless the file says even more.
        classification="C2" if shape.encrypted and "classification" not in shape.model_fields_set else shape.classification,
        mask=shape.mask,
        encrypted=shape.encrypted,
        deprecated=shape.deprecated,
        unfit=shape.unfit,
        moved_from=_moved_from(shape),
    )


def _moved_from(shape: FieldShape) -> tuple[str, str] | None:
    entity, _, field = (shape.moved_from or "").partition(".")
    return (entity, field) if field else None


def _choices_where(
    bench: Workbench, place: Place, shape: FieldShape, signature: FieldSignature, entity: EntitySignature, scope: Scope
) -> Expression | None:
    if shape.choices_where is None:
        return None
    code = ValueType("choice", codes=signature.value_type.codes, ordered=signature.value_type.ordered, optional=False)
    return bench.expression(
        place.at("choices_where"), shape.choices_where, replace(scope, place=FORM, code=code), BOOLEAN, entity
    )


def _where(bench: Workbench, place: Place, shape: FieldShape, signature: FieldSignature, scope: Scope) -> Expression | None:
    """Which records a reference may choose: bare names are the target's fields, `record.x` the record's own."""
    target = bench.entities.get(signature.options.to or "")
    if shape.where is None or target is None:
        return None
    inner = replace(scope, place=FILTER, fields=bench.record_types(target), outer=scope.fields)
    return bench.expression(place.at("where"), shape.where, inner, BOOLEAN, target)


def _check_keys(bench: Workbench, place: Place, shape: FieldShape) -> None:
    """Keys that need or exclude one another."""
    if shape.check is not None and shape.message is None and place.file.is_whole(place.pointer):
        message = Sentence("A check needs a message for the reader.", "校验需要给读者的提示 message。")
        bench.find(codes.MISSING_KEY, place.at("check"), message, key=True)
    if shape.message is not None and shape.check is None and place.file.is_whole(place.pointer):
        message = Sentence("A message belongs to a check.", "message 用于 check 校验不通过时的提示。")
        bench.find(
            codes.MISSING_KEY,
            place.at("message"),
            message,
            Sentence("Add check:, or leave it out.", "请加上 check:，或去掉它。"),
            key=True,
        )
    if shape.unique and shape.type in ("rows", "file", "image", "signature"):
        message = Sentence(f"A field of type {shape.type} has no value to compare.", f"“{shape.type}”类型的字段没有可比较的值。")
        bench.find(codes.WRONG_TYPE, place.at("unique"), message, key=True)
    if shape.stored and shape.compute is None and place.file.is_whole(place.pointer):
        message = Sentence(
            "Only a computed field is stored; a plain one always is.", "只有计算字段需要 stored；普通字段总会保存。"
        )
        bench.find(codes.WRONG_TYPE, place.at("stored"), message, key=True)
    if shape.compute is not None:
        for key in ("default", "required", "required_when"):
            if getattr(shape, key):
                message = Sentence(
                    f"A computed field is never typed in, so {key!r} has no meaning.", f"计算字段不手工录入，“{key}”没有意义。"
                )
                bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)
    if shape.type == "sequence":
        for key in ("default", "required", "required_when", "compute"):
            if getattr(shape, key):
                message = Sentence(
                    f"The platform gives the next number, so {key!r} has no meaning.", f"流水号由平台生成，“{key}”没有意义。"
                )
                bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)
    if shape.type == "rows" and shape.compute is not None:
        message = Sentence("Rows cannot be computed.", "明细不能由公式计算。")
        bench.find(codes.WRONG_TYPE, place.at("compute"), message, key=True)

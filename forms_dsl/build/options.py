"""The options of a field: which its type takes, whether they fit, and what they mean."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.numbering import check_number
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence, code
from forms_dsl.expr.codes import BAD_PATTERN
from forms_dsl.expr.texts import WHITE_SPACE
from forms_dsl.fieldtypes.attachments import Attachments
from forms_dsl.fieldtypes.money import decimals_of
from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType, ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES, SHORT_FORMS
from forms_dsl.files.app import ChoiceShape, ParameterShape
from forms_dsl.files.entity import FieldShape
from forms_dsl.files.values import NUMBER_DIGITS
from forms_dsl.model import Choice, FieldOptions
from forms_dsl.names import folded_code
from forms_dsl.patterns import pattern_fault

EQUAL_CODES = code("S008", "Two codes of one list are equal after NFC, case and width folding.", refusal="DEF-DUP-OPTION")
NO_LIMITS = code("F005", "A file field without limits of kind and size.")
LARGE_INTEGER = code("N202", "An integer field is meant for numbers of more than 15 digits.", "warning")

#: Keys of a field that only some types take; the others are the same for all.
OPTION_KEYS = (
    "min", "max", "scale", "percent", "currency", "lines", "pattern", "choices", "choices_from", "choices_where", "ordered",
    "to", "where", "of", "workflow", "accept", "max_mb", "count",
)  # fmt: skip
_TEXT_LENGTH_LIMIT = 65_536
_LONG = re.compile(r"-?[0-9]{16,38}\Z")
_CHOICES = frozenset({"choice", "multi_choice", "status"})
#: Types whose `min` and `max` are lengths.
_LENGTHS = frozenset({"text", "rich_text"})


def written_out(bench: Workbench, place: Place, shape: FieldShape) -> FieldShape:
    """The field with a short form such as `person` written out as the type that it stands for."""
    form = SHORT_FORMS.get(shape.type)
    if form is None:
        return shape
    for key in form.chosen:
        if key in shape.model_fields_set:
            message = Sentence(f"A field of type {form.name} takes no {key!r}.", f"“{form.name}”类型的字段没有“{key}”选项。")
            bench.find(codes.UNKNOWN_KEY, place.at(key), message, key=True)
    usual = {key: value for key, value in form.usual.items() if key not in shape.model_fields_set}
    return shape.model_copy(update={"type": form.type, **usual, **form.chosen})


def field_options(bench: Workbench, place: Place, shape: FieldShape) -> FieldOptions | None:
    """The options of a field; None with findings when a needed one is missing or wrong."""
    type = FIELD_TYPES[shape.type]
    before = len(bench.findings)
    _refuse_foreign(bench, place, shape, type)
    options = FieldOptions(
        scale=_scale(bench, shape),
        percent=shape.percent,
        currency=(shape.currency or bench.currency) if shape.type == "money" else None,
        lines=shape.lines,
        pattern=_pattern(bench, place, shape),
        number=shape.pattern if shape.type == "sequence" else None,
        of=shape.of,
        workflow=shape.workflow,
    )
    if shape.type in _CHOICES:
        found = _choices(bench, place, shape)
        if found is None:
            return None
        options = replace(options, choices=found[0], ordered=found[1])
    if "to" in type.option_keys:
        reached = _targets(bench, place, shape, type)
        if reached is None:
            return None
        options = replace(options, to=reached[0]) if shape.type == "reference" else replace(options, targets=reached)
    if isinstance(type, Attachments):
        options = _attachments(bench, place, shape, type, options)
    if "of" in type.option_keys:
        _need(bench, place, shape, "of")
    if "workflow" in type.option_keys:
        _need(bench, place, shape, "workflow")
        if shape.workflow:
            bench.has_file("workflow", place.at("workflow"), shape.workflow, Sentence("workflow", "流程"))
    options = bounds(bench, place, shape, type, options)
    broken = any(f.severity == "error" for f in bench.findings[before:])
    return None if broken and shape.type in _CHOICES else options


def _targets(bench: Workbench, place: Place, shape: FieldShape, type: FieldType) -> tuple[str, ...] | None:
    """The full names of the entities that a reference leads to: one, or several where the type takes several."""
    if shape.to is None:
        _need(bench, place, shape, "to")
        return None
    if isinstance(shape.to, list) and shape.type == "reference":
        message = Sentence("A reference leads to one entity.", "引用只能指向一个实体。")
        hint = Sentence("Several entities take type: any_reference.", "引用多个实体请用 type: any_reference。")
        bench.find(codes.WRONG_TYPE, place.at("to"), message, hint)
        return None
    places = [(place.at("to", n), name) for n, name in enumerate(shape.to)] if isinstance(shape.to, list) else []
    found = [bench.entity(here, name) for here, name in places or [(place.at("to"), str(shape.to))]]
    known = tuple(dict.fromkeys(each.full_name for each in found if each is not None))
    return known if len(known) == len(found) and known else None


def _attachments(bench: Workbench, place: Place, shape: FieldShape, type: Attachments, options: FieldOptions) -> FieldOptions:
    """The limits of attached files: those of the field, else the type's own; a file without any is a finding."""
    accept, max_mb = tuple(shape.accept) or type.accept, shape.max_mb or type.max_mb
    if (not accept or max_mb is None) and place.file.is_whole(place.pointer):
        message = Sentence("A file needs its kinds and its greatest size.", "附件字段需要限定文件类型和大小。")
        hint = Sentence("Write accept: [application/pdf] and max_mb: 10", "请写 accept: [application/pdf] 和 max_mb: 10")
        bench.find(NO_LIMITS, place, message, hint, key=True)
    least, most = shape.count.min, shape.count.max
    if least is not None and most is not None and least > most:
        message = Sentence("The smallest number is above the largest.", "最少个数大于最多个数。")
        bench.find(codes.WRONG_TYPE, place.at("count", "min"), message)
    return replace(options, accept=accept, max_mb=max_mb, count_min=least, count_max=most)


def choice_list(bench: Workbench, place: Place, shapes: dict[str, ChoiceShape]) -> tuple[Choice, ...]:
    """The codes of a list, with a finding for each that equals an earlier one, or that can never be chosen."""
    seen: dict[str, str] = {}
    for text in shapes:
        first = seen.setdefault(folded_code(text), text)
        if first != text:
            message = Sentence(f"The code {text!r} is the same as {first!r}.", f"代码“{text}”与“{first}”相同。")
            bench.find(EQUAL_CODES, place.at(text), message, key=True)
    for text, shape in shapes.items():
        if shape.valid_from and shape.valid_to and shape.valid_from > shape.valid_to:
            message = Sentence("The last day is before the first.", "截止日期早于起始日期。")
            bench.find(codes.WRONG_TYPE, place.at(text, "valid_to"), message)
    return tuple(Choice(text, shape.label, shape.valid_from, shape.valid_to, shape.deprecated) for text, shape in shapes.items())


def _refuse_foreign(bench: Workbench, place: Place, shape: FieldShape, type: FieldType) -> None:
    """A key that the language has, but not for this type."""
    for key in OPTION_KEYS:
        if key in shape.model_fields_set and key not in type.option_keys:
            message = Sentence(f"A field of type {shape.type} takes no {key!r}.", f"“{shape.type}”类型的字段没有“{key}”选项。")
            known = sorted(type.option_keys)
            hint = Sentence(f"It takes {', '.join(known)}.", f"可用选项：{'、'.join(known)}。") if known else None
            bench.find(codes.UNKNOWN_KEY, place.at(key), message, hint, key=True)
    if shape.mask and shape.mask != "hidden" and type.name != "text" and not isinstance(type, PatternText):
        message = Sentence(
            "Only a text can be masked in part; other types are hidden.", "只有文本可以部分脱敏，其他类型只能隐藏。"
        )
        bench.find(codes.WRONG_TYPE, place.at("mask"), message, Sentence("Write hidden.", "请写 hidden。"))


def _need(bench: Workbench, place: Place, shape: FieldShape, key: str) -> None:
    if getattr(shape, key) is None and place.at(key).pointer not in (place.file.salvaged.pruned if place.file.salvaged else ()):
        message = Sentence(f"A field of type {shape.type} needs {key!r}.", f"“{shape.type}”类型的字段需要“{key}”。")
        bench.find(codes.MISSING_KEY, place, message, key=True)


def _scale(bench: Workbench, shape: FieldShape) -> int | None:
    if shape.type == "money":
        return decimals_of(shape.currency or bench.currency) if shape.scale is None else shape.scale
    return shape.scale


def _pattern(bench: Workbench, place: Place, shape: FieldShape) -> str | None:
    if shape.type == "sequence":
        if shape.pattern is None:
            _need(bench, place, shape, "pattern")
        else:
            check_number(bench, place.at("pattern"), shape.pattern)
        return None
    fault = pattern_fault(shape.pattern) if shape.pattern else None
    if fault:
        bench.find(BAD_PATTERN, place.at("pattern"), fault)
        return None
    return shape.pattern


def _choices(bench: Workbench, place: Place, shape: FieldShape) -> tuple[tuple[Choice, ...], bool] | None:
    """The codes and whether they are ordered; None when they are not known for sure."""
    if shape.choices is not None and shape.choices_from is not None:
        message = Sentence(
            "A field has its own choices or a list, not both.", "字段要么用自有选项，要么引用选项列表，不能同时使用。"
        )
        bench.find(codes.WRONG_TYPE, place.at("choices_from"), message, key=True)
        return None
    if shape.choices is not None:
        found = choice_list(bench, place.at("choices"), shape.choices)
        return (found, shape.ordered) if place.file.is_whole(place.at("choices").pointer) else None
    if shape.choices_from is not None:
        listed = bench.look_up(bench.choices, place.at("choices_from"), shape.choices_from, Sentence("choice list", "选项列表"))
        return (listed[0], listed[1] or shape.ordered) if listed else None
    if place.file.is_whole(place.pointer):
        message = Sentence(f"A field of type {shape.type} needs choices.", f"“{shape.type}”类型的字段需要选项。")
        hint = Sentence("Give choices: or choices_from:", "请填写 choices: 或 choices_from:")
        bench.find(codes.MISSING_KEY, place, message, hint, key=True)
    return None


def bounds(
    bench: Workbench, place: Place, shape: FieldShape | ParameterShape, type: FieldType, options: FieldOptions
) -> FieldOptions:
    """`min` and `max`, each a value of the type (of text a length), the smaller one first."""
    read = {}
    for key in ("min", "max"):
        raw = getattr(shape, key)
        if raw is None or key not in type.option_keys:
            continue
        if sum(character.isdigit() for character in raw) > NUMBER_DIGITS:
            message = Sentence(f"The number has more than {NUMBER_DIGITS} digits.", f"数字超过 {NUMBER_DIGITS} 位。")
            bench.find(codes.TOO_MANY_DIGITS, place.at(key), message)
            continue
        value = _length(raw) if shape.type in _LENGTHS else _bound(type, raw, options)
        if value is None and shape.type == "integer" and _LONG.match(raw):
            message = Sentence(
                "A whole number has at most 15 digits, so this bound is no bound.", "整数最多 15 位，该界限不起作用。"
            )
            bench.find(LARGE_INTEGER, place.at(key), message, Sentence("Leave it out.", "请删去。"))
        elif value is None:
            message = Sentence(f"{raw!r} is not a value of type {shape.type}.", f"“{raw}”不是“{shape.type}”类型的值。")
            if shape.type in _LENGTHS:
                message = Sentence(f"{raw!r} is not a length.", f"“{raw}”不是长度。")
            bench.find(codes.WRONG_TYPE, place.at(key), message)
        else:
            read[key] = value
    if "min" in read and "max" in read and read["min"] > read["max"]:  # type: ignore[operator]
        message = Sentence("The smallest value is above the largest.", "最小值大于最大值。")
        bench.find(codes.WRONG_TYPE, place.at("min"), message)
        return options
    written = {key: str(getattr(shape, key)).strip(WHITE_SPACE) for key in read}
    return replace(options, min=written.get("min"), max=written.get("max"))


def _length(raw: str) -> Decimal | None:
    return Decimal(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 and int(raw) <= _TEXT_LENGTH_LIMIT else None


def _bound(type: FieldType, raw: str, options: FieldOptions) -> object | None:
    try:
        return type.parse(raw, options)
    except ValueRefused:
        return None


def parameter_options(bench: Workbench, place: Place, shape: ParameterShape) -> FieldOptions:
    """The options of a parameter, read like those of a field of its type."""
    type = FIELD_TYPES[shape.type]
    for key in ("min", "max", "scale"):
        if key in shape.model_fields_set and key not in type.option_keys:
            message = Sentence(
                f"A parameter of type {shape.type} takes no {key!r}.", f"“{shape.type}”类型的参数没有“{key}”选项。"
            )
            bench.find(codes.UNKNOWN_KEY, place.at(key), message, key=True)
    currency = bench.currency if shape.type == "money" else None
    scale = decimals_of(currency) if shape.type == "money" and shape.scale is None else shape.scale
    return bounds(bench, place, shape, type, FieldOptions(scale=scale, currency=currency))

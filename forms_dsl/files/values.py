"""The values that shapes are made of: every scalar arrives as text and is typed here.

A refused value raises with the code and both sentences; `forms_dsl.salvage` turns that into a finding at its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from forms_dsl import codes
from forms_dsl.diagnostics import Code, Sentence, suggestion
from forms_dsl.durations import is_possible, parse_duration, parse_schedule
from forms_dsl.model import Duration
from forms_dsl.names import RESERVED, code_fault, name_fault
from forms_dsl.versions import is_empty

NUMBER_DIGITS = 38

_BOOLEAN_WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")
_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}\Z")
_RANGE = re.compile(r"(>=|<=|>|<|==)[0-9]{1,6}(\.[0-9]{1,6}){0,2}\Z")


@dataclass(frozen=True, eq=False)
class Read:
    """How one kind of value is read, and what JSON Schema says about it."""

    read: Callable[[object, ValidationInfo], object]
    schema: Mapping[str, object] = field(default_factory=dict)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic's door: this reader alone decides."""
        return core_schema.with_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Pydantic's door for the JSON Schema."""
        return dict(self.schema)


def key(en: str, zh: str, **more: Any) -> Any:
    """The description of a key in both languages, for the JSON Schema and the builder."""
    return Field(description=en, json_schema_extra={"x-zh": zh}, **more)


def fault(code: Code, message: Sentence, hint: Sentence | None = None) -> PydanticCustomError:
    """The error that a reader raises about a value."""
    context = {"en": message.en, "zh": message.zh, "hint": hint.en if hint else "", "hint_zh": hint.zh if hint else ""}
    context["refusal"] = code.refusal
    return PydanticCustomError(code.id, "{en}", context)


def wrong(en: str, zh: str, hint: Sentence | None = None) -> PydanticCustomError:
    """The error about a value of the wrong type or form."""
    return fault(codes.WRONG_TYPE, Sentence(en, zh), hint)


def text_of(value: object) -> str:
    """The one text that `value` is, not empty."""
    if isinstance(value, str) and value:
        return value
    if value == "":
        raise wrong("A value is missing.", "缺少值。")
    raise wrong("One text is needed here, not a map or list.", "此处应为一段文本，而不是映射或列表。")


def number_text(value: object) -> str:
    """The text of a plain decimal number of at most 38 digits."""
    text = text_of(value)
    if not _NUMBER.match(text):
        raise wrong(f"{text[:40]!r} is not a number.", f"“{text[:40]}”不是数字。")
    if sum(character.isdigit() for character in text) > NUMBER_DIGITS:
        message = Sentence(f"The number has more than {NUMBER_DIGITS} digits.", f"数字超过 {NUMBER_DIGITS} 位。")
        raise fault(codes.TOO_MANY_DIGITS, message)
    return text


def flag_of(value: object) -> bool:
    """True or false, written so."""
    text = text_of(value)
    if text in ("true", "false"):
        return text == "true"
    meant = _BOOLEAN_WORDS.get(text.lower())
    message = Sentence(f"{text!r} is not true or false.", f"“{text}”不是 true 或 false。")
    if meant:
        raise fault(codes.BOOLEAN_WORD, message, Sentence(f"Write {meant}.", f"请写 {meant}。"))
    raise fault(codes.WRONG_TYPE, message)


def _flag_or_expression(value: object) -> bool | str:
    text = text_of(value)
    return flag_of(text) if text in ("true", "false") or text.lower() in _BOOLEAN_WORDS else text


def _literal(value: object) -> str:
    if isinstance(value, str):
        return value
    raise wrong("One value is needed here, not a map or list.", "此处应为单个值，而不是映射或列表。")


def read_duration(value: object, info: ValidationInfo) -> Duration:
    """A length of time that is possible, in working units only where a calendar is named."""
    text = text_of(value)
    found = parse_duration(text)
    if found is None:
        hint = Sentence("Write it like 30s, 5m, 8h, 90d, 2 hours or 3 days.", "写法示例：30s、5m、8h、90d、2 hours、3 days。")
        raise wrong(f"{text!r} is not a length of time.", f"“{text}”不是时长。", hint)
    if not is_possible(found):
        message = Sentence(f"{text!r} is not above zero and at most ten years.", f"“{text}”应大于零且不超过十年。")
        raise fault(codes.BAD_TIME, message)
    if found.working and not (info.context or {}).get("calendar", False):
        message = Sentence("Working time needs a calendar.", "工作时间需要工作日历。")
        hint = Sentence(
            "Add calendar: NAME to app.yaml, or write plain hours or days.",
            "请在 app.yaml 中加上 calendar: 名称，或写普通的小时或天。",
        )
        raise fault(codes.BAD_TIME, message, hint)
    return found


def _schedule(value: object) -> str:
    text = text_of(value)
    if parse_schedule(text) is None:
        hint = Sentence(
            'Write it like "06:00 day", "08:00 monday", "01:00 month_first" or 15m.',
            '写法示例："06:00 day"、"08:00 monday"、"01:00 month_first"、15m。',
        )
        raise wrong(f"{text!r} is not a schedule.", f"“{text}”不是时间安排。", hint)
    return text


def _version(value: object) -> str:
    text = text_of(value)
    if not _VERSION.match(text):
        hint = Sentence("Write three numbers: 1.0.0", "请写三个数字：1.0.0")
        raise wrong(f"{text!r} is not a version.", f"“{text}”不是版本号。", hint)
    return text


def _range(value: object) -> str:
    text = text_of(value)
    if not text.split() or not all(_RANGE.match(part) for part in text.split()):
        hint = Sentence('Write it like ">=1.0 <2".', '写法示例：">=1.0 <2"。')
        raise wrong(f"{text!r} is not a range of versions.", f"“{text}”不是版本范围。", hint)
    if is_empty(text):
        raise wrong(f"No version is in the range {text!r}.", f"没有版本在范围“{text}”内。")
    return text


def _checked(find: Callable[[str], Sentence | None]) -> Callable[[object], str]:
    """A reader of names or codes: `find` tells what is wrong with a text."""

    def read(value: object) -> str:
        text = text_of(value)
        found = find(text)
        if found:
            raise fault(codes.RESERVED_NAME if text in RESERVED else codes.BAD_NAME, found)
        return text

    return read


def plain(read: Callable[[object], object], schema: Mapping[str, object]) -> Read:
    """A reader that needs nothing but the value."""
    return Read(lambda value, _info: read(value), schema)


def whole(least: int, most: int) -> Read:
    """A whole number between two bounds."""

    def read(value: object) -> int:
        text = number_text(value)
        if "." in text:
            raise wrong(f"{text} is not a whole number.", f"{text} 不是整数。")
        if not least <= int(text) <= most:
            raise wrong(f"{text} is not between {least} and {most}.", f"{text} 不在 {least} 到 {most} 之间。")
        return int(text)

    return plain(read, {"type": "integer", "minimum": least, "maximum": most})


def one_of(*words: str) -> Read:
    """One of the given words."""

    def read(value: object) -> str:
        text = text_of(value)
        if text not in words:
            known = Sentence(f"It is one of {', '.join(words)}.", f"可用的值：{'、'.join(words)}。")
            raise wrong(f"{text!r} is not known here.", f"此处没有“{text}”。", suggestion(text, words) or known)
        return text

    return plain(read, {"type": "string", "enum": list(words)})


_NAME_SCHEMA = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,47}$"}
_EXPRESSION_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 2000, "x-value": "expression"}

Text = Annotated[str, plain(text_of, {"type": "string", "minLength": 1})]
Name = Annotated[str, plain(_checked(name_fault), _NAME_SCHEMA)]
FieldName = Annotated[str, plain(_checked(lambda text: name_fault(text, field=True)), _NAME_SCHEMA)]
#: A name that the other system or the platform chose: nothing is reserved.
FreeName = Annotated[str, plain(_checked(lambda text: name_fault(text, reserved=False)), _NAME_SCHEMA)]
ChoiceCode = Annotated[str, plain(_checked(code_fault), {"type": "string", "minLength": 1, "maxLength": 40})]
#: A name of something that stands elsewhere; whether it is there is seen later.
Reference = Annotated[str, plain(text_of, {"type": "string", "minLength": 1, "x-value": "reference"})]
Path = Annotated[str, plain(text_of, {"type": "string", "minLength": 1, "x-value": "path"})]
Expr = Annotated[str, plain(text_of, _EXPRESSION_SCHEMA)]
Flag = Annotated[bool, plain(flag_of, {"type": "boolean"})]
FlagOrExpr = Annotated[bool | str, plain(_flag_or_expression, {"anyOf": [{"type": "boolean"}, _EXPRESSION_SCHEMA]})]
#: Whether a bank's overlay must leave the thing as it ships.
Sealed = Annotated[Flag, key("Whether an overlay may not change it.", "覆盖层是否不得修改。")]
#: A literal that the type of its field will read.
Literal = Annotated[str, plain(_literal, {"type": ["string", "number", "boolean"]})]
Number = Annotated[str, plain(number_text, {"type": "number"})]
Span3 = Annotated[int, whole(1, 3)]
Length = Annotated[Duration, Read(read_duration, {"type": "string", "x-value": "duration"})]
Schedule = Annotated[str, plain(_schedule, {"type": "string", "x-value": "schedule"})]
Version = Annotated[str, plain(_version, {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"})]
VersionRange = Annotated[str, plain(_range, {"type": "string"})]


class Shape(BaseModel):
    """One map of a file; a key that is not listed is refused.

    `later` names keys of the language that this version refuses because it does not act on them yet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    later: ClassVar[frozenset[str]] = frozenset()

    note: Annotated[Text | None, key("A remark for colleagues; every tool keeps it.", "给同事看的备注，各工具都会保留。")] = None
    meta: Annotated[dict[str, Any] | None, key("Free data of other tools.", "供其他工具使用的自由数据。")] = None

"""Names and codes: which are well formed, which are reserved, and the fields that every record has."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from forms_dsl.characters import invisible_fault
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.tree import ValueType
from forms_dsl.model import Field, FieldOptions
from forms_dsl.source import Span

NAME_LENGTH = 48
ADVISED_LENGTH = 40
CODE_LENGTH = 40

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}\Z")
_SHAPE = re.compile(r"[a-z][a-z0-9_]*\Z")

RESERVED = frozenset(
    {
        "id",
        "version",
        "number",
        "tenant",
        "record",
        "created_at",
        "created_on",
        "created_by",
        "changed_at",
        "changed_on",
        "changed_by",
        "expand",
        "filter",
        "sort",
        "limit",
    }
)
#: Expressions are parsed as Python, so a field cannot be called like one of its keywords.
KEYWORDS = frozenset(keyword.kwlist)


def _system_field(name: str, type: str, value_type: ValueType, zh: str, en: str, options: FieldOptions) -> Field:
    return Field(name, name, {"zh": zh, "en": en}, type, value_type, options, Span("", 1, 1, 1, 1), read_only=True)


_NONE = FieldOptions()
_PERSON = FieldOptions(to="org.person")

#: The fields that every record has beside its own; `number` only where the entity declares a pattern.
SYSTEM_FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        field.name: field
        for field in (
            _system_field("id", "text", ValueType("text", optional=False), "记录标识", "Record id", _NONE),
            _system_field("version", "integer", ValueType("number", scale=0, optional=False), "版本", "Version", _NONE),
            _system_field("number", "text", ValueType("text"), "编号", "Number", _NONE),
            _system_field("created_at", "datetime", ValueType("datetime"), "创建时间", "Created at", _NONE),
            _system_field("created_on", "date", ValueType("date"), "创建日期", "Created on", _NONE),
            _system_field(
                "created_by", "reference", ValueType("reference", entity="org.person"), "创建人", "Created by", _PERSON
            ),
            _system_field("changed_at", "datetime", ValueType("datetime"), "修改时间", "Changed at", _NONE),
            _system_field("changed_on", "date", ValueType("date"), "修改日期", "Changed on", _NONE),
            _system_field(
                "changed_by", "reference", ValueType("reference", entity="org.person"), "修改人", "Changed by", _PERSON
            ),
        )
    }
)


def name_fault(name: str, *, field: bool = False, reserved: bool = True) -> Sentence | None:
    """Why `name` cannot be a name, or None; `field` adds the keywords that expressions cannot read."""
    if _NAME.match(name):
        if reserved and name in RESERVED:
            return Sentence(f"The name {name!r} is reserved.", f"名称“{name}”是保留字。")
        if field and name in KEYWORDS:
            return Sentence(
                f"A field cannot be called {name!r}: expressions use the word.", f"字段不能叫“{name}”：表达式要用到这个词。"
            )
        return None
    if _SHAPE.match(name):
        return Sentence(
            f"The name has {len(name)} characters, more than {NAME_LENGTH}.",
            f"名称有 {len(name)} 个字符，超过 {NAME_LENGTH} 个。",
        )
    return Sentence(
        f"{name!r} is not a name: write small letters a-z, digits and _, beginning with a letter.",
        f"“{name}”不是合法名称：只能用小写字母 a-z、数字和下划线，并以字母开头。",
    )


def code_fault(text: str) -> Sentence | None:
    """Why `text` cannot be a code (of a choice, a four-eyes rule, an example), or None."""
    if not text:
        return Sentence("A code cannot be empty.", "代码不能为空。")
    if len(text) > CODE_LENGTH:
        return Sentence(
            f"The code has {len(text)} characters, more than {CODE_LENGTH}.",
            f"代码有 {len(text)} 个字符，超过 {CODE_LENGTH} 个。",
        )
    if unicodedata.normalize("NFC", text) != text:
        return Sentence(f"The code {text!r} is not in Unicode form NFC.", f"代码“{text}”不是 Unicode NFC 形式。")
    hidden = invisible_fault(text)
    if hidden:
        return hidden
    if not all(character.isalnum() or character in "_-." or unicodedata.category(character)[0] == "M" for character in text):
        return Sentence(
            f"The code {text!r} may hold letters, digits, _ - and . only.", f"代码“{text}”只能包含文字、数字、_、- 和 .。"
        )
    return None


def folded_code(text: str) -> str:
    """What two codes of one list must differ in: NFKC removes width, casefold the case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold()).strip()

"""Inputs and outputs of decisions: a type, a choice list, a field of an entity or codes, and the literals of each."""

from __future__ import annotations

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.options import EQUAL_CODES
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence, suggestion
from forms_dsl.expr import codes as expression_codes
from forms_dsl.expr.tree import LiteralValue
from forms_dsl.fieldtypes.money import decimals_of
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Choice, DecisionValue, FieldOptions
from forms_dsl.names import code_fault, folded_code

_TYPES = ("text", "integer", "decimal", "money", "boolean", "date")
#: What a cell can compare with literals.
_COMPARABLE = frozenset({"text", "number", "boolean", "date", "choice"})


def decision_value(
    bench: Workbench, place: Place, name: str, words: str | tuple[str, ...], *, asked: bool = False
) -> DecisionValue | None:
    """The input (`asked`) or output that `words` describe; None with a finding, or silently where a name was unreadable."""
    if isinstance(words, tuple):
        return _codes(bench, place, name, words)
    if words in _TYPES:
        scale = decimals_of(bench.currency) if words == "money" else None
        options = FieldOptions(scale=scale, currency=bench.currency if words == "money" else None)
        return DecisionValue(name, words, FIELD_TYPES[words].value_type(options), options)
    if "." in words:
        return _field(bench, place, name, words)
    if words not in bench.choices.known and not bench.choices.open:
        known = (*_TYPES, *bench.choices.known)
        bench.unknown(place, words, Sentence("type or choice list", "类型或选项列表"), known)
        return None
    listed = bench.look_up(bench.choices, place, words, Sentence("choice list", "选项列表"))
    if listed is None:
        return None
    options = FieldOptions(choices=listed[0], ordered=listed[1])
    return DecisionValue(name, "choice", FIELD_TYPES["choice"].value_type(options), options)


def _codes(bench: Workbench, place: Place, name: str, words: tuple[str, ...]) -> DecisionValue | None:
    seen: dict[str, str] = {}
    for number, text in enumerate(words):
        fault = code_fault(text)
        if fault is not None:
            bench.find(codes.BAD_NAME, place.at(number), fault)
            return None
        first = seen.setdefault(folded_code(text), text)
        if (number and first != text) or list(words).count(text) > 1:
            message = Sentence(f"The code {text!r} is the same as {first!r}.", f"代码“{text}”与“{first}”相同。")
            bench.find(EQUAL_CODES, place.at(number), message)
            return None
    choices = tuple(Choice(text, dict.fromkeys(bench.languages, text)) for text in words)
    options = FieldOptions(choices=choices)
    return DecisionValue(name, "choice", FIELD_TYPES["choice"].value_type(options), options)


def _field(bench: Workbench, place: Place, name: str, words: str) -> DecisionValue | None:
    entity_name, _, field = words.rpartition(".")
    entity = bench.entity(place, entity_name)
    if entity is None:
        return None
    found = entity.fields.get(field)
    if found is None:
        if field in entity.fields or entity.open:
            bench.incomplete.add(place.file.path)
        else:
            bench.unknown(place, field, Sentence(f"field of {entity.name}", f"{entity.name} 的字段"), entity.fields)
        return None
    if found.value_type.name not in _COMPARABLE:
        message = Sentence(f"A decision has no value of type {found.type}.", f"决策不能使用“{found.type}”类型的值。")
        bench.find(codes.WRONG_TYPE, place, message)
        return None
    return DecisionValue(name, found.type, found.value_type, found.options)


def read_literal(bench: Workbench, place: Place, text: str, value: DecisionValue) -> LiteralValue:
    """The value that a text stands for; None with a finding."""
    try:
        read = FIELD_TYPES[value.type].parse(text, value.options)
    except ValueRefused as refused:
        known = value.value_type.codes
        if known:
            message = Sentence(f"{text!r} is not one of the codes of {value.name!r}.", f"“{text}”不是“{value.name}”的代码。")
            near = suggestion(text, known) or Sentence(f"Possible are {', '.join(known)}.", f"可选的有 {'、'.join(known)}。")
            bench.find(expression_codes.NOT_A_CHOICE, place, message, near)
        else:
            bench.find(codes.WRONG_TYPE, place, Sentence(refused.message["en"], refused.message["zh"]))
        return None
    if read is None:
        bench.find(codes.WRONG_TYPE, place, Sentence("A value is missing.", "缺少值。"))
    return read  # type: ignore[return-value]  # the types of `_COMPARABLE` have literals for values

"""Fields beside their type: a default that the field would refuse, a currency that is none, two that share a workflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from forms_dsl import codes
from forms_dsl.checks.registry import Site, check
from forms_dsl.checks.trees import parts
from forms_dsl.currencies import CURRENCIES, MEANT
from forms_dsl.diagnostics import Diagnostic, Sentence, code, suggestion
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Aggregate, Call, Expression, Ref
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Field

SHARED_WORKFLOW = code("W019", "Two status fields are bound to one workflow, which sets the status of one only.")
BAD_DEFAULT = code("N205", "A default that the field itself would refuse.", refusal="DEF-TYPE")

#: Functions whose answer is another one tomorrow.
_CHANGING = frozenset({"today", "now", "business_date", "lookup", "in_base"})


@check
def defaults_are_values_of_their_fields(site: Site) -> Iterator[Diagnostic]:
    """A new record would be refused for a value that nobody typed in."""
    for _, field in _fields(site):
        if field.default is None or not _is_constant(field.default) or field.type in ("rows", "file", "image"):
            continue
        value = compile_python(field.default.tree)(Facts())
        try:
            FIELD_TYPES[field.type].parse(_sent(value), field.options)
        except ValueRefused as refused:
            message = Sentence(
                f"The field refuses its own default: {refused.message['en']}", f"字段不接受自己的默认值：{refused.message['zh']}"
            )
            span = field.default.tree.span
            yield BAD_DEFAULT.at(span, message, pointer=site.around(span).pointer)


def _is_constant(expression: Expression) -> bool:
    """Whether an expression gives the same at any time, for any record and person."""
    return not any(
        isinstance(part, Ref | Aggregate) or (isinstance(part, Call) and part.function in _CHANGING)
        for part in parts(expression.tree)
    )


def _sent(value: object) -> object:
    """A value as a client sends it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value if value is None or isinstance(value, bool | list | tuple) else str(value)


@check
def currencies_are_known(site: Site) -> Iterator[Diagnostic]:
    """The currency of an amount is a code of ISO 4217, or a field of the same record that holds one."""
    for fields, field in _fields(site):
        currency = field.options.currency
        place = site.at_key(field.span).at("currency")
        if currency is None or not place.is_written or currency in fields or currency in CURRENCIES:
            continue
        meant = MEANT.get(currency.upper())
        message = Sentence(
            f"{currency!r} is neither a currency code of ISO 4217 nor a field beside it.",
            f"“{currency}”既不是 ISO 4217 货币代码，也不是同一记录的字段。",
        )
        hint = Sentence(f"Write {meant}.", f"请写 {meant}。") if meant else suggestion(currency, (*fields, *CURRENCIES))
        yield site.find(codes.WRONG_TYPE, place, message, hint)


@check
def a_workflow_sets_one_status(site: Site) -> Iterator[Diagnostic]:
    """Of two status fields over one workflow nobody could say which one it moves."""
    for entity in site.app.entities.values():
        bound: dict[str, Field] = {}
        for field in entity.fields.values():
            flow = field.options.workflow if field.type == "status" else None
            first = bound.setdefault(flow, field) if flow else field
            if first is not field:
                message = Sentence(
                    f"{field.name!r} and {first.name!r} are both the status of the workflow {flow!r}.",
                    f"“{field.name}”与“{first.name}”都绑定了流程“{flow}”。",
                )
                hint = Sentence(
                    "Make one of them a choice, or give it a workflow of its own.", "请将其中一个改为 choice，或绑定另一个流程。"
                )
                yield site.find(SHARED_WORKFLOW, site.at_key(field.span).at("workflow"), message, hint)


def _fields(site: Site) -> Iterator[tuple[Mapping[str, Field], Field]]:
    """Every field with the fields beside it."""
    for entity in site.app.entities.values():
        for fields in (entity.fields, *(row.fields for row in entity.rows.values())):
            yield from ((fields, field) for field in fields.values())

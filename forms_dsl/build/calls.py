"""What is sent to an operation and what of its answer is kept, checked against the operation's contract."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.paths import find_path
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence, code, suggestion
from forms_dsl.expr.scope import Scope
from forms_dsl.expr.tree import Expression
from forms_dsl.model import BindingOperation, Value

CONTRACT = code(
    "C004", "What is sent does not match the operation's input, or an output does not fit its field.", refusal="DEF-TYPE"
)

#: Values that are no expressions: the whole record, and the id that repeats of one call share.
WHOLE_VALUES = frozenset({"$record", "$request_id"})

#: Contract type → the expression types that may be sent for it.
_ACCEPTED = {
    "text": frozenset({"text", "choice", "reference"}),
    "integer": frozenset({"number"}),
    "decimal": frozenset({"number"}),
    "money": frozenset({"number"}),
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"datetime"}),
}


def check_send(
    bench: Workbench, place: Place, send: Mapping[str, str], operation: BindingOperation, scope: Scope, entity: EntitySignature
) -> dict[str, Value]:
    """The values to pass, exactly the operation's inputs."""
    lost = place.file.lost_names(place.pointer)
    missing = [name for name in operation.input if name not in send and name not in lost]
    if missing and not place.file.is_open(place.pointer):
        words = ", ".join(missing)
        message = Sentence(f"The operation needs {words}, which is not sent.", f"操作需要 {words}，但没有发送。")
        bench.find(CONTRACT, place, message, key=True)
    values: dict[str, Value] = {}
    for name, source in send.items():
        here = place.at(name)
        type = operation.input.get(name)
        if type is None:
            message = Sentence(f"The operation takes no {name!r}.", f"操作没有输入“{name}”。")
            bench.find(CONTRACT, here, message, suggestion(name, operation.input), key=True)
            continue
        value = _value(bench, here, source, type, scope, entity)
        if value is not None:
            values[name] = value
    return values


def _value(bench: Workbench, place: Place, source: str, type: str, scope: Scope, entity: EntitySignature) -> Value | None:
    if source.startswith("$"):
        if source not in WHOLE_VALUES:
            known = Sentence(f"There are {', '.join(sorted(WHOLE_VALUES))}.", f"可用：{'、'.join(sorted(WHOLE_VALUES))}。")
            message = Sentence(f"There is no value {source!r}.", f"没有“{source}”这种值。")
            bench.find(CONTRACT, place, message, suggestion(source, WHOLE_VALUES) or known)
            return None
        if (source == "$record") != (type == "record"):
            message = Sentence(f"The operation takes {type} here, not {source}.", f"操作此处需要 {type}，而不是 {source}。")
            bench.find(CONTRACT, place, message)
            return None
        return source
    expression = bench.expression(place, source, scope, None, entity)
    if expression is None:
        return None
    accepted = _ACCEPTED.get(type, frozenset({"text", "choice"}))
    if type == "record" or expression.type.name not in (*accepted, "missing"):
        words = f"one of {type.replace('|', ', ')}" if "|" in type else type
        message = Sentence(
            f"The operation takes {words} here, not {expression.type.name}.",
            f"操作此处需要 {words}，而不是 {expression.type.name}。",
        )
        bench.find(CONTRACT, place, message)
        return None
    return expression


def check_save(
    bench: Workbench, place: Place, save: Mapping[str, str], scope: Scope, entity: EntitySignature
) -> dict[str, Expression]:
    """Which parts of the answer go to which fields, each of the field's type."""
    values = {}
    for name, source in save.items():
        here = place.at(name)
        target = find_path(bench, here, name, entity)
        if target is None:
            continue
        value = bench.expression(here, source, scope, target, entity)
        if value is not None:
            values[name] = value
    return values

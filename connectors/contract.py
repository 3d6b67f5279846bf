"""Does a definition keep what an app's binding expects of it, and does a connection answer at all?"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.definition import ConnectorDefinition, Operation
from connectors.engine import Engine
from connectors.protocol import Answer, CallContext, Connection, Outcome
from connectors.templates import render_text
from forms_dsl.diagnostics import Diagnostic, Sentence, code, suggestion
from forms_dsl.model import Binding, BindingOperation
from forms_dsl.versions import in_range

CONTRACT = code("C107", "A binding expects something of its connector that the connector's definition does not give.")

#: Type word of a definition → field types and value types of an app that it may fill.
_FITS = {
    "text": {"text", "choice"},
    "integer": {"integer", "decimal", "money", "number"},
    "decimal": {"decimal", "money", "number"},
    "boolean": {"boolean"},
    "date": {"date"},
    "datetime": {"datetime"},
    "record": {"record"},
}


def check_contract(binding: Binding, definition: ConnectorDefinition | None) -> Iterator[Diagnostic]:
    """Everything in which a binding and the definition it names disagree."""
    if definition is None:
        said = Sentence(f"There is no connector {binding.connector!r}.", f"没有连接器“{binding.connector}”。")
        yield CONTRACT.at(binding.span, said)
        return
    if not in_range(definition.version, binding.version):
        yield CONTRACT.at(
            binding.span,
            Sentence(
                f"Connector {definition.id!r} is {definition.version}, the binding wants {binding.version}.",
                f"连接器“{definition.id}”的版本是 {definition.version}，绑定要求 {binding.version}。",
            ),
        )
    for used in binding.operations.values():
        found = definition.operations.get(used.operation)
        if found is None:
            said = Sentence(
                f"Connector {definition.id!r} has no operation {used.operation!r}.",
                f"连接器“{definition.id}”没有操作“{used.operation}”。",
            )
            yield CONTRACT.at(binding.span, said, hint=suggestion(used.operation, definition.operations))
        else:
            yield from _operation(binding, used, found)


def _operation(binding: Binding, used: BindingOperation, found: Operation) -> Iterator[Diagnostic]:
    name = f"{binding.name}.{used.name}"
    if used.kind != found.kind:
        said = Sentence(f"{name} is a {used.kind} here and a {found.kind} there.", f"{name} 的类别与连接器定义不一致。")
        yield CONTRACT.at(binding.span, said)
    for argument in used.input:
        if argument not in found.input:
            said = Sentence(f"{name} has no argument {argument!r}.", f"{name} 没有参数“{argument}”。")
            yield CONTRACT.at(binding.span, said, hint=suggestion(argument, found.input))
        elif used.input[argument] not in _FITS[found.input[argument].type]:
            said = Sentence(
                f"The argument {argument!r} of {name} is a {found.input[argument].type}.",
                f"{name} 的参数“{argument}”类型不符。",
            )
            yield CONTRACT.at(binding.span, said)
    for argument, declared in found.input.items():
        if not declared.optional and argument not in used.input:
            said = Sentence(f"{name} needs the argument {argument!r}.", f"{name} 需要参数“{argument}”。")
            yield CONTRACT.at(binding.span, said)
    for output, wanted in used.output.items():
        if output not in found.result:
            said = Sentence(f"{name} does not bring {output!r}.", f"{name} 不返回“{output}”。")
            yield CONTRACT.at(binding.span, said, hint=suggestion(output, found.result))
        elif wanted.name not in _FITS[found.result[output].type]:
            said = Sentence(
                f"{output!r} of {name} is a {found.result[output].type}, not a {wanted.name}.",
                f"{name} 的“{output}”类型不符。",
            )
            yield CONTRACT.at(binding.span, said)


def try_connection(engine: Engine, connection: Connection, context: CallContext) -> Answer:
    """Ask what the definition says to ask to see whether a connection works."""
    definition = engine.definitions.get(connection.connector)
    if definition is None or definition.test is None:
        return Answer(Outcome.NOT_FOUND, detail="the definition names no test")
    scope = {"conn": dict(connection.parameters)}
    arguments = {name: render_text(text, scope) for name, text in definition.test.arguments.items()}
    return engine.ask(connection, definition.test.operation, arguments, context)

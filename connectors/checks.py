"""What the form of a connector file cannot say: names that must exist, secrets that must not, commands that must be safe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.shapes import ConnectorShape, InquireShape, OperationShape, Shape
from connectors.templates import has_open_braces, placeholders
from forms_dsl.diagnostics import Diagnostic, Sentence, code, suggestion
from forms_dsl.source import Document, Pointer

INLINE_SECRET = code("C101", "A connector definition holds a secret or an address; both belong to the connection.")
UNKNOWN_NAME = code("C102", "A connector definition uses a name that it does not declare.")
UNSAFE_COMMAND = code(
    "C103", "A command has neither an idempotency key nor an inquiry, so an unknown outcome could not be settled."
)
WRONG_USE = code("C104", "Two keys of a connector definition contradict each other.")
NO_MOCK = code("C105", "An operation has no example answer, so nothing checks its mapping.", "warning")
BAD_PLACEHOLDER = code("C106", "A text has braces that are not a placeholder of the format.")

_KINDS = {"query": "查询", "command": "指令"}
_WHAT = {
    "connection property": "连接参数",
    "operation": "操作",
    "argument": "参数",
    "conn name": "连接参数",
    "args name": "操作参数",
    "ctx name": "上下文名称",
}
CONTEXT_WORDS = ("trace_id", "actor", "app", "idempotency_key")


def check_definition(shape: ConnectorShape, document: Document) -> Iterator[Diagnostic]:
    """All findings of one file whose form is right."""
    yield from _connection(shape, document)
    for name, operation in shape.operations.items():
        place: Pointer = ("operations", name)
        yield from _operation(shape, operation, document, place)
        if all(mock.operation != name for mock in shape.mocks):
            yield NO_MOCK.at(
                document.key_span(place),
                Sentence(f"Operation {name!r} has no example answer under mocks.", f"操作“{name}”在 mocks 下没有示例应答。"),
                pointer=place,
            )
    if shape.test:
        yield from _reference(shape, shape.test.operation, document, ("test", "operation"), kind="query")
    for position, mock in enumerate(shape.mocks):
        yield from _reference(shape, mock.operation, document, ("mocks", position, "operation"))


def _connection(shape: ConnectorShape, document: Document) -> Iterator[Diagnostic]:
    properties = shape.connection.properties
    if "base_url" not in properties:
        yield UNKNOWN_NAME.at(
            document.span(("connection", "properties")),
            Sentence("An http connector needs the connection property 'base_url'.", "http 连接器需要连接参数“base_url”。"),
            pointer=("connection", "properties"),
        )
    for position, name in enumerate(shape.connection.required):
        if name not in properties:
            yield _unknown(document, ("connection", "required", position), "connection property", name, properties)
    for name, parameter in properties.items():
        if parameter.default is not None and (parameter.secret or parameter.format == "uri"):
            place: Pointer = ("connection", "properties", name, "default")
            yield INLINE_SECRET.at(
                document.span(place),
                Sentence(f"{name!r} is a secret or an address and may have no default.", f"“{name}”是密钥或地址，不能有默认值。"),
                pointer=place,
            )
    secrets = {name for name, parameter in properties.items() if parameter.secret}
    for key in ("password", "token"):
        text = getattr(shape.auth, key) if shape.auth else None
        if text is not None and not any(root == "conn" and path in secrets for root, path in placeholders(text)):
            place = ("auth", key)
            hint = Sentence(
                "Write {{ conn.NAME }} with a connection property that has x-secret: true.",
                "写成 {{ conn.名称 }}，并把该连接参数标为 x-secret: true。",
            )
            yield INLINE_SECRET.at(
                document.span(place),
                Sentence(f"The {key} must come from a secret of the connection.", f"{key} 必须取自连接的密钥。"),
                pointer=place,
                hint=hint,
            )
    if shape.auth:
        yield from _templates(shape, None, shape.auth, document, ("auth",))
    yield from _templates(shape, None, shape.defaults.headers, document, ("defaults", "headers"))


def _operation(shape: ConnectorShape, operation: OperationShape, document: Document, place: Pointer) -> Iterator[Diagnostic]:
    for key in ("path", "query", "headers", "body", "correlate", "idempotency"):
        yield from _templates(shape, operation, getattr(operation, key), document, (*place, key))
    if operation.kind == "query" and operation.method != "GET":
        yield WRONG_USE.at(
            document.span((*place, "method")),
            Sentence(
                "A query uses GET; what changes something is kind: command.", "查询只用 GET；有改动的操作要写 kind: command。"
            ),
            pointer=(*place, "method"),
        )
    if operation.kind == "command" and operation.method == "GET":
        yield WRONG_USE.at(
            document.span((*place, "method")),
            Sentence("A command does not use GET.", "指令不能用 GET。"),
            pointer=(*place, "method"),
        )
    if operation.kind == "command" and not operation.idempotency and not operation.on_unknown:
        hint = Sentence(
            "Say which header makes a repeat harmless (idempotency) or how to ask what happened (on_unknown).",
            "请写明防重的请求头（idempotency）或结果不明时如何查证（on_unknown）。",
        )
        yield UNSAFE_COMMAND.at(
            document.key_span(place),
            Sentence(f"Command {place[-1]!r} could be done twice.", f"指令“{place[-1]}”可能被执行两次。"),
            pointer=place,
            hint=hint,
        )
    if operation.cache and operation.kind == "command":
        yield WRONG_USE.at(
            document.span((*place, "cache")),
            Sentence("A command is never answered from memory.", "指令的应答不能来自缓存。"),
            pointer=(*place, "cache"),
        )
    high = [name for name, result in operation.result.items() if result.pii == "high"]
    if operation.cache and high:
        yield WRONG_USE.at(
            document.span((*place, "cache")),
            Sentence(f"{high[0]!r} is pii: high, so this answer may not be kept.", f"“{high[0]}”标为 pii: high，应答不得缓存。"),
            pointer=(*place, "cache"),
        )
    if operation.on_unknown:
        inquire = operation.on_unknown.inquire
        yield from _inquiry(shape, operation, inquire, document, (*place, "on_unknown", "inquire"))


def _inquiry(
    shape: ConnectorShape, operation: OperationShape, inquire: InquireShape, document: Document, place: Pointer
) -> Iterator[Diagnostic]:
    yield from _reference(shape, inquire.operation, document, (*place, "operation"), kind="query")
    yield from _templates(shape, operation, inquire.args, document, (*place, "args"))
    asked = shape.operations.get(inquire.operation)
    if asked is None:
        return
    needed = {name for name, argument in asked.input.items() if isinstance(argument, str) or not argument.optional}
    for name in sorted(needed - set(inquire.args)):
        yield UNKNOWN_NAME.at(
            document.span(place),
            Sentence(
                f"The inquiry {inquire.operation!r} needs the argument {name!r}.",
                f"查证操作“{inquire.operation}”需要参数“{name}”。",
            ),
            pointer=place,
        )
    for name in inquire.args:
        if name not in asked.input:
            yield _unknown(document, (*place, "args", name), "argument", name, asked.input)
    for name in operation.result:
        if name not in asked.result:
            message = Sentence(
                f"The inquiry {inquire.operation!r} does not bring {name!r}, which the command's answer has.",
                f"查证操作“{inquire.operation}”不返回指令应答中的“{name}”。",
            )
            yield UNKNOWN_NAME.at(document.span(place), message, pointer=place)


def _reference(
    shape: ConnectorShape, name: str, document: Document, place: Pointer, kind: str | None = None
) -> Iterator[Diagnostic]:
    operation = shape.operations.get(name)
    if operation is None:
        yield _unknown(document, place, "operation", name, shape.operations)
    elif kind and operation.kind != kind:
        yield WRONG_USE.at(
            document.span(place), Sentence(f"{name!r} must be a {kind}.", f"“{name}”必须是{_KINDS[kind]}。"), pointer=place
        )


def _templates(
    shape: ConnectorShape, operation: OperationShape | None, template: object, document: Document, place: Pointer
) -> Iterator[Diagnostic]:
    if isinstance(template, Shape):
        template = template.model_dump(by_alias=True)
    if isinstance(template, Mapping):
        for key, value in template.items():
            yield from _templates(shape, operation, value, document, (*place, key))
    elif isinstance(template, list):
        for position, value in enumerate(template):
            yield from _templates(shape, operation, value, document, (*place, position))
    elif isinstance(template, str):
        if has_open_braces(template):
            yield BAD_PLACEHOLDER.at(
                document.span(place),
                Sentence(
                    "Only {{ conn.x }}, {{ args.x }} and {{ ctx.x }} are placeholders.",
                    "占位符只有 {{ conn.x }}、{{ args.x }} 和 {{ ctx.x }}。",
                ),
                pointer=place,
            )
        arguments = operation.input if operation else {}
        known = {"conn": tuple(shape.connection.properties), "args": tuple(arguments), "ctx": CONTEXT_WORDS}
        for root, path in placeholders(template):
            name = path.split(".")[0]
            if name not in known[root]:
                yield _unknown(document, place, f"{root} name", name, known[root])


def _unknown(
    document: Document, place: Pointer, what: str, name: str, known: Mapping[str, object] | tuple[str, ...]
) -> Diagnostic:
    return UNKNOWN_NAME.at(
        document.span(place),
        Sentence(f"There is no {what} {name!r}.", f"没有{_WHAT[what]}“{name}”。"),
        pointer=place,
        hint=suggestion(name, known),
    )

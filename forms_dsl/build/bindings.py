"""Bindings: the contracts of the operations that the app uses."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from forms_dsl import codes
from forms_dsl.build.bench import EventSignature, Names, Workbench
from forms_dsl.build.known import deprecated_of
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence, suggestion
from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.files.bindings import BindingShape, BindingsShape, EventShape, OperationShape
from forms_dsl.model import Binding, BindingEvent, BindingOperation, Choice, Duration, FieldOptions, Label

#: Field types that a contract may name; `record` is the whole record.
CONTRACT_TYPES = ("text", "integer", "decimal", "money", "boolean", "date", "datetime")
_RECORD = "record"
#: Decimals of numbers in contracts: more than any field keeps, so that nothing is cut before it is stored.
_SCALE = 8


def declare_operations(bench: Workbench, file: SourceFile) -> dict[str, Binding]:
    """The bindings of the file; the bench knows their operations as `binding.operation`, their events and virtual entities likewise."""
    shape = file.shape
    bindings: dict[str, Binding] = {}
    operations: dict[str, BindingOperation | None] = {}
    events: dict[str, EventSignature | None] = {}
    if isinstance(shape, BindingsShape):
        for name, binding in shape.bindings.items():
            bindings[name] = _binding(bench, Place(file, ("bindings", name)), name, binding, operations, events)
    is_open = file.is_open(("bindings",)) or bool(file.lost_names(("bindings",)))
    is_any_open = is_open or any(file.is_open(("bindings", name, "operations")) for name in bindings)
    bench.operations = Names(operations, is_any_open, _deprecated(shape, "operations"))
    virtual = {f"{name}.{each}": each for name, binding in bindings.items() for each in binding.entities}
    bench.virtual = Names(virtual, is_open or not file.is_whole(("bindings",)))
    is_any_open = is_open or any(file.is_open(("bindings", name, "events")) for name in bindings)
    bench.events = Names(events, is_any_open, _deprecated(shape, "events"))
    return bindings


def _deprecated(shape: BaseModel | None, kind: str) -> dict[str, Label]:
    """The operations or events that should not be used any more, as `binding.operation`."""
    bindings = shape.bindings if isinstance(shape, BindingsShape) else {}
    return {
        f"{name}.{each}": instead
        for name, binding in bindings.items()
        for each, instead in deprecated_of(getattr(binding, kind)).items()
    }


def _binding(
    bench: Workbench,
    place: Place,
    name: str,
    shape: BindingShape,
    operations: dict[str, BindingOperation | None],
    events: dict[str, EventSignature | None],
) -> Binding:
    built = {}
    for each, operation in shape.operations.items():
        here = place.at("operations", each)
        before = len(bench.findings)
        found = _operation(bench, here, each, operation)
        is_whole = place.file.is_whole(here.pointer) and len(bench.findings) == before
        operations[f"{name}.{each}"] = found if is_whole else None
        built[each] = found
    for each in place.file.lost_names(place.at("operations").pointer):
        operations[f"{name}.{each}"] = None
    received = {}
    for each, event in shape.events.items():
        here = place.at("events", each)
        received[each] = _event(bench, here, each, event)
        is_whole = place.file.is_whole(here.pointer)
        events[f"{name}.{each}"] = EventSignature(each, received[each].output) if is_whole else None
    for each in place.file.lost_names(place.at("events").pointer):
        events[f"{name}.{each}"] = None
    return Binding(
        shape.id or name, name, shape.label, shape.connector, shape.version, built, place.key_span, received, dict(shape.entities)
    )


def _operation(bench: Workbench, place: Place, name: str, shape: OperationShape) -> BindingOperation:
    for arg, type in shape.in_.items():
        if isinstance(type, str):
            _check_type(bench, place.at("in", arg), type, record=True)
    output = _output(bench, place.at("out"), shape.out)
    for part, raw in shape.mock.items():
        _check_mock(bench, place.at("mock", part), part, raw, shape)
    inputs = {arg: type if isinstance(type, str) else "|".join(type) for arg, type in shape.in_.items()}
    return BindingOperation(name, shape.operation, shape.kind, inputs, output, dict(shape.mock))


def _event(bench: Workbench, place: Place, name: str, shape: EventShape) -> BindingEvent:
    output = _output(bench, place.at("out"), shape.out)
    if shape.once_by is not None and shape.once_by not in shape.out and place.file.is_whole(place.at("out").pointer):
        bench.unknown(place.at("once_by"), shape.once_by, Sentence("value of the event", "事件内容"), shape.out)
    if shape.keep is not None and shape.keep.working:
        message = Sentence("An event is kept for hours or days, not for working time.", "保留时长应为自然时间，不能用工作时间。")
        bench.find(codes.BAD_TIME, place.at("keep"), message)
    return BindingEvent(name, shape.event, output, shape.once_by, shape.keep or Duration(7, "day"))


def _output(bench: Workbench, place: Place, types: Mapping[str, str | list[str]]) -> dict[str, ValueType]:
    output: dict[str, ValueType] = {}
    for part, type in types.items():
        if isinstance(type, list):
            output[part] = ValueType("choice", codes=tuple(type))
        elif _check_type(bench, place.at(part), type, record=False):
            output[part] = FIELD_TYPES[type].value_type(_options(bench, type))
    return output


def _options(bench: Workbench, type: str) -> FieldOptions:
    return FieldOptions(scale=_SCALE if type == "decimal" else None, currency=bench.currency if type == "money" else None)


def _check_type(bench: Workbench, place: Place, type: str, *, record: bool) -> bool:
    known = (*CONTRACT_TYPES, _RECORD) if record else CONTRACT_TYPES
    if type in known:
        return True
    message = Sentence(f"A contract knows no type {type!r}.", f"契约中没有“{type}”类型。")
    hint = suggestion(type, known) or Sentence(
        f"It is one of {', '.join(known)}, or a list of codes.", f"可用：{'、'.join(known)}，或代码列表。"
    )
    bench.find(codes.WRONG_TYPE, place, message, hint)
    return False


def _check_mock(bench: Workbench, place: Place, part: str, raw: str, shape: OperationShape) -> None:
    type = shape.out.get(part)
    if type is None:
        if part not in place.file.lost_names((*place.pointer[:-2], "out")):
            bench.unknown(place, part, Sentence("output of the operation", "操作输出"), shape.out, key=True)
        return
    if isinstance(type, str) and type not in CONTRACT_TYPES:
        return
    try:
        if isinstance(type, list):
            FIELD_TYPES["choice"].parse(raw, FieldOptions(choices=tuple(Choice(text, {}) for text in type)))
        else:
            FIELD_TYPES[type].parse(raw, _options(bench, type))
    except ValueRefused as refused:
        bench.find(codes.WRONG_TYPE, place, Sentence(refused.message["en"], refused.message["zh"]))

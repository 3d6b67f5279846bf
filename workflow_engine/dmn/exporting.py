"""A decision table as DMN 1.3; what only our definitions say stands beside it in our one namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from forms_dsl.model import DecisionRow, DecisionTable, DecisionValue
from workflow_engine.dmn import names
from workflow_engine.dmn.cells import asked_by, cell_of
from workflow_engine.dmn.feel import NotFeel, Value, read_tests, read_value, written_tests, written_value
from workflow_engine.dmn.literals import literal_text
from workflow_engine.markup.extension import PREFIX, SPACE, data_tag
from workflow_engine.markup.text import Tag, xml_text

Data = Mapping[str, object]


def export_dmn(decision: Data, table: DecisionTable, language: str | None = None) -> str:
    """The DMN of a table as it is written in its file and as it was checked."""
    label = decision.get("label")
    title = label if not isinstance(label, Mapping) else label.get(language or "", next(iter(label.values()), ""))
    spoken = (
        language
        if isinstance(label, Mapping) and language in label
        else next(iter(label), "")
        if isinstance(label, Mapping)
        else ""
    )
    own = data_tag({key: value for key, value in decision.items() if key != "rows"}, of="decision", language=str(spoken))
    inputs = [_input(each, number) for number, each in enumerate(table.inputs.values(), 1)]
    outputs = [_output(each, number) for number, each in enumerate(table.outputs.values(), 1)]
    written = cast("list[Data]", decision["rows"])
    rows = [_rule(row, table, data, number) for number, (row, data) in enumerate(zip(table.rows, written, strict=True), 1)]
    body = Tag("decisionTable", {"id": f"table_{table.name}", "hitPolicy": names.HITS[table.hit]}, (*inputs, *outputs, *rows))
    made = Tag("decision", {"id": table.name, "name": str(title)}, (Tag("extensionElements", {}, (own,)), body))
    attributes = {
        "xmlns": names.MODEL,
        f"xmlns:{PREFIX}": SPACE,
        "id": f"definitions_{table.name}",
        "name": str(title),
        "namespace": f"{SPACE}:{table.name}",
        "exporter": "Qiqiao",
    }
    return xml_text(Tag("definitions", attributes, (made,)))


def _input(value: DecisionValue, number: int) -> Tag:
    type = names.TYPES[value.value_type.name]
    expression = Tag("inputExpression", {"id": f"asked_{number}", "typeRef": type}, (Tag("text", text=value.name),))
    return Tag("input", {"id": f"input_{number}", "label": value.name}, (expression, *_values("inputValues", value)))


def _output(value: DecisionValue, number: int) -> Tag:
    attributes = {"id": f"output_{number}", "name": value.name, "typeRef": names.TYPES[value.value_type.name]}
    return Tag("output", attributes, tuple(_values("outputValues", value)))


def _values(name: str, value: DecisionValue) -> Iterator[Tag]:
    if value.value_type.name == "choice":
        yield Tag(name, {}, (Tag("text", text=", ".join(map(written_value, value.value_type.codes))),))


def _rule(row: DecisionRow, table: DecisionTable, data: Data, number: int) -> Tag:
    own = data_tag({key: value for key, value in data.items() if key not in ("if", "then")}, of="row")
    cells = cast("Data", data.get("if", {}))
    then = cast("Data", data["then"])
    entries = []
    for column, value in enumerate(table.inputs.values(), 1):
        text = written_tests(asked_by(row.cells.get(value.name), value))
        kept = _kept(cells.get(value.name), text, value)
        entries.append(Tag("inputEntry", {"id": f"cell_{number}_{column}"}, (*kept, Tag("text", text=text))))
    for column, value in enumerate(table.outputs.values(), 1):
        text = written_value(cast("Value", row.then[value.name]))
        written = str(then[value.name])
        kept = () if literal_text(read_value(text)) == written else _own_text(written, text)
        entries.append(Tag("outputEntry", {"id": f"given_{number}_{column}"}, (*kept, Tag("text", text=text))))
    return Tag("rule", {"id": f"row_{number}"}, (*_described(data), Tag("extensionElements", {}, (own,)), *entries))


def _described(data: Data) -> Iterator[Tag]:
    if "note" in data:
        yield Tag("description", text=str(data["note"]))


def _kept(written: object, feel: str, value: DecisionValue) -> tuple[Tag, ...]:
    """The cell as it is written, where FEEL alone would not give it back so."""
    try:
        again, _ = cell_of(read_tests(feel), value.name, value.value_type.name, value.value_type.codes)
    except NotFeel:
        again = None
    return () if again == written else _own_text(written, feel)


def _own_text(written: object, feel: str) -> tuple[Tag, ...]:
    # It counts as long as nobody changes the FEEL beside it.
    return (Tag("extensionElements", {}, (data_tag({} if written is None else {"cell": written}, of="cell", feel=feel),)),)

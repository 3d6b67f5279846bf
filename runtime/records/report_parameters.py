"""What the reader of a report is asked for: read from the query by its type, else its default, else missing."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.diagnostics import nearest
from forms_dsl.expr.json_values import to_json
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Report, ReportParameter
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Fault
from runtime.query.late import context_facts
from runtime.records.codes import BAD_PARAMETER, UNKNOWN_PARAMETER
from runtime.records.request import fault, refused


def given_parameters(context: Context, compiled: CompiledApp, report: Report, asked: Mapping[str, str]) -> dict[str, object]:
    """The value of each parameter of a report; raises BadRequest with every fault. An empty text is missing, not the default."""
    faults = [_unknown(name, report) for name in asked if name not in report.parameters]
    values: dict[str, object] = {}
    for name, parameter in report.parameters.items():
        try:
            values[name] = _read(parameter, asked[name]) if name in asked else _default(context, compiled, parameter)
        except ValueRefused as wrong:
            faults.append(Fault(BAD_PARAMETER.id, wrong.message, parameter=name))
    if faults:
        raise refused(faults)
    return values


def shown_parameters(values: Mapping[str, object]) -> dict[str, object]:
    """The values as the answer tells them."""
    return {name: to_json(value) for name, value in values.items()}


def _read(parameter: ReportParameter, text: str) -> object:
    if text == "":
        return None
    if parameter.type == "boolean":
        wire: object = {"true": True, "false": False}.get(text, text)
    elif parameter.type == "multi_choice":
        wire = text.split(",")
    else:
        wire = text
    return FIELD_TYPES[parameter.type].parse(wire, parameter.options)


def _default(context: Context, compiled: CompiledApp, parameter: ReportParameter) -> object:
    if isinstance(parameter.default, Expression):
        return compile_python(parameter.default.tree)(context_facts(context, compiled))
    return None if parameter.default is None else _read(parameter, str(parameter.default))


def _unknown(name: str, report: Report) -> Fault:
    near = nearest(name, report.parameters)
    zh, en = (f"是否想写 {near}？", f" Did you mean {near}?") if near else ("", "")
    return fault(UNKNOWN_PARAMETER, name, f"没有参数 {name}。{zh}", f"There is no parameter {name}.{en}")

"""What a report asks its reader for, and to whom it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.decision_values import decision_value, read_literal
from forms_dsl.build.people import build_people
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import Place as ExpressionPlace
from forms_dsl.expr.scope import Scope
from forms_dsl.expr.tree import ValueType
from forms_dsl.files.people import ExpressionShape
from forms_dsl.files.report import ReportParameterShape, ReportSendShape
from forms_dsl.model import ReportParameter, ReportSend, Value

_DEFAULT = ExpressionPlace(
    "report parameter", Sentence("a default of a report", "报表参数默认值"), frozenset({"P"}), frozenset({"user", "param"})
)
#: Receivers that belong to one record, of which a report has none.
_OF_A_RECORD = frozenset({"starter", "owner", "leader_of_holder", "field"})


def build_parameters(bench: Workbench, place: Place, shapes: Mapping[str, ReportParameterShape]) -> dict[str, ReportParameter]:
    """The parameters by name; those with findings are left out."""
    built = {}
    for name, shape in shapes.items():
        here = place.at(name)
        if name in bench.params.known:
            message = Sentence(f"The app has a parameter {name!r} already.", f"应用已有参数“{name}”。")
            bench.find(codes.NAME_TWICE, here, message, key=True)
        value = decision_value(bench, here.at("type"), name, shape.type)
        if value is None:
            continue
        default: Value | None = None
        if isinstance(shape.default, ExpressionShape):
            at = here.at("default", "value")
            default = bench.expression(at, shape.default.value, bench.scope(_DEFAULT, {}), value.value_type)
        elif shape.default is not None and read_literal(bench, here.at("default"), shape.default, value) is not None:
            default = shape.default
        built[name] = ReportParameter(name, value.type, shape.label, value.value_type, value.options, default)
    return built


def with_parameters(scope: Scope, given: Mapping[str, ValueType]) -> Scope:
    """The scope with the report's own parameters beside those of the app."""
    return replace(scope, param={**scope.param, **given}) if given else scope


def build_send(bench: Workbench, place: Place, shape: ReportSendShape, entity: EntitySignature) -> ReportSend:
    """The subscription; its receivers stand by themselves, not by a record."""
    scope = bench.scope(_DEFAULT, {})
    receivers = []
    for number, written in enumerate(shape.to):
        here = place.at("to", number)
        people = build_people(bench, here, written, scope, entity)
        if people is not None and (people.kind in _OF_A_RECORD or (people.scope or "").startswith(("starter.", "record."))):
            message = Sentence("A report belongs to no single record.", "报表不属于某一条记录。")
            bench.find(codes.WRONG_TYPE, here, message, Sentence("Write role.NAME.", "请写 role.角色名。"))
        elif people is not None:
            receivers.append(people)
    return ReportSend(shape.every, tuple(receivers), shape.as_)

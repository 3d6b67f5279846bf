"""Files of cases as data; the names in them are checked against the whole app, in `checks.cases`, expressions here."""

from __future__ import annotations

from dataclasses import replace

from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.cases import build_case
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.expr.scope import FORM
from forms_dsl.expr.tree import Expression
from forms_dsl.files.app_tests import TestCaseShape, TestsShape
from forms_dsl.model import Case, CaseFile


def build_case_file(bench: Workbench, file: SourceFile) -> CaseFile | None:
    """The cases of a file."""
    shape = file.shape
    if not isinstance(shape, TestsShape):
        return None
    place = Place(file)
    cases = [_case(bench, place.at("cases", name), name, case, case.entity or shape.entity) for name, case in shape.cases.items()]
    return CaseFile(file.name, place.at("tests").span, tuple(cases))


def _case(bench: Workbench, place: Place, name: str, shape: TestCaseShape, entity: str | None) -> Case:
    # A form is named by its entity: `order.intake`.
    about = entity or (shape.form.rpartition(".")[0] if shape.form else None)
    case = replace(build_case(place, name, shape), entity=about, form=shape.form)
    if case.expect is None or not case.expect.values:
        return case
    signature = bench.entities.get(bench.full(about)) if about else None
    return replace(case, expect=replace(case.expect, expressions=_expressions(bench, place, case, signature)))


def _expressions(bench: Workbench, place: Place, case: Case, entity: EntitySignature | None) -> dict[str, Expression]:
    """The expressions of `values`, checked as in a form of the entity."""
    if entity is None or case.expect is None:
        return {}
    scope, found = bench.scope(FORM, bench.record_types(entity)), {}
    for source in case.expect.values:
        expression = bench.expression(place.at("expect", "values", source), source, scope, None, entity)
        if expression is not None:
            found[source] = expression
    return found

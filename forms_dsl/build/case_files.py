"""Files of cases as data; the names in them are checked against the whole app, in `checks.cases`."""

from __future__ import annotations

from dataclasses import replace

from forms_dsl.build.bench import Workbench
from forms_dsl.build.cases import build_case
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.files.app_tests import TestsShape
from forms_dsl.model import CaseFile


def build_case_file(bench: Workbench, file: SourceFile) -> CaseFile | None:
    """The cases of a file."""
    shape = file.shape
    if not isinstance(shape, TestsShape):
        return None
    place = Place(file)
    cases = [
        replace(build_case(place.at("cases", name), name, case), entity=case.entity or shape.entity)
        for name, case in shape.cases.items()
    ]
    return CaseFile(file.name, place.at("tests").span, tuple(cases))

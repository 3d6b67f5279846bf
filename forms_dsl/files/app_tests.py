"""`tests/<name>.yaml`: cases of the whole app."""

from __future__ import annotations

from typing import Annotated

from forms_dsl.files.cases import CaseBodyShape
from forms_dsl.files.values import ChoiceCode, FreeName, Reference, Shape, key

_ENTITY = key(
    "The entity that given speaks about; default is the only one, or that of the workflow or decision which runs.",
    "given 所描述的实体；默认为唯一的实体，或所运行流程、决策的实体。",
)


class TestCaseShape(CaseBodyShape):
    """One case."""

    __test__ = False

    entity: Annotated[Reference | None, _ENTITY] = None
    form: Annotated[Reference | None, key("The form that is filled in with given.", "用 given 填写的表单。")] = None


class TestsShape(Shape):
    """A file of cases."""

    __test__ = False

    tests: Annotated[FreeName, key("The file's name.", "测试文件名称。")]
    entity: Annotated[Reference | None, _ENTITY] = None
    cases: Annotated[dict[ChoiceCode, TestCaseShape], key("Cases by name.", "按名称列出的案例。", min_length=1)]

"""The steps of a workflow: blocks with branches, and the choice among all verbs."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Tag

from forms_dsl.files.human_steps import ApproveShape, FillShape, StepList, StepName, VoteShape
from forms_dsl.files.labels import LabelText
from forms_dsl.files.service_steps import CallShape, CopyShape, SubFlowShape, WaitShape
from forms_dsl.files.values import ChoiceCode, Expr, Flag, Name, Shape, Text, key
from forms_dsl.files.variants import by_kind, by_verb, tag

__all__ = ["AnyOfShape", "CaseShape", "ChooseShape", "Step", "StepList", "StepName", "TogetherShape"]


class BlockBranchShape(Shape):
    """One of the branches that run at the same time."""

    name: Annotated[ChoiceCode, key("The branch's name.", "分支名称。")]
    title: Annotated[LabelText | None, key("What it is called.", "显示名称。")] = None
    steps: Annotated[list[Step], key("Its steps.", "步骤。", min_length=1)]


class TogetherShape(Shape):
    """Branches at the same time; it goes on when all are finished."""

    together: Annotated[list[BlockBranchShape], key("The branches.", "并行分支。", min_length=2)]
    name: Annotated[Name | None, key("The block's name.", "块名称。")] = None
    title: Annotated[LabelText | None, key("What it is called.", "显示名称。")] = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False


class AnyOfShape(Shape):
    """Branches at the same time; the first finished one cancels the others."""

    any_of: Annotated[list[BlockBranchShape], key("The branches.", "竞争分支，先完成者胜出。", min_length=2)]
    name: Annotated[Name | None, key("The block's name.", "块名称。")] = None
    title: Annotated[LabelText | None, key("What it is called.", "显示名称。")] = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False


class CaseShape(Shape):
    """One case of a choose over conditions."""

    if_: Annotated[Expr | None, key("The condition.", "条件。", alias="if")] = None
    else_: Annotated[Flag, key("The last case: all others.", "其余情况。", alias="else")] = False
    name: Annotated[ChoiceCode | None, key("The case's name.", "情况名称。")] = None
    steps: Annotated[list[Step], key("Its steps.", "步骤。")]


Choice = Annotated[
    Annotated[list[CaseShape], Tag(tag("cases"))] | Annotated[Expr, Tag(tag("value"))], by_kind(list, "cases", "value")
]


class ChooseShape(BaseModel):
    """Exactly one branch; beside the known keys each key is a code with its steps. Codes called like a key need the list form."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, list[Step]]
    later: ClassVar[frozenset[str]] = frozenset()

    choose: Annotated[Choice, key("A value with one branch per code, or a list of cases.", "按取值分支，或条件列表。")]
    otherwise: Annotated[list[Step] | None, key("Steps of all other values.", "其他取值的步骤。")] = None
    name: Annotated[Name | None, key("The block's name.", "块名称。")] = None
    title: Annotated[LabelText | None, key("What it is called.", "显示名称。")] = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False
    note: Annotated[Text | None, key("A remark for colleagues.", "备注。")] = None
    meta: Annotated[dict[str, Any] | None, key("Free data of other tools.", "供其他工具使用的自由数据。")] = None


Step = Annotated[
    Annotated[FillShape, Tag(tag("fill"))]
    | Annotated[ApproveShape, Tag(tag("approve"))]
    | Annotated[VoteShape, Tag(tag("vote"))]
    | Annotated[TogetherShape, Tag(tag("together"))]
    | Annotated[AnyOfShape, Tag(tag("any_of"))]
    | Annotated[ChooseShape, Tag(tag("choose"))]
    | Annotated[CallShape, Tag(tag("call"))]
    | Annotated[CopyShape, Tag(tag("copy"))]
    | Annotated[WaitShape, Tag(tag("wait"))]
    | Annotated[SubFlowShape, Tag(tag("sub_flow"))],
    by_verb("fill", "approve", "vote", "together", "any_of", "choose", "call", "copy", "wait", "sub_flow"),
]

for _shape in (BlockBranchShape, TogetherShape, AnyOfShape, CaseShape, ChooseShape):
    _shape.model_rebuild()

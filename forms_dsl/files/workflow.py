"""`workflows/<name>.yaml`."""

from __future__ import annotations

from typing import Annotated

from forms_dsl.files.cases import ExampleShape
from forms_dsl.files.controls import ControlsShape
from forms_dsl.files.labels import Deprecated, LabelText
from forms_dsl.files.people import SCOPES, People, SetValue
from forms_dsl.files.steps import Step
from forms_dsl.files.values import Expr, Flag, Length, Name, Reference, Shape, key, one_of


class StartShape(Shape):
    """Who starts it and how."""

    by: Annotated[People, key("Who may start it.", "谁可以发起。")]
    in_: Annotated[str | None, one_of(*SCOPES), key("Where the starter belongs.", "发起人所在范围。", alias="in")] = None
    form: Annotated[Reference | None, key("The form.", "表单。")] = None
    set: Annotated[dict[Reference, SetValue], key("What is written at the first submission.", "首次提交时写入的值。")] = {}
    within: Annotated[
        Length | None,
        key(
            "Of a reversal: how long after the approval ended it may be started; default is at any time.",
            "撤销流程：原审批结束后多久内可以发起，默认不限。",
        ),
    ] = None


class AuthorityShape(Shape):
    """授权矩阵: the table that says who decides."""

    table: Annotated[Reference, key("The decision table.", "授权决策表。")]
    given: Annotated[dict[Reference, Expr], key("Its inputs as expressions.", "各输入的表达式。")] = {}
    gives: Annotated[Reference, key("Its output, used as authority.NAME.", "使用的输出，写作 authority.名称。")]


class FinishShape(Shape):
    """What an end writes."""

    set: Annotated[dict[Reference, SetValue], key("Fields and their values.", "写入的字段与值。")] = {}
    cooldown: Annotated[
        Length | None, key("How long no new instance is started for the record.", "多久内不得对同一记录重新发起。")
    ] = None


class OnFinishShape(Shape):
    """What each end writes."""

    approved: Annotated[FinishShape | None, key("After the last approval.", "审批通过后。")] = None
    rejected: Annotated[FinishShape | None, key("After a refusal.", "拒绝后。")] = None
    stopped: Annotated[FinishShape | None, key("After it was stopped.", "终止后。")] = None


class WorkflowShape(Shape):
    """An approval flow."""

    workflow: Annotated[Name, key("The flow's name.", "流程名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    title: Annotated[LabelText, key("What it is called.", "显示名称。")]
    for_: Annotated[Reference, key("The entity it decides on.", "审批的实体。", alias="for")]
    reverses: Annotated[
        Reference | None,
        key(
            "The workflow whose completed approvals this one takes back.",
            "撤销哪个流程已完成的审批（通过后撤销）。",
        ),
    ] = None
    start: Annotated[StartShape, key("Who starts it and how.", "发起方式。")]
    calendar: Annotated[
        Name | None, key("The calendar of working time; default is the app's.", "工作日历，默认为应用的日历。")
    ] = None
    authority: Annotated[AuthorityShape | None, key("The table that says who decides.", "授权矩阵。")] = None
    controls: Annotated[ControlsShape, key("Four eyes, returns, recall.", "四眼、驳回、撤回等控制。")] = ControlsShape()
    steps: Annotated[list[Step], key("Its steps, from top to bottom.", "步骤，自上而下。", min_length=1)]
    on_finish: Annotated[OnFinishShape, key("What each end writes.", "各种结束时写入的值。")] = OnFinishShape()
    examples: Annotated[list[ExampleShape], key("Worked cases, run in CI.", "试算案例，CI 中运行。")] = []
    deprecated: Deprecated = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False

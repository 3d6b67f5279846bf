"""`workflows/<name>.yaml` and `automations/<name>.yaml`."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import Tag

from forms_dsl.diagnostics import Sentence
from forms_dsl.files.labels import LabelText, SentenceText
from forms_dsl.files.people import SCOPES, People, SetValue
from forms_dsl.files.steps import Step, StepList
from forms_dsl.files.values import (
    ChoiceCode,
    Expr,
    Flag,
    FreeName,
    Length,
    Name,
    Reference,
    Schedule,
    Shape,
    key,
    one_of,
    plain,
    text_of,
    wrong,
)
from forms_dsl.files.variants import by_verb, tag

_CLOCK = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?\Z")


def _clock(value: object) -> str:
    text = text_of(value)
    if not _CLOCK.match(text):
        hint = Sentence("Write it like 2026-03-02T10:00.", "写法示例：2026-03-02T10:00。")
        raise wrong(f"{text!r} is not a date and time.", f"“{text}”不是日期时间。", hint)
    return text


class StartShape(Shape):
    """Who starts it and how."""

    by: Annotated[People, key("Who may start it.", "谁可以发起。")]
    in_: Annotated[str | None, one_of(*SCOPES), key("Where the starter belongs.", "发起人所在范围。", alias="in")] = None
    form: Annotated[Reference | None, key("The form.", "表单。")] = None
    set: Annotated[dict[Reference, SetValue], key("What is written at the first submission.", "首次提交时写入的值。")] = {}


class FourEyesShape(Shape):
    """A rule over persons."""

    name: Annotated[ChoiceCode, key("The rule's name.", "规则名称。")]
    title: Annotated[LabelText | None, key("What it is called in refusals.", "拒绝提示中的名称。")] = None
    different_people: Annotated[StepList, key("Nobody acts in two of these steps.", "同一人不得办理其中两个步骤。")] = []
    same_person: Annotated[StepList, key("One person acts in all of these steps.", "须由同一人办理这些步骤。")] = []
    editors_of: Annotated[list[Reference], key("Who changed one of these fields …", "改过这些字段的人……")] = []
    may_not_act_at: Annotated[StepList, key("… may not act at these steps.", "……不得办理这些步骤。")] = []
    sealed: Annotated[Flag, key("Whether a bank's overlay may not weaken it.", "银行的覆盖层是否不得放宽。")] = False


class ReturnShape(Shape):
    """驳回后重提."""

    resubmit_to: Annotated[str, one_of("returner", "replay"), key("Where a corrected case goes.", "更正后提交到哪里。")] = (
        "replay"
    )
    replay_if_changed: Annotated[
        list[Reference], key("Fields whose change makes all approvals start again.", "改动后须全部重审的字段。")
    ] = []


class RecallShape(Shape):
    """撤回."""

    by: Annotated[str, one_of("starter"), key("Who may take it back.", "谁可以撤回。")] = "starter"
    until: Annotated[str, one_of("first_action_after_start", "first_decision", "never"), key("How long.", "撤回时限。")] = (
        "first_action_after_start"
    )


class ControlsShape(Shape):
    """The controls of a flow."""

    later: ClassVar[frozenset[str]] = frozenset({"repeat_approver", "proxy", "starter_is_approver"})

    four_eyes: Annotated[list[FourEyesShape], key("Rules over persons.", "四眼与不相容岗位规则。")] = []
    return_: Annotated[ReturnShape | None, key("What follows a return.", "驳回后的处理。", alias="return")] = None
    recall: Annotated[RecallShape | None, key("Whether the starter may take it back.", "是否可以撤回。")] = None
    no_approver: Annotated[
        str, one_of("hold_for_admin", "leader", "auto_pass"), key("What happens when nobody may decide.", "无人可审批时的处理。")
    ] = "hold_for_admin"


class FinishShape(Shape):
    """What an end writes."""

    later: ClassVar[frozenset[str]] = frozenset({"cooldown"})

    set: Annotated[dict[Reference, SetValue], key("Fields and their values.", "写入的字段与值。")] = {}


class OnFinishShape(Shape):
    """What each end writes."""

    approved: Annotated[FinishShape | None, key("After the last approval.", "审批通过后。")] = None
    rejected: Annotated[FinishShape | None, key("After a refusal.", "拒绝后。")] = None
    stopped: Annotated[FinishShape | None, key("After it was stopped.", "终止后。")] = None


class ExampleShape(Shape):
    """A worked case."""

    later: ClassVar[frozenset[str]] = frozenset({"records", "answers", "user", "do", "expect", "expect_error"})

    name: Annotated[ChoiceCode, key("The case's name.", "案例名称。")]
    title: Annotated[SentenceText | None, key("What it shows.", "案例说明。")] = None
    given: Annotated[dict[str, Any], key("Field values.", "字段值。")] = {}
    clock: Annotated[str | None, plain(_clock, {"type": "string"}), key("What today() and now() are.", "固定的当前时间。")] = None
    path: Annotated[StepList, key("The steps that are visited, in order.", "依次经过的步骤。", min_length=1)]


class WorkflowShape(Shape):
    """An approval flow."""

    later: ClassVar[frozenset[str]] = frozenset({"authority", "calendar", "sealed"})

    workflow: Annotated[Name, key("The flow's name.", "流程名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    title: Annotated[LabelText, key("What it is called.", "显示名称。")]
    for_: Annotated[Reference, key("The entity it decides on.", "审批的实体。", alias="for")]
    start: Annotated[StartShape, key("Who starts it and how.", "发起方式。")]
    controls: Annotated[ControlsShape, key("Four eyes, returns, recall.", "四眼、驳回、撤回等控制。")] = ControlsShape()
    steps: Annotated[list[Step], key("Its steps, from top to bottom.", "步骤，自上而下。", min_length=1)]
    on_finish: Annotated[OnFinishShape, key("What each end writes.", "各种结束时写入的值。")] = OnFinishShape()
    examples: Annotated[list[ExampleShape], key("Worked cases, run in CI.", "试算案例，CI 中运行。")] = []


class CreateShape(Shape):
    """A record that an automation makes."""

    entity: Annotated[Reference, key("Its entity.", "实体。")]
    set: Annotated[dict[Reference, SetValue], key("Its fields.", "字段值。")] = {}


class WorkItemShape(Shape):
    """A work item without a seat."""

    to: Annotated[People, key("Who gets it.", "发给谁。")]
    text: Annotated[SentenceText, key("What it says, with {fields}.", "内容，可含 {字段}。")]
    due: Annotated[Length | None, key("When it is late.", "时限。")] = None


class CallActionShape(Shape):
    """A call of another system."""

    connector: Annotated[Reference, key("binding.operation", "绑定.操作")]
    send: Annotated[dict[FreeName, Expr], key("What is sent.", "发送的内容。")] = {}
    save: Annotated[dict[Reference, Expr], key("Which answers are kept.", "保存哪些结果。")] = {}


class SetActionShape(Shape):
    """Writes fields of the record."""

    set: Annotated[dict[Reference, SetValue], key("Fields and their values.", "字段与值。", min_length=1)]


class CreateActionShape(Shape):
    """Makes a record."""

    create: Annotated[CreateShape, key("The record.", "新建记录。")]


class WorkItemActionShape(Shape):
    """Makes a work item."""

    work_item: Annotated[WorkItemShape, key("The work item.", "待办。")]


class StartActionShape(Shape):
    """Starts a workflow."""

    start: Annotated[Reference, key("The workflow.", "流程。")]


class ConnectorActionShape(Shape):
    """Calls another system."""

    call: Annotated[CallActionShape, key("The call.", "调用。")]


Action = Annotated[
    Annotated[SetActionShape, Tag(tag("set"))]
    | Annotated[CreateActionShape, Tag(tag("create"))]
    | Annotated[WorkItemActionShape, Tag(tag("work_item"))]
    | Annotated[StartActionShape, Tag(tag("start"))]
    | Annotated[ConnectorActionShape, Tag(tag("call"))],
    by_verb("set", "create", "work_item", "start", "call", later=("send", "import", "refuse")),
]


class AutomationShape(Shape):
    """A rule that acts by itself."""

    later: ClassVar[frozenset[str]] = frozenset({"after", "before", "receive", "sealed"})

    automation: Annotated[Name, key("The rule's name.", "规则名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText, key("What it is called.", "显示名称。")]
    every: Annotated[Schedule, key("When it runs.", "运行时间。")]
    entity: Annotated[Reference, key("The entity whose records it looks at.", "检查哪个实体的记录。")]
    where: Annotated[Expr | None, key("Which records it takes.", "处理哪些记录。")] = None
    cooldown: Annotated[Length | None, key("How long a record is left alone afterwards.", "同一记录的间隔时间。")] = None
    run_as: Annotated[str, one_of("user", "system"), key("In whose name it acts.", "以谁的名义运行。")] = "user"
    do: Annotated[list[Action], key("What it does, in order.", "执行的动作，按顺序。", min_length=1)]

"""The steps at which nobody acts: call, copy, wait, sub_flow."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from forms_dsl.files.human_steps import OnRejectShape, StepName
from forms_dsl.files.labels import LabelText
from forms_dsl.files.people import People
from forms_dsl.files.values import Expr, Flag, FreeName, Length, Name, Reference, Shape, key, one_of, whole
from forms_dsl.files.variants import by_kind, tag


class RetryShape(Shape):
    """How often a call is tried again."""

    times: Annotated[int, whole(0, 20), key("How many times.", "次数。")] = 5
    first_wait: Annotated[Length | None, key("The first wait.", "首次等待。")] = None
    grow: Annotated[int, whole(1, 10), key("What each wait is multiplied by.", "每次等待的倍数。")] = 2


class UnknownResultShape(Shape):
    """What is done when nobody knows how a call ended."""

    ask: Annotated[Reference, key("The inquiry: binding.operation", "查询操作：绑定.操作")]


class OnErrorShape(Shape):
    """Who does it by hand after the last try."""

    assign: Annotated[People, key("Who gets the work item.", "由谁处理。")]
    title: Annotated[LabelText | None, key("What it is called.", "待办标题。")] = None


class CallShape(Shape):
    """A service task."""

    call: Annotated[StepName, key("The step's name.", "步骤标识。")]
    title: Annotated[LabelText, key("What the step is called.", "步骤名称。")]
    when: Annotated[Expr | None, key("The step is skipped when this is not true.", "条件不成立时跳过。")] = None
    connector: Annotated[Reference, key("binding.operation", "绑定.操作")]
    send: Annotated[dict[FreeName, Expr], key("What is sent.", "发送的内容。")] = {}
    save: Annotated[dict[Reference, Expr], key("Which answers are kept in which fields.", "结果写入哪些字段。")] = {}
    retry: Annotated[RetryShape | None, key("How often it is tried again.", "重试。")] = None
    undo: Annotated[
        Reference | None,
        key(
            "The operation that reverses it, with what was sent and answered by the same names.",
            "冲正操作：按同名取用所发送与所答复的值。",
        ),
    ] = None
    unknown_result: Annotated[
        UnknownResultShape | None, key("The inquiry when the outcome is unknown.", "结果不明时的查询。")
    ] = None
    on_error: Annotated[OnErrorShape | None, key("Who does it by hand after the last try.", "最终失败后由谁处理。")] = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False


class CopyFieldsShape(Shape):
    """What a copy leaves out."""

    hide: Annotated[list[Reference], key("Fields that the copy does not show.", "抄送中不显示的字段。")] = []


class CopyToShape(Shape):
    """Who gets a copy."""

    to: Annotated[list[People], key("Who may read it.", "抄送给谁。", min_length=1)]
    fields: Annotated[CopyFieldsShape | None, key("What it leaves out.", "不包含的字段。")] = None
    at: Annotated[
        str | None, one_of("start", "finish"), key("When; default is where it stands.", "何时抄送，默认在所处位置。")
    ] = None
    must_read: Annotated[
        Flag,
        key(
            "Whether it stands in the list of each of them until he says that he has read it.",
            "是否须阅：确认已阅之前一直在其待办中。",
        ),
    ] = False


class CopyShape(Shape):
    """抄送."""

    copy_: Annotated[CopyToShape, key("Who gets a copy.", "抄送。", alias="copy")]
    when: Annotated[Expr | None, key("Only when this is true.", "仅在条件成立时。")] = None
    name: Annotated[Name | None, key("The step's name.", "步骤名称。")] = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False


class WaitDueShape(Shape):
    """When a wait for an event has lasted too long."""

    within: Annotated[Length, key("How long it is waited at most.", "最长等待时间。")]
    then: Annotated[
        str,
        one_of("hold", "go_on", "reject"),
        key(
            "What happens then: held for an administrator, on without the event, or refused.", "届时如何处理：挂起、继续或拒绝。"
        ),
    ] = "hold"


class WaitShape(Shape):
    """Waits for a time or an event."""

    wait: Annotated[StepName, key("The step's name.", "步骤标识。")]
    title: Annotated[LabelText, key("What the step is called.", "步骤名称。")]
    when: Annotated[Expr | None, key("The step is skipped when this is not true.", "条件不成立时跳过。")] = None
    for_: Annotated[Length | None, key("How long it waits.", "等待多久。", alias="for")] = None
    until: Annotated[Expr | None, key("The day or moment until which it waits.", "等待到哪一天或哪一时刻。")] = None
    event: Annotated[Reference | None, key("The event it waits for: binding.event", "等待的事件：绑定.事件")] = None
    match: Annotated[
        Expr | None, key("Which of the events is this record's, by result.x", "哪个事件属于本记录（用 result.x 判断）。")
    ] = None
    save: Annotated[dict[Reference, Expr], key("What of the event is kept in which fields.", "事件内容写入哪些字段。")] = {}
    due: Annotated[WaitDueShape | None, key("When an event is overdue.", "事件迟迟不到时的处理。")] = None
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False


OnSubFlowReject = Annotated[
    Annotated[OnRejectShape, Tag(tag("map"))] | Annotated[str, one_of("reject", "go_on"), Tag(tag("word"))],
    by_kind(dict, "map", "word"),
]


class SubFlowShape(Shape):
    """Runs another workflow."""

    sub_flow: Annotated[StepName, key("The step's name.", "步骤标识。")]
    title: Annotated[LabelText, key("What the step is called.", "步骤名称。")]
    when: Annotated[Expr | None, key("The step is skipped when this is not true.", "条件不成立时跳过。")] = None
    workflow: Annotated[Reference, key("The workflow that is run.", "运行的流程。")]
    record: Annotated[
        Reference | None, key("A field that refers to the record it is run on.", "引用子流程所针对记录的字段。")
    ] = None
    each: Annotated[Reference | None, key("Related records; it is run on each of them.", "关联记录，逐条运行子流程。")] = None
    where: Annotated[Expr | None, key("Which of the related records.", "其中哪些关联记录。")] = None
    detached: Annotated[Flag, key("Whether this flow goes on without its end.", "是否不等待子流程结束。")] = False
    on_reject: Annotated[
        OnSubFlowReject | None,
        key(
            "After a refusal there: reject (default), go_on, or {return_to: STEP}.",
            "子流程被拒绝后：reject（默认）、go_on 或 {return_to: 步骤}。",
        ),
    ] = None
    save: Annotated[
        dict[Reference, Expr],
        key(
            "What is kept in which fields when it has ended; result.approved and result.rejected count the runs.",
            "子流程结束后写入哪些字段；result.approved、result.rejected 为通过、未通过的条数。",
        ),
    ] = {}
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False

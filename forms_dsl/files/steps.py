"""Steps of a workflow, one shape per verb."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Tag

from forms_dsl import codes
from forms_dsl.diagnostics import Sentence
from forms_dsl.durations import parse_ratio
from forms_dsl.files.labels import LabelText
from forms_dsl.files.people import People
from forms_dsl.files.values import (
    ChoiceCode,
    Expr,
    Flag,
    FreeName,
    Length,
    Name,
    Reference,
    Shape,
    Text,
    fault,
    key,
    one_of,
    plain,
    text_of,
    whole,
    wrong,
)
from forms_dsl.files.variants import by_kind, by_verb, tag
from forms_dsl.names import name_fault

DECISIONS = ("approve", "reject", "return", "veto", "abstain")

_PASS = re.compile(r"(?P<ratio>\S+|[0-9]+ of [0-9]+)(?: of (?P<of>seats|voted|present))?\Z")


def _step_name(value: object) -> str:
    text = text_of(value)
    name, _, variant = text.partition("@")
    found = name_fault(name, reserved=False) or (name_fault(variant, reserved=False) if "@" in text else None)
    if found:
        raise fault(codes.BAD_NAME, found)
    return text


def _pass(value: object) -> str:
    text = text_of(value)
    match = _PASS.match(text)
    if match is None or parse_ratio(match["ratio"]) is None:
        hint = Sentence("Write it like 2/3 of seats, or 2 of 3.", "写法示例：2/3 of seats，或 2 of 3。")
        raise wrong(f"{text!r} is not a share.", f"“{text}”不是比例。", hint)
    if match["of"] == "present":
        raise wrong(
            "A share of those present needs a vote step, which this version does not have.",
            "“present”需要表决步骤，当前版本尚不支持。",
        )
    return text


StepName = Annotated[str, plain(_step_name, {"type": "string", "pattern": "^[a-z][a-z0-9_]*(@[a-z][a-z0-9_]*)?$"})]
StepList = list[Reference]


class StepFieldsShape(Shape):
    """Field rights of a step."""

    write: Annotated[list[Reference], key("Fields that may be written here.", "本步骤可写的字段。")] = []
    read: Annotated[list[Reference], key("Fields that are only read here.", "本步骤只读的字段。")] = []
    hide: Annotated[list[Reference], key("Fields that are not shown here.", "本步骤不显示的字段。")] = []
    require: Annotated[list[Reference], key("Fields that must be filled in here.", "本步骤必填的字段。")] = []


class SeatRuleShape(Shape):
    """How seats decide."""

    later: ClassVar[frozenset[str]] = frozenset({"weights", "quorum", "abstain", "secret_until_closed"})

    all: Annotated[Flag, key("All must approve.", "须全部同意。")] = False
    one_veto: Annotated[Flag, key("The first refusal decides.", "一票否决。")] = False
    count_at_end: Annotated[Flag, key("Counted when all have answered.", "全部表态后再计票。")] = False
    pass_: Annotated[
        str | None, plain(_pass, {"type": "string"}), key("The share that must approve.", "通过比例。", alias="pass")
    ] = None
    veto: Annotated[Reference | None, key("A role whose refusal decides at once: role.x", "可直接否决的角色：role.x")] = None
    first: Annotated[str | None, one_of("decides"), key("The first answer decides.", "或签：先答者定。")] = None
    any_approve: Annotated[Flag, key("One approval passes.", "一人同意即通过。")] = False
    in_turn: Annotated[Flag, key("One after the other.", "依次审批。")] = False


class OnRejectShape(Shape):
    """What a refusal does."""

    return_to: Annotated[Reference, key("The step that it goes back to.", "退回到哪个步骤。")]


class DueShape(Shape):
    """When a step is late."""

    within: Annotated[Length, key("How long it may take.", "时限。")]
    then: Annotated[str, one_of("remind", "escalate", "reject", "approve"), key("What happens then.", "超时处理。")] = "remind"
    every: Annotated[Length | None, key("How often it is repeated.", "重复间隔。")] = None
    at_most: Annotated[int | None, whole(1, 100), key("How many times.", "最多次数。")] = None
    to: Annotated[Reference | None, key("To whom it is escalated: role.x", "升级给谁：role.x")] = None


class HumanStepShape(Shape):
    """A step of people."""

    later: ClassVar[frozenset[str]] = frozenset({"run", "allow", "signature", "open_for", "always_ask", "sealed"})

    title: Annotated[LabelText, key("What the step is called.", "步骤名称。")]
    when: Annotated[Expr | None, key("The step is skipped when this is not true.", "条件不成立时跳过。")] = None
    by: Annotated[People, key("Who is asked.", "由谁办理。")]
    form: Annotated[Reference | None, key("The form; default is the one of start.", "使用的表单，默认为发起表单。")] = None
    fields: Annotated[StepFieldsShape | None, key("Field rights of the step.", "本步骤的字段权限。")] = None
    on_reject: Annotated[OnRejectShape | None, key("Where a refusal goes back to.", "拒绝后退回到哪里。")] = None
    opinion: Annotated[
        list[Annotated[str, one_of(*DECISIONS)]] | None, key("Decisions that need a written opinion.", "哪些决定须填写意见。")
    ] = None
    limit: Annotated[Expr | None, key("The amount that the person's own limit must cover.", "本人授权额度须覆盖的金额。")] = None
    due: Annotated[DueShape | None, key("When it is late.", "时限。")] = None


class FillShape(HumanStepShape):
    """Somebody enters data."""

    fill: Annotated[StepName, key("The step's name.", "步骤标识。")]


class ApproveShape(HumanStepShape):
    """Seats decide."""

    approve: Annotated[StepName, key("The step's name.", "步骤标识。")]
    rule: Annotated[SeatRuleShape | None, key("How several seats decide.", "多人如何决定。")] = None
    may: Annotated[list[Annotated[str, one_of(*DECISIONS)]] | None, key("Which decisions are offered.", "可作出的决定。")] = None


class TogetherBranchShape(Shape):
    """One of the branches that run at the same time."""

    name: Annotated[ChoiceCode, key("The branch's name.", "分支名称。")]
    title: Annotated[LabelText | None, key("What it is called.", "显示名称。")] = None
    steps: Annotated[list[Step], key("Its steps.", "步骤。", min_length=1)]


class TogetherShape(Shape):
    """Branches at the same time."""

    together: Annotated[list[TogetherBranchShape], key("The branches.", "并行分支。", min_length=2)]
    name: Annotated[Name | None, key("The block's name.", "块名称。")] = None
    title: Annotated[LabelText | None, key("What it is called.", "显示名称。")] = None


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
    """Exactly one branch; beside the known keys each key is a code with its steps."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, list[Step]]
    later: ClassVar[frozenset[str]] = frozenset()

    choose: Annotated[Choice, key("A value with one branch per code, or a list of cases.", "按取值分支，或条件列表。")]
    otherwise: Annotated[list[Step] | None, key("Steps of all other values.", "其他取值的步骤。")] = None
    name: Annotated[Name | None, key("The block's name.", "块名称。")] = None
    title: Annotated[LabelText | None, key("What it is called.", "显示名称。")] = None
    note: Annotated[Text | None, key("A remark for colleagues.", "备注。")] = None


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
    undo: Annotated[Reference | None, key("The operation that reverses it.", "冲正操作。")] = None
    unknown_result: Annotated[
        UnknownResultShape | None, key("The inquiry when the outcome is unknown.", "结果不明时的查询。")
    ] = None
    on_error: Annotated[OnErrorShape | None, key("Who does it by hand after the last try.", "最终失败后由谁处理。")] = None


class CopyToShape(Shape):
    """Who gets a copy."""

    later: ClassVar[frozenset[str]] = frozenset({"fields", "at"})

    to: Annotated[list[People], key("Who may read it.", "抄送给谁。", min_length=1)]


class CopyShape(Shape):
    """抄送."""

    copy_: Annotated[CopyToShape, key("Who gets a copy.", "抄送。", alias="copy")]
    when: Annotated[Expr | None, key("Only when this is true.", "仅在条件成立时。")] = None
    name: Annotated[Name | None, key("The step's name.", "步骤名称。")] = None


Step = Annotated[
    Annotated[FillShape, Tag(tag("fill"))]
    | Annotated[ApproveShape, Tag(tag("approve"))]
    | Annotated[TogetherShape, Tag(tag("together"))]
    | Annotated[ChooseShape, Tag(tag("choose"))]
    | Annotated[CallShape, Tag(tag("call"))]
    | Annotated[CopyShape, Tag(tag("copy"))],
    by_verb("fill", "approve", "together", "choose", "call", "copy", later=("vote", "any_of", "wait", "sub_flow")),
]

for _shape in (TogetherBranchShape, TogetherShape, CaseShape, ChooseShape):
    _shape.model_rebuild()

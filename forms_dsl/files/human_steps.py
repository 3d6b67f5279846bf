"""The steps at which people act: fill, approve, vote."""

from __future__ import annotations

from typing import Annotated

from forms_dsl import codes
from forms_dsl.files.labels import LabelText
from forms_dsl.files.people import People
from forms_dsl.files.seat_rules import SeatRuleShape
from forms_dsl.files.values import Expr, Flag, Length, Reference, Shape, fault, key, one_of, plain, text_of, whole
from forms_dsl.names import name_fault

DECISIONS = ("approve", "reject", "return", "veto", "abstain")
ALLOWED = ("add_before", "add_after", "add_together", "remove_added", "transfer", "delegate", "ask_opinion", "urge")


def _step_name(value: object) -> str:
    text = text_of(value)
    name, _, variant = text.partition("@")
    found = name_fault(name, reserved=False) or (name_fault(variant, reserved=False) if "@" in text else None)
    if found:
        raise fault(codes.BAD_NAME, found)
    return text


StepName = Annotated[str, plain(_step_name, {"type": "string", "pattern": "^[a-z][a-z0-9_]*(@[a-z][a-z0-9_]*)?$"})]
#: Names of steps; `decide` stands for every `decide@…`, the name of a branch for all steps in it.
StepList = list[Reference]


class StepFieldsShape(Shape):
    """Field rights of a step."""

    write: Annotated[list[Reference], key("Fields that may be written here.", "本步骤可写的字段。")] = []
    read: Annotated[list[Reference], key("Fields that are only read here.", "本步骤只读的字段。")] = []
    hide: Annotated[list[Reference], key("Fields that are not shown here.", "本步骤不显示的字段。")] = []
    require: Annotated[list[Reference], key("Fields that must be filled in here.", "本步骤必填的字段。")] = []


class OnRejectShape(Shape):
    """What a refusal does."""

    return_to: Annotated[Reference, key("The step that it goes back to.", "退回到哪个步骤。")]


class DueShape(Shape):
    """When a step is late."""

    within: Annotated[Length, key("How long it may take.", "时限。")]
    then: Annotated[str, one_of("remind", "escalate", "reject", "approve"), key("What happens then.", "超时处理。")] = "remind"
    every: Annotated[Length | None, key("How often it is repeated.", "重复间隔。")] = None
    at_most: Annotated[int | None, whole(1, 100), key("How many times.", "最多次数。")] = None
    to: Annotated[People | None, key("To whom it is escalated.", "升级给谁。")] = None


class HumanStepShape(Shape):
    """A step of people."""

    title: Annotated[LabelText, key("What the step is called.", "步骤名称。")]
    when: Annotated[Expr | None, key("The step is skipped when this is not true.", "条件不成立时跳过。")] = None
    by: Annotated[People, key("Who is asked.", "由谁办理。")]
    form: Annotated[Reference | None, key("The form; default is the one of start.", "使用的表单，默认为发起表单。")] = None
    fields: Annotated[StepFieldsShape | None, key("Field rights of the step.", "本步骤的字段权限。")] = None
    run: Annotated[
        Reference | None,
        key(
            "A decision that fills the fields called like its outputs before people are found.",
            "到达时先运行的决策，结果写入同名字段。",
        ),
    ] = None
    on_reject: Annotated[OnRejectShape | None, key("Where a refusal goes back to.", "拒绝后退回到哪里。")] = None
    allow: Annotated[
        list[Annotated[str, one_of(*ALLOWED)]],
        key("What else the holder may do; nothing is allowed that is not listed.", "办理人还可进行的操作；未列出即不允许。"),
    ] = []
    opinion: Annotated[
        list[Annotated[str, one_of(*DECISIONS)]] | None, key("Decisions that need a written opinion.", "哪些决定须填写意见。")
    ] = None
    signature: Annotated[str | None, one_of("required"), key("Whether the decision is signed.", "作出决定时是否须签名。")] = None
    limit: Annotated[Expr | None, key("The amount that the person's own limit must cover.", "本人授权额度须覆盖的金额。")] = None
    due: Annotated[DueShape | None, key("When it is late.", "时限。")] = None
    always_ask: Annotated[Flag, key("Never skipped because somebody approved before.", "不因自动去重而跳过。")] = False
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False


class FillShape(HumanStepShape):
    """Somebody enters data."""

    fill: Annotated[StepName, key("The step's name.", "步骤标识。")]


class ApproveShape(HumanStepShape):
    """Seats decide."""

    approve: Annotated[StepName, key("The step's name.", "步骤标识。")]
    rule: Annotated[SeatRuleShape | None, key("How several seats decide.", "多人如何决定。")] = None
    may: Annotated[
        list[Annotated[str, one_of(*DECISIONS)]] | None, key("Which decisions are offered.", "可作出的决定。", min_length=1)
    ] = None


class VoteShape(HumanStepShape):
    """A committee's ballot."""

    vote: Annotated[StepName, key("The step's name.", "步骤标识。")]
    rule: Annotated[SeatRuleShape, key("How the ballots decide.", "表决规则。")]
    may: Annotated[
        list[Annotated[str, one_of(*DECISIONS)]] | None, key("Which decisions are offered.", "可作出的决定。", min_length=1)
    ] = None
    open_for: Annotated[Length | None, key("How long ballots are taken.", "投票时长。")] = None

"""Worked cases: what is given, what is done, what must come of it; examples of a workflow and cases of tests."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Tag

from forms_dsl.diagnostics import Sentence, suggestion
from forms_dsl.files.human_steps import StepList
from forms_dsl.files.labels import SentenceText
from forms_dsl.files.values import (
    ChoiceCode,
    FreeName,
    Length,
    Literal,
    Name,
    Reference,
    Shape,
    key,
    plain,
    text_of,
    whole,
    wrong,
)
from forms_dsl.files.variants import by_kind, by_verb, tag

_CLOCK = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?\Z")
#: Acts without and with a step.
BARE_ACTS = ("submit", "resubmit", "recall")
STEP_ACTS = ("approve", "reject")


def _clock(value: object) -> str:
    text = text_of(value)
    if not _CLOCK.match(text) or not _is_time(text):
        hint = Sentence("Write it like 2026-03-02T10:00.", "写法示例：2026-03-02T10:00。")
        raise wrong(f"{text!r} is not a date and time.", f"“{text}”不是日期时间。", hint)
    return text


def _is_time(text: str) -> bool:
    try:
        return bool(dt.datetime.fromisoformat(text))
    except ValueError:
        return False


def _act(value: object) -> str:
    text = text_of(value)
    verb, _, step = text.partition(" ")
    if (verb in BARE_ACTS and not step) or (verb in STEP_ACTS and step and " " not in step):
        return text
    known = Sentence(
        "Write submit, resubmit, recall, approve STEP, reject STEP, or {approve: STEP, by: PERSON}, {return: STEP, to: STEP}, "
        "{edit: …}, {run: …}, {wait: …}.",
        "可写 submit、resubmit、recall、approve 步骤、reject 步骤，或 {approve: 步骤, by: 人员}、{return: 步骤, to: 步骤}、"
        "{edit: …}、{run: …}、{wait: …}。",
    )
    raise wrong(
        f"{text!r} is nothing that is done.", f"“{text}”不是可执行的动作。", suggestion(verb, (*BARE_ACTS, *STEP_ACTS)) or known
    )


class DecisionActShape(Shape):
    """Who decides, and what he writes."""

    by: Annotated[ChoiceCode | None, key("Who does it; default is everybody who is asked.", "由谁办理，默认为全部被请者。")] = (
        None
    )
    opinion: Annotated[str | None, key("The written opinion.", "书面意见。")] = None


class ApproveActShape(DecisionActShape):
    """Somebody approves, or completes what he enters."""

    approve: Annotated[Reference, key("The step.", "步骤。")]
    set: Annotated[dict[Reference, Any], key("What is entered with it.", "同时录入的字段与值。")] = {}


class RejectActShape(DecisionActShape):
    """Somebody rejects."""

    reject: Annotated[Reference, key("The step.", "步骤。")]


class ReturnActShape(DecisionActShape):
    """Somebody sends the case back."""

    return_: Annotated[Reference, key("The step at which it is sent back.", "在哪个步骤退回。", alias="return")]
    to: Annotated[Reference, key("The step that it goes back to.", "退回到哪个步骤。")]


class EditActShape(Shape):
    """Values are entered."""

    of: Annotated[
        Name | None, key("The record of the case; default is the one that is given.", "案例中的哪条记录，默认为 given。")
    ] = None
    edit: Annotated[dict[Reference, Any], key("Fields and their values.", "字段与值。", min_length=1)]


class RunActShape(Shape):
    """An automation or a decision runs."""

    run: Annotated[Reference, key("The automation or decision.", "自动化规则或决策。")]


class DeleteActShape(Shape):
    """A record is deleted."""

    delete: Annotated[Name, key("The record of the case.", "案例中的记录。")]


class ReceiveActShape(Shape):
    """Another system reports something."""

    receive: Annotated[Reference, key("The event: binding.event", "事件：绑定.事件")]
    values: Annotated[dict[FreeName, Any], key("What it reports.", "事件内容。")] = {}


class WaitActShape(Shape):
    """Time goes by."""

    wait: Annotated[Length, key("How long.", "多久。")]


Act = Annotated[
    Annotated[ApproveActShape, Tag(tag("approve"))]
    | Annotated[RejectActShape, Tag(tag("reject"))]
    | Annotated[ReturnActShape, Tag(tag("return"))]
    | Annotated[EditActShape, Tag(tag("edit"))]
    | Annotated[RunActShape, Tag(tag("run"))]
    | Annotated[DeleteActShape, Tag(tag("delete"))]
    | Annotated[ReceiveActShape, Tag(tag("receive"))]
    | Annotated[WaitActShape, Tag(tag("wait"))]
    | Annotated[str, plain(_act, {"type": "string"}), Tag(tag("word"))],
    by_verb("approve", "reject", "return", "edit", "run", "delete", "receive", "wait", bare="word"),
]


class CaseRecordShape(BaseModel):
    """A record of a case: its entity, and beside it field values."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Any]
    later: ClassVar[frozenset[str]] = frozenset()

    entity: Annotated[Reference, key("Its entity.", "实体。")]


class CaseUserShape(Shape):
    """Who acts in a case."""

    role: Annotated[Reference | None, key("The role.", "角色。")] = None
    branch: Annotated[ChoiceCode | None, key("The code of the branch.", "网点代码。")] = None
    name: Annotated[ChoiceCode | None, key("What the person is called.", "人员名称。")] = None


def _end_of_call(value: object) -> str:
    text = text_of(value)
    if text in ("rejected", "unknown"):
        return text
    raise wrong(f"{text!r} is no end of a call.", f"“{text}”不是调用的结局。", suggestion(text, ("rejected", "unknown")))


Answer = Annotated[
    Annotated[dict[str, Literal], Tag(tag("answer"))]
    | Annotated[str, plain(_end_of_call, {"type": "string", "enum": ["rejected", "unknown"]}), Tag(tag("end"))],
    by_kind(dict, "answer", "end"),
]
Outcome = dict[Reference, Any]
NameOrNames = Annotated[
    Annotated[list[Reference], Tag(tag("names"))] | Annotated[Reference, Tag(tag("name"))], by_kind(list, "names", "name")
]
RecordsOrNumber = Annotated[
    Annotated[dict[Name, Outcome], Tag(tag("records"))] | Annotated[int, whole(0, 10_000), Tag(tag("number"))],
    by_kind(dict, "records", "number"),
]


#: How a form shows an item, in pairs that exclude each other.
FORM_WORDS = ("visible", "hidden", "required", "optional", "read_only", "editable")


def _shown(value: object) -> str:
    text = text_of(value)
    if text in FORM_WORDS:
        return text
    raise wrong(f"{text!r} is no way to show an item.", f"“{text}”不是表单项的状态。", suggestion(text, FORM_WORDS))


ShownWord = Annotated[str, plain(_shown, {"type": "string", "enum": list(FORM_WORDS)})]
Shown = Annotated[
    Annotated[list[ShownWord], Tag(tag("words"))] | Annotated[ShownWord, Tag(tag("one"))], by_kind(list, "words", "one")
]


class ExpectShape(Shape):
    """What must come of a case."""

    at: Annotated[NameOrNames | None, key("The open step, or all of them.", "停在哪个（些）步骤。")] = None
    state: Annotated[Reference | None, key("Its state.", "该步骤的状态。")] = None
    reason: Annotated[Reference | None, key("Why it waits.", "等待的原因。")] = None
    held_for: Annotated[Reference | None, key("For whom it is held.", "挂起给谁处理。")] = None
    next: Annotated[Reference | None, key("The next step.", "下一步骤。")] = None
    superseded: Annotated[StepList | None, key("Steps whose approvals no longer count.", "审批已作废的步骤。")] = None
    people: Annotated[dict[Reference, list[ChoiceCode]], key("Who is asked at a step.", "各步骤请谁办理。")] = {}
    fields: Annotated[Outcome, key("Field values of the record.", "记录的字段值。")] = {}
    form: Annotated[
        dict[Reference, Shown],
        key(
            "How the form of the case shows its items and blocks: visible, hidden, required, optional, read_only, editable.",
            "案例所填表单的各项、各区块：visible、hidden、required、optional、read_only、editable。",
        ),
    ] = {}
    values: Annotated[dict[str, Any], key("Expressions over the record, and what they give.", "针对记录的表达式及其结果。")] = {}
    records: Annotated[
        RecordsOrNumber | None, key("Field values by record name, or how many records.", "各记录的字段值，或记录数。")
    ] = None
    output: Annotated[Outcome, key("Outputs of a decision.", "决策的输出。")] = {}
    can_read: Annotated[list[Name], key("Records that the user may read.", "用户可查看的记录。")] = []
    cannot_read: Annotated[list[Name], key("Records that the user may not read.", "用户不可查看的记录。")] = []
    shown: Annotated[dict[Name, Outcome], key("Values as they are displayed.", "显示出来的值。")] = {}
    hidden: Annotated[dict[Name, list[Reference]], key("Fields that are not shown.", "不显示的字段。")] = {}
    work_items: Annotated[int | None, whole(0, 10_000), key("How many work items.", "待办数。")] = None
    messages: Annotated[int | None, whole(0, 10_000), key("How many messages.", "消息数。")] = None


class ExpectErrorShape(Shape):
    """An error that must be found."""

    rule: Annotated[Reference | None, key("The rule that is broken.", "违反的规则。")] = None
    field: Annotated[Reference | None, key("The field that is refused.", "被拒绝的字段。")] = None
    at: Annotated[Reference | None, key("The field where it is shown.", "提示显示在哪个字段。")] = None
    reason: Annotated[
        Reference | None,
        key("Why the last act is refused: four_eyes, over_limit …", "最后一个动作被拒绝的原因：four_eyes、over_limit 等。"),
    ] = None


class CaseBodyShape(Shape):
    """What examples of a workflow and cases of tests share."""

    title: Annotated[SentenceText | None, key("What it shows.", "案例说明。")] = None
    given: Annotated[
        dict[str, Any], key("Field values, and who acts or what is entered at a step.", "字段值，以及步骤的办理人或录入内容。")
    ] = {}
    records: Annotated[dict[Name, CaseRecordShape], key("Several records by name.", "按名称列出的多条记录。")] = {}
    answers: Annotated[
        dict[Reference, Answer],
        key(
            "Answers of calls, by step; rejected or unknown for one that does not go through. "
            "Of a sub-flow: rejected, or how many of its runs end as {approved, rejected}; default is one that is approved.",
            "各调用步骤的应答；rejected、unknown 表示未成功。子流程：rejected，或 {approved, rejected} 各几条，默认一条通过。",
        ),
    ] = {}
    limits: Annotated[dict[ChoiceCode, Literal], key("Limits of persons.", "人员的审批额度。")] = {}
    user: Annotated[CaseUserShape | None, key("Who acts; default is somebody who may start.", "由谁操作，默认为可发起的人。")] = (
        None
    )
    clock: Annotated[str | None, plain(_clock, {"type": "string"}), key("What today() and now() are.", "固定的当前时间。")] = None
    do: Annotated[list[Act], key("What is done, in order.", "依次执行的动作。")] = []
    path: Annotated[StepList, key("The steps that are visited, in order.", "依次经过的步骤。")] = []
    expect: Annotated[ExpectShape | None, key("What must come of it.", "预期结果。")] = None
    expect_error: Annotated[ExpectErrorShape | None, key("The error that must be found.", "预期的错误。")] = None


class ExampleShape(CaseBodyShape):
    """A worked case in a workflow."""

    name: Annotated[ChoiceCode, key("The case's name.", "案例名称。")]

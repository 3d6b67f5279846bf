"""`automations/<name>.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from forms_dsl.files.labels import LabelText, SentenceText
from forms_dsl.files.people import People, SetValue
from forms_dsl.files.values import Expr, Flag, FreeName, Length, Name, Reference, Schedule, Shape, key, one_of
from forms_dsl.files.variants import by_verb, tag

CHANNELS = ("wecom", "dingtalk", "sms", "mail", "inbox")


class CreateShape(Shape):
    """A record that an automation makes."""

    entity: Annotated[Reference, key("Its entity.", "实体。")]
    set: Annotated[dict[Reference, SetValue], key("Its fields.", "字段值。")] = {}


class WorkItemShape(Shape):
    """A work item without a seat."""

    to: Annotated[People, key("Who gets it.", "发给谁。")]
    text: Annotated[SentenceText, key("What it says, with {fields}.", "内容，可含 {字段}。")]
    due: Annotated[Length | None, key("When it is late.", "时限。")] = None


class SendShape(Shape):
    """A message."""

    channel: Annotated[str, one_of(*CHANNELS), key("By what it goes.", "发送渠道。")]
    to: Annotated[People, key("Who gets it.", "发给谁。")]
    template: Annotated[Reference, key("The template of its words.", "消息模板。")]


class CallActionShape(Shape):
    """A call of another system."""

    connector: Annotated[Reference, key("binding.operation", "绑定.操作")]
    send: Annotated[dict[FreeName, Expr], key("What is sent.", "发送的内容。")] = {}
    save: Annotated[dict[Reference, Expr], key("Which answers are kept.", "保存哪些结果。")] = {}


class ImportShape(Shape):
    """Data that is fetched."""

    connector: Annotated[Reference, key("binding.operation", "绑定.操作")]
    into: Annotated[Reference, key("The entity whose records it makes.", "导入到哪个实体。")]


class SetActionShape(Shape):
    """Writes fields of the record."""

    set: Annotated[dict[Reference, SetValue], key("Fields and their values.", "字段与值。", min_length=1)]


class CreateActionShape(Shape):
    """Makes a record."""

    create: Annotated[CreateShape, key("The record.", "新建记录。")]


class WorkItemActionShape(Shape):
    """Makes a work item."""

    work_item: Annotated[WorkItemShape, key("The work item.", "待办。")]


class SendActionShape(Shape):
    """Sends a message."""

    send: Annotated[SendShape, key("The message.", "消息。")]


class StartActionShape(Shape):
    """Starts a workflow."""

    start: Annotated[Reference, key("The workflow.", "流程。")]


class ConnectorActionShape(Shape):
    """Calls another system."""

    call: Annotated[CallActionShape, key("The call.", "调用。")]


class ImportActionShape(Shape):
    """Fetches data."""

    import_: Annotated[ImportShape, key("The import.", "导入。", alias="import")]


class RefuseActionShape(Shape):
    """Refuses the write."""

    refuse: Annotated[SentenceText, key("Why, for the person who writes.", "拒绝的原因，显示给操作人。")]


ActionShape = (
    SetActionShape
    | CreateActionShape
    | WorkItemActionShape
    | SendActionShape
    | StartActionShape
    | ConnectorActionShape
    | ImportActionShape
    | RefuseActionShape
)

Action = Annotated[
    Annotated[SetActionShape, Tag(tag("set"))]
    | Annotated[CreateActionShape, Tag(tag("create"))]
    | Annotated[WorkItemActionShape, Tag(tag("work_item"))]
    | Annotated[SendActionShape, Tag(tag("send"))]
    | Annotated[StartActionShape, Tag(tag("start"))]
    | Annotated[ConnectorActionShape, Tag(tag("call"))]
    | Annotated[ImportActionShape, Tag(tag("import"))]
    | Annotated[RefuseActionShape, Tag(tag("refuse"))],
    by_verb("set", "create", "work_item", "send", "start", "call", "import", "refuse"),
]


class BeforeShape(Shape):
    """The write in which it acts."""

    create: Annotated[Flag, key("When a record is made.", "新建记录时。")] = False
    change: Annotated[list[Reference] | None, key("When one of these fields changes.", "这些字段改变时。", min_length=1)] = None
    delete: Annotated[Flag, key("When a record is deleted.", "删除记录时。")] = False


class AfterShape(BeforeShape):
    """The event after which it acts."""

    finish: Annotated[Reference | None, key("When this workflow ends.", "该流程结束时。")] = None


class AutomationShape(Shape):
    """A rule that acts by itself."""

    automation: Annotated[Name, key("The rule's name.", "规则名称。")]
    id: Annotated[Name | None, key("The name at first publication.", "首次发布时的名称。")] = None
    label: Annotated[LabelText, key("What it is called.", "显示名称。")]
    every: Annotated[Schedule | None, key("When it runs.", "运行时间。")] = None
    after: Annotated[AfterShape | None, key("The event after which it acts, once.", "在哪个事件之后执行，每个事件一次。")] = None
    before: Annotated[
        BeforeShape | None, key("The write in which it acts: it sets values or refuses.", "在哪种写入之中执行：只能设值或拒绝。")
    ] = None
    receive: Annotated[Reference | None, key("The inbound event: binding.event", "入站事件：绑定.事件")] = None
    entity: Annotated[Reference, key("The entity whose records it looks at.", "检查哪个实体的记录。")]
    where: Annotated[Expr | None, key("Which records it takes.", "处理哪些记录。")] = None
    cooldown: Annotated[Length | None, key("How long a record is left alone afterwards.", "同一记录的间隔时间。")] = None
    run_as: Annotated[str | None, one_of("user", "system"), key("In whose name it acts.", "以谁的名义运行。")] = None
    do: Annotated[list[Action], key("What it does, in order.", "执行的动作，按顺序。", min_length=1)]
    sealed: Annotated[Flag, key("Whether a bank's overlay may not change it.", "银行的覆盖层是否不得更改。")] = False

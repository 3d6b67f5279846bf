"""The controls of a workflow: rules over persons, repeats, returns, recall, proxies, nobody there."""

from __future__ import annotations

from typing import Annotated

from forms_dsl.files.human_steps import StepList
from forms_dsl.files.labels import LabelText
from forms_dsl.files.values import ChoiceCode, Flag, Reference, Shape, key, one_of


class FourEyesShape(Shape):
    """A rule over persons."""

    name: Annotated[ChoiceCode, key("The rule's name.", "规则名称。")]
    title: Annotated[LabelText | None, key("What it is called in refusals.", "拒绝提示中的名称。")] = None
    different_people: Annotated[StepList, key("Nobody acts in two of these steps.", "同一人不得办理其中两个步骤。")] = []
    same_person: Annotated[StepList, key("One person acts in all of these steps.", "须由同一人办理这些步骤。")] = []
    editors_of: Annotated[list[Reference], key("Who changed one of these fields …", "改过这些字段的人……")] = []
    may_not_act_at: Annotated[StepList, key("… may not act at these steps.", "……不得办理这些步骤。")] = []
    sealed: Annotated[Flag, key("Whether a bank's overlay may not weaken it.", "银行的覆盖层是否不得放宽。")] = False


class RepeatApproverShape(Shape):
    """自动去重."""

    skip: Annotated[
        str,
        one_of("never", "consecutive", "any_earlier"),
        key("Whether somebody who approved before is asked again.", "已审批过的人何时不再询问。"),
    ] = "never"
    unless_changed: Annotated[
        list[Reference], key("Fields whose change makes everybody be asked again.", "改动后不再去重的字段。")
    ] = []


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


class ProxyShape(Shape):
    """代理."""

    allowed: Annotated[Flag, key("Whether somebody out of office may be represented.", "是否允许代理。")] = False
    except_: Annotated[StepList, key("Steps at which nobody is represented.", "不允许代理的步骤。", alias="except")] = []


class ControlsShape(Shape):
    """The controls of a flow."""

    four_eyes: Annotated[list[FourEyesShape], key("Rules over persons.", "四眼与不相容岗位规则。")] = []
    repeat_approver: Annotated[RepeatApproverShape | None, key("Whether somebody is asked twice.", "自动去重。")] = None
    return_: Annotated[ReturnShape | None, key("What follows a return.", "驳回后的处理。", alias="return")] = None
    recall: Annotated[RecallShape | None, key("Whether the starter may take it back.", "是否可以撤回。")] = None
    take_back: Annotated[
        str,
        one_of("never", "first_action", "first_look"),
        key(
            "How long who decided last may take it back: until somebody asked next acts, or opens the task.",
            "上一办理人可拿回的时限：至下一办理人操作之前，或打开待办之前。",
        ),
    ] = "never"
    proxy: Annotated[ProxyShape | None, key("Whether somebody may be represented.", "代理。")] = None
    no_approver: Annotated[
        str, one_of("hold_for_admin", "leader", "auto_pass"), key("What happens when nobody may decide.", "无人可审批时的处理。")
    ] = "hold_for_admin"
    starter_is_approver: Annotated[
        str,
        one_of("hold_for_admin", "leader", "skip_if_others"),
        key("What happens when the starter would decide.", "审批人为发起人时的处理。"),
    ] = "hold_for_admin"

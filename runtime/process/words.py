"""Why somebody is asked, left out, or why a flow is held: codes of the engine in the words of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forms_dsl.model import HumanStep, Label, People
from runtime.compile.app import CompiledApp
from workflow_engine.definition import Definition
from workflow_engine.state import LeftOut

_SCOPES: Mapping[str, Label] = {
    "own_branch": {"zh": "发起人所在机构", "en": "in the starter's branch"},
    "starter.branch": {"zh": "发起人所在机构", "en": "in the starter's branch"},
    "starter.department": {"zh": "发起人所在部门", "en": "of the starter's department"},
    "starter.region": {"zh": "发起人所在区域", "en": "in the starter's region"},
    "record.branch": {"zh": "记录所属机构", "en": "in the record's branch"},
    "head_office": {"zh": "总行", "en": "at the head office"},
}
_KINDS: Mapping[str, Label] = {
    "starter": {"zh": "发起人", "en": "the starter"},
    "owner": {"zh": "记录负责人", "en": "the owner of the record"},
    "leader_of": {"zh": "机构负责人", "en": "the leader of the unit"},
    "leader_of_holder": {"zh": "经办人的负责人", "en": "the leader of who was asked"},
}
_CHOSEN: Label = {"zh": "发起人自选：", "en": "chosen by the starter: "}
_CHOSEN_ON_THE_WAY: Label = {"zh": "审批人自选：", "en": "chosen at an earlier step: "}
_LEFT_OUT: Mapping[str, Label] = {
    "starter": {"zh": "是发起人，不参与审批", "en": "started it and takes no part"},
    "limit": {"zh": "授权额度不足", "en": "has too low a limit"},
}
_HELD: Mapping[str, Label] = {
    "no_approver": {"zh": "没有可以办理的人员", "en": "nobody may act here"},
    "starter_is_approver": {"zh": "审批人即发起人本人", "en": "the starter would decide on his own case"},
    "too_few_people": {"zh": "可办理人员少于所需席位", "en": "fewer people than seats may act here"},
    "rule_cannot_be_met": {"zh": "现有席位无法满足通过规则", "en": "the seats cannot meet the rule"},
    "moment_missing": {"zh": "所等待的日期为空", "en": "the day that it waits for is missing"},
    "event_missing": {"zh": "等待的事件逾期未到", "en": "the event that it waits for did not come in time"},
    "event_unfit": {
        "zh": "等待的事件已到，但其内容无法写入记录",
        "en": "the event has arrived, but the record does not take what it brought",
    },
    "no_quorum": {"zh": "到会人数不足法定比例，表决无效", "en": "too few voted for a quorum: the ballot says nothing"},
    "no_branch": {"zh": "没有符合的分支", "en": "no branch fits"},
    "value_missing": {"zh": "分支所依据的值为空", "en": "the value that chooses the branch is missing"},
    "no_authority": {"zh": "授权表没有（唯一）适用的行", "en": "no single row of the authority table applies"},
    "decision_unsettled": {"zh": "决策未得出结果", "en": "the decision settles nothing"},
    "calendar_missing": {"zh": "工作日历没有这段时间，无法计算期限", "en": "the calendar of working days does not reach so far"},
    "authority_moved": {"zh": "按授权表应由其他层级审批", "en": "by the authority table the case is for another level"},
    "call_rejected": {"zh": "对方系统拒绝了调用", "en": "the other system refused the call"},
    "call_unknown": {"zh": "对外调用结果不明，须人工查明", "en": "nobody knows how the call ended; it must be cleared up"},
    "undo_rejected": {"zh": "对方系统拒绝了冲正", "en": "the other system refused to take it back"},
    "undo_unknown": {"zh": "冲正结果不明，须人工查明", "en": "nobody knows whether it was taken back; it must be cleared up"},
    "sub_flow_gone": {"zh": "当前版本已没有该子流程", "en": "the live release has this sub-flow no more"},
    "sub_flow_record_missing": {"zh": "子流程所针对的记录为空", "en": "the record that the sub-flow is for is missing"},
    "sub_flow_too_many": {"zh": "子流程所针对的记录过多", "en": "too many records for one step to run a flow on each"},
    "sub_flow_stopped": {"zh": "子流程已被终止", "en": "the sub-flow was stopped"},
    "sub_flow_not_started": {"zh": "子流程未能启动", "en": "the sub-flow could not begin"},
    "sub_flow_rejected": {
        "zh": "子流程未通过，但尚有对外调用未结束，暂不能退回",
        "en": "the sub-flow was rejected, and a call is under way that keeps the case from going back",
    },
    "sub_flow_unfit": {
        "zh": "子流程已结束，但其结果无法写入记录",
        "en": "the sub-flow has ended, but the record does not take what it gave",
    },
    "not_chosen": {"zh": "尚未选择办理人", "en": "nobody has been chosen yet"},
    "nobody_to_choose": {"zh": "没有可供选择的办理人", "en": "there is nobody to choose"},
    "nobody_may_approve": {"zh": "可办理人员的授权额度均不足", "en": "nobody asked has enough authority"},
}


def in_language(label: Label, locale: str) -> str:
    """The text of a label in a language, else in any."""
    return label.get(locale) or next(iter(label.values()), "")


def asked_because(compiled: CompiledApp, by: People, locale: str) -> str:
    """Why people are asked: their role and where, in words."""
    if by.among is not None:
        chooser = in_language(_CHOSEN if by.name == "starter" else _CHOSEN_ON_THE_WAY, locale)
        return f"{chooser}{asked_because(compiled, by.among, locale)}"
    if by.kind == "role":
        role = compiled.app.roles.get(by.name or "")
        what = in_language(role.label, locale) if role else by.name or ""
    elif by.kind in ("post", "group"):
        what = by.name or ""
    elif by.kind == "field":
        entity = next((e for e in compiled.app.entities.values() if (by.name or "") in e.fields), None)
        what = in_language(entity.fields[by.name or ""].label, locale) if entity else by.name or ""
    else:
        what = in_language(_KINDS[by.kind], locale)
    where = _SCOPES.get((by.name if by.kind == "leader_of" else by.scope) or "")
    if where is None:
        return what
    return f"{what}，{where['zh']}" if locale == "zh" else f"{what} {where['en']}"


def left_out_because(definition: Definition, left_out: LeftOut, locale: str) -> str:
    """Why somebody is not asked."""
    if left_out.reason in _LEFT_OUT:
        return in_language(_LEFT_OUT[left_out.reason], locale)
    rule = next((rule for rule in definition.workflow.four_eyes if rule.name == left_out.rule), None)
    return in_language(rule.title, locale) if rule else str(left_out.rule)


def held_because(reason: str | None, locale: str) -> str | None:
    """Why a flow does not go on."""
    if reason is None:
        return None
    return in_language(_HELD[reason], locale) if reason in _HELD else reason


def post_of(compiled: CompiledApp, step: HumanStep) -> Label | None:
    """In which capacity people act at a step."""
    if step.by.among is not None:
        return post_of(compiled, replace(step, by=step.by.among))
    if step.by.kind == "role":
        role = compiled.app.roles.get(step.by.name or "")
        return role.label if role else None
    if step.by.kind in ("post", "group"):
        return {"zh": step.by.name or "", "en": step.by.name or ""}
    return _KINDS.get(step.by.kind)

"""What a person reads when a decision is refused: the engine's reason as a failure with words, names and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from forms_dsl.model import Label
from runtime.failures import Conflict, Failure, Fault, Invalid, NotAllowed, NotFound
from runtime.process import codes
from runtime.process.act_refusals import ACT_REASONS, failure_of_act
from runtime.store.types import format_instant
from workflow_engine.definition import Definition
from workflow_engine.guards import Refusal, RefusalReason
from workflow_engine.state import is_system

#: Answers to somebody with no part in the case: it is not there for him.
_NOT_THERE: Label = {"zh": "没有这项待办，或与您无关。", "en": "There is no such task, or it is not yours to know."}

_NOT_ALLOWED: Mapping[RefusalReason, tuple[str, Label]] = {
    "starter": (
        codes.NOT_YOURS.id,
        {"zh": "您是发起人，不能审批自己发起的事项。", "en": "You started this: you cannot decide it."},
    ),
    "second_seat": (codes.NOT_YOURS.id, {"zh": "您已占用本步骤的另一个席位。", "en": "You hold another seat of this step."}),
    "no_longer_fits": (
        codes.NOT_YOURS.id,
        {"zh": "您已不具备办理此步骤的岗位或机构。", "en": "You no longer hold the role or unit that this step asks for."},
    ),
    "over_limit": (codes.OVER_LIMIT.id, {"zh": "金额超出您的授权额度。", "en": "The amount is above your own limit."}),
}
_CONFLICTS: Mapping[RefusalReason, tuple[str, Label]] = {
    "authority_moved": (
        codes.AUTHORITY_MOVED.id,
        {
            "zh": "按授权表，该事项现应由其他层级审批：请退回重新流转，或拒绝。",
            "en": "By the authority table the case is for another level now: return it to be routed anew, or reject it.",
        },
    ),
    "not_your_turn": (
        codes.NOT_YOUR_TURN.id,
        {"zh": "尚未轮到您：须依次审批。", "en": "It is not your turn yet: the seats decide one after the other."},
    ),
    "no_such_decision": (
        codes.NO_SUCH_DECISION.id,
        {"zh": "此步骤不提供该操作。", "en": "This step does not offer that decision."},
    ),
    "call_under_way": (
        codes.CALL_UNDER_WAY.id,
        {"zh": "有一项对外调用尚无结果，请稍后再试。", "en": "A call to another system has no result yet; try again later."},
    ),
    "call_done": (
        codes.CALL_DONE.id,
        {
            "zh": "外部系统已办理（或可能已办理）其间的一项操作，退回会重复办理，不能退回。",
            "en": "Another system has done something in between, or may have: going back would have it done twice.",
        },
    ),
    "recall_too_late": (
        codes.TOO_LATE_TO_RECALL.id,
        {"zh": "已有人办理，不能再撤回。", "en": "Somebody has acted already: it cannot be recalled any more."},
    ),
    "take_back_too_late": (
        codes.TOO_LATE_TO_RECALL.id,
        {
            "zh": "下一步已有人办理或查看，或外部系统已办理，不能再拿回。",
            "en": "Somebody has acted at the next step or looked at it, or another system has: it cannot be taken back any more.",
        },
    ),
    "nothing_held": (codes.NOTHING_HELD.id, {"zh": "审批没有挂起。", "en": "The approval is not held."}),
    "outcome_unknown": (
        codes.OUTCOME_UNKNOWN.id,
        {
            "zh": "对外调用结果不明，不能重发；请先查明结果。",
            "en": "Nobody knows whether the call was done; it is not sent again before that is cleared up.",
        },
    ),
    "no_claim": (
        codes.NO_CLAIM.id,
        {"zh": "此席位不需要认领或退领。", "en": "This seat is not there to be claimed or given back."},
    ),
}
#: Who decided, where an earlier approval stood for a seat.
_SYSTEM = "系统 (the system)"
_DONE: Mapping[str, Label] = {
    "approve": {"zh": "同意", "en": "approved it"},
    "reject": {"zh": "拒绝", "en": "rejected it"},
    "return": {"zh": "退回", "en": "returned it"},
    "abstain": {"zh": "弃权", "en": "abstained"},
    "complete": {"zh": "办结", "en": "completed it"},
}


@dataclass(frozen=True, slots=True)
class Words:
    """What the messages need: names of people by id, the app's time zone and the workflow."""

    names: Mapping[str, str]
    timezone: ZoneInfo
    definition: Definition


def people_in(refusal: Refusal) -> set[str]:
    """The people whose names the answer to a refusal gives."""
    seat = refusal.seat
    decided = [s for s in refusal.visit.seats if s.actor] if refusal.visit else []
    people = {seat.owner, seat.actor} if seat else set()
    return {person for person in (*people, *(s.actor for s in decided), refusal.person) if person is not None}


def failure_of(refusal: Refusal, words: Words, *, involved: bool) -> Failure:
    """The failure of a refusal; `involved` says whether the person may know of the case at all."""
    reason = refusal.reason
    if reason in _NOT_ALLOWED:
        code, message = _NOT_ALLOWED[reason]
        return NotAllowed(message, code=code)
    if reason in _CONFLICTS:
        code, message = _CONFLICTS[reason]
        return Conflict(message, code=code)
    if reason in ACT_REASONS:
        return failure_of_act(refusal, words.names.get(refusal.person or "", ""), words.definition)
    match reason:
        case "four_eyes":
            return _four_eyes(refusal, words)
        case "already_decided":
            return _decided(refusal, words)
        case "claimed":
            return _claimed(refusal, words)
        case "opinion_missing":
            message = {"zh": "请填写意见。", "en": "An opinion is needed."}
            return Invalid(message, faults=(Fault(codes.OPINION_MISSING.id, message, pointer="/opinion"),))
        case "no_such_target":
            message = {"zh": "不能退回到该步骤。", "en": "It cannot be returned to that step."}
            return Invalid(message, faults=(Fault(codes.NO_SUCH_TARGET.id, message, pointer="/to"),))
        case _:
            if involved:
                return NotAllowed(
                    {"zh": "这项待办不由您办理。", "en": "This task is not yours to act on."}, code=codes.NOT_YOURS.id
                )
            return NotFound(_NOT_THERE)


def _four_eyes(refusal: Refusal, words: Words) -> Failure:
    rule = next((rule for rule in words.definition.workflow.four_eyes if rule.name == refusal.rule), None)
    title = rule.title if rule else {"zh": "四眼原则", "en": "Four eyes"}
    zh, en = title.get("zh", refusal.rule or ""), title.get("en", refusal.rule or "")
    message = {
        "zh": f"违反“{zh}”：您已参与此事项的其他步骤。",
        "en": f"Refused by “{en}”: you took part in another step of this case.",
    }
    return NotAllowed(message, code=codes.NOT_YOURS.id, extra={"rule": refusal.rule, "rule_title": title})


def _decided(refusal: Refusal, words: Words) -> Failure:
    """Who decided what and when; an answer for the loser of a race, never an error."""
    seat, visit = refusal.seat, refusal.visit
    by = seat if seat and seat.actor else next((s for s in visit.seats if s.actor), None) if visit else None
    if by is None or by.actor is None or by.decided_at is None:
        message = {
            "zh": "此待办已失效：审批已继续、退回或撤回。",
            "en": "This task is over: the approval went on, back, or was recalled.",
        }
        return Conflict(message, code=codes.DECIDED.id)
    done, name = _DONE[by.decision or "complete"], words.names.get(by.actor, _SYSTEM if is_system(by.actor) else by.actor)
    at = by.decided_at.astimezone(words.timezone).strftime("%Y-%m-%d %H:%M")
    message = {"zh": f"{name} 已于 {at} {done['zh']}。", "en": f"{name} {done['en']} at {at}."}
    person = {"id": by.actor, "name": name}
    extra = {"decided_by": person, "decision": by.decision, "decided_at": format_instant(by.decided_at)}
    return Conflict(message, code=codes.DECIDED.id, extra=extra)


def _claimed(refusal: Refusal, words: Words) -> Failure:
    owner = refusal.seat.owner if refusal.seat else None
    name = words.names.get(owner or "", owner or "")
    message = {"zh": f"{name} 已认领此待办。", "en": f"{name} has claimed this task."}
    return Conflict(message, code=codes.DECIDED.id, extra={"claimed_by": {"id": owner, "name": name}})

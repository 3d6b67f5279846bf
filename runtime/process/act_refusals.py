"""Refusals of what people do with seats beside deciding them, and of what administrators do with an approval, in words."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.model import HumanStep, Label
from forms_dsl.source import escape_pointer
from runtime.failures import Conflict, Failure, Fault, Invalid, NotAllowed
from runtime.process import codes
from workflow_engine.definition import Definition
from workflow_engine.guards import Refusal, RefusalReason

#: Why somebody does not come in; `{name}` is his name.
_ENTRANTS: Mapping[RefusalReason, Label] = {
    "entrant_unfit": {
        "zh": "不能选 {name}：不具备本步骤要求的岗位、机构，或不是有效的办理人。",
        "en": "{name} cannot be chosen: not in the role or unit that the step asks for, or not active in this app.",
    },
    "entrant_asked": {"zh": "已在等 {name} 的意见。", "en": "The opinion of {name} is asked for already."},
    "entrant_seated": {"zh": "{name} 已在本步骤的席位上。", "en": "{name} sits at this step already."},
    "entrant_barred": {"zh": "{name} 不得参与本步骤。", "en": "{name} may take no part in this step."},
    "entrant_over_limit": {"zh": "{name} 的授权额度不足。", "en": "The limit of {name} does not cover the amount."},
}
_CONFLICTS: Mapping[RefusalReason, tuple[str, Label]] = {
    "waits_for_others": (
        codes.WAITS_FOR_OTHERS.id,
        {"zh": "须先等您加签、委派或征询的人办完。", "en": "First those whom you asked must have answered."},
    ),
    "added_may_not_add": (
        codes.ACT_REFUSED.id,
        {"zh": "被加签的人不能再加签。", "en": "Who was added cannot add others."},
    ),
    "too_many_seats": (codes.ACT_REFUSED.id, {"zh": "本步骤的席位太多。", "en": "There are too many seats at this step."}),
    "no_such_seat": (
        codes.ACT_REFUSED.id,
        {"zh": "只能减去自己加签、且尚未办理的人。", "en": "Only who added a seat can take it away, while it is open."},
    ),
    "request_over": (codes.ACT_REFUSED.id, {"zh": "已不再等这份意见。", "en": "This opinion is not waited for any more."}),
    "calendar_missing": (
        codes.ACT_REFUSED.id,
        {
            "zh": "工作日历没有续期所需的年份：请先发布日历，再激活。",
            "en": "The calendar does not hold the days to which the time moves: publish it, then resume.",
        },
    ),
    "urged_lately": (
        codes.URGED_LATELY.id,
        {"zh": "刚刚催办过，请一小时后再催。", "en": "They were reminded within the last hour."},
    ),
    "suspended": (
        codes.SUSPENDED.id,
        {"zh": "审批已被管理员挂起，暂不能办理。", "en": "An administrator has suspended the approval; nothing can be done."},
    ),
    "not_suspended": (codes.NOT_SUSPENDED.id, {"zh": "审批没有被挂起。", "en": "The approval is not suspended."}),
    "not_running": (codes.NOT_RUNNING.id, {"zh": "审批已经结束。", "en": "The approval has ended."}),
    "second_person": (
        codes.SECOND_PERSON.id,
        {"zh": "跳转须由另一名管理员确认。", "en": "A second administrator must ask for the same jump."},
    ),
}
_FAULTS: Mapping[RefusalReason, tuple[str, str, Label]] = {
    "nobody_named": (codes.NOBODY_NAMED.id, "/people", {"zh": "请选择人员。", "en": "Name whom it is about."}),
    "reason_missing": (codes.OPINION_MISSING.id, "/reason", {"zh": "请填写原因。", "en": "A reason is needed."}),
    "signature_missing": (
        codes.SIGNATURE_MISSING.id,
        "/password",
        {"zh": "本步骤须签名：请再次输入密码。", "en": "This decision must be signed: enter your password again."},
    ),
}
#: Choices of people for later steps (自选); `{name}` is who cannot be chosen, `{title}` the step.
_CHOICES: Mapping[RefusalReason, Label] = {
    "choice_missing": {"zh": "请为“{title}”选择办理人。", "en": "Choose who is asked at “{title}”."},
    "choice_number": {"zh": "“{title}”所选人数不符合要求。", "en": "Too few or too many people are chosen for “{title}”."},
    "choice_unfit": {"zh": "不能为“{title}”选择 {name}。", "en": "{name} cannot be chosen for “{title}”."},
    "no_such_choice": {"zh": "此处不能为该步骤选择办理人。", "en": "Nobody is chosen for this step here."},
}
ACT_REASONS: frozenset[RefusalReason] = frozenset((*_ENTRANTS, *_CONFLICTS, *_FAULTS, *_CHOICES))


def failure_of_act(refusal: Refusal, name: str, definition: Definition) -> Failure:
    """The failure of a refused act; `name` is that of the person whom it is about."""
    reason = refusal.reason
    if reason in _FAULTS:
        code, pointer, message = _FAULTS[reason]
        return Invalid(message, faults=(Fault(code, message, pointer=pointer),))
    if reason in _CONFLICTS:
        code, message = _CONFLICTS[reason]
        return Conflict(message, code=code)
    if reason in _CHOICES:
        return _refused_choice(refusal, name, definition)
    words = {language: text.format(name=name) for language, text in _ENTRANTS[reason].items()}
    rule = next((rule for rule in definition.workflow.four_eyes if rule.name == refusal.rule), None)
    extra: dict[str, object] = {"person": {"id": refusal.person, "name": name}}
    if rule is not None:
        words = {language: f"{text}{rule.title.get(language, rule.name)}" for language, text in words.items()}
        extra |= {"rule": rule.name, "rule_title": rule.title}
    return NotAllowed(words, code=codes.NOT_TO_ENTER.id, extra=extra)


def _refused_choice(refusal: Refusal, name: str, definition: Definition) -> Invalid:
    place = definition.places.get(refusal.step or "")
    title = place.step.title if place is not None and isinstance(place.step, HumanStep) else {}
    words = {
        language: text.format(name=name, title=title.get(language, refusal.step or ""))
        for language, text in _CHOICES[refusal.reason].items()
    }
    at = f"/choose/{escape_pointer(refusal.step)}" if refusal.step else "/choose"
    return Invalid(words, faults=(Fault(codes.CHOICE_REFUSED.id, words, pointer=at),))

"""Why an approval cannot go on by another release, in the words of the person who wants to move it."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.model import Label
from runtime.process.view import title_at
from runtime.process.words import in_language
from workflow_engine.definition import Definition
from workflow_engine.upgrade import Misfit, MisfitReason

_SAID: Mapping[MisfitReason, Label] = {
    "step_gone": {
        "zh": "该版本没有“{step}”，而审批正停在此处：请指明对应的步骤。",
        "en": "“{step}”, where it waits, is not in that release: say which step it becomes.",
    },
    "two_into_one": {"zh": "“{step}”与另一步骤会并成一步。", "en": "“{step}” and another step would become one."},
    "name_taken": {
        "zh": "“{step}”会使用此审批中另一步骤曾用过的名称。",
        "en": "“{step}” would take a name that another step of this approval had.",
    },
    "kind_differs": {
        "zh": "“{step}”在该版本中是另一种步骤，已有的结果不能代替它。",
        "en": "“{step}” is a step of another kind in that release; what was done here cannot stand for it.",
    },
    "people_differ": {
        "zh": "“{step}”在该版本中由其他人办理：请选择重新指派，或等其办结。",
        "en": "“{step}” asks other people in that release: have it asked anew, or wait until it is decided.",
    },
    "rule_differs": {
        "zh": "“{step}”尚未得出结果，而该版本的表决规则不同。",
        "en": "“{step}” is undecided, and its seats decide by another rule in that release.",
    },
    "branch_differs": {
        "zh": "“{step}”在该版本中不在同一分支内，或该分支块的分支不同。",
        "en": "“{step}” stands in another branch in that release, or its block has other branches.",
    },
    "call_differs": {
        "zh": "“{step}”在该版本中调用另一项外部操作，而此审批已调用过。",
        "en": "“{step}” calls another operation in that release, and this approval has made its call.",
    },
    "event_differs": {"zh": "“{step}”在该版本中等待的是别的事。", "en": "“{step}” waits for something else in that release."},
    "effect_left_behind": {
        "zh": "该版本没有“{step}”，而外部系统已按它办理（或可能已办理）。",
        "en": "“{step}” is not in that release, and another system has done something by it, or may have.",
    },
    "secret_renamed": {
        "zh": "“{step}”的无记名表决正在进行，其间不能改名。",
        "en": "“{step}” is a secret ballot under way; it keeps its name until it is closed.",
    },
    "sub_flow_differs": {
        "zh": "“{step}”在该版本中运行另一子流程，或针对其他记录，而其子流程尚未结束。",
        "en": "“{step}” runs another workflow there, or over other records, and what it started has not ended.",
    },
    "acted_on": {
        "zh": "“{step}”已有人办理、加签、转办或征询，不能重新指派。",
        "en": "Somebody has acted, was added or was asked at “{step}” already; it is not asked anew.",
    },
    "undo_under_way": {
        "zh": "审批正在结束，“{step}”的外部操作正在冲正。",
        "en": "The approval is about to end: what “{step}” did in another system is being taken back.",
    },
    "suspended": {
        "zh": "审批已挂起，其间不能重新指派“{step}”。",
        "en": "The approval is suspended; nobody is asked anew at “{step}” meanwhile.",
    },
}


def misfit_words(misfit: Misfit, old: Definition) -> Label:
    """One reason in both languages; a block without a title is told by its name."""
    title = title_at(old, misfit.step) or {"zh": misfit.step, "en": misfit.step}
    return {locale: text.format(step=in_language(title, locale)) for locale, text in _SAID[misfit.reason].items()}


def step_words(definition: Definition, step: str, locale: str) -> str:
    """What a step is called, else its name."""
    return in_language(title_at(definition, step) or {}, locale) or step

"""A record that must be refused: it is sent like one that a person has filled in, and the faults are looked through."""

from __future__ import annotations

import re

from forms_dsl.diagnostics import Sentence
from forms_dsl.model import App, Case, Entity, ExpectedError, Label
from runtime.failures import Fault, Invalid
from runtime.publish.cases.bench import Sitting
from runtime.publish.cases.results import NotRun, fault_said
from runtime.records.codes import REFUSED_BY_RULE, RULE
from workflow_engine.differences import Difference

_PLACES = re.compile(r"\{[^{}]+\}")


def error_fault(sitting: Sitting, entity: Entity, case: Case) -> list[Difference]:
    """Why the expected error was not found; nothing when it was."""
    expected = case.expect_error or ExpectedError()
    if any(act.kind != "submit" for act in case.do):
        raise NotRun("do before expect_error without reason")
    faults: tuple[Fault, ...] = ()
    try:
        sitting.insert(entity, case.given, judged=True)
    except Invalid as invalid:
        faults = invalid.faults
    if any(_is_meant(sitting.bench.app, entity, expected, fault) for fault in faults):
        return []
    words = ", ".join(str(part) for part in (expected.rule, expected.field, expected.at) if part)
    said = [fault_said(fault) for fault in faults]
    there = "; ".join(each.en for each in said) or "nothing"
    zh = "；".join(each.zh for each in said) or "无"
    message = Sentence(f"The error {words} was not found, but {there}", f"没有出现预期的错误 {words}，实际：{zh}")
    return [Difference(message, ("expect_error",))]


def _is_meant(app: App, entity: Entity, expected: ExpectedError, fault: Fault) -> bool:
    pointer = (fault.pointer or "").strip("/").split("/")[0]
    if expected.rule is not None and not _is_broken(app, entity, expected.rule, fault):
        return False
    return all(word is None or word == pointer for word in (expected.field, expected.at))


def _is_broken(app: App, entity: Entity, name: str, fault: Fault) -> bool:
    """Whether a fault says that this rule of the entity is broken, or that this automation refuses."""
    rule = next((rule for rule in entity.rules if rule.name == name), None)
    if rule is not None and fault.code == RULE.id and fault.message == rule.message:
        return True
    automation = app.automations.get(name)
    texts = [action.text or {} for action in automation.do if action.kind == "refuse"] if automation is not None else []
    return fault.code == REFUSED_BY_RULE.id and any(_reads_like(text, fault.message) for text in texts)


def _reads_like(text: Label, message: Label) -> bool:
    """Whether a message is a text with its placeholders filled."""
    return all(
        re.fullmatch(".*".join(map(re.escape, _PLACES.split(words))), message.get(language, ""), re.DOTALL)
        for language, words in text.items()
    )

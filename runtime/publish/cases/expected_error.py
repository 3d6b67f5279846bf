"""A record that must be refused: it is sent like one that a person has filled in, and the faults are looked through."""

from __future__ import annotations

from forms_dsl.diagnostics import Sentence
from forms_dsl.model import Case, Entity, ExpectedError
from runtime.failures import Fault, Invalid
from runtime.publish.cases.bench import Sitting
from runtime.publish.cases.results import NotRun, fault_said
from runtime.records.codes import RULE
from workflow_engine.differences import Difference


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
    if any(_is_meant(entity, expected, fault) for fault in faults):
        return []
    words = ", ".join(str(part) for part in (expected.rule, expected.field, expected.at) if part)
    said = [fault_said(fault) for fault in faults]
    there = "; ".join(each.en for each in said) or "nothing"
    zh = "；".join(each.zh for each in said) or "无"
    message = Sentence(f"The error {words} was not found, but {there}", f"没有出现预期的错误 {words}，实际：{zh}")
    return [Difference(message, ("expect_error",))]


def _is_meant(entity: Entity, expected: ExpectedError, fault: Fault) -> bool:
    pointer = (fault.pointer or "").strip("/").split("/")[0]
    rule = next((rule for rule in entity.rules if rule.name == expected.rule), None)
    if expected.rule is not None and (rule is None or fault.code != RULE.id or fault.message != rule.message):
        return False
    return all(word is None or word == pointer for word in (expected.field, expected.at))

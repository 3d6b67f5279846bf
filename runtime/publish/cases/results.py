"""What came of a case: it passed, it failed, or this version cannot run it, which is never the same as passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import Case, Label
from forms_dsl.source import Span
from runtime.failures import Fault
from runtime.publish.words import sentence
from workflow_engine.differences import Difference

FAILED = code("M417", "A test case of the app does not come out as it says.")

State = Literal["passed", "failed", "not_run"]


class NotRun(Exception):
    """A part of a case that this version cannot run: its word in the language, or a sentence that says why."""

    def __init__(self, reason: str | Sentence) -> None:
        super().__init__(reason)
        self.reason = reason if isinstance(reason, Sentence) else _cannot_run(reason)


def _cannot_run(word: str) -> Sentence:
    return Sentence(f"This version cannot run {word} in a case.", f"当前版本不能在案例中执行 {word}。")


class CaseFault(NamedTuple):
    """What differs from what a case expects, and where the case says otherwise."""

    en: str
    zh: str
    span: Span


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: `file` and `name` say which, `faults` what differs from what it expects."""

    file: str
    name: str
    span: Span
    state: State
    faults: tuple[CaseFault, ...] = ()


def passed_or(file: str, case: Case, found: Iterable[Difference]) -> CaseResult:
    """Passed without a difference, else failed."""
    faults = tuple(CaseFault(*said, case.place(at)) for said, at in found)
    return CaseResult(file, case.name, case.span, "failed" if faults else "passed", faults)


def not_run(file: str, case: Case, why: NotRun) -> CaseResult:
    """A case that was not run, and why."""
    return CaseResult(file, case.name, case.span, "not_run", (CaseFault(*why.reason, case.span),))


def said(message: Label) -> Sentence:
    """A message of the app for both readers; where the app has only other languages, in its first one."""
    return sentence(message, en="{0}", zh="{0}")


def fault_said(fault: Fault, *, colon: bool = False) -> Sentence:
    """The place and the message of a fault, with a colon between them or without."""
    message = said(fault.message)
    en, zh = (": ", "：") if colon else (" ", " ")
    return Sentence(f"{fault.pointer}{en}{message.en}", f"{fault.pointer}{zh}{message.zh}")


def findings(results: Iterable[CaseResult]) -> Iterator[Diagnostic]:
    """A finding for each expectation of a case that does not hold; what was not run is no finding."""
    for result in results:
        for fault in result.faults if result.state == "failed" else ():
            message = Sentence(f"The case {result.name!r} fails: {fault.en}", f"案例“{result.name}”未通过：{fault.zh}")
            yield FAILED.at(fault.span, message, hint=Sentence("Mend the app or the case.", "请更正应用或案例。"))

"""What came of a case: it passed, it failed, or this version cannot run it, which is never the same as passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import Label
from forms_dsl.source import Span
from runtime.failures import Fault
from runtime.publish.words import sentence

FAILED = code("M417", "A test case of the app does not come out as it says.")

State = Literal["passed", "failed", "not_run"]


class NotRun(Exception):
    """A part of a case that this version cannot run: its word in the language, or a sentence that says why."""

    def __init__(self, reason: str | Sentence) -> None:
        super().__init__(reason)
        self.reason = reason if isinstance(reason, Sentence) else _cannot_run(reason)


def _cannot_run(word: str) -> Sentence:
    return Sentence(f"This version cannot run {word} in a case.", f"当前版本不能在案例中执行 {word}。")


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: `file` and `name` say which, `faults` what differs from what it expects."""

    file: str
    name: str
    span: Span
    state: State
    faults: tuple[Sentence, ...] = ()


def passed_or(file: str, name: str, span: Span, faults: Iterable[Sentence]) -> CaseResult:
    """Passed without a fault, else failed."""
    found = tuple(faults)
    return CaseResult(file, name, span, "failed" if found else "passed", found)


def not_run(file: str, name: str, span: Span, why: NotRun) -> CaseResult:
    """A case that was not run, and why."""
    return CaseResult(file, name, span, "not_run", (why.reason,))


def said(message: Label) -> Sentence:
    """A message of the app for both readers; where the app has only other languages, in its first one."""
    return sentence(message, en="{0}", zh="{0}")


def fault_said(fault: Fault, *, colon: bool = False) -> Sentence:
    """The place and the message of a fault, with a colon between them or without."""
    message = said(fault.message)
    en, zh = (": ", "：") if colon else (" ", " ")
    return Sentence(f"{fault.pointer}{en}{message.en}", f"{fault.pointer}{zh}{message.zh}")


def findings(results: Iterable[CaseResult]) -> Iterator[Diagnostic]:
    """A finding for each case that failed; what was not run is no finding."""
    for result in results:
        if result.state == "failed":
            en = " ".join(fault.en for fault in result.faults)
            zh = "".join(fault.zh for fault in result.faults)
            message = Sentence(f"The case {result.name!r} fails: {en}", f"案例“{result.name}”未通过：{zh}")
            yield FAILED.at(result.span, message, hint=Sentence("Mend the app or the case.", "请更正应用或案例。"))

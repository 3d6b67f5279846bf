"""A role that will see or do more is said before it happens; the second person confirms it."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.source import Span
from runtime.publish.lint import Proposal
from runtime.publish.words import sentence

WIDENED = code("M412", "A role will see or do more than before.", "warning")


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """Every change that widens access, once the app is live."""
    if proposal.old is None:
        return
    for change in proposal.changes:
        if change.flag == "widened":
            message = sentence(change.words, en="{0}", zh="{0}")
            hint = Sentence("Confirm that this is meant.", "请确认这是有意的放宽。")
            yield WIDENED.at(Span(change.file, 1, 1, 1, 1), message, hint=hint)

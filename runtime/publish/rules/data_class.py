"""The protection of a field never goes down by publishing alone."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from runtime.publish.lint import Proposal
from runtime.publish.pairs import field_pairs
from runtime.publish.words import sentence

LOWERED = code(
    "M407", "The data class of a field was lowered, which a security officer has to approve.", refusal="DEF-CLASS-DOWN"
)


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """A field's class (C1, C2, C3) stays or rises."""
    for pair in field_pairs(proposal.old, proposal.new):
        if pair.old is not None and pair.new.classification < pair.old.classification:
            message = sentence(
                pair.new.label,
                en=f"The data class of {{0}} goes down from {pair.old.classification} to {pair.new.classification}.",
                zh=f"“{{0}}”的数据分级由 {pair.old.classification} 降为 {pair.new.classification}。",
            )
            hint = Sentence(f"Write  class: {pair.old.classification} .", f"请写 class: {pair.old.classification}。")
            yield LOWERED.at(pair.new.span, message, hint=hint)

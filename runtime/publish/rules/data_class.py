"""The protection of a field never goes down by publishing alone."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.moved import moved_fields
from runtime.publish.lint import Proposal
from runtime.publish.pairs import field_pairs
from runtime.publish.words import sentence

LOWERED = code(
    "M407", "The data class of a field was lowered, which a security officer has to approve.", refusal="DEF-CLASS-DOWN"
)


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """A field's class (C1, C2, C3) stays or rises, also where it moves to another entity."""
    before = proposal.old.app if proposal.old is not None else None
    moved = ((one.before, one.after) for one in moved_fields(before, proposal.new.app))
    stayed = ((pair.old, pair.new) for pair in field_pairs(proposal.old, proposal.new) if pair.old is not None)
    for was, now in (*stayed, *moved):
        if now.classification < was.classification:
            message = sentence(
                now.label,
                en=f"The data class of {{0}} goes down from {was.classification} to {now.classification}.",
                zh=f"“{{0}}”的数据分级由 {was.classification} 降为 {now.classification}。",
            )
            hint = Sentence(f"Write  class: {was.classification} .", f"请写 class: {was.classification}。")
            yield LOWERED.at(now.span, message, hint=hint)

"""What disappears from the screens although data stands behind it is said before it happens."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.moved import moved_fields
from forms_dsl.source import Span
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.publish.lint import Proposal
from runtime.publish.pairs import by_id, entity_pairs
from runtime.publish.words import sentence

REMOVED = code("M411", "A field or entity with data is removed; its data is kept and comes back with the same id.", "warning")
_KEPT = Sentence(
    "Its data is kept. Publishing the same id again brings it back; going back to the release before does too.",
    "数据仍保留。以相同 id 再次发布或回退到前一版本即可恢复。",
)


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """Entities and fields that go while their tables hold records."""
    if proposal.old is None:
        return
    moved = {(one.from_entity.id, one.before.id) for one in moved_fields(proposal.old.app, proposal.new.app)}
    kept = {entity.id for entity in proposal.new.app.entities.values()}
    for compiled in proposal.old.entities.values():
        entity, state = compiled.entity, proposal.state.tables.get(compiled.table.name)
        if entity.id not in kept and state is not None and state.filled:
            message = sentence(entity.label, en="{0} is removed with all its records.", zh="“{0}”及其全部记录将不再可用。")
            yield REMOVED.at(_start("app.yaml"), message, hint=_KEPT)
    for pair in entity_pairs(proposal.old, proposal.new):
        state = proposal.state.tables.get(pair.table.name)
        if pair.old is None or state is None or not state.filled:
            continue
        now = by_id(pair.new.fields)
        for id, field in by_id(pair.old.fields).items():
            if id not in now and (pair.new.id, id) not in moved and is_kept(field) and column_name(field) in state.columns:
                message = sentence(field.label, pair.new.label, en="{0} is removed from {1}.", zh="“{1}”的“{0}”将被删除。")
                yield REMOVED.at(pair.new.span, message, hint=_KEPT)


def _start(file: str) -> Span:
    return Span(file, 1, 1, 1, 1)

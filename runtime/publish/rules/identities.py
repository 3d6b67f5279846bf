"""An id belongs to one thing for ever: a changed id looks like a deletion with a new thing beside it."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import Entity, Field
from runtime.publish.lint import Proposal
from runtime.publish.pairs import by_id, entity_pairs
from runtime.publish.words import sentence

ID_CHANGED = code(
    "M401", "The id of an entity or field changed, which looks like a deletion and a new one: its data would be left behind."
)


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """Names and labels that stay keep their id."""
    if proposal.old is None:
        return
    old, new = proposal.old.app, proposal.new.app
    gone = {e.name: e for e in old.entities.values() if e.id not in {n.id for n in new.entities.values()}}
    for pair in entity_pairs(proposal.old, proposal.new):
        if pair.old is None:
            twin = gone.get(pair.new.name) or next((e for e in gone.values() if _alike(e, pair.new)), None)
            if twin is not None:
                yield _changed(pair.new, twin)
            continue
        yield from _fields(pair.old, pair.new)


def _fields(old: Entity, new: Entity) -> Iterator[Diagnostic]:
    before, now = by_id(old.fields), by_id(new.fields)
    gone = [field for id, field in before.items() if id not in now]
    for field in (field for id, field in now.items() if id not in before):
        twin = next((f for f in gone if f.name == field.name), None) or next(
            (f for f in gone if f.type == field.type and dict(f.label) == dict(field.label)), None
        )
        if twin is not None:
            yield _changed(field, twin)


def _alike(old: Entity, new: Entity) -> bool:
    return dict(old.label) == dict(new.label) and bool(by_id(old.fields).keys() & by_id(new.fields).keys())


def _changed(new: Entity | Field, old: Entity | Field) -> Diagnostic:
    message = sentence(
        new.label,
        en=f"{{0}} ({new.name}) has the id {new.id!r}, but it was {old.id!r}: its data would be left behind.",
        zh=f"“{{0}}”（{new.name}）的 id 由“{old.id}”变成了“{new.id}”：原有数据将被丢下。",
    )
    hint = Sentence(
        f"Write  id: {old.id}  to keep the data, or give the new one another name and label.",
        f"写上 id: {old.id} 以保留数据；若确是新字段，请另取名称和标签。",
    )
    return ID_CHANGED.at(new.span, message, hint=hint)

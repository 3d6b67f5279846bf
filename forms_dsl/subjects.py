"""What a case of the app's tests is about: a decision table by itself, or records of one entity."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.field_paths import entity_of
from forms_dsl.model import App, Case, DecisionTable, Entity, FormBlock, Scorecard


def tested_table(app: App, case: Case) -> DecisionTable | None:
    """The decision table that a case asks by its inputs, without a record."""
    for act in case.do:
        decision = app.decisions.get(act.name or "") if act.kind == "run" else None
        if isinstance(decision, DecisionTable) and set(case.given) <= set(decision.inputs):
            return decision
    return None


def tested_entity(app: App, case: Case) -> Entity | None:
    """The entity that `given` speaks about: as the case says, of what it runs, or the only one; None when nothing tells."""
    if case.entity is not None:
        return entity_of(app, case.entity)
    for act in case.do:
        thing = (app.decisions.get(act.name or "") or app.automations.get(act.name or "")) if act.kind == "run" else None
        if thing is not None and not isinstance(thing, DecisionTable):
            return entity_of(app, thing.entity)
    return next(iter(app.entities.values())) if len(app.entities) == 1 else None


def names_in(block: FormBlock) -> Iterator[str]:
    """The names of a block of a form, of its items and of the blocks inside."""
    yield block.name
    yield from (item.name for item in block.items)
    for inner in block.blocks:
        yield from names_in(inner)


def runs(case: Case, card: Scorecard) -> bool:
    """Whether a case runs a scorecard by its name."""
    return any(act.kind == "run" and act.name == card.name for act in case.do)

"""Whom a change of access reaches: how many people gain or lose how many records, and which fields they see otherwise.

Both releases compile their access plans as they do for a request, and the database counts what they differ by, once for all
people of the same roles and unit. Only counts are told, no person and no record. What would take too long is not counted
and said to be so. What open work lets people see follows the cases of the day, not the definition, so it is left out.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import Label
from runtime.compile.access import Action, field_paths
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.context import Context, Principal
from runtime.identity.principal import principals_in
from runtime.kept import read_kept, with_kept
from runtime.publish.move_access import has_same_rows, rules_of
from runtime.publish.moves import Group, groups_of
from runtime.publish.plan import Planned
from runtime.publish.state import read_state
from runtime.publish.steps import wanted_tables
from runtime.query.plans import AccessPlan
from runtime.records.access import possible_plan
from runtime.records.access_difference import (
    Columns,
    Difference,
    Given,
    NotThereYet,
    Side,
    by_roles,
    count_difference,
    count_records,
    given_by,
)
from runtime.releases import compile_stored
from runtime.store.limited import TookTooLong, limited
from runtime.store.tables import org_branch

#: So many records are looked at for one effect, each time one is: a few seconds' worth.
MOST_LOOKED_AT = 10_000_000
#: So long all counts of one effect may take: somebody waits for the page.
MOST_SECONDS = 10.0
_ROW_ACTIONS: tuple[Action, ...] = ("read", "update", "delete")
Level = Literal["none", "masked", "read", "write"]
WhyNot = Literal["too_many", "took_too_long", "not_there_yet"]


@dataclass(frozen=True, slots=True)
class Reach:
    """So many people, and the fewest and the most records that one of them gains or loses."""

    people: int
    least: int
    most: int

    def joined(self, people: int, records: int) -> Reach:
        """With some more people who each gain or lose so many records."""
        if not self.people:
            return Reach(people, records, records)
        return Reach(self.people + people, min(self.least, records), max(self.most, records))


_NOBODY = Reach(0, 0, 0)


@dataclass(frozen=True, slots=True)
class RowsEffect:
    """How the records change that people may do something with."""

    action: Action
    gain: Reach = _NOBODY
    lose: Reach = _NOBODY
    #: People for whom nothing was counted, and why.
    not_counted: int = 0
    because: WhyNot | None = None


@dataclass(frozen=True, slots=True)
class FieldEffect:
    """How a field is seen, at best, before and after."""

    field: str
    label: Label
    before: Level
    after: Level


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes for the people of some roles with an entity."""

    entity: str
    label: Label
    roles: tuple[str, ...]
    role_labels: tuple[Label, ...]
    people: int
    rows: tuple[RowsEffect, ...]
    fields: tuple[FieldEffect, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is looked at, on which day of the bank, and whether demo people count."""

    now: dt.datetime
    business_date: dt.date
    demo: bool = False


def moment_of_context(context: Context) -> Moment:
    """The moment of a request."""
    return Moment(context.now, context.business_date, context.demo)


@dataclass(slots=True)
class _Look:
    """The two releases, what was prepared of them, and how much may still be looked at."""

    connection: Connection
    moment: Moment
    old: CompiledApp
    new: CompiledApp
    columns: Columns
    left: int = MOST_LOOKED_AT
    #: Seconds that counts may still take.
    seconds: float = MOST_SECONDS
    sizes: dict[str, int] = field(default_factory=dict)
    given: dict[int, tuple[AccessPlan, Given]] = field(default_factory=dict)

    def context(self, person: Principal, compiled: CompiledApp) -> Context:
        """The person under one of the releases."""
        live = {**compiled.required, compiled.app.name: compiled}
        return Context(person, live, self.moment.now, self.moment.business_date, "effect", demo=self.moment.demo)

    def plan(self, person: Principal, compiled: CompiledApp, entity: CompiledEntity | None, action: Action) -> AccessPlan | None:
        """What the person may do by roles under one of the releases."""
        if entity is None:
            return None
        return by_roles(possible_plan(self.context(person, compiled), compiled.app.name, entity.entity.name, action))


def effect_of(
    connection: Connection,
    planned: Planned,
    moment: Moment,
    *,
    most_looked_at: int = MOST_LOOKED_AT,
    most_seconds: float = MOST_SECONDS,
) -> tuple[Effect, ...] | None:
    """What publishing would change in access; None where nothing can be said: before the first release, or with errors."""
    plan, new = planned.plan, planned.compiled
    if plan.from_ is None or new is None or plan.blocked:
        return None
    kept = read_kept(connection)
    old, new = with_kept(compile_stored(connection, plan.app, plan.from_), kept), with_kept(new, kept)
    look = _Look(connection, moment, old, new, _columns(connection, old, new), most_looked_at, most_seconds)
    people = _people(connection, plan.app, plan.units, moment)
    return tuple(_effects(look, people))


def _people(connection: Connection, app: str, units: Sequence[str], moment: Moment) -> list[Principal]:
    """Everybody with a role in the app; for a pilot only those whom it is for."""
    found = principals_in(connection, app, moment.now, demo=moment.demo)
    if not units:
        return found
    paths = connection.execute(sa.select(org_branch.c.f_path).where(org_branch.c.id.in_(units))).scalars().all()
    return [one for one in found if one.unit_path is not None and one.unit_path.startswith(tuple(paths))]


def _columns(connection: Connection, old: CompiledApp, new: CompiledApp) -> dict[str, frozenset[str]]:
    """The columns there are, but for those that publishing computes anew."""
    names = {wanted.table.name for compiled in (old, new) for wanted in wanted_tables(compiled)}
    state = read_state(connection, new.app.name, sorted(names))
    anew = defaultdict[str, set[str]](set)
    before = {entity.entity.id: entity for entity in old.entities.values()}
    for entity in new.entities.values():
        earlier = before.get(entity.entity.id)
        formulas = {one.id: one.compute for one in earlier.entity.fields.values()} if earlier is not None else {}
        for one in entity.entity.fields.values():
            compute = formulas.get(one.id)
            if is_kept(one) and one.compute is not None and (compute is None or compute.source != one.compute.source):
                anew[entity.table.name].add(column_name(one))
    there = {name: table.columns for name, table in state.tables.items()}
    return {name: frozenset(there.get(name, frozenset()) - anew[name]) for name in names}


def _effects(look: _Look, people: Sequence[Principal]) -> Iterator[Effect]:
    groups = defaultdict[frozenset[str], list[Principal]](list)
    for person in people:
        groups[person.roles_in(look.new.app.name)].append(person)
    later = {entity.entity.id: entity for entity in look.new.entities.values()}
    for before in look.old.entities.values():
        after = later.get(before.entity.id)
        for roles, members in sorted(groups.items(), key=lambda group: sorted(group[0])):
            rows = tuple(
                one for action in (*_ROW_ACTIONS, "create") if (one := _rows(look, members, before, after, action)) is not None
            )
            fields = tuple(_fields(look, members[0], before, after)) if after is not None else ()
            if rows or fields:
                shown = after or before
                names = tuple(sorted(roles))
                labels = tuple(_role_label(look, name) for name in names)
                yield Effect(shown.entity.name, shown.entity.label, names, labels, len(members), rows, fields)
    for group in groups_of(look.old, look.new):
        for roles, members in sorted(groups.items(), key=lambda one: sorted(one[0])):
            yield from _moved(look, group, tuple(sorted(roles)), members)


def _moved(look: _Look, group: Group, roles: tuple[str, ...], members: Sequence[Principal]) -> Iterator[Effect]:
    """How people see fields that move: where they stand now as against where they stood."""
    source = next(one for one in look.old.entities.values() if one.entity.id == group.from_entity.id)
    target = look.new.entities[group.to_entity.name]
    old, new = _levels(look, members[0], look.old, source) or {}, _levels(look, members[0], look.new, target) or {}
    fields = []
    for one in group.fields:
        before = old[one.before.id,][2] if (one.before.id,) in old else "none"
        after = new[one.after.id,][2] if (one.after.id,) in new else "none"
        if before != after:
            fields.append(FieldEffect(one.after.name, one.after.label, before, after))
    was, now = rules_of(look.old, source, roles), rules_of(look.new, target, roles)
    # The records are not made yet, so whose rules have another condition there are not counted.
    is_counted = not now or has_same_rows(was, now, group)
    rows = () if is_counted else (RowsEffect("read", not_counted=len(members), because="not_there_yet"),)
    if fields or rows:
        labels = tuple(_role_label(look, name) for name in roles)
        yield Effect(target.entity.name, target.entity.label, roles, labels, len(members), rows, tuple(fields))


def _role_label(look: _Look, name: str) -> Label:
    known = look.new.app.roles.get(name) or look.old.app.roles.get(name)
    return known.label if known is not None else {"zh": name, "en": name}


def _rows(
    look: _Look, members: Sequence[Principal], before: CompiledEntity, after: CompiledEntity | None, action: Action
) -> RowsEffect | None:
    """How many records the people of a group gain and lose; None where nothing changes."""
    effect = RowsEffect(action)
    by_unit = defaultdict[str | None, list[Principal]](list)
    for person in members:
        by_unit[person.unit_id].append(person)
    for people in by_unit.values():
        plans = (look.plan(people[0], look.old, before, action), look.plan(people[0], look.new, after, action))
        effect = _may_create(effect, plans, len(people)) if action == "create" else _counted(look, effect, plans, people, before)
    return effect if effect != RowsEffect(action) else None


def _may_create(effect: RowsEffect, plans: tuple[AccessPlan | None, AccessPlan | None], people: int) -> RowsEffect:
    """Records to be made are not there to be counted: only who may, and who may not any more."""
    old, new = plans
    if old is None and new is not None:
        return replace(effect, gain=effect.gain.joined(people, 0))
    return replace(effect, lose=effect.lose.joined(people, 0)) if old is not None and new is None else effect


def _counted(
    look: _Look,
    effect: RowsEffect,
    plans: tuple[AccessPlan | None, AccessPlan | None],
    people: Sequence[Principal],
    entity: CompiledEntity,
) -> RowsEffect:
    try:
        old, new = (_given(look, plan, prefix) for plan, prefix in zip(plans, ("before_", "after_"), strict=True))
    except NotThereYet:
        return replace(effect, not_counted=effect.not_counted + len(people), because="not_there_yet")
    sides = _sides(look, people[0], old, new)
    if sides[0].says_as(sides[1]):
        return effect
    is_personal = any(given is not None and given.is_personal for given in (old, new))
    for person, count in [(one, 1) for one in people] if is_personal else [(people[0], len(people))]:
        found = _difference(look, entity, _sides(look, person, old, new))
        if not isinstance(found, Difference):
            effect = replace(effect, not_counted=effect.not_counted + count, because=found)
            continue
        effect = replace(
            effect,
            gain=effect.gain.joined(count, found.gained) if found.gained else effect.gain,
            lose=effect.lose.joined(count, found.lost) if found.lost else effect.lose,
        )
    return effect


def _given(look: _Look, plan: AccessPlan | None, prefix: str) -> Given | None:
    if plan is None:
        return None
    key = hash((prefix, plan.fingerprint))
    if key not in look.given or look.given[key][0].fingerprint != plan.fingerprint:
        look.given[key] = (plan, given_by(look.connection, plan, prefix, look.columns))
    return look.given[key][1]


def _sides(look: _Look, person: Principal, old: Given | None, new: Given | None) -> tuple[Side, Side]:
    before = Side(old, old.values(look.context(person, look.old)) if old is not None else {})
    return before, Side(new, new.values(look.context(person, look.new)) if new is not None else {})


def _difference(look: _Look, entity: CompiledEntity, sides: tuple[Side, Side]) -> Difference | WhyNot:
    """By how many records two sides differ, or why that is not counted."""
    if look.seconds <= 0:
        return "took_too_long"
    began = time.monotonic()
    try:
        with limited(look.connection, look.seconds):
            return count_difference(look.connection, *sides) if _may_look(look, entity) else "too_many"
    except TookTooLong:
        return "took_too_long"
    finally:
        look.seconds -= time.monotonic() - began


def _may_look(look: _Look, entity: CompiledEntity) -> bool:
    """Whether the records of an entity may be looked at once more, by both plans."""
    name = entity.table.name
    if name not in look.sizes:
        look.sizes[name] = count_records(look.connection, entity.table, MOST_LOOKED_AT)
    cost = 2 * look.sizes[name] + 1
    if cost > look.left:
        return False
    look.left -= cost
    return True


def _fields(look: _Look, person: Principal, before: CompiledEntity, after: CompiledEntity) -> Iterator[FieldEffect]:
    """The fields that people of a group see otherwise than before; nothing of what they never saw or will not see at all."""
    old, new = _levels(look, person, look.old, before), _levels(look, person, look.new, after)
    if old is None or new is None:
        return
    for key, (path, label, level) in new.items():
        if key in old and old[key][2] != level:
            yield FieldEffect(path, label, old[key][2], level)


def _levels(
    look: _Look, person: Principal, compiled: CompiledApp, entity: CompiledEntity
) -> Mapping[tuple[str, ...], tuple[str, Label, Level]] | None:
    """By ids of fields how each is seen at best; None for people who read no record."""
    read = look.plan(person, compiled, entity, "read")
    if read is None:
        return None
    writing = [plan for action in ("create", "update") if (plan := look.plan(person, compiled, entity, action)) is not None]
    found = dict[tuple[str, ...], tuple[str, Label, Level]]()
    for path, one in field_paths(entity.entity).items():
        outer = path.partition(".")[0]
        key = (entity.entity.fields[outer].id, one.id) if "." in path else (one.id,)
        shown = {read.right(grant, path).shows for grant in read.grants}
        level: Level = "read" if "clear" in shown else "masked" if "masked" in shown else "none"
        found[key] = (path, one.label, "write" if any(plan.writes(path) for plan in writing) and level == "read" else level)
    return found

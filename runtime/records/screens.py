"""The screens of an app for one person: what their access plans let them know of, drawn by the compiler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from forms_dsl.expr.json_values import to_json
from forms_dsl.model import DecisionTable, Entity
from runtime.compile.access import Action, default_right, field_paths
from runtime.compile.app import CompiledApp
from runtime.compile.openapi import draw_openapi
from runtime.compile.screens import compile_screens
from runtime.compile.screens.view import EntityView, View
from runtime.compile.window import parameters_read
from runtime.context import Context
from runtime.query.late import held_roles, param_facts, today_in
from runtime.query.plans import AccessPlan
from runtime.records import importing
from runtime.records.access import knows, possible_plan, submitted_to, takes_part
from runtime.records.dashboards import dashboards_for
from runtime.records.exporting import letting, releasing_roles
from runtime.records.importing import taking_in
from runtime.records.revealing import revealed_by
from runtime.records.segments import segment_of


def screens_for(compiled: CompiledApp, context: Context, *, has_work: bool = False) -> dict[str, object]:
    """What the browser draws of a live app for this person; `has_work` is for who is asked there and holds no role of it."""
    drawn = compile_screens(compiled, view_for(compiled, context, has_work=has_work), today_in(context, compiled))
    read = parameters_read(compiled)
    param = {name: to_json(value) for name, value in param_facts(context, compiled).items() if name in read}
    dashboards = dashboards_for(compiled, context, drawn)
    return {
        **drawn,
        "menu": [*_dashboards_in_menu(compiled, dashboards), *cast("list[object]", drawn["menu"])],
        "dashboards": dashboards,
        "param": param,
        "maintains": maintains_any(compiled, context),
        "segments": segments_for(compiled, context),
        "prints": prints_for(compiled, context),
    }


def _dashboards_in_menu(compiled: CompiledApp, dashboards: Mapping[str, Mapping[str, object]]) -> list[dict[str, object]]:
    """The dashboards that the app's menu names; all of them where it has no menu of its own."""
    named = {name for kind, name in compiled.app.menu if kind in ("dashboard", "dashboards")}
    listed = [each for name, each in dashboards.items() if name in named or not compiled.app.menu]
    return [{"kind": "dashboard", "name": each["name"], "label": each["label"]} for each in listed]


def maintains_any(compiled: CompiledApp, context: Context) -> bool:
    """Whether this person changes a parameter or the rows of a table at run time."""
    roles = held_roles(context, compiled)
    tables = (each.maintained_by for each in compiled.app.decisions.values() if isinstance(each, DecisionTable))
    return any(role in roles for role in (*tables, *(each.changed_by for each in compiled.app.parameters.values())))


def segments_for(compiled: CompiledApp, context: Context) -> list[dict[str, object]]:
    """The segments that this person may look into, with the list that shows their members."""
    found: list[dict[str, object]] = []
    for segment in compiled.app.segments.values():
        plan = possible_plan(context, compiled.app.name, segment.entity, "read") if segment.entity in compiled.entities else None
        if plan is not None and segment_of(context, plan, segment.name, {}) is not None:
            listed = next((name for name, each in compiled.app.lists.items() if each.entity == segment.entity), None)
            found.append({"name": segment.name, "label": segment.label, "entity": segment.entity, "list": listed})
    return found


def prints_for(compiled: CompiledApp, context: Context) -> list[str]:
    """The entities of whose records this person may print pages."""
    roles = held_roles(context, compiled)
    printed = {each.entity for each in compiled.app.templates.values() if each.kind == "print"}
    rules = [rule for role in compiled.app.roles.values() if role.name in roles for rule in role.access.values()]
    allowed = {rule.entity.rpartition(".")[2] for rule in rules if rule.print is not None}
    return sorted(printed & allowed)


def openapi_for(compiled: CompiledApp, context: Context) -> dict[str, object]:
    """The OpenAPI document of a live app for this person."""
    return draw_openapi(compiled, view_for(compiled, context))


def view_for(compiled: CompiledApp, context: Context, *, has_work: bool = False) -> View:
    """What a person may see and do of the entities of an app, each worked out when it is first asked for."""
    views: dict[str, EntityView | None] = {}

    def view(name: str) -> EntityView | None:
        if name not in views:
            views[name] = _view(compiled, context, name, has_work=has_work)
        return views[name]

    return view


def structure_view(compiled: CompiledApp) -> View:
    """The view of a designer, who sees how an app is made and no data: every field in its default form, all verbs."""

    def view(name: str) -> EntityView | None:
        entity = compiled.entity(name).entity
        usual = {path: default_right(field) for path, field in field_paths(entity).items()}
        shows: Mapping[str, Literal["clear", "masked"]] = {
            path: right.shows for path, right in usual.items() if right.shows != "nothing"
        }
        starts = frozenset(each.name for each in submitted_to(compiled, compiled.entity(name)))
        return EntityView(
            shows,
            frozenset(p for p, r in usual.items() if r.writes),
            reads=True,
            create=True,
            update=True,
            delete=True,
            starts=starts,
            merges=True,
        )

    return view


def _view(compiled: CompiledApp, context: Context, name: str, *, has_work: bool) -> EntityView | None:
    app, _, entity = name.partition(".")
    live = context.releases.get(app)
    if live is None or entity not in live.entities:
        return None
    by_work = has_work and live is compiled and takes_part(live, live.entities[entity], held_roles(context, live))
    if not by_work and not knows(context, live, live.entities[entity]):
        return None
    plans: dict[Action, AccessPlan] = {}
    actions: tuple[Action, ...] = ("read", "create", "update", "delete")
    for action in actions:
        plan = possible_plan(context, app, entity, action)
        if plan is not None:
            plans[action] = plan
    declared = live.entities[entity]
    entering = [plans[action] for action in ("create", "update") if action in plans]
    writes = frozenset(path for plan in entering for path in field_paths(declared.entity) if plan.writes(path))
    roles = held_roles(context, compiled)
    starts = frozenset(
        each.name for each in submitted_to(live, declared) if _may_start(each.start_by.kind, each.start_by.name, roles)
    )
    return EntityView(
        _shows(declared.entity, list(plans.values())),
        writes,
        "read" in plans,
        "create" in plans,
        "update" in plans,
        "delete" in plans,
        starts,
        letting(context, live, declared),
        bool(roles & releasing_roles(live, declared)),
        revealed_by(plans["read"]) if "read" in plans else frozenset(),
        taking_in(context, live, declared),
        bool(roles & importing.releasing_roles(live, declared)),
        "update" in plans and any(grant.merge for grant in plans["update"].grants),
    )


def _shows(entity: Entity, plans: list[AccessPlan]) -> dict[str, Literal["clear", "masked"]]:
    """How screens offer a field: in clear when some plan shows it so on some row, else masked, else not at all."""
    shows: dict[str, Literal["clear", "masked"]] = {}
    for path in field_paths(entity):
        levels = {plan.right(grant, path).shows for plan in plans for grant in plan.grants}
        if "clear" in levels:
            shows[path] = "clear"
        elif "masked" in levels:
            shows[path] = "masked"
    return shows


def _may_start(kind: str, name: str | None, roles: frozenset[str]) -> bool:
    return kind != "role" or name in roles

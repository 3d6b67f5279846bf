"""What expressions know of the moment of a request: the person, the clock, the parameters of an app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from forms_dsl.expr.facts import Facts
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import FieldOptions
from runtime.compile.app import CompiledApp
from runtime.compile.kept import value_at
from runtime.compile.window import app_business_days
from runtime.context import SYSTEM, Context


def context_facts(context: Context, compiled: CompiledApp, **more: Mapping[str, object]) -> Facts:
    """The facts of a request for expressions of an app; `more` adds the record and what else the place has."""
    facts = context.once("facts", compiled, lambda: _facts(context, compiled))
    return replace(facts, **more) if more else facts  # type: ignore[arg-type]


def _facts(context: Context, compiled: CompiledApp) -> Facts:
    zone = ZoneInfo(compiled.app.timezone)
    return Facts(
        user=user_facts(context, compiled),
        param=param_facts(context, compiled),
        today=today_in(context, compiled),
        now=context.now,
        business_date=context.business_date,
        timezone=zone,
        calendar=app_business_days(compiled),
        rates=compiled.kept.rates,
    )


def user_facts(context: Context, compiled: CompiledApp) -> dict[str, object]:
    """The person as expressions of an app see him; what he lacks is missing, and the platform is no person."""
    principal = context.principal
    return {
        "id": None if principal.id == SYSTEM.id else principal.id,
        "name": principal.name,
        "branch": principal.unit_id,
        "branch_code": principal.unit_code,
        "branch_name": principal.unit_name,
        "branch_tree": principal.unit_path,
        "roles": tuple(sorted(held_roles(context, compiled))),
        # What tells the sets apart in the database (`runtime.compile.expr_people`); missing, a rule denies.
        "line": principal.id,
        "team": principal.unit_id,
        "units": principal.id,
        "cases": principal.id,
    }


def held_roles(context: Context, compiled: CompiledApp) -> frozenset[str]:
    """The roles this person holds in an app, with those that they include."""

    def held() -> frozenset[str]:
        roles = context.principal.roles_in(compiled.app.name)
        return frozenset().union(*(compiled.role_closure.get(role, frozenset()) for role in roles))

    return context.once("roles", compiled, held)


def param_facts(context: Context, compiled: CompiledApp) -> Mapping[str, object]:
    """The parameters of an app by name, as they are today for the person's unit."""
    shipped = compiled.cache.get_or_make("parameters", lambda: {name: _value(compiled, name) for name in compiled.app.parameters})
    today, path = today_in(context, compiled), context.principal.unit_path
    tuned = {name: found for name, values in compiled.kept.parameters.items() if (found := value_at(values, today, path))}
    return {name: tuned[name].value if name in tuned else value for name, value in shipped.items()}


def today_in(context: Context, compiled: CompiledApp) -> dt.date:
    """The day in the app's time zone: what has a first and a last day holds by this one, not by the accounting date."""
    return context.once("today", compiled, lambda: context.now.astimezone(ZoneInfo(compiled.app.timezone)).date())


def _value(compiled: CompiledApp, name: str) -> object:
    parameter = compiled.app.parameters[name]
    return FIELD_TYPES[parameter.type].parse(parameter.value, FieldOptions(scale=parameter.value_type.scale))

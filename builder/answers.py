"""Answers about reviews and releases, with the names of the people in them, and the texts of an app as a file."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection, Row
from starlette.responses import Response

from builder import review
from builder.people import people
from builder.shapes import Json, Person, person_finder, plan_json, release_json, review_json
from builder.units import units
from forms_dsl.bundle import write_bundle
from runtime.context import Context
from runtime.publish.effect import effect_of, moment_of_context
from runtime.publish.history import files_of
from runtime.publish.types import Files, Release


def people_of(connection: Connection, *ids: str | None) -> Person:
    """A finder over these people."""
    return person_finder(people(connection, ids))


def review_answer(connection: Connection, context: Context, row: Row[Any]) -> Json:
    """A review as it stands, without its plan."""
    person = people_of(connection, row.author, row.decided_by)
    version, to = review.aim_of(connection, row)
    can = ["approve", "return"] if review.may_decide(row, context) else ["withdraw"] if review.may_withdraw(row, context) else []
    can += ["cancel"] if review.may_cancel(row, context) else []
    can += ["late"] if review.may_do_late(row, context) else []
    return review_json(row, person, units(connection, row.units or ()), to=to, version=version, can=can)


def release_answer(connection: Connection, release: Release) -> Json:
    """A release with the names of its people and units."""
    return release_json(release, people_of(connection, release.author, release.approver), units(connection, release.units))


def review_with_plan(connection: Connection, context: Context, row: Row[Any]) -> Json:
    """A review with its plan: while something is to come of it as it is now and whether that is still the one submitted, then as it was decided."""
    planned = review.plan_of(connection, row, context) if row.state in review.UNDONE else None
    plan = planned.plan if planned is not None else review.plan_as_decided(connection, row)
    effect = effect_of(connection, planned, moment_of_context(context)) if planned is not None else None
    before = files_of(connection, row.app, plan.from_)
    answer = review_answer(connection, context, row)
    shown = plan_json(plan, before, review.texts_of(row), context.locale, effect)
    return {**answer, "plan": shown, "plan_changed": row.state in review.UNDONE and plan.checksum != row.plan_checksum}


def bundle_response(app: str, files: Files) -> Response:
    """The texts of an app as a zip of its folder; the same texts give the same bytes."""
    name = {"Content-Disposition": f'attachment; filename="{app}.zip"'}
    return Response(write_bundle(files), media_type="application/zip", headers=name)

"""The builder's values as JSON, in the shapes of docs/rest.md 6."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Row

from builder.effect_text import effect_json
from builder.origin import origin_json
from builder.people import PersonJson
from builder.units import UnitJson
from forms_dsl.diagnostics import Diagnostic
from forms_dsl.diff import Change
from forms_dsl.render import render_json
from runtime.publish.effect import Effect
from runtime.publish.history import StepRow
from runtime.publish.types import Files, PublishPlan, Release, Step
from runtime.store.types import format_instant

Json = dict[str, object]
#: Finds a person by id; None for None.
Person = Callable[[str | None], PersonJson | None]


def person_finder(known: Mapping[str, PersonJson]) -> Person:
    """A function from an id to the person as JSON."""
    return lambda person_id: known.get(person_id) if person_id is not None else None


def diagnostics_json(found: Iterable[Diagnostic], locale: str) -> list[Json]:
    """Findings, in the reader's language."""
    return render_json(found, locale=locale)


def change_json(change: Change) -> Json:
    """One change in words."""
    return {
        "kind": change.kind,
        "thing": change.thing,
        "label": dict(change.label),
        "words": dict(change.words),
        "flag": change.flag,
        "file": change.file,
    }


def plan_json(plan: PublishPlan, before: Files, after: Files, locale: str, effect: Sequence[Effect] | None = None) -> Json:
    """A plan with the files that it changes, and whom its change of access reaches as far as that was looked at."""
    touched = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    return {
        "from": plan.from_,
        "to": plan.to,
        "checksum": plan.checksum,
        "changes": [change_json(change) for change in plan.changes],
        "files": [{"path": path, "before": before.get(path), "after": after.get(path)} for path in touched],
        "steps": [step_json(step) for step in plan.steps],
        "misfits": [
            {"entity": m.entity, "field": m.field, "rule": m.rule, "count": m.count, "samples": list(m.samples)}
            for m in plan.misfits
        ],
        "running": [
            {"workflow": r.workflow, "step": r.step, "count": r.count, "title": dict(r.title), "step_title": dict(r.step_title)}
            for r in plan.running
        ],
        "diagnostics": diagnostics_json(plan.diagnostics, locale),
        "blocked": plan.blocked,
        "units": list(plan.units),
        "effect": effect_json(effect),
    }


def step_json(step: Step) -> Json:
    """One statement of a plan."""
    return {
        "phase": step.phase,
        "sql": step.sql,
        "because": dict(step.because),
        "lock": step.lock,
        "rewrite": step.rewrite,
        "reverse": step.reverse,
    }


def done_step_json(row: StepRow) -> Json:
    """One statement of a release that was carried out."""
    done = format_instant(row.done_at) if row.done_at is not None else None
    return {"phase": row.phase, "sql": row.sql, "because": row.because, "done_at": done}


def release_json(release: Release, person: Person, units: Mapping[str, UnitJson]) -> Json:
    """One release of the history."""
    return {
        "release": release.release,
        "version": release.version,
        "checksum": release.checksum,
        "state": release.state,
        "based_on": release.based_on,
        "author": person(release.author),
        "approver": person(release.approver),
        "note": release.note,
        "created_at": format_instant(release.created_at),
        "activated_at": format_instant(release.activated_at) if release.activated_at is not None else None,
        "piloted_at": format_instant(release.piloted_at) if release.piloted_at is not None else None,
        "units": [unit for id, unit in units.items() if id in release.units],
        "origin": origin_json(release.origin),
    }


def live_json(release: Release | None, person: Person) -> Json | None:
    """The active release as the list of apps shows it."""
    if release is None or release.activated_at is None:
        return None
    return {
        "version": release.version,
        "release": release.release,
        "published_at": format_instant(release.activated_at),
        "published_by": person(release.approver),
    }


def review_json(
    row: Row[Any], person: Person, units: Mapping[str, UnitJson], *, to: int, version: str, can: Sequence[str]
) -> Json:
    """One request for publication."""
    return {
        "id": row.id,
        "app": row.app,
        "state": row.state,
        "base": row.base_release or None,
        "to": to,
        "version": version,
        "checksum": row.checksum,
        "plan_checksum": row.plan_checksum,
        "note": row.note,
        "author": person(row.author),
        "created_at": format_instant(row.created_at),
        "decided_by": person(row.decided_by),
        "decided_at": format_instant(row.decided_at) if row.decided_at is not None else None,
        "decision_note": row.decision_note,
        "units": list(units.values()),
        "publish_at": format_instant(row.publish_at) if row.publish_at is not None else None,
        "failure": _failure_json(row.failure),
        "origin": origin_json(row.origin),
        "can": list(can),
    }


def _failure_json(failure: Mapping[str, str] | None) -> Json | None:
    """Why a publication was not done at its time."""
    return {"code": failure["code"], "message": {"zh": failure["zh"], "en": failure["en"]}} if failure else None

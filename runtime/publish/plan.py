"""What publishing a definition would do: changes in words, statements, records that do not fit, running approvals, findings.

Planning reads and changes nothing. The same texts on the same database give the same plan, with the same checksum.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from forms_dsl.checks.moves import NOT_MOVABLE
from forms_dsl.diagnostics import Diagnostic, Sentence, code, has_errors
from forms_dsl.diff import Change, diff_apps
from forms_dsl.load import load_app
from forms_dsl.model import App
from forms_dsl.org import BUILT_IN
from forms_dsl.required import FindApp, first_of, load_required
from forms_dsl.source import Span
from runtime.compile.app import CompiledApp, compile_app
from runtime.identity.principal import resolve_principal
from runtime.publish.cases.run import failed_cases
from runtime.publish.codes import PILOT_RUNS
from runtime.publish.dependents import broken_dependents, referring
from runtime.publish.history import active_release, pilot_release
from runtime.publish.lint import Proposal, lint
from runtime.publish.misfits import count_misfits
from runtime.publish.move_counts import NOT_ONE, told_moves
from runtime.publish.pilot_fit import unshared
from runtime.publish.rules.misfits import NOT_CONVERTED, NOT_UNIQUE
from runtime.publish.running import count_running
from runtime.publish.state import read_state
from runtime.publish.steps import held_back, plan_steps, wanted_tables
from runtime.publish.types import Files, PublishPlan
from runtime.releases import compile_stored, published_apps
from runtime.store.kept_changes import kept_rows, released_changes
from runtime.store.kept_columns import read_kept_columns
from workflow_engine.verify import load_verified

APP_RENAMED = code("M413", "The app has another name than the one that is being published.")
UNFIT_ROWS = code("M450", "Rows that people maintain at run time do not fit the table as the new definition has it.")
REQUIRED_NOT_LIVE = code("M415", "An app that this one requires is not live.")


#: What the data forbids, whichever way it goes.
_HELD_ALSO_BACK = {NOT_UNIQUE.id, NOT_CONVERTED.id, NOT_ONE.id, NOT_MOVABLE.id}


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the compiled app it leads to (None when the definition has errors)."""

    plan: PublishPlan
    compiled: CompiledApp | None
    checksum: str
    #: The unique indexes that a pilot waits for until it is live for all.
    held: frozenset[str] = frozenset()


def plan_publish(
    connection: Connection,
    app: str,
    files: Files,
    now: dt.datetime,
    *,
    makers: Collection[str] = (),
    back_to: int | None = None,
    units: Sequence[str] = (),
    find: FindApp = lambda _name: None,
) -> Planned:
    """The plan that leads from the active release of `app` to these texts; `back_to` is the earlier release they are.

    `makers` are the ids of the people who made the change, as far as they are known: it may not grant them more than they hold.
    With `units` (their ids) it is a pilot: live for them alone, beside the active release.
    Apps that it requires are the live ones; one that is not live is looked for with `find`, and blocks the plan.
    Going back is not held to the rules of going forward, but for duplicates, which the database itself refuses.
    """
    active = active_release(connection, app)
    old = compile_stored(connection, app, active.release) if active is not None else None
    others = load_required(files, first_of(published_apps(connection), find))
    loaded = load_app(files, others=others) if back_to is not None else load_verified(files, others=others)
    state = read_state(connection, app, ())
    to = back_to if back_to is not None else state.next_release
    from_ = active.release if active is not None else None
    running = count_running(connection, app, old)
    blank = PublishPlan(app, from_, to, "", (), (), (), running, loaded.diagnostics, "", tuple(sorted(units)))
    if loaded.app is None:
        return Planned(_sealed(blank), None, "")
    if loaded.app.name != app:
        return Planned(_sealed(replace(blank, diagnostics=(*loaded.diagnostics, _renamed(app, loaded.app.name)))), None, "")
    new = compile_app(loaded.app, to, read_kept_columns(connection))
    state = read_state(connection, app, [wanted.table.name for wanted in wanted_tables(new)])
    changes = diff_apps(old.app if old is not None else None, loaded.app)
    misfits = count_misfits(connection, old, new, state, now)
    found = (
        *lint(Proposal(old, new, state, misfits, changes, _roles_of(connection, loaded.app, makers, now))),
        *_not_live(connection, loaded.app),
        *broken_dependents(connection, app, files),
        *(referring(connection, loaded.app, changes) if old is not None else ()),
        *told_moves(connection, old, new, state),
        *_unfit_rows(connection, app, files, others),
        *(unshared(old, new, state) if units else ()),
        *_beside_pilot(connection, app),
    )
    if back_to is not None:
        found = tuple(one for one in found if one.severity != "error" or one.code in _HELD_ALSO_BACK)
    elif not has_errors(found):
        found = (*found, *failed_cases(loaded.app))
    plan = replace(
        blank,
        version=loaded.app.version,
        changes=changes,
        steps=plan_steps(old, new, state, pilot=bool(units)),
        misfits=misfits,
        diagnostics=(*loaded.diagnostics, *found),
    )
    held = held_back(old, new) if units else frozenset[str]()
    return Planned(_sealed(plan, loaded.app.checksum), new, loaded.app.checksum, held)


def _unfit_rows(connection: Connection, app: str, files: Files, others: Mapping[str, App]) -> Iterator[Diagnostic]:
    """Rows that people maintain stay when a release follows another, so the new definition must be sound with them too."""
    rows = kept_rows(released_changes(connection, app), app)
    if not rows:
        return
    for one in load_app(files, others=others, rows=rows).diagnostics:
        if one.severity == "error":
            message = Sentence(
                f"The rows that are maintained at run time do not fit: {one.message}",
                f"运行时维护的行不符合：{one.message_in('zh')}",
            )
            hint = Sentence("Keep the table as it was, or change its rows first.", "请保持决策表不变，或先变更其内容。")
            yield UNFIT_ROWS.at(one.span, message, pointer=one.pointer, hint=hint)


def _beside_pilot(connection: Connection, app: str) -> Iterator[Diagnostic]:
    """While a pilot runs nothing else is published: there would be one release more to go back to."""
    pilot = pilot_release(connection, app)
    if pilot is not None:
        message = Sentence(f"Release {pilot.release} is a pilot.", f"版本 {pilot.release} 正在试点。")
        hint = Sentence("End the pilot or make it live for all first.", "请先结束试点或推广到全行。")
        yield PILOT_RUNS.at(Span("app.yaml", 1, 1, 1, 1), message, hint=hint)


def _roles_of(connection: Connection, app: App, people: Collection[str], now: dt.datetime) -> tuple[frozenset[str], ...]:
    """The roles in an app that each of some people holds now."""
    found = (resolve_principal(connection, id, now, demo=True) for id in sorted(people))
    return tuple(person.roles_in(app.name) for person in found if person is not None)


def _not_live(connection: Connection, app: App) -> Iterator[Diagnostic]:
    """Records refer to records, so the apps that an app requires are live before it."""
    find = published_apps(connection)
    for name in app.requires:
        if name not in BUILT_IN and find(name) is None:
            message = Sentence(f"The app {name!r}, which this one requires, is not live.", f"所依赖的应用“{name}”尚未发布。")
            hint = Sentence(f"Publish {name} first.", f"请先发布 {name}。")
            yield REQUIRED_NOT_LIVE.at(Span("app.yaml", 1, 1, 1, 1), message, hint=hint)


def _renamed(app: str, name: str) -> Diagnostic:
    message = Sentence(f"The definition is of the app {name!r}, not of {app!r}.", f"定义属于应用“{name}”，不是“{app}”。")
    return APP_RENAMED.at(Span("app.yaml", 1, 1, 1, 1), message, hint=Sentence(f"Write  app: {app}", f"请写 app: {app}"))


def _sealed(plan: PublishPlan, definition: str = "") -> PublishPlan:
    """The plan with its checksum, over what is decided: counts and samples move while people work, so they are left out."""
    decided: list[object] = [
        plan.app,
        plan.from_,
        definition,
        [_decided(change) for change in plan.changes],
        [[step.phase, step.sql, step.reverse, step.lock, step.rewrite] for step in plan.steps],
        [[misfit.entity, misfit.field, misfit.rule] for misfit in plan.misfits],
        [[found.code, found.severity, found.span.file, list(map(str, found.pointer))] for found in plan.diagnostics],
    ]
    if plan.units:
        decided.append(list(plan.units))
    text = json.dumps(decided, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return replace(plan, checksum=hashlib.sha256(text.encode()).hexdigest())


def _decided(change: Change) -> list[object]:
    return [change.kind, change.thing, dict(change.words), change.flag, change.file]

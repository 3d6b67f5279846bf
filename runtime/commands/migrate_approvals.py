"""版本迁移: the running approvals of a workflow to another release, each in a transaction of its own, each with its own result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import HumanStep, Label, Workflow
from runtime.context import Context
from runtime.failures import Conflict, Failure, Fault, Invalid, NotFound
from runtime.process import codes
from runtime.process.cards import card_titles
from runtime.process.flows import pinned_flow, release_of
from runtime.process.migrating import Judged, judge_migration, migrate
from runtime.process.misfit_words import misfit_words, step_words
from runtime.store.database import Database
from runtime.store.tables import release, wf_instance
from workflow_engine.upgrade import Fit, Plan

Json = dict[str, object]
#: So many approvals are looked at in one request; `next` leads to the rest.
_MOST = 500
#: So many records are named of each group.
_NAMED = 20
_RUNNING = wf_instance.c.state.in_(("running", "held"))
#: Releases that are in use: what an approval goes over to must be kept up with the tables.
_LIVE = ("active", "pilot")


@dataclass(frozen=True, slots=True)
class Migration:
    """What somebody wants: which workflow, to which release, by which plan, why; `dry_run` changes nothing."""

    app: str
    workflow: str
    to: int
    plan: Plan = field(default_factory=Plan)
    reason: str = ""
    dry_run: bool = True
    after: str | None = None


@dataclass(slots=True)
class _Group:
    """Approvals that fare alike."""

    example: Judged
    refused: Sequence[Label] = ()
    records: list[str] = field(default_factory=list)


def migrate_approvals(database: Database, context: Context, wanted: Migration) -> Json:
    """Look at every running approval of the workflow on another release, and move those that fit unless it is a dry run."""
    with database.read() as connection:
        workflow = _workflow(connection, context, wanted)
        rows = _others(connection, wanted, workflow.id)
        _refuse_unknown_names(connection, context, wanted, workflow.id)
    if not wanted.dry_run and not wanted.reason.strip():
        message = {"zh": "请填写迁移原因。", "en": "Say why they are moved."}
        raise Invalid(message, faults=(Fault(codes.PLAN_UNFIT.id, message, pointer="/reason"),))
    groups: dict[object, _Group] = {}
    for instance in rows[:_MOST]:
        judged, refused = _one(database, context, wanted, instance)
        if judged is not None:
            group = groups.setdefault(_alike(judged, refused), _Group(judged, refused))
            group.records.append(judged.record_id)
    with database.read() as connection:
        shown = [_show(connection, context, wanted, group) for group in groups.values()]
    fitting = sum(len(group.records) for group in groups.values() if not group.refused)
    return {
        "app": wanted.app,
        "workflow": workflow.name,
        "title": workflow.title,
        "to": wanted.to,
        "dry_run": wanted.dry_run,
        "fitting": fitting,
        "refused": sum(len(group.records) for group in groups.values()) - fitting,
        "groups": sorted(shown, key=lambda each: (bool(each["refused"]), -int(str(each["count"])))),
        "next": rows[_MOST - 1] if len(rows) > _MOST else None,
    }


def running_by_release(connection: Connection, context: Context) -> list[Json]:
    """The workflows with running approvals: how many stand on which release, and to which releases they can go."""
    counted = (
        sa.select(wf_instance.c.app, wf_instance.c.workflow_id, wf_instance.c.release, sa.func.count().label("running"))
        .where(_RUNNING)
        .group_by(wf_instance.c.app, wf_instance.c.workflow_id, wf_instance.c.release)
        .order_by(wf_instance.c.app, wf_instance.c.workflow_id, wf_instance.c.release)
    )
    found: dict[tuple[str, str], list[Json]] = {}
    for row in connection.execute(counted):
        if row.app in context.releases:
            found.setdefault((row.app, row.workflow_id), []).append({"release": row.release, "running": row.running})
    live: dict[str, list[int]] = {}
    in_use = sa.select(release.c.app, release.c.release).where(release.c.state.in_(_LIVE)).order_by(release.c.release.desc())
    for row in connection.execute(in_use):
        live.setdefault(row.app, []).append(row.release)
    return [_offer(connection, context, app, id, stands, live.get(app, [])) for (app, id), stands in found.items()]


def _offer(connection: Connection, context: Context, app: str, id: str, stands: list[Json], live: list[int]) -> Json:
    compiled = context.releases[app]
    now = next((flow for flow in compiled.app.workflows.values() if flow.id == id), None)
    newest = pinned_flow(connection, context, app, int(str(stands[-1]["release"])), id)
    return {
        "app": app,
        "app_label": compiled.app.label,
        "workflow": (now or newest.workflow).name,
        "title": (now or newest.workflow).title,
        "running": stands,
        "to": live if now is not None else [],
        "steps": [{"step": step.name, "title": step.title} for step in newest.definition.human_steps()],
        "new_steps": [{"step": step.name, "title": step.title} for step in _human_steps(connection, context, app, id, live)],
    }


def _human_steps(connection: Connection, context: Context, app: str, id: str, live: list[int]) -> Iterator[HumanStep]:
    for number in live[:1]:
        if any(flow.id == id for flow in release_of(connection, context, app, number).app.workflows.values()):
            yield from pinned_flow(connection, context, app, number, id).definition.human_steps()


def _workflow(connection: Connection, context: Context, wanted: Migration) -> Workflow:
    """The workflow as the release has it to which they go; that must be in use."""
    known = sa.select(release.c.state).where(release.c.app == wanted.app, release.c.release == wanted.to)
    state = connection.execute(known).scalar_one_or_none()
    if wanted.app not in context.releases or state is None:
        raise NotFound({"zh": "没有这个版本。", "en": "There is no such release."})
    if state not in _LIVE:
        message = {
            "zh": f"版本 {wanted.to} 未在使用：只能迁移到正式版本或试点版本。",
            "en": f"Release {wanted.to} is not in use: approvals go to the live release or to a pilot.",
        }
        raise Conflict(message, code=codes.RELEASE_UNUSED.id)
    flows = release_of(connection, context, wanted.app, wanted.to).app.workflows
    if wanted.workflow not in flows:
        raise NotFound({"zh": "该版本没有这个审批流程。", "en": "There is no such workflow in that release."})
    return flows[wanted.workflow]


def _others(connection: Connection, wanted: Migration, workflow_id: str) -> list[str]:
    found = (
        sa.select(wf_instance.c.id)
        .where(wf_instance.c.app == wanted.app, wf_instance.c.workflow_id == workflow_id, _RUNNING)
        .where(wf_instance.c.release != wanted.to)
        .order_by(wf_instance.c.id)
        .limit(_MOST + 1)
    )
    if wanted.after is not None:
        found = found.where(wf_instance.c.id > wanted.after)
    return list(connection.scalars(found))


def _refuse_unknown_names(connection: Connection, context: Context, wanted: Migration, workflow_id: str) -> None:
    """A name that no release has is a slip of the pen: everything would be refused, or nothing done, without a word."""
    stands = sa.select(wf_instance.c.release).distinct()
    mine = stands.where(wf_instance.c.app == wanted.app, wf_instance.c.workflow_id == workflow_id, _RUNNING)
    olds = [
        pinned_flow(connection, context, wanted.app, number, workflow_id).definition.places for number in connection.scalars(mine)
    ]
    news = pinned_flow(connection, context, wanted.app, wanted.to, workflow_id).definition.places
    named = [*((f"/map/{old}", old, olds) for old in wanted.plan.steps)]
    named += [(f"/map/{old}", new, [news]) for old, new in wanted.plan.steps.items()]
    named += [("/ask_anew", step, olds) for step in sorted(wanted.plan.ask_anew)]
    faults = []
    for pointer, step, among in named:
        if among and not any(step in places for places in among):
            said = {"zh": f"没有名为“{step}”的步骤。", "en": f"There is no step {step!r}."}
            faults.append(Fault(codes.PLAN_UNFIT.id, said, pointer=pointer))
    if faults:
        raise Invalid(faults[0].message, faults=tuple(faults))


def _one(database: Database, context: Context, wanted: Migration, instance: str) -> tuple[Judged | None, Sequence[Label]]:
    """One approval; what refuses it stops no other, and one that ended meanwhile is none of them."""
    try:
        if wanted.dry_run:
            with database.read() as connection:
                judged = judge_migration(connection, context, instance, wanted.to, wanted.plan)
        else:
            with database.write() as connection:
                judged = migrate(connection, context, instance, wanted.to, wanted.plan, wanted.reason)
    except NotFound:
        return None, ()
    except Failure as failure:
        with database.read() as connection:
            return judge_migration(connection, context, instance, wanted.to, wanted.plan), (failure.message,)
    if isinstance(judged.found, Fit):
        return judged, ()
    return judged, [misfit_words(misfit, judged.old.definition) for misfit in judged.found]


def _alike(judged: Judged, refused: Sequence[Label]) -> object:
    found = judged.found
    told = (tuple((m.step, m.to, m.is_kept) for m in found.open), found.left, found.passed_over) if isinstance(found, Fit) else ()
    return judged.old.compiled.release, told, tuple(words["en"] for words in refused)


def _show(connection: Connection, context: Context, wanted: Migration, group: _Group) -> Json:
    judged, found, locale = group.example, group.example.found, context.locale
    old, new = judged.old.definition, judged.new.definition
    some = group.records[:_NAMED]
    compiled = release_of(connection, context, wanted.app, judged.old.compiled.release)
    titles: Mapping[str, str] = card_titles(connection, context, compiled, judged.entity, some)
    return {
        "from": judged.old.compiled.release,
        "count": len(group.records),
        "refused": [words[locale] for words in group.refused],
        "open": [
            {
                "step": moved.step,
                "title": step_words(old, moved.step, locale),
                "to": moved.to,
                "to_title": step_words(new, moved.to, locale),
                "kept": moved.is_kept,
            }
            for moved in (found.open if isinstance(found, Fit) else ())
        ],
        "left": [step_words(old, step, locale) for step in (found.left if isinstance(found, Fit) else ())],
        "passed_over": [step_words(new, step, locale) for step in (found.passed_over if isinstance(found, Fit) else ())],
        "records": [{"id": id, "title": titles[id]} for id in some],
    }

"""The workflow that an instance runs on: its own release's, indexed once, with every expression ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection

from forms_dsl.expr.available import parts_of
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expr, Expression, Ref
from forms_dsl.model import CallStep, ChooseStep, CopyStep, Field, HumanStep, People, SubFlowStep, WaitStep, Workflow
from forms_dsl.workflow_tree import steps_of
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.context import Context
from runtime.failures import NotFound
from runtime.process.outputs import StepRun, build_runs
from runtime.releases import compile_older
from runtime.store.kept_changes import released_changes
from workflow_engine.decisions import Authorise, compile_authority
from workflow_engine.definition import Definition, build_definition
from workflow_engine.irreversible import irreversible_steps

Evaluate = Callable[[Facts], object]


@dataclass(frozen=True, slots=True)
class Flow:
    """A workflow of one release, ready to run."""

    compiled: CompiledApp
    definition: Definition
    #: By the identity of the expression, which the workflow keeps alive: hashing a whole tree at each use is slow.
    expressions: Mapping[int, Evaluate]
    #: The paths of the record that some expression or people specification reads.
    reads: frozenset[tuple[str, ...]]
    #: The authority table (授权矩阵), None without one.
    authorise: Authorise | None = None
    #: The decisions that steps run, by step.
    runs: Mapping[str, StepRun] = field(default_factory=dict)

    @property
    def workflow(self) -> Workflow:
        """The definition as written."""
        return self.definition.workflow

    @property
    def entity(self) -> CompiledEntity:
        """The entity that the workflow is for."""
        return self.compiled.entities[self.workflow.entity]

    @property
    def status(self) -> Field | None:
        """The status field that this workflow sets."""
        fields = self.entity.entity.fields.values()
        return next((field for field in fields if field.options.workflow == self.workflow.name), None)

    def value(self, expression: Expression, facts: Facts) -> object:
        """The value of one of the workflow's expressions."""
        return self.expressions[id(expression)](facts)


def live_flow(context: Context, app: str, workflow: str) -> Flow:
    """The workflow of the live release; raises NotFound."""
    compiled = context.releases.get(app)
    if compiled is None or workflow not in compiled.app.workflows:
        raise NotFound({"zh": "没有这个审批流程。", "en": "There is no such workflow."})
    return _flow(compiled, compiled.app.workflows[workflow])


def pinned_flow(connection: Connection, context: Context, app: str, release: int, workflow_id: str) -> Flow:
    """The workflow that a running instance stays on, whatever was published since."""
    compiled = release_of(connection, context, app, release)
    workflow = next(flow for flow in compiled.app.workflows.values() if flow.id == workflow_id)
    return _flow(compiled, workflow)


def release_of(connection: Connection, context: Context, app: str, release: int) -> CompiledApp:
    """A release by number: the live one, or an older one, compiled once for as long as the live one lives."""
    live = context.releases.get(app)
    if live is None:
        raise NotFound({"zh": f"应用 {app} 未发布。", "en": f"The app {app} is not published."})
    if live.release == release:
        return live
    older = live.cache.get_or_make(("release", release), lambda: _older(connection, app, release))
    return replace(older, kept=live.kept)


def _older(connection: Connection, app: str, release: int) -> CompiledApp:
    """The rows of maintained tables are data: those of today count for approvals of every release that can hold them."""
    return compile_older(connection, app, release, released_changes(connection, app))


def live_name(connection: Connection, context: Context, app: str, release: int, entity: str) -> str:
    """What an entity of a release is called now; its old name where the live release has it no more."""
    id = release_of(connection, context, app, release).entities[entity].entity.id
    live = context.releases[app].entities.values()
    return next((found.entity.name for found in live if found.entity.id == id), entity)


def _flow(compiled: CompiledApp, workflow: Workflow) -> Flow:
    return compiled.cache.get_or_make(("flow", workflow.name), lambda: _compile(compiled, workflow))


def _compile(compiled: CompiledApp, workflow: Workflow) -> Flow:
    definition = build_definition(workflow, irreversible_steps(compiled.app, workflow))
    found = list(_expressions(workflow))
    entity = compiled.entities[workflow.entity].entity
    reads = {path for expression in found for path in expression.reads}
    named = [*workflow.replay_if_changed, *workflow.repeat_approver.unless_changed, entity.owner_branch, entity.owner_user]
    named += [by.name for by in _people(workflow) if by.kind == "field"]
    if workflow.proxy.allowed:
        # Rules of the register are capped by the amount of a case.
        named += [field.name for field in entity.fields.values() if field.type == "money" and field.compute is None]
    named += [name for step in definition.human_steps() for name in step.fields.require]
    named += [name for step in steps_of(workflow) if isinstance(step, CallStep | WaitStep | SubFlowStep) for name in step.save]
    inner = [step for step in steps_of(workflow) if isinstance(step, SubFlowStep)]
    named += [step.record for step in inner if step.record is not None]
    wheres = [step.where for step in inner if step.where is not None]
    reads |= {path for where in wheres for path in read_around(where.tree)}
    named += [*workflow.start_set, *(f.name for f in entity.fields.values() if f.options.workflow == workflow.name)]
    runs = build_runs(compiled.app, entity, definition.human_steps())
    reads |= {path for run in runs.values() for path in run.reads}
    reads |= {tuple(name.split(".")) for name in named if name}
    expressions = {id(e): compile_python(e.tree) for e in (*found, *wheres)}
    return Flow(compiled, definition, expressions, frozenset(reads), compile_authority(compiled.app, workflow), runs)


def read_around(tree: Expr) -> set[tuple[str, ...]]:
    """The paths of the record around that a condition over related records reads (`record.x`)."""
    mine = {tree.path} if isinstance(tree, Ref) and tree.root == "outer" else set()
    return mine.union(*map(read_around, parts_of(tree)))


def _people(workflow: Workflow) -> Iterator[People]:
    for step in steps_of(workflow):
        match step:
            case HumanStep(by=by, due=due):
                yield by
                if due is not None and due.to is not None:
                    yield due.to
            case CallStep(on_error=by) if by is not None:
                yield by
            case CopyStep(to=to):
                yield from to


def _expressions(workflow: Workflow) -> Iterator[Expression]:
    for by in _people(workflow):
        if by.with_limit is not None:
            yield by.with_limit
    if workflow.authority is not None:
        yield from workflow.authority.given.values()
    for values in (workflow.start_set, *workflow.finish_set.values()):
        yield from (value for value in values.values() if isinstance(value, Expression))
    for step in steps_of(workflow):
        match step:
            case HumanStep(when=when, limit=limit):
                yield from (expression for expression in (when, limit) if expression is not None)
            case ChooseStep(value=value, branches=branches):
                conditions = (branch.condition for branch in branches)
                yield from (expression for expression in (value, *conditions) if expression is not None)
            case CallStep(when=when, send=send, save=save):
                yield from (
                    expression for expression in (when, *send.values(), *save.values()) if isinstance(expression, Expression)
                )
            case CopyStep(when=when) if when is not None:
                yield when
            case SubFlowStep(when=when, save=save):
                # What `where` reads is another record's.
                yield from (expression for expression in (when, *save.values()) if expression is not None)
            case WaitStep(when=when, until=until, match=match, save=save):
                yield from (expression for expression in (when, until, match, *save.values()) if expression is not None)

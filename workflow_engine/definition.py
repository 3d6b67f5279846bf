"""A workflow as a block tree with indexes: where each step stands, what encloses it, what comes after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms_dsl.expr.available import parts_of
from forms_dsl.expr.tree import Expr, Ref
from forms_dsl.model import AnyOfStep, Branch, CallStep, ChooseStep, HumanStep, StepFields, TogetherStep, Workflow, WorkflowStep
from forms_dsl.workflow_tree import UNDO

_UNDO_TITLE = {"zh": "冲正", "en": "Taking back"}
#: The branch of a choose that takes every value without a branch of its own.
OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of steps that runs from top to bottom: the whole flow, or one branch of a block."""

    steps: tuple[WorkflowStep, ...]
    #: The choose or together step that this is a branch of; None for the whole flow.
    block: str | None = None
    branch: str | None = None
    #: Positions of the first step inside and of the first step after it.
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands: its sequence, its index there and its position in the order of the file."""

    step: WorkflowStep
    sequence: int
    index: int
    position: int


@dataclass(frozen=True, slots=True)
class Definition:
    """A workflow with its indexes; sequence 0 is the whole flow."""

    workflow: Workflow
    sequences: tuple[Sequence, ...]
    places: Mapping[str, Place]
    branches: Mapping[tuple[str, str], int]
    #: Call steps whose operation changes something in the other system.
    irreversible: frozenset[str] = frozenset()
    #: Choose steps whose branch the authority table decides.
    by_authority: frozenset[str] = frozenset()

    def human(self, name: str) -> HumanStep:
        """What a person does at a step; for a call this is the work by hand after it failed."""
        step = self.places[name].step
        match step:
            case HumanStep():
                return step
            case CallStep():
                return _by_hand(step)
            case _:
                raise ValueError(f"nobody acts at step {name!r}")

    def human_steps(self) -> tuple[HumanStep, ...]:
        """Fill, approve and vote steps in the order of the file."""
        return tuple(place.step for place in self.places.values() if isinstance(place.step, HumanStep))

    def branches_of(self, block: str) -> tuple[tuple[str, int], ...]:
        """The branches of a choose or together step: name and sequence."""
        return tuple((branch, sequence) for (owner, branch), sequence in self.branches.items() if owner == block)

    def parallel(self, name: str) -> tuple[int, ...]:
        """The branches at the same time around a step, outermost first, as sequences."""
        chain: list[int] = []
        sequence = self.places[name].sequence
        while (block := self.sequences[sequence].block) is not None:
            if isinstance(self.places[block].step, TogetherStep | AnyOfStep):
                chain.append(sequence)
            sequence = self.places[block].sequence
        return tuple(reversed(chain))

    def around(self, name: str) -> tuple[tuple[str, str], ...]:
        """The blocks around a step, outermost first, each with the branch that the step stands in."""
        chain: list[tuple[str, str]] = []
        sequence = self.sequences[self.places[name].sequence]
        while sequence.block is not None:
            chain.append((sequence.block, sequence.branch or ""))
            sequence = self.sequences[self.places[sequence.block].sequence]
        return tuple(reversed(chain))

    def region(self, target: str) -> range:
        """Positions at or after `target` inside the nearest enclosing branch: what a return to it cancels."""
        chain = self.parallel(target)
        end = self.sequences[chain[-1]].end if chain else len(self.places)
        return range(self.places[target].position, end)

    def inside(self, sequence: int) -> range:
        """Positions of all steps of a sequence, nested ones included."""
        return range(self.sequences[sequence].start, self.sequences[sequence].end)

    def position(self, name: str) -> int:
        """The place of a step in the order of the file."""
        return self.places[name].position

    def first_fill(self) -> HumanStep | None:
        """The fill step that the starter completes by submitting, if the flow begins with one; a reversal is not submitted."""
        first = self.workflow.steps[0] if self.workflow.steps and self.workflow.reverses is None else None
        if isinstance(first, HumanStep) and first.verb == "fill" and first.by.kind == "starter" and first.when is None:
            return first
        return None


def build_definition(workflow: Workflow, irreversible: frozenset[str] = frozenset()) -> Definition:
    """Index a checked workflow; raises ValueError when two steps share a name."""
    sequences: list[Sequence] = []
    places: dict[str, Place] = {}
    branches: dict[tuple[str, str], int] = {}

    def add(steps: tuple[WorkflowStep, ...], block: str | None, branch: str | None) -> int:
        number, start = len(sequences), len(places)
        sequences.append(Sequence(steps, block, branch))
        for index, step in enumerate(steps):
            if step.name in places:
                raise ValueError(f"two steps are called {step.name!r}")
            places[step.name] = Place(step, number, index, len(places))
            for inner in step_branches(step):
                branches[step.name, inner.name] = add(inner.steps, step.name, inner.name)
        sequences[number] = Sequence(steps, block, branch, start, len(places))
        return number

    add(workflow.steps, None, None)
    if workflow.reverses is not None:
        undo = CallStep(UNDO, _UNDO_TITLE, workflow.span, "", {}, {})
        places[UNDO] = Place(undo, 0, len(workflow.steps), len(places))
    by_authority = frozenset(name for name, place in places.items() if _asks_authority(place.step))
    return Definition(workflow, tuple(sequences), places, branches, irreversible, by_authority)


def step_branches(step: WorkflowStep) -> Iterator[Branch]:
    """The branches of a block step, `otherwise` last; nothing for a step that is no block."""
    if isinstance(step, ChooseStep | TogetherStep | AnyOfStep):
        yield from step.branches
    if isinstance(step, ChooseStep) and step.otherwise is not None:
        yield Branch(OTHERWISE, step.otherwise)


def _asks_authority(step: WorkflowStep) -> bool:
    if not isinstance(step, ChooseStep):
        return False
    asked = (step.value, *(branch.condition for branch in step.branches))
    return any(_names_authority(expression.tree) for expression in asked if expression is not None)


def _names_authority(tree: Expr) -> bool:
    return (isinstance(tree, Ref) and tree.root == "authority") or any(map(_names_authority, parts_of(tree)))


def _by_hand(step: CallStep) -> HumanStep:
    if step.on_error is None:
        raise ValueError(f"nobody is named for the work by hand of {step.name!r}")
    saved = tuple(step.save)
    return HumanStep(
        verb="fill",
        name=step.name,
        title=step.on_error_title or step.title,
        by=step.on_error,
        span=step.span,
        fields=StepFields(write=saved, require=saved),
        may=("complete",),
        opinion=("complete",),
    )

"""Step lists: names of steps, `decide` for every `decide@…`, and names of branches for all steps in them."""

from __future__ import annotations

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence, code, suggestion
from forms_dsl.model import (
    AnyOfStep,
    CallStep,
    ChooseStep,
    HumanStep,
    SubFlowStep,
    TogetherStep,
    WaitStep,
    WorkflowStep,
)
from forms_dsl.workflow_tree import UNDO

UNKNOWN_STEP = code("W013", "A step list names a step, group or branch that the workflow does not have.", refusal="DEF-REF")

#: Steps that have visits and so can be named.
_VISITED = (HumanStep, CallStep, WaitStep, SubFlowStep)


class StepLists:
    """The names that the step lists of one workflow may use."""

    def __init__(self, bench: Workbench, steps: tuple[WorkflowStep, ...], file: SourceFile, *, is_reversal: bool = False) -> None:
        self.bench, self.file = bench, file
        self.steps: dict[str, WorkflowStep] = {}
        self.groups: dict[str, list[str]] = {}
        self._add(steps, ())
        #: What may be named although it stands in no file.
        self.implied: tuple[str, ...] = (UNDO,) if is_reversal else ()
        self.is_complete = file.is_whole(("steps",)) and file.path not in bench.incomplete

    def _add(self, steps: tuple[WorkflowStep, ...], branches: tuple[str, ...]) -> None:
        for step in steps:
            if step.name in self.steps:
                message = Sentence(f"Two steps are called {step.name!r}.", f"有两个步骤都叫“{step.name}”。")
                self.bench.find(codes.NAME_TWICE, Place(self.file, ("steps",)), message, at=step.span)
            self.steps[step.name] = step
            if isinstance(step, _VISITED):
                variant_of = (step.name.partition("@")[0],) if "@" in step.name else ()
                for group in (*variant_of, *branches):
                    self.groups.setdefault(group, []).append(step.name)
            if isinstance(step, TogetherStep | AnyOfStep | ChooseStep):
                for branch in step.branches:
                    self._add(branch.steps, (*branches, branch.name))
            if isinstance(step, ChooseStep):
                self._add(step.otherwise or (), branches)

    @property
    def human(self) -> tuple[str, ...]:
        """The steps at which people act."""
        return tuple(name for name, step in self.steps.items() if isinstance(step, HumanStep))

    def resolve(self, place: Place, names: list[str]) -> tuple[str, ...]:
        """The steps that a list names, groups and branches written out."""
        found: list[str] = []
        for number, name in enumerate(names):
            if name in self.steps:
                found.append(name)
            elif name in self.groups:
                found.extend(self.groups[name])
            elif self.is_complete:
                self.unknown(place.at(number), name)
        return tuple(dict.fromkeys(found))

    def unknown(self, place: Place, name: str) -> None:
        """The finding about a step that is not there."""
        message = Sentence(f"There is no step {name!r}.", f"没有名为“{name}”的步骤。")
        self.bench.find(UNKNOWN_STEP, place, message, suggestion(name, [*self.steps, *self.groups]))

    def check_step(self, place: Place, name: str) -> None:
        """A finding unless a single step is called so."""
        if name not in self.steps and name not in self.implied and self.is_complete:
            self.unknown(place, name)

    def check_human(self, references: list[tuple[Place, str]]) -> None:
        """A finding about each reference that does not name a human step."""
        for place, name in references:
            if isinstance(self.steps.get(name), HumanStep) or (name not in self.steps and not self.is_complete):
                continue
            message = Sentence(f"There is no human step {name!r}.", f"没有名为“{name}”的人工步骤。")
            self.bench.find(UNKNOWN_STEP, place, message, suggestion(name, self.human))

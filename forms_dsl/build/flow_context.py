"""What the builders of steps share: one workflow under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.paths import find_path
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, NUMBER, Scope
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.model import People

_FORM = Sentence("form", "表单")


@dataclass(slots=True)
class FlowContext:
    """The entity and scope of one workflow; unnamed blocks get numbered names."""

    bench: Workbench
    #: The workflow's own name.
    name: str
    entity: EntitySignature
    scope: Scope
    #: The scope of choose, which also has `authority.<output>`.
    choosing: Scope
    #: Whether the authority table is named but could not be found.
    is_authority_lost: bool = False
    numbers: dict[str, int] = field(default_factory=dict)
    #: References to human steps, with the place that says so; checked when all steps are known.
    returns: list[tuple[Place, str]] = field(default_factory=list)
    choosers: list[tuple[Place, str]] = field(default_factory=list)

    def name_of(self, given: str | None, verb: str) -> str:
        """The name of a block that may have none."""
        self.numbers[verb] = self.numbers.get(verb, 0) + 1
        return given or f"{verb}_{self.numbers[verb]}"

    def condition(self, place: Place, source: str | None) -> Expression | None:
        """The condition at a place; None where there is none, or with a finding."""
        return self.bench.expression(place, source, self.scope, BOOLEAN, self.entity) if source else None

    def chosen(self, place: Place, source: str | None, expected: ValueType | None) -> Expression | None:
        """The value or condition of a choose; silently None where it needs an authority table that was not found."""
        if source is None:
            return None
        if self.is_authority_lost and "authority." in source:
            self.bench.incomplete.add(place.file.path)
            return None
        return self.bench.expression(place, source, self.choosing, expected, self.entity)

    def number(self, place: Place, source: str | None) -> Expression | None:
        """The number at a place; None where there is none, or with a finding."""
        return self.bench.expression(place, source, self.scope, NUMBER, self.entity) if source else None

    def check_form(self, place: Place, name: str) -> None:
        """A finding when the form is not there or not of the workflow's entity."""
        if self.bench.has_file("form", place, name, _FORM) and name.partition(".")[0] != self.entity.name:
            message = Sentence(f"{name!r} is not a form of {self.entity.name!r}.", f"“{name}”不是“{self.entity.name}”的表单。")
            self.bench.find(codes.WRONG_TYPE, place, message)

    def field_list(self, place: Place, names: Sequence[str], *, written: bool = False) -> tuple[str, ...]:
        """The fields of a list, with findings about those that are not there or, `written`, that nobody enters."""
        for number, name in enumerate(names):
            found = find_path(self.bench, place.at(number), name, self.entity)
            first = self.entity.fields.get(name.partition(".")[0])
            if written and found is not None and (first is None or first.computed):
                message = Sentence(f"Nobody enters {name!r}.", f"“{name}”不能录入。")
                self.bench.find(codes.WRONG_TYPE, place.at(number), message)
        return tuple(names)

    def note_chooser(self, place: Place, people: People | None) -> None:
        """Remember at which step people are chosen, to look for it when all steps are known."""
        if people is not None and people.kind == "chosen_by" and people.name != "starter":
            self.choosers.append((place.at("chosen_by"), people.name or ""))

"""What an importer has understood of a source, before it becomes files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Sentence
from forms_dsl.edit.printing import Piece
from forms_dsl.importers.codes import TEXT_CHANGED
from forms_dsl.importers.naming import proposed_name
from forms_dsl.importers.report import Position, Report
from forms_dsl.importers.words import ANY, LABEL_LENGTH, NOTE_LENGTH, SENTENCE_LENGTH, Words, cleaned, cut

#: Data of a definition whose texts for readers are still in the languages of the source.
Tree = str | int | bool | Words | Piece | Sequence["Tree"] | Mapping[str, "Tree"]


def number(text: str) -> Piece:
    """A number that is no whole one, written as it is."""
    return Piece(text, inline=text)


@dataclass(slots=True)
class FieldDraft:
    """One field: its name, what stands under it, and where it comes from."""

    name: str
    tree: dict[str, Tree]
    position: Position

    @property
    def type(self) -> str:
        """Its field type."""
        return str(self.tree["type"])

    def note(self, text: str) -> None:
        """Add a remark to what is kept."""
        before = self.tree.get("note")
        self.tree["note"] = cut(f"{before}; {text}" if before else text, NOTE_LENGTH)


@dataclass(slots=True)
class RowDraft:
    """A child row type."""

    name: str
    label: Words | None
    position: Position
    fields: dict[str, FieldDraft] = field(default_factory=dict)


@dataclass(slots=True)
class EntityDraft:
    """An entity with its form and list; `keys` are further keys of the entity, `layout` the blocks of the form."""

    name: str
    label: Words
    position: Position
    fields: dict[str, FieldDraft] = field(default_factory=dict)
    rows: dict[str, RowDraft] = field(default_factory=dict)
    rules: dict[str, tuple[dict[str, Tree], Position]] = field(default_factory=dict)
    keys: dict[str, Tree] = field(default_factory=dict)
    layout: list[dict[str, Tree]] = field(default_factory=list)
    list_keys: dict[str, Tree] = field(default_factory=dict)
    has_screens: bool = True

    def note(self, text: str) -> None:
        """Add a remark to what is kept."""
        before = self.keys.get("note")
        self.keys["note"] = cut(f"{before}; {text}" if before else text, NOTE_LENGTH)

    def free_name(self, text: str, holder: Mapping[str, object] | None = None) -> str:
        """A name for a field, free among the fields of the entity or of `holder`."""
        return proposed_name(text, self.fields if holder is None else holder, fallback="field", owner=self.name)

    def free_row_name(self, text: str) -> str:
        """A name for a row type."""
        return proposed_name(text, self.rows, fallback="row", owner=self.name)


@dataclass(slots=True)
class Draft:
    """All that was understood; `extra` are files of other kinds by path, whole."""

    name: str
    label: Words
    report: Report
    languages: tuple[str, ...] = ()
    entities: dict[str, EntityDraft] = field(default_factory=dict)
    choices: dict[str, dict[str, Tree]] = field(default_factory=dict)
    roles: dict[str, dict[str, Tree]] = field(default_factory=dict)
    bindings: dict[str, dict[str, Tree]] = field(default_factory=dict)
    requires: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)

    def entity(self, text: str, label: Words, position: Position) -> EntityDraft:
        """A new entity with a free name made of `text`."""
        name = proposed_name(text, self.entities, fallback="entity", field=False)
        self.entities[name] = EntityDraft(name, label, position)
        return self.entities[name]

    def words(self, texts: Mapping[str, str], position: Position, *, fallback: str, sentence: bool = False) -> Words:
        """Texts of the source as a label (or a sentence); what had to be changed is said."""
        longest = SENTENCE_LENGTH if sentence else LABEL_LENGTH
        made: dict[str, str] = {}
        for language, text in texts.items():
            clean = cleaned(text)
            short = cut(clean, longest)
            if short:
                made[language] = short
            if short != clean or len(clean) < len(" ".join(text.split())):
                message = Sentence(
                    f"The text {short[:40]!r} was cut to {longest} characters, or invisible characters were removed.",
                    f"文本“{short[:40]}”已截为 {longest} 个字符，或已去除不可见字符。",
                )
                self.report.add(TEXT_CHANGED, position, message)
        return Words(made or {ANY: fallback})


def section(name: str, label: Words, items: Sequence[Tree], *, columns: int = 1, visible: str | None = None) -> dict[str, Tree]:
    """A section of a form."""
    made: dict[str, Tree] = {"section": name, "label": label}
    if columns > 1:
        made["columns"] = columns
    if visible:
        made["visible"] = visible
    made["items"] = list(items)
    return made

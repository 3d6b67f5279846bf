"""What the builders share: the names of the whole app, its findings, and the checking of references and expressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forms_dsl import codes
from forms_dsl.build.known import DecisionSignature, EntitySignature, EventSignature, FieldSignature, Names, NameType
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.deprecation import deprecated_words, stands_in_deprecated
from forms_dsl.diagnostics import FINDING_LIMIT, Code, Diagnostic, Sentence, has_errors, suggestion
from forms_dsl.expr import codes as expression_codes
from forms_dsl.expr.check import check_expression
from forms_dsl.expr.lookups import LookupTable
from forms_dsl.expr.scope import FILTER, ROW_RULE, Scope
from forms_dsl.expr.scope import Place as ExpressionPlace
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.model import App, BindingOperation, Choice, Label
from forms_dsl.positions import spans_within
from forms_dsl.source import Span

__all__ = ["DecisionSignature", "EntitySignature", "EventSignature", "FieldSignature", "Names", "Workbench"]

_ALWAYS = frozenset(
    code.id
    for code in (
        expression_codes.TOO_LARGE,
        expression_codes.SYNTAX,
        expression_codes.NOT_IN_LANGUAGE,
        expression_codes.LITERAL,
        expression_codes.UNKNOWN_FUNCTION,
    )
)


#: So many findings get a near name: looking for one takes longer than all else, and more findings are never shown.
_SUGGESTIONS = FINDING_LIMIT


@dataclass(slots=True)
class Workbench:
    """One load under way."""

    app: str = "app"
    languages: tuple[str, ...] = ()
    currency: str = "CNY"
    required_apps: Names[str] = field(default_factory=Names)
    others: Mapping[str, App] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)
    #: All entities that may be named, by full name ("app.entity").
    entities: dict[str, EntitySignature] = field(default_factory=dict)
    choices: Names[tuple[tuple[Choice, ...], bool]] = field(default_factory=Names)
    params: Names[ValueType] = field(default_factory=Names)
    roles: Names[Any] = field(default_factory=Names)
    operations: Names[BindingOperation] = field(default_factory=Names)
    #: Inbound events of the bindings, as `binding.event`.
    events: Names[EventSignature] = field(default_factory=Names)
    #: Virtual entities of the bindings, as `binding.entity`.
    virtual: Names[str] = field(default_factory=Names)
    #: The files of the app that were opened, by kind and name.
    sources: dict[tuple[str, str], SourceFile] = field(default_factory=dict)
    #: Fields of the entities with those that they copy, by entity (`build.inherit.Inherited`).
    inherited: dict[str, Any] = field(default_factory=dict)
    #: Fields that entities and fragments have themselves, by path (`build.inherit.Inherited`).
    own_fields: dict[str, Any] = field(default_factory=dict)
    #: How many fields all entities declared so far have, with those that they copy.
    field_count: int = 0
    #: Scorecards and decision tables by name.
    decisions: Names[DecisionSignature] = field(default_factory=Names)
    #: The decision tables that `lookup` may read.
    tables: Mapping[str, LookupTable] = field(default_factory=dict)
    #: The app's calendar of working days and hours, None where app.yaml names none.
    calendar: str | None = None
    #: Kind → names of its files, readable or not.
    files: dict[str, list[str]] = field(default_factory=dict)
    #: Workflow and form → the entity it is for, where it could be read.
    entity_of: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Files of which a part could not be built.
    incomplete: set[str] = field(default_factory=set)
    #: How many errors were found in building.
    errors: int = 0
    _types: dict[str, dict[str, ValueType]] | None = None
    _statuses: dict[str | None, tuple[EntitySignature, ...]] | None = None

    # Findings ------------------------------------------------------------------------------------------------

    def find(
        self,
        code: Code,
        place: Place,
        message: Sentence,
        hint: Sentence | None = None,
        *,
        at: Span | None = None,
        key: bool = False,
    ) -> None:
        """Add a finding at a place (its key with `key`); an error leaves the file incomplete."""
        span = at or (place.key_span if key else place.span)
        self.findings.append(code.at(span, message, pointer=place.pointer, hint=hint))
        if code.severity == "error":
            self.errors += 1
            self.incomplete.add(place.file.path)

    def unknown(self, place: Place, name: str, what: Sentence, known: Iterable[str], *, key: bool = False) -> None:
        """The finding about a name that does not exist; `what` is the kind of thing, as in 'field'."""
        message = Sentence(f"There is no {what.en} {name!r}.", f"没有名为“{name}”的{what.zh}。")
        # Looking for a near name takes longer than all else: a file with thousands of wrong names gets no more of them.
        hint = suggestion(name, known) if len(self.findings) < _SUGGESTIONS else None
        self.find(codes.UNKNOWN_REFERENCE, place, message, hint, key=key)

    def look_up(self, names: Names[NameType], place: Place, name: str, what: Sentence, *, key: bool = False) -> NameType | None:
        """The thing called `name`, or None with a finding unless it may be one that could not be read."""
        if name in names.known:
            found = names.known[name]
            if found is None:
                self.incomplete.add(place.file.path)
            self.deprecated(place, name, names.deprecated.get(name), key=key)
            return found
        if names.open:
            self.incomplete.add(place.file.path)
        else:
            self.unknown(place, name, what, names.known, key=key)
        return None

    def has_file(self, kind: str, place: Place, name: str, what: Sentence) -> bool:
        """Whether the app has a file of `kind` called `name`; otherwise with a finding."""
        known = self.files.get(kind, ())
        if name not in known:
            self.unknown(place, name, what, known)
            return False
        source = self.sources.get((kind, name))
        self.deprecated(place, name, getattr(source.shape, "deprecated", None) if source else None)
        return True

    def deprecated(self, place: Place, name: str, instead: Label | None, *, key: bool = False, at: Span | None = None) -> None:
        """The finding about a name that should not be used any more; `instead` says what to use, None that nothing is wrong."""
        if instead and not _may_use_deprecated(place):
            self.find(codes.DEPRECATED, place, *deprecated_words(name, instead), key=key, at=at)

    # Names ---------------------------------------------------------------------------------------------------

    def entity(self, place: Place, name: str, *, key: bool = False) -> EntitySignature | None:
        """The entity that a reference names, of this app or of one that it requires."""
        found = self.entities.get(self.full(name))
        if found is not None:
            # Who may see a deprecated entity is said by its key in a role until it is gone.
            self.deprecated(place, name, None if key else found.deprecated)
            return found
        app = name.partition(".")[0]
        if "." in name and app != self.app:
            self._foreign(place, name, app, key)
            return None
        known = [
            entity.name if entity.full_name.startswith(f"{self.app}.") else entity.full_name for entity in self.entities.values()
        ]
        self.unknown(place, name, Sentence("entity", "实体"), known, key=key)
        return None

    def _foreign(self, place: Place, name: str, app: str, key: bool) -> None:
        if app in self.required_apps.known or self.required_apps.open:
            if app in self.others:
                self.unknown(place, name, Sentence("entity", "实体"), self.entities, key=key)
            else:
                self.incomplete.add(place.file.path)
            return
        hint = Sentence(
            f"Add it to requires.apps of app.yaml, if it is meant: {app}",
            f"如确需引用，请在 app.yaml 的 requires.apps 中声明：{app}",
        )
        near = suggestion(name, [full for full in self.entities if not full.startswith(f"{self.app}.")])
        message = Sentence(f"The app does not require the app {app!r}.", f"应用没有声明依赖应用“{app}”。")
        self.find(codes.NOT_REQUIRED, place, message, near or hint, key=key)

    def record_branch(self, place: Place, scope: str, entity: EntitySignature) -> None:
        """The finding about `record.branch` of an entity that does not say which branch a record belongs to."""
        if scope == "record.branch" and not entity.has_branch and not entity.open:
            message = Sentence(f"{entity.name} has no owner.branch.", f"“{entity.name}”没有声明 owner.branch。")
            hint = Sentence("Declare owner: {branch: FIELD} in the entity.", "请在实体中声明 owner: {branch: 字段}。")
            self.find(codes.UNKNOWN_REFERENCE, place, message, hint)

    def full(self, name: str) -> str:
        """The name of an entity with its app."""
        return name if "." in name else f"{self.app}.{name}"

    def entity_types(self) -> dict[str, dict[str, ValueType]]:
        """All entities by full name with the types of their fields; computed once all are declared."""
        if self._types is None:
            self._types = {entity.full_name: entity.types() for entity in self.entities.values()}
        return self._types

    def entities_with_status(self, workflow: str) -> tuple[EntitySignature, ...]:
        """The entities with a status field that names a workflow; computed once all are declared."""
        if self._statuses is None:
            self._statuses = {}
            for entity in self.entities.values():
                for name in {found.options.workflow for found in entity.fields.values() if found and found.options.workflow}:
                    self._statuses[name] = (*self._statuses.get(name, ()), entity)
        return self._statuses.get(workflow, ())

    def record_types(self, entity: EntitySignature, *, related: bool = False) -> dict[str, ValueType]:
        """The bare names of an expression over a record of `entity`; `related` adds the records that point to it."""
        types = dict(self.entity_types()[entity.full_name])
        for name, found in entity.related.items() if related else ():
            target = self.entities.get(found[0]) if found else None
            if target is not None:
                types[name] = ValueType("rows", rows=self.entity_types()[target.full_name], related=True, optional=False)
        return types

    def scope(
        self,
        kind: ExpressionPlace,
        fields: Mapping[str, ValueType],
        *,
        outer: Mapping[str, ValueType] | None = None,
        result: Mapping[str, ValueType] | None = None,
        without_user: bool = False,
    ) -> Scope:
        """The scope of an expression over `fields` in a kind of place."""
        params = {name: type for name, type in self.params.known.items() if type is not None}
        roles = None if self.roles.open else frozenset(self.roles.known)
        scope = Scope(kind, fields, self.entity_types(), param=params, result=result or {}, outer=outer or {}, roles=roles)
        scope = replace(scope, tables=self.tables, base_currency=self.currency)
        return replace(scope, user={}) if without_user else scope

    # Expressions ---------------------------------------------------------------------------------------------

    def expression(
        self, place: Place, source: str, scope: Scope, expected: ValueType | None, entity: EntitySignature | None = None
    ) -> Expression | None:
        """The checked expression at a place; None with findings, or silently where names could not be read."""
        if place.is_damaged:
            self.incomplete.add(place.file.path)
            return None
        inner = spans_within(place.file.document, place.pointer, source)
        offsets: dict[Span, tuple[int, int]] = {}

        def span_of(start: int, end: int) -> Span:
            span = inner(start, end)
            offsets[span] = (start, end)
            return span

        expression, found = check_expression(source, scope, span_of, expected=expected)
        if scope.place in (FILTER, ROW_RULE):
            found = tuple(_about_persons(f, source, offsets) for f in found)
        if _may_use_deprecated(place):
            found = tuple(f for f in found if f.code != codes.DEPRECATED.id)
        doubtful = [f for f in found if self._is_doubtful(f, source, offsets, scope, entity)]
        if doubtful:
            found = tuple(
                f for f in found if f not in doubtful and (f.code in _ALWAYS or f.code == expression_codes.UNKNOWN_NAME.id)
            )
            expression = None
        self.findings.extend(replace(f, pointer=place.pointer) for f in found)
        if expression is None or has_errors(found):
            self.incomplete.add(place.file.path)
            return None
        return expression

    def _is_doubtful(
        self,
        finding: Diagnostic,
        source: str,
        offsets: Mapping[Span, tuple[int, int]],
        scope: Scope,
        entity: EntitySignature | None,
    ) -> bool:
        """Whether an unknown name may be one that could not be read."""
        start, end = offsets.get(finding.span, (0, 0))
        word = source[start:end]
        if finding.code == expression_codes.NOT_HERE.id:
            return word.startswith("param.") and not scope.param and (self.params.open or bool(self.params.known))
        if finding.code != expression_codes.UNKNOWN_NAME.id:
            return False
        if word[:1] in ('"', "'"):  # the table of a lookup
            return self.decisions.open or (word[1:-1] in self.decisions.known and self.decisions.known[word[1:-1]] is None)
        path = _words_before(source, start)
        if path and path[0] in ("record", "old"):
            path = path[1:]
        if path and path[0] == "param":
            return self.params.open or word in self.params.known
        if path and path[0] in ("user", "result", "authority"):
            return path[0] == "result" and not scope.result
        target = self._at_end(path, entity)
        candidates = [target] if target else list(self.entities.values())
        return any(each.open or each.open_rows or word in each.unreadable() for each in candidates)

    def _at_end(self, path: tuple[str, ...], entity: EntitySignature | None) -> EntitySignature | None:
        """The entity that a path of references leads to."""
        for word in path:
            found = entity.fields.get(word) if entity else None
            system = entity.system().get(word) if entity else None
            type = found.value_type if found else system
            if type is None or type.name != "reference":
                return None
            entity = self.entities.get(type.entity or "")
        return entity


def _about_persons(finding: Diagnostic, source: str, offsets: Mapping[Span, tuple[int, int]]) -> Diagnostic:
    """An unknown name behind `user.` in a filter, under the code of its own."""
    start, _ = offsets.get(finding.span, (0, 0))
    is_user = finding.code == expression_codes.UNKNOWN_NAME.id and _words_before(source, start) == ("user",)
    return replace(finding, code=codes.UNKNOWN_USER.id) if is_user else finding


def _may_use_deprecated(place: Place) -> bool:
    """Whether a place says what happens to deprecated things as long as they are there: tests, upgrades, other such things."""
    is_example = place.file.kind.name in ("tests", "upgrade") or place.pointer[:1] == ("examples",)
    return is_example or stands_in_deprecated(place.file.document, place.pointer)


def _words_before(source: str, start: int) -> tuple[str, ...]:
    """The words of the path that end directly before `start`."""
    words: list[str] = []
    while start > 0 and source[start - 1] == ".":
        end = start - 1
        start = end
        while start > 0 and (source[start - 1].isalnum() or source[start - 1] == "_"):
            start -= 1
        words.insert(0, source[start:end])
    return tuple(words)

"""From the cells of a row to the values of fields: texts, maps, dates, expressions; lookups are left for the whole chunk."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from forms_dsl.diagnostics import Diagnostic, Sentence, code, suggestion
from forms_dsl.expr.check import check_expression
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.scope import FORM, Scope
from forms_dsl.expr.tree import Expr, ValueType
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import Field, Label
from forms_dsl.source import Document, Pointer
from runtime.commands.import_mapping import LookupShape, MappingShape, StepShape, ValueShape, value_of
from runtime.context import Context

UNKNOWN_COLUMN = code("D105", "A mapping names a column that the file does not have.")
UNREADABLE_ROW = code(
    "D106", "A row of an import that cannot be read: quotes, encoding, number of columns, or digits lost in a spreadsheet."
)
NO_VALUE = code(
    "D107", "A row of an import from which no value comes where one is needed, or whose text has none in the mapping."
)
STANDS_TWICE = code("D108", "A row of an import with the key of an earlier row.")
NO_RECORD = code("D109", "A value of an import that names no record, or none that is this person's to see.")

#: Texts of a field that are read once.
_REMEMBERED = 5_000

Cells = Mapping[str, str]

_NOTHING: Label = {"zh": "取不到值。", "en": "No value comes of this row."}


@dataclass(frozen=True, slots=True)
class RowFault:
    """One reason why a row is not imported: the column or field, its value, and the sentence."""

    column: str | None
    value: str | None
    reason: Label
    code: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that is the key of another record, to be looked up with the others of the chunk."""

    lookup: LookupShape
    text: str
    column: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row did, or would do, to a record: the values before, and those after it."""

    act: Literal["created", "changed", "unchanged"]
    record_id: str
    version: int
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(slots=True)
class MappedRow:
    """One row on its way: values by field as texts or None, lookups still open, faults found so far."""

    number: int
    values: dict[str, object] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)
    #: Field → the column that it came from, for the list of rejects; one for all rows of a file.
    columns: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class StepReader:
    """A step with everything compiled that its rows need."""

    #: Each field with what reads it and the shape that it was compiled from.
    readers: tuple[tuple[str, Callable[[Cells], object], ValueShape], ...]
    #: Field → the column that it comes from.
    columns: Mapping[str, str]
    condition: Callable[[Cells], bool]

    def read(self, number: int, cells: Cells) -> MappedRow:
        """The values of one row."""
        row = MappedRow(number, columns=self.columns)
        for name, read, shape in self.readers:
            try:
                value = read(cells)
            except _Refused as refused:
                row.faults.append(RowFault(self.columns[name], refused.value, refused.reason, NO_VALUE.id))
                continue
            if value is None and shape.required:
                row.faults.append(RowFault(self.columns[name], cells.get(self.columns[name]), _NOTHING, NO_VALUE.id))
                continue
            if shape.lookup is not None and value is not None:
                row.asked[name] = Asked(shape.lookup, str(value), self.columns[name])
            row.values[name] = value
        return row


class _Refused(Exception):
    def __init__(self, value: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.value = value
        self.reason: Label = {"zh": zh, "en": en}


def compile_step(
    mapping: MappingShape, number: int, document: Document, columns: tuple[str, ...], context: Context
) -> tuple[StepReader | None, tuple[Diagnostic, ...]]:
    """Compile the fields of a step over these columns; a column that is not there is a finding at its place."""
    step = mapping.steps[number]
    at: Pointer = ("steps", number)
    shapes = {name: value_of(shape) for name, shape in step.fields.items()}
    compiler = _Compiler(mapping, document, columns, context)
    fields = {name: compiler.reader(shape, (*at, "fields", name)) for name, shape in shapes.items()}
    condition = compiler.condition(step, (*at, "where"))
    if compiler.findings:
        return None, tuple(compiler.findings)
    readers = tuple((name, read, shapes[name]) for name, read in fields.items() if read)
    return StepReader(readers, {name: shape.column or name for name, shape in shapes.items()}, condition), ()


@dataclass(slots=True)
class _Compiler:
    mapping: MappingShape
    document: Document
    columns: tuple[str, ...]
    context: Context
    findings: list[Diagnostic] = field(default_factory=list)

    def reader(self, shape: ValueShape, at: Pointer) -> Callable[[Cells], object] | None:
        """The function that reads a field, or None with a finding."""
        if shape.value is not None:
            constant = shape.value
            return lambda _cells: constant
        if shape.expression is not None:
            return self._expression(shape.expression, (*at, "expression"))
        if shape.text is not None:
            left = _PATTERN.sub("", shape.text)
            for name in (*_PATTERN.findall(shape.text), *([left] if "{" in left or "}" in left else [])):
                self._known(name, (*at, "text"))
            template = shape.text
            return lambda cells: _PATTERN.sub(lambda found: cells.get(found[1]) or "", template)
        column = shape.column or ""
        place = (*at, "column")
        if not self._known(column, place if place in self.document.spans else at):
            return None
        return self._text(shape, column)

    def condition(self, step: StepShape, at: Pointer) -> Callable[[Cells], bool]:
        """Whether a row is taken."""
        if step.where is None:
            return lambda _cells: True
        read = self._expression(step.where, at, ValueType("boolean"))
        return (lambda cells: read(cells) is True) if read else lambda _cells: False

    def _text(self, shape: ValueShape, column: str) -> Callable[[Cells], object]:
        missing = frozenset({"", *self.mapping.missing, *shape.missing})
        translate, dates = dict(shape.map), None
        if shape.format is not None:
            dates = _date_reader(shape.format, str(shape.century or self.mapping.century or "20"))

        def read(cells: Cells) -> object:
            text = (cells.get(column) or "").strip()
            if text in missing:
                return None
            if translate:
                found = translate.get(text, shape.otherwise)
                if found is None:
                    raise _Refused(text, f"没有为“{text}”定义对应值。", f"The mapping has no value for {text!r}.")
                return found
            return dates(text) if dates else text

        return read

    def _expression(self, source: str, at: Pointer, expected: ValueType | None = None) -> Callable[[Cells], object] | None:
        span = self.document.span(at)
        checked, found = check_expression(source, self._scope(), lambda _start, _end: span, expected=expected)
        self.findings.extend(finding for finding in found if finding.severity == "error")
        return self._evaluation(checked.tree) if checked is not None else None

    def _evaluation(self, tree: Expr) -> Callable[[Cells], object]:
        evaluate, context = compile_python(tree), self.context

        def read(cells: Cells) -> object:
            record = {name: text.strip() or None for name, text in cells.items()}
            facts = Facts(record=record, today=context.business_date, now=context.now, business_date=context.business_date)
            return plain(evaluate(facts))

        return read

    def _scope(self) -> Scope:
        """Own columns are bare names, those of a joined file are paths; all are texts."""
        text, fields, entities = ValueType("text"), dict[str, ValueType](), dict[str, dict[str, ValueType]]()
        for column in self.columns:
            joined, _, name = column.rpartition(".")
            if not joined:
                fields[name] = text
            else:
                fields[joined] = ValueType("reference", entity=f"join.{joined}")
                entities.setdefault(f"join.{joined}", {})[name] = text
        return Scope(FORM, fields, entities)

    def _known(self, column: str, at: Pointer) -> bool:
        if column in self.columns:
            return True
        message = Sentence(f"The file has no column {column!r}.", f"文件中没有列“{column}”。")
        self.findings.append(
            UNKNOWN_COLUMN.at(self.document.span(at), message, pointer=at, hint=suggestion(column, self.columns))
        )
        return False


_PATTERN = re.compile(r"\{([^{}]+)\}")


def _date_reader(written: str, century: str) -> Callable[[str], str]:
    """A reader of dates in one way of writing; everything but YYYY, YY, MM and DD must stand there as it is."""
    pattern = re.escape(written)
    for token, group in (
        ("YYYY", r"(?P<year>\d{4})"),
        ("YY", r"(?P<short>\d{2})"),
        ("MM", r"(?P<month>\d{2})"),
        ("DD", r"(?P<day>\d{2})"),
    ):
        pattern = pattern.replace(token, group, 1)
    matcher = re.compile(pattern, re.ASCII)

    def read(text: str) -> str:
        found = matcher.fullmatch(text)
        if found is not None:
            parts = found.groupdict()
            try:
                return dt.date(
                    int(parts.get("year") or century + parts["short"]), int(parts["month"]), int(parts["day"])
                ).isoformat()
            except ValueError:
                found = None
        raise _Refused(text, f"“{text}”不是 {written} 格式的日期。", f"{text!r} is not a date written {written}.")

    return read


def remembering(declared: Field) -> Callable[[object], object]:
    """What reads the values of a field as its type does, each text that comes again only once; raises ValueRefused."""
    parse, options = FIELD_TYPES[declared.type].parse, declared.options
    known: dict[str, object] = {}

    def read(raw: object) -> object:
        if not isinstance(raw, str):
            return parse(raw, options)
        if raw in known:
            return known[raw]
        value = parse(raw, options)
        # What can be changed is nobody else's; of what hardly comes again nothing more is kept.
        if len(known) < _REMEMBERED and isinstance(value, str | Decimal | dt.date | None):
            known[raw] = value
        return value

    return read


def plain(value: object) -> object:
    """A value of the language in the form in which a file or client would send it."""
    match value:
        case Decimal():
            return format(value, "f")
        case dt.date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value

"""A record on its way into the database: what was sent, what stood there before, and every fault found so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Code
from forms_dsl.fieldtypes import refusals
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.model import Field, Label
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.source import escape_pointer
from runtime.compile.access import is_entered
from runtime.compile.app import CompiledEntity
from runtime.compile.validators import FieldValidator
from runtime.failures import Fault
from runtime.query.masks import masked_value
from runtime.query.plans import AccessPlan
from runtime.records.codes import BAD_ROWS, NOT_WRITABLE, RULE, UNKNOWN_FIELD

ROWS_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Writer:
    """What the writer may know and enter of an entity; the platform enters all but what is computed."""

    access: AccessPlan
    #: Fields that may be named at all, the way they are read; others are not there.
    known: frozenset[str]
    masked: frozenset[str]
    platform: bool = False
    #: Whether the values come over REST, where each kind has one form (docs/rest.md 1); files and rules are read leniently.
    wire: bool = False

    def may_enter(self, field: Field, path: str) -> bool:
        """Whether this writer may enter a field somewhere."""
        if self.platform:
            return field.compute is None
        return is_entered(field) and self.access.writes(path)


@dataclass(slots=True)
class Draft:
    """One record under way; `record` holds its facts: values by field, rows as maps, paths beyond references."""

    id: str
    before: Mapping[str, object] | None
    version: int = 0
    sent: dict[str, object] = field(default_factory=dict)
    record: dict[str, object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether the record is being made."""
        return self.before is None

    def changed(self) -> frozenset[str]:
        """The sent fields whose value differs from what stood there."""
        before = self.before or {}
        return frozenset(name for name, value in self.sent.items() if value != before.get(name))

    def refused(self) -> frozenset[str]:
        """The fields of which something sent was refused."""
        return frozenset((fault.pointer or "").split("/")[1] for fault in self.faults if fault.pointer)

    def has_fault(self, pointer: str) -> bool:
        """Whether something is wrong at this place already."""
        return any(fault.pointer == pointer for fault in self.faults)

    def report(self, code: Code, pointer: str, zh: str, en: str) -> None:
        """Add a fault at a pointer, once."""
        self.say(code.id, pointer, {"zh": zh, "en": en})

    def say(self, code: str, pointer: str, message: Label) -> None:
        """Add a fault with a message of a definition or field type; of a kind, once at a place, but each rule for itself."""
        if all((fault.code, fault.pointer) != (code, pointer) or code == RULE.id for fault in self.faults):
            self.faults.append(Fault(code, message, pointer=pointer))


def read_body(draft: Draft, entity: CompiledEntity, writer: Writer, body: Mapping[str, object]) -> None:
    """Parse every value of a body by its field; what may not be named or entered is refused by pointer."""
    for name, raw in body.items():
        pointer = f"/{escape_pointer(name)}"
        found = entity.validator.fields.get(name)
        if found is None or name not in writer.known:
            if name in SYSTEM_FIELDS:
                draft.report(NOT_WRITABLE, pointer, f"{name} 由系统维护。", f"{name} is kept by the system.")
            else:
                draft.report(UNKNOWN_FIELD, pointer, f"没有名为 {name} 的字段。", f"There is no field {name}.")
        elif found.rows is not None:
            _read_rows(draft, found, writer, raw, pointer)
        elif not _is_echo(draft, found.field, writer, raw):
            _read_value(draft, found, writer, raw, pointer)


def _read_value(draft: Draft, found: FieldValidator, writer: Writer, raw: object, pointer: str) -> None:
    if not writer.may_enter(found.field, found.field.name):
        _refuse(draft, found.field, pointer)
        return
    try:
        draft.sent[found.field.name] = _parse(writer, found, raw)
    except ValueRefused as refused:
        draft.say(refused.code, pointer, refused.message)


def _parse(writer: Writer, found: FieldValidator, raw: object) -> object:
    """The value of a field; over REST only in the form that the field's JSON Schema gives numbers."""
    if writer.wire and raw is not None:
        if found.wire == "integer" and (isinstance(raw, bool) or not isinstance(raw, int)):
            raise refusals.wrong_kind(
                'a whole number, sent as a JSON number (12, not "12")', '整数，以 JSON 数字发送（12，而非 "12"）'
            )
        if found.wire == "decimal" and not isinstance(raw, str):
            raise refusals.wrong_kind(
                'an exact number, sent as a text ("51000.50"): JSON numbers lose digits on their way',
                '精确数字，以文本发送（"51000.50"）：JSON 数字在传输中会丢失精度',
            )
    return found.type.parse(raw, found.field.options)


def _is_echo(draft: Draft, field: Field, writer: Writer, raw: object) -> bool:
    """Whether a client sends back the mask that it was shown: nothing was entered anew."""
    if field.name not in writer.masked or draft.before is None or not isinstance(raw, str):
        return False
    return raw == masked_value(field, draft.before.get(field.name))


def _refuse(draft: Draft, field: Field, pointer: str) -> None:
    zh, en = field.label.get("zh", field.name), field.label.get("en", field.name)
    draft.report(NOT_WRITABLE, pointer, f"{zh}不能由您填写。", f"{en} is not yours to enter.")


def _read_rows(draft: Draft, found: FieldValidator, writer: Writer, raw: object, pointer: str) -> None:
    name = found.field.name
    if not writer.may_enter(found.field, name):
        _refuse(draft, found.field, pointer)
        return
    if raw is None:
        raw = []
    if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw) or len(raw) > ROWS_LIMIT:
        draft.report(BAD_ROWS, pointer, f"此处应为最多 {ROWS_LIMIT} 行的明细。", f"This is a list of at most {ROWS_LIMIT} rows.")
        return
    stood = (draft.before or {}).get(name)
    known = {str(row["id"]): row for row in stood} if isinstance(stood, list) else {}
    rows: list[dict[str, object]] = []
    for position, row in enumerate(raw):
        rows.append(_read_row(draft, found, writer, row, known, f"{pointer}/{position}"))
    ids = [row["id"] for row in rows if "id" in row]
    if len(ids) != len(set(ids)):
        draft.report(BAD_ROWS, pointer, "同一行出现了两次。", "A row stands twice.")
    draft.sent[name] = rows


def _read_row(
    draft: Draft,
    found: FieldValidator,
    writer: Writer,
    row: Mapping[str, object],
    known: Mapping[str, Mapping[str, object]],
    pointer: str,
) -> dict[str, object]:
    """A row as it will stand: what is not sent of a row that was there before stays."""
    rows = found.rows
    values: dict[str, object] = {}
    stood: Mapping[str, object] = {}
    id = row.get("id")
    if id is not None:
        if isinstance(id, str) and id in known:
            stood = known[id]
            values |= stood
        else:
            draft.report(BAD_ROWS, f"{pointer}/id", "本记录没有这一行。", "This record has no such row.")
    for name, raw in row.items():
        if name == "id":
            continue
        inner = rows.fields.get(name) if rows else None
        path, at = f"{found.field.name}.{name}", f"{pointer}/{escape_pointer(name)}"
        if inner is None or path not in writer.known:
            draft.report(UNKNOWN_FIELD, at, f"没有名为 {name} 的字段。", f"There is no field {name}.")
        elif path in writer.masked and isinstance(raw, str) and raw == masked_value(inner.field, stood.get(name)):
            continue
        elif not writer.may_enter(inner.field, path):
            _refuse(draft, inner.field, at)
        else:
            try:
                values[name] = _parse(writer, inner, raw)
            except ValueRefused as refused:
                draft.say(refused.code, at, refused.message)
    return values

"""What a record becomes when it is written: defaults, computed values, and every check of the definition, all faults at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from forms_dsl.expr.facts import Facts
from forms_dsl.fitting import fit_value, is_empty
from forms_dsl.model import Label
from forms_dsl.source import escape_pointer
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.compile.tables import storage_of
from runtime.compile.validators import FieldValidator, RowsValidator
from runtime.context import Context
from runtime.query.late import context_facts
from runtime.records.codes import NOT_ASKED, NOT_VALID_NOW, NOT_WRITABLE, REQUIRED, RULE
from runtime.records.draft import Draft, Writer
from runtime.records.references import check_choice, follow_references
from runtime.records.triggers import act_before


@dataclass(frozen=True, slots=True)
class Demands:
    """How much a write must fulfil: a draft may be incomplete, the platform's own values are not judged."""

    complete: bool = True
    judged: bool = True
    #: Fields that the step of an approval requires beside the definition.
    required: frozenset[str] = frozenset()


def settle(
    connection: Connection,
    context: Context,
    compiled: CompiledApp,
    entity: CompiledEntity,
    writer: Writer,
    drafts: Sequence[Draft],
    demands: Demands,
) -> None:
    """Bring the drafts to the values that will stand in the table, and collect their faults."""
    follow_references(connection, context, compiled, entity, drafts)
    moment = context_facts(context, compiled)  # the same for all drafts, and dearer than each of them
    if _set_defaults(moment, entity, drafts):
        follow_references(connection, context, compiled, entity, drafts)
    for draft in drafts:
        facts = moment
        if entity.validator.evaluates:
            facts = replace(moment, record=draft.record, old=draft.before or {})
            compute(entity, draft, facts)
        if entity.triggers.before and act_before(entity, draft, facts, "create" if draft.is_new else "change"):
            follow_references(connection, context, compiled, entity, [draft])
            compute(entity, draft, facts)
        if demands.judged:
            _judge(context, entity, writer, draft, facts, demands)


def facts_for(context: Context, compiled: CompiledApp, draft: Draft) -> Facts:
    """The facts of a draft; they follow its record as it changes."""
    return context_facts(context, compiled, record=draft.record, old=draft.before or {})


def compute(entity: CompiledEntity, draft: Draft, facts: Facts) -> None:
    """Compute every computed field of the record and its rows; what a client thinks of them does not count."""
    for found in entity.validator.fields.values():
        if found.rows is not None:
            for row in _rows(draft, found):
                _compute_into(row, found.rows.computed, replace(facts, record=row, outer=draft.record, old={}))
    _compute_into(draft.record, entity.validator.computed, facts)


def _compute_into(holder: dict[str, object], computed: Sequence[FieldValidator], facts: Facts) -> None:
    for found in computed:
        if found.compute is not None:
            holder[found.field.name] = fit_value(storage_of(found.field), found.compute(facts))


def _set_defaults(moment: Facts, entity: CompiledEntity, drafts: Sequence[Draft]) -> bool:
    """Fill what a new record was not given; whether a reference was among it."""
    fields = [
        found
        for found in entity.validator.fields.values()
        if found.default is not None or found.rows is not None or found.field.type == "status"
    ]
    filled = False
    for draft in drafts if fields else ():
        facts = replace(moment, record=draft.record, old=draft.before or {})
        for found in fields if draft.is_new else ():
            name = found.field.name
            if found.field.type == "status" and found.field.options.choices and name not in draft.sent:
                draft.record[name] = found.field.options.choices[0].code
            elif found.default is not None and name not in draft.sent:
                draft.record[name] = fit_value(storage_of(found.field), found.default(facts))
                filled = filled or found.field.type == "reference"
        for found in fields:
            for row in _rows(draft, found) if found.rows is not None else ():
                filled = _row_defaults(found.rows, row, replace(facts, record=row, outer=draft.record, old={})) or filled
    return filled


def _row_defaults(rows: RowsValidator | None, row: dict[str, object], facts: Facts) -> bool:
    filled = False
    for found in rows.fields.values() if rows and "id" not in row else ():
        if found.default is not None and found.field.name not in row:
            row[found.field.name] = fit_value(storage_of(found.field), found.default(facts))
            filled = filled or found.field.type == "reference"
    return filled


def _judge(context: Context, entity: CompiledEntity, writer: Writer, draft: Draft, facts: Facts, demands: Demands) -> None:
    changed, refused = draft.changed(), draft.refused()
    judged = entity.validator.judged | demands.required if demands.required else entity.validator.judged
    for name, found in entity.validator.fields.items():
        if name not in judged and not (found.field.required and is_empty(draft.record.get(name))):
            continue
        _judge_field(context, writer, draft, found, facts, demands, is_changed=name in changed)
        if found.rows is not None:
            for position, row in enumerate(_rows(draft, found)):
                _judge_row(context, draft, found, row, position, facts, demands)
    # Rules speak of several fields at once: they are for a record that is complete, so a draft meets them when it is submitted.
    for rule in entity.validator.rules if demands.complete else ():
        if rule.rule.level != "error" or (rule.when is not None and rule.when(facts) is not True):
            continue
        if any(path[0] in refused for path in rule.rule.check.reads):
            continue  # judged once the values it reads are mended
        if rule.check(facts) is not True:
            draft.say(RULE.id, _known_pointer(writer, rule.rule.at or ""), rule.rule.message)


def _judge_field(
    context: Context, writer: Writer, draft: Draft, found: FieldValidator, facts: Facts, demands: Demands, *, is_changed: bool
) -> None:
    name, value = found.field.name, draft.record.get(found.field.name)
    pointer = _known_pointer(writer, name)
    if found.visible is not None and found.visible(facts) is not True:
        if is_changed:
            zh, en = "按当前取值不需要填写此项。", "This is not asked for under these values."
            draft.report(NOT_ASKED, pointer, zh, en)
        return
    if is_changed and not writer.platform and _is_read_only(found, draft, facts):
        draft.report(NOT_WRITABLE, pointer, "按当前取值此项只读。", "This is read only under these values.")
    if is_empty(value):
        if demands.complete and _is_required(found, facts, demands) and name not in draft.refused():
            draft.report(REQUIRED, pointer, "此项必填。", "This is required.")
        return
    if is_changed or (draft.is_new and found.field.compute is None):
        _judge_choice(draft, found, draft.record, pointer, facts)
    _check(draft, found, facts, pointer)


def _judge_row(
    context: Context,
    draft: Draft,
    outer: FieldValidator,
    row: dict[str, object],
    position: int,
    facts: Facts,
    demands: Demands,
) -> None:
    inside = replace(facts, record=row, outer=draft.record, old={})
    is_new = draft.is_new or outer.field.name in draft.changed()
    for found in outer.rows.fields.values() if outer.rows else ():
        pointer = f"/{outer.field.name}/{position}/{found.field.name}"
        if found.visible is not None and found.visible(inside) is not True:
            continue
        if row.get(found.field.name) is None:
            if demands.complete and _is_required(found, inside, Demands()) and not draft.has_fault(pointer):
                draft.report(REQUIRED, pointer, "此项必填。", "This is required.")
            continue
        if is_new:
            _judge_choice(draft, found, row, pointer, inside)
        _check(draft, found, inside, pointer)


def _is_required(found: FieldValidator, facts: Facts, demands: Demands) -> bool:
    if found.field.compute is not None:
        return False
    asked = found.required_when is not None and found.required_when(facts) is True
    return found.field.required or asked or found.field.name in demands.required


def _is_read_only(found: FieldValidator, draft: Draft, facts: Facts) -> bool:
    """By the values that stood before: what a change itself sets must not open or close the field."""
    if found.read_only is None:
        return False
    return found.read_only(facts if draft.is_new else replace(facts, record=draft.before or {})) is True


def _judge_choice(draft: Draft, found: FieldValidator, holder: Mapping[str, object], pointer: str, facts: Facts) -> None:
    """Whether what was chosen may be chosen now: validity of codes, `choices_where`, `where` of references."""
    value, options = holder.get(found.field.name), found.field.options
    codes = () if not options.choices else value if isinstance(value, tuple) else (value,)
    today = facts.today.isoformat() if facts.today is not None else ""
    for code in codes:
        choice = next((choice for choice in options.choices if choice.code == code), None)
        valid = choice is not None and (choice.valid_from or "") <= today <= (choice.valid_to or "9999-12-31")
        if not valid or (found.choices_where is not None and found.choices_where(replace(facts, code=str(code))) is not True):
            draft.report(NOT_VALID_NOW, pointer, f"“{code}”当前不能选择。", f"{code!r} cannot be chosen here now.")
    check_choice(draft, found, holder, pointer, facts)


def _check(draft: Draft, found: FieldValidator, facts: Facts, pointer: str) -> None:
    if found.check is not None and found.check(facts) is not True:
        draft.say(RULE.id, pointer, found.field.message or _unkept(found))


def _unkept(found: FieldValidator) -> Label:
    return {"zh": "不符合校验条件。", "en": "The value does not pass its check."}


def _known_pointer(writer: Writer, name: str) -> str:
    """A fault about a field that the writer may not know of points at the whole record."""
    return f"/{escape_pointer(name)}" if name in writer.known else ""


def _rows(draft: Draft, found: FieldValidator) -> list[dict[str, object]]:
    rows = draft.record.get(found.field.name)
    return rows if isinstance(rows, list) else []

"""How a form shows its items at given values, and what expressions give: over a record as the planner reads it, for the user."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.model import Case, Entity, Expected, Form, FormBlock, FormItem
from runtime.compile.access import Action, is_entered
from runtime.context import Context
from runtime.publish.cases.bench import Sitting
from runtime.publish.cases.reading import GIVEN, facts_over
from runtime.records.access import possible_plan
from runtime.records.facts import value_of
from runtime.records.opening import writer_for
from workflow_engine.differences import Difference, differs

#: Words that exclude each other.
_PAIRS = (("hidden", "visible"), ("required", "optional"), ("read_only", "editable"))


def form_differences(sitting: Sitting, case: Case, expect: Expected) -> Iterator[Difference]:
    """The items of the case's form that are shown otherwise than expected."""
    form = sitting.bench.app.forms.get(case.form or "")
    if not expect.form or form is None:
        return
    states = _states(sitting, case, form)
    for name, words in expect.form.items():
        for word in words:
            pair = next(pair for pair in _PAIRS if word in pair)
            seen = pair[0] if pair[0] in states[name] else pair[1]
            if word != seen:
                yield differs(f"{form.name}: {name}", word, seen, ("expect", "form", name))


def value_differences(sitting: Sitting, case: Case, expect: Expected) -> Iterator[Difference]:
    """The expressions that give other values than expected."""
    if not expect.expressions:
        return
    facts = facts_over(sitting, _context(sitting, case), expect.expressions.values())
    for source, expression in expect.expressions.items():
        seen = compile_python(expression.tree)(facts)
        raw = expect.values[source]
        wanted = None if raw in (None, "") else value_of(expression.tree.type, raw)
        if wanted != seen:
            yield differs(source, wanted, seen, ("expect", "values", source))


@dataclass(frozen=True, slots=True)
class _Filled:
    """A form under way: its entity, what it knows, and what the user may enter."""

    entity: Entity
    facts: Facts
    known: frozenset[str]
    entered: frozenset[str]


def _states(sitting: Sitting, case: Case, form: Form) -> dict[str, set[str]]:
    """For each item and block the first words of the pairs that hold."""
    _, entity = sitting.records[GIVEN]
    context = _context(sitting, case)
    asked = [expression for block in form.layout for expression in _expressions(block)]
    for field in entity.fields.values():
        asked += [each for each in (field.visible, field.required_when, field.read_only) if isinstance(each, Expression)]
    known, entered = _rights(context, entity)
    filled = _Filled(entity, facts_over(sitting, context, asked), known, entered)
    states: dict[str, set[str]] = {}
    for block in form.layout:
        _of_block(filled, block, states, is_shown=True)
    return states


def _of_block(filled: _Filled, block: FormBlock, states: dict[str, set[str]], *, is_shown: bool) -> None:
    is_shown = is_shown and _holds(filled, block.visible)
    states[block.name] = set() if is_shown else {"hidden"}
    for item in block.items:
        states[item.name] = set(_of_item(filled, item, is_shown=is_shown))
    for inner in block.blocks:
        _of_block(filled, inner, states, is_shown=is_shown)


def _of_item(filled: _Filled, item: FormItem, *, is_shown: bool) -> Iterator[str]:
    field = filled.entity.fields.get(item.name) if item.kind in ("field", "rows") else None
    is_shown = is_shown and _holds(filled, item.visible)
    if field is None:
        if not is_shown:
            yield "hidden"
        return
    if not is_shown or field.name not in filled.known or not _holds(filled, field.visible):
        yield "hidden"
    asked = any(one is not None and _holds(filled, one) for one in (field.required_when, item.required_when))
    if field.compute is None and (field.required or asked):
        yield "required"
    closed = any(
        one is True or (isinstance(one, Expression) and _holds(filled, one)) for one in (field.read_only, item.read_only)
    )
    if closed or field.name not in filled.entered:
        yield "read_only"


def _holds(filled: _Filled, condition: Expression | None) -> bool:
    return condition is None or compile_python(condition.tree)(filled.facts) is True


def _expressions(block: FormBlock) -> Iterator[Expression]:
    for item in block.items:
        for condition in (item.visible, item.required_when, item.read_only):
            if isinstance(condition, Expression):
                yield condition
    if block.visible is not None:
        yield block.visible
    for inner in block.blocks:
        yield from _expressions(inner)


def _rights(context: Context, entity: Entity) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that the user may know of when he makes or changes such a record, and those that he may enter."""
    actions: tuple[Action, ...] = ("create", "update")
    plans = [plan for action in actions if (plan := possible_plan(context, entity.app, entity.name, action)) is not None]
    writers = [writer_for(context, plan, platform=False) for plan in plans]
    known = frozenset().union(*(writer.known for writer in writers))
    entered = {name for name, field in entity.fields.items() if is_entered(field)}
    return known, frozenset(name for name in entered if any(writer.may_enter(entity.fields[name], name) for writer in writers))


def _context(sitting: Sitting, case: Case) -> Context:
    user = case.user
    if user is None or user.role is None:
        return sitting.context()
    return sitting.context(sitting.user(user.role, user.branch, user.name))

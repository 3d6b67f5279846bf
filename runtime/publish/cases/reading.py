"""What expressions read of the record that a case gives, through the planner."""

from __future__ import annotations

from collections.abc import Iterable

from forms_dsl.expr.facts import Facts
from forms_dsl.expr.tree import Expression
from forms_dsl.names import SYSTEM_FIELDS
from runtime.context import Context
from runtime.publish.cases.bench import Sitting
from runtime.publish.cases.results import NotRun
from runtime.query.late import context_facts
from runtime.records.facts import facts_of
from runtime.records.read import get_record
from runtime.records.request import GetRequest

#: The name under which the record of `given` stands among the records of a case; no record can be called so.
GIVEN = ""


def facts_over(sitting: Sitting, context: Context, expressions: Iterable[Expression]) -> Facts:
    """The facts of expressions over the given record; the person of `context` is their `user`, whatever he may read."""
    record_id, entity = sitting.records[GIVEN]
    compiled = sitting.bench.releases[entity.app]
    paths = {path for expression in expressions for path in expression.reads}
    if any(path[0] not in entity.fields and path[0] not in SYSTEM_FIELDS for path in paths):
        raise NotRun("expressions over related records")
    rows = {name for name, declared in entity.fields.items() if declared.type == "rows"}
    names = sorted({path[0] if path[0] in rows else ".".join(path) for path in paths})
    request = GetRequest(select=tuple(names) or ("id",))
    found = get_record(sitting.connection, sitting.context(), entity.app, entity.name, record_id, request)
    return context_facts(context, compiled, record=facts_of(compiled, entity, found.values, names), old={})

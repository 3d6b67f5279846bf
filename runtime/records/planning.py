"""From a request to a read plan: every name resolved against what this person may know, every fault named at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.expr.check import check_expression
from forms_dsl.expr.scope import BOOLEAN, FILTER, Place
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.model import Field
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.source import Span
from runtime.compile.searching import search_paths
from runtime.context import Context
from runtime.failures import Fault
from runtime.query.plans import AccessPlan, Column, Expansion, OrderKey, ReadPlan
from runtime.records.codes import BAD_PARAMETER, ENCRYPTED_NAME, MASKED_NAME, NOT_SORTABLE, UNKNOWN_NAME
from runtime.records.reach import LEADING, has_system_field, reach, reader_scope, target_plan
from runtime.records.request import GetRequest, ListRequest, fault, refused
from runtime.records.sealed import NotWhole, with_seals
from runtime.records.segments import segment_of

Targets = dict[tuple[str, ...], AccessPlan]

#: What every record carries, whatever is selected.
CARRIED = ("id", "version", "number", "created_at", "created_by", "changed_at", "changed_by")
_UNORDERED = frozenset({"rows", "multi_choice", "list"})


def plan_list(context: Context, access: AccessPlan, request: ListRequest) -> ReadPlan:
    """The plan of a list; BadRequest with all faults of its query."""
    faults: list[Fault] = []
    targets: Targets = {}
    columns = tuple(_columns(context, access, request.select, targets, faults))
    order = tuple(_order(context, access, request.order, targets, faults))
    rows = plan_rows(context, access, request, targets, faults)
    expansions = tuple(_expansions(context, access, request.expand, targets, faults))
    if faults:
        raise refused(faults)
    references = _references(access, columns, targets) if request.titles else ()
    return replace(rows, columns=columns, order=order, references=references, expansions=expansions)


def plan_get(context: Context, access: AccessPlan, request: GetRequest) -> ReadPlan:
    """The plan for one record."""
    faults: list[Fault] = []
    targets: Targets = {}
    columns = tuple(_columns(context, access, request.select, targets, faults))
    expansions = tuple(_expansions(context, access, request.expand, targets, faults))
    if faults:
        raise refused(faults)
    references = _references(access, columns, targets) if request.titles else ()
    return ReadPlan(access, columns, references=references, expansions=expansions, targets=targets, kind="get")


def column_of_path(context: Context, access: AccessPlan, path: str, targets: Targets) -> Column | None:
    """The column of a path as this person may know it; its targets are added."""
    found = reach(context, access, path)
    if found is None or (found.field.type == "rows" and found.hops):
        return None
    targets.update(found.targets)
    inner = tuple(_inner(access, found.field)) if found.field.type == "rows" else ()
    return Column(path, found.hops, found.field, inner)


def check_where(context: Context, access: AccessPlan, text: str, targets: Targets) -> tuple[Expression | None, list[Fault]]:
    """The filter of a reader, or what is wrong with it: names he may not know are names that are not there."""
    expression, faults = check_asked(context, access, "where", text, targets, expected=BOOLEAN)
    sealed = {} if expression is None else sealed_paths(context, access, expression)
    if expression is None or not sealed or faults:
        return expression, faults
    try:
        return replace(expression, tree=with_seals(expression.tree, sealed)), faults
    except NotWhole as wrong:
        return None, [not_whole("where", str(wrong))]


def check_asked(
    context: Context,
    access: AccessPlan,
    parameter: str,
    text: str,
    targets: Targets,
    *,
    place: Place = FILTER,
    expected: ValueType | None = None,
) -> tuple[Expression | None, list[Fault]]:
    """An expression of a reader over the fields that he reads in clear, or what is wrong with it."""
    expression, findings = check_expression(text, reader_scope(context, access, place), _span, expected=expected)
    faults = [Fault(f.code, _label(f), parameter=parameter) for f in findings if f.severity == "error"]
    for path in sorted(expression.reads) if expression is not None else ():
        faults += _unreadable(context, access, parameter, path, targets)
    return expression, faults


def sealed_paths(context: Context, access: AccessPlan, expression: Expression) -> dict[tuple[str, ...], Field]:
    """The encrypted fields that an expression reads, by path."""
    found = {path: reach(context, access, ".".join(path)) for path in expression.reads}
    return {path: reached.field for path, reached in found.items() if reached is not None and reached.field.encrypted}


def plan_rows(context: Context, access: AccessPlan, request: ListRequest, targets: Targets, faults: list[Fault]) -> ReadPlan:
    """Which records a request is about: its filter, search and segment; targets and faults are added."""
    where = _where(context, access, request.where, targets, faults)
    search = tuple(searched_texts(context, access, targets)) if request.search is not None else ()
    if request.search is not None and not search and not faults:
        zh, en = "此数据没有您可以搜索的字段。", "There is no field here that you may search."
        faults.append(fault(UNKNOWN_NAME, "search", zh, en))
    segment = segment_of(context, access, request.segment, targets) if request.segment is not None else None
    if request.segment is not None and segment is None:
        faults.append(_unknown("segment", request.segment))
    return ReadPlan(
        access, where=where, segment=segment, search=search, words=request.words or 0, targets=targets, deleted=request.deleted
    )


def _columns(
    context: Context, access: AccessPlan, select: tuple[str, ...] | None, targets: Targets, faults: list[Fault]
) -> Iterator[Column]:
    entity = access.entity
    for name in CARRIED:
        if has_system_field(entity, name):
            yield Column(name, (), SYSTEM_FIELDS[name])
    if select is None:
        for name in entity.entity.fields:
            column = column_of_path(context, access, name, targets)
            if column is not None:
                yield column
        return
    for path in select:
        if path in CARRIED and has_system_field(entity, path):
            continue
        column = column_of_path(context, access, path, targets)
        if column is None:
            faults.append(_unknown("select", path))
        else:
            yield column


def _expansions(
    context: Context, access: AccessPlan, paths: tuple[str, ...], targets: Targets, faults: list[Fault]
) -> Iterator[Expansion]:
    """The records that references lead to, with the columns of a list of them; targets and faults are added."""
    for path in paths:
        found = reach(context, access, path)
        if found is None:
            faults.append(_unknown("expand", path))
        elif found.field.value_type.name != "reference":
            zh, en = f"{path} 不是指向一个实体的引用。", f"{path} is no reference to one entity."
            faults.append(fault(BAD_PARAMETER, "expand", zh, en))
        else:
            targets.update(found.targets)
            hops, target = (*found.hops, found.field.name), target_plan(context, found.field)
            if target is not None:
                targets[hops] = target
            columns = tuple(_columns(context, target, None, targets, faults)) if target is not None else ()
            yield Expansion(path, hops, found.field, columns)


def _inner(access: AccessPlan, field: Field) -> Iterator[Column]:
    for row_field in access.entity.entity.rows[field.options.of or ""].fields.values():
        if access.shows(f"{field.name}.{row_field.name}") != "nothing":
            yield Column(row_field.name, (), row_field)


def _order(
    context: Context, access: AccessPlan, order: Iterable[str], targets: Targets, faults: list[Fault]
) -> Iterator[OrderKey]:
    for part in order:
        path = part.removeprefix("-")
        found = reach(context, access, path)
        if found is None:
            faults.append(_unknown("order", path))
        elif found.shows == "masked":
            faults.append(_masked("order", path))
        elif found.field.encrypted:
            faults.append(not_whole("order", path))
        elif found.field.value_type.name in _UNORDERED:
            zh, en = f"不能按 {path} 排序。", f"Records have no order by {path}."
            faults.append(fault(NOT_SORTABLE, "order", zh, en))
        else:
            targets.update(found.targets)
            yield OrderKey(found.hops, found.field, part.startswith("-"))


def _where(context: Context, access: AccessPlan, text: str | None, targets: Targets, faults: list[Fault]) -> Expression | None:
    if text is None:
        return None
    expression, found = check_where(context, access, text, targets)
    faults += found
    return expression


def _unreadable(context: Context, access: AccessPlan, parameter: str, path: tuple[str, ...], targets: Targets) -> list[Fault]:
    """What forbids to read a path that its scope knows: masks, and what lies beyond the rows of a record."""
    field = access.entity.entity.fields.get(path[0])
    if field is not None and field.type == "rows":
        if len(path) > 2:
            # What a row refers to has rights of its own, which a filter over rows does not ask for.
            return [_unknown(parameter, ".".join(path))]
        shows = access.shows(f"{path[0]}.{path[1]}") if len(path) > 1 else access.shows(path[0])
        return [_masked(parameter, ".".join(path))] if shows == "masked" else []
    found = reach(context, access, ".".join(path))
    if found is None:
        return [_unknown(parameter, ".".join(path))]
    targets.update(found.targets)
    return [_masked(parameter, ".".join(path))] if found.shows == "masked" else []


def searched_texts(context: Context, access: AccessPlan, targets: Targets) -> Iterator[tuple[tuple[str, ...], Field]]:
    """The fields that a search looks in: what this person reads in clear of those that the definition names."""
    for path in search_paths(access.compiled.app, access.entity.entity):
        found = reach(context, access, path)
        if found is not None and found.shows != "masked":
            if found.field.value_type.name == "text" and not found.field.encrypted:
                targets.update(found.targets)
                yield found.hops, found.field


def _references(
    access: AccessPlan, columns: tuple[Column, ...], targets: Mapping[tuple[str, ...], AccessPlan]
) -> tuple[Column, ...]:
    def shows(column: Column) -> bool:
        plan = targets[column.hops] if column.hops else access
        return SYSTEM_FIELDS.get(column.field.name) is column.field or plan.shows(column.field.name) in {"clear", "by_row"}

    return tuple(column for column in columns if column.field.type in LEADING and shows(column))


def _unknown(parameter: str, path: str) -> Fault:
    return fault(UNKNOWN_NAME, parameter, f"没有名为 {path} 的字段。", f"There is no field {path}.")


def _masked(parameter: str, path: str) -> Fault:
    zh, en = f"{path} 已脱敏，不能用于筛选、排序或搜索。", f"{path} is masked and cannot be filtered, ordered or searched by."
    return fault(MASKED_NAME, parameter, zh, en)


def not_whole(parameter: str, path: str) -> Fault:
    """The fault of asking more of an encrypted field than whether it is a value."""
    zh, en = f"{path} 已加密，只能与完整的值用 == 比较。", f"{path} is encrypted: it is only compared with whole values by ==."
    return fault(ENCRYPTED_NAME, parameter, zh, en)


def _label(finding: Diagnostic) -> dict[str, str]:
    said = {language: (finding.message_in(language), finding.hint_in(language)) for language in ("zh", "en")}
    return {language: " ".join(part for part in parts if part) for language, parts in said.items()}


def _span(start: int, end: int) -> Span:
    return Span("where", 1, start + 1, 1, end + 1)

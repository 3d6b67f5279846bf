"""Entities as a whole: references in circles, computations in circles, numbers that do not fit, choices nobody uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_dsl.checks.circles import circles
from forms_dsl.checks.registry import Site, check
from forms_dsl.checks.trees import parts
from forms_dsl.codes import REQUIRED_CYCLE
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.expr.tree import Aggregate, Call, Expression, Ref, ValueType
from forms_dsl.files.app import ChoicesShape
from forms_dsl.files.decision import DecisionShape
from forms_dsl.files.entity import EntityShape, FragmentShape
from forms_dsl.files.report import ReportShape
from forms_dsl.model import App, Entity, Field, RowType

COMPUTE_CYCLE = code("X040", "Computed fields depend on each other in a circle, also across records.", refusal="EXPR-CYCLE")
DECIMALS_CUT = code("N201", "A computed number has more decimals than its field keeps, and is not rounded.", "warning")
SHARED_ROWS = code("S012", "A row type whose rows two fields would share.")
UNUSED = code(
    "S011", "A choice list, form, binding, template, row type, window or parameter of a report that nothing uses.", "warning"
)

MANY_ROWS = code("Q002", "A stored computation over more than 1,000 child rows.", "warning")

_MANY_ROWS = 1000

#: A field of an entity or row type: entity, row type or "", field.
Node = tuple[str, str, str]

_ROUNDING = frozenset({"round", "round_even", "round_up", "round_down", "floor", "ceil"})
_NUMBERS = frozenset({"integer", "decimal", "money"})


@check
def required_references_end(site: Site) -> Iterator[Diagnostic]:
    """Of two records that require each other neither could be made first."""
    edges: dict[str, dict[str, Field]] = {}
    for entity in site.app.entities.values():
        for field in entity.fields.values():
            if field.type == "reference" and field.required and field.options.to:
                app, _, name = field.options.to.partition(".")
                if app == site.app.name:
                    edges.setdefault(entity.name, {})[name] = field
    circle = circles(edges)
    for name, targets in edges.items():
        for target, field in targets.items():
            if name in circle and circle[name] == circle.get(target):
                way = name if name == target else f"{name} → {target} → … → {name}"
                message = Sentence(
                    f"Each record requires another one first: {way}.", f"记录之间互相必填，谁都无法先建立：{way}。"
                )
                hint = Sentence("Make one of the references optional.", "请将其中一个引用改为非必填。")
                yield site.find(REQUIRED_CYCLE, site.at_key(field.span), message, hint, key=True)


@check
def computations_end(site: Site) -> Iterator[Diagnostic]:
    """No computed field depends on itself, over any number of fields, rows or records."""
    edges: dict[Node, set[Node]] = {}
    places: dict[Node, Field] = {}
    for entity in site.app.entities.values():
        for row, fields in (("", entity.fields), *((name, row.fields) for name, row in entity.rows.items())):
            for field in fields.values():
                if field.compute is not None:
                    node = (entity.name, row, field.name)
                    places[node] = field
                    edges[node] = set(_read_nodes(site.app, entity, row, field.compute))
    circle = circles(edges)
    for node, field in places.items():
        if node in circle:
            name = ".".join(part for part in node if part)
            message = Sentence(f"{name!r} depends on itself.", f"“{name}”的计算依赖于自身。")
            yield site.find(COMPUTE_CYCLE, site.at_key(field.span), message, key=True)


def _read_nodes(app: App, entity: Entity, row: str, expression: Expression) -> Iterator[Node]:
    """The fields that an expression reads, in whichever entity they stand."""
    for part in parts(expression.tree):
        if isinstance(part, Aggregate):
            for inner in (part.value, part.condition):
                for each in parts(inner) if inner is not None else ():
                    if isinstance(each, Ref) and each.root == "row":
                        yield from _follow(app, entity, row, (*part.rows.path, *each.path))
        elif isinstance(part, Ref) and part.root == "record":
            yield from _follow(app, entity, row, part.path)
        elif isinstance(part, Ref) and part.root == "outer":
            yield from _follow(app, entity, "", part.path)


def _follow(app: App, entity: Entity, row: str, path: tuple[str, ...]) -> Iterator[Node]:
    fields: Mapping[str, Field] = entity.rows[row].fields if row in entity.rows else entity.fields
    for word in path:
        field = fields.get(word)
        if field is None:
            return
        yield (entity.name, row, word)
        if field.type == "rows" and field.options.of in entity.rows:
            row = field.options.of or ""
            fields = entity.rows[row].fields
        else:
            target = app.entities.get((field.options.to or "").removeprefix(f"{app.name}."))
            if target is None:
                return
            entity, row, fields = target, "", target.fields


@check
def rows_belong_to_one_field(site: Site) -> Iterator[Diagnostic]:
    """The rows of a row type stand in one table by their record: two fields over it would show each other's rows."""
    for entity in site.app.entities.values():
        shown: dict[str, Field] = {}
        for field in entity.fields.values():
            first = shown.setdefault(field.options.of, field) if field.type == "rows" and field.options.of else field
            if first is not field:
                message = Sentence(
                    f"{field.name!r} and {first.name!r} show the same row type {field.options.of!r}.",
                    f"“{field.name}”与“{first.name}”使用同一个行类型“{field.options.of}”。",
                )
                hint = Sentence("Give the second field a row type of its own.", "请为第二个字段另设行类型。")
                yield site.find(SHARED_ROWS, site.at_key(field.span), message, hint, key=True)


@check
def computed_numbers_are_rounded(site: Site) -> Iterator[Diagnostic]:
    """What is cut when it is stored is rounded by the formula, where a reader can see it."""
    for entity in site.app.entities.values():
        for fields in (entity.fields, *(row.fields for row in entity.rows.values())):
            for field in fields.values():
                if field.compute is None or field.type not in _NUMBERS:
                    continue
                tree = field.compute.tree
                if _decimals(tree.type) > (field.value_type.scale or 0) and not (
                    isinstance(tree, Call) and tree.function in _ROUNDING
                ):
                    scale = field.value_type.scale or 0
                    message = Sentence(f"The result may have more than {scale} decimals.", f"结果可能多于 {scale} 位小数。")
                    hint = Sentence(f"Write round(…, {scale}).", f"请写 round(…, {scale})。")
                    yield site.find(DECIMALS_CUT, site.around(tree.span), message, hint)


@check
def stored_sums_are_over_few_rows(site: Site) -> Iterator[Diagnostic]:
    """A stored computation over many child rows makes every save of the record slow."""
    for entity in site.app.entities.values():
        for field in entity.fields.values():
            for part in parts(field.compute.tree) if field.stored and field.compute is not None else ():
                row = _row_type(entity, part.rows.path[-1]) if isinstance(part, Aggregate) else None
                if row is not None and row.expected is not None and row.expected > _MANY_ROWS:
                    message = Sentence(
                        f"This is computed over about {row.expected:,} rows at every save.",
                        f"每次保存都要对约 {row.expected:,} 行重新计算。",
                    )
                    hint = Sentence("Leave out stored, or compute it in a report.", "请去掉 stored，或改在报表中计算。")
                    yield MANY_ROWS.at(part.span, message, pointer=site.around(part.span).pointer, hint=hint)


def _row_type(entity: Entity, field: str) -> RowType | None:
    shown = entity.fields.get(field)
    return entity.rows.get(shown.options.of or "") if shown is not None else None


def _decimals(type: ValueType) -> int:
    return type.scale if type.scale is not None else 16


@check
def choice_lists_are_used(site: Site) -> Iterator[Diagnostic]:
    """A shared list is a leftover where neither a field, nor an input or output of a decision, nor a parameter of a report uses it."""
    if not site.is_all_whole:
        return
    used = {
        field.choices_from
        for file in site.files.values()
        if isinstance(file.shape, EntityShape | FragmentShape)
        for fields in (file.shape.fields, *(row.fields for row in getattr(file.shape, "rows", {}).values()))
        for field in fields.values()
    } | set(_named_types(site))
    for file in site.files.values():
        for name in file.shape.choices if isinstance(file.shape, ChoicesShape) else ():
            if name not in used:
                message = Sentence(f"Nothing uses the choice list {name!r}.", f"没有任何地方使用选项列表“{name}”。")
                yield site.find(UNUSED, site.place(file.path, "choices", name), message, key=True)


def _named_types(site: Site) -> Iterator[object]:
    """The types that stand where a choice list may be one."""
    for file in site.files.values():
        if isinstance(file.shape, DecisionShape):
            yield from (type for type in (*file.shape.given.values(), *file.shape.output.values()) if isinstance(type, str))
        if isinstance(file.shape, ReportShape):
            yield from (parameter.type for parameter in file.shape.parameters.values())

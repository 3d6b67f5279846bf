"""Forms: blocks and items over the fields of one entity."""

from __future__ import annotations

from dataclasses import replace

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.calls import check_save, check_send
from forms_dsl.build.paths import find_path
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, FORM, Scope
from forms_dsl.expr.tree import Expression
from forms_dsl.files.form import (
    ButtonItemShape,
    FieldItemShape,
    FormShape,
    PageShape,
    RowsItemShape,
    SectionShape,
    TabShape,
    TextItemShape,
)
from forms_dsl.model import Form, FormBlock, FormItem


def build_form(bench: Workbench, file: SourceFile) -> Form | None:
    """The form of a file; items with findings are left out."""
    shape = file.shape
    if not isinstance(shape, FormShape):
        return None
    place = Place(file)
    entity = bench.entity(place.at("entity"), shape.entity)
    prefix, _, name = file.name.partition(".")
    if entity is None:
        return None
    if prefix != entity.name or not name:
        message = Sentence(
            f"A form of {entity.name} is called {entity.name}.NAME.", f"“{entity.name}”的表单应命名为 {entity.name}.名称。"
        )
        bench.find(codes.BAD_NAME, place.at("form"), message)
        return None
    scope = bench.scope(FORM, bench.record_types(entity))
    blocks = tuple(_block(bench, place.at("layout", n), block, entity, scope) for n, block in enumerate(shape.layout))
    _names_differ(bench, place.at("layout"), shape)
    return Form(shape.id or file.name, name, entity.name, shape.label, blocks, tuple(shape.actions), place.at("form").span)


def _block(
    bench: Workbench, place: Place, shape: SectionShape | TabShape | PageShape, entity: EntitySignature, scope: Scope
) -> FormBlock:
    visible = bench.expression(place.at("visible"), shape.visible, scope, BOOLEAN, entity) if shape.visible else None
    match shape:
        case SectionShape():
            items = tuple(_item(bench, place.at("items", n), item, entity, scope) for n, item in enumerate(shape.items))
            kept = tuple(item for item in items if item is not None)
            return FormBlock("section", shape.section, shape.label, place.key_span, shape.columns, visible, kept)
        case TabShape():
            kind, name = "tab", shape.tab
        case PageShape():
            kind, name = "page", shape.page
    blocks = tuple(_block(bench, place.at("items", n), section, entity, scope) for n, section in enumerate(shape.items))
    return FormBlock(kind, name, shape.label, place.key_span, 1, visible, (), blocks)


def _item(
    bench: Workbench,
    place: Place,
    shape: str | FieldItemShape | RowsItemShape | TextItemShape | ButtonItemShape,
    entity: EntitySignature,
    scope: Scope,
) -> FormItem | None:
    if isinstance(shape, str):
        return FormItem("field", shape, place.span) if _is_input(bench, place, shape, entity, rows=False) else None
    visible = bench.expression(place.at("visible"), shape.visible, scope, BOOLEAN, entity) if shape.visible else None
    columns: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    least = most = None
    match shape:
        case TextItemShape():
            return FormItem("text", shape.text, place.key_span, shape.label, shape.help, shape.span, visible)
        case ButtonItemShape():
            return _button(bench, place, shape, entity, scope, visible)
        case FieldItemShape():
            known = _is_input(bench, place.at("field"), shape.field, entity, rows=False)
            kind, name = "field", shape.field
        case RowsItemShape():
            known = _is_input(bench, place.at("rows"), shape.rows, entity, rows=True)
            kind, name = "rows", shape.rows
            columns = _columns(bench, place.at("columns"), shape.rows, shape.columns, entity) if known else ()
            totals = _columns(bench, place.at("totals"), shape.rows, shape.totals, entity) if known else ()
            least, most = shape.min, shape.max
            _check_rows(bench, place, shape, entity, columns)
    required_when = None
    if shape.required_when:
        required_when = bench.expression(place.at("required_when"), shape.required_when, scope, BOOLEAN, entity)
    read_only: Expression | bool = (
        shape.read_only
        if isinstance(shape.read_only, bool)
        else bench.expression(place.at("read_only"), shape.read_only, scope, BOOLEAN, entity) or True
    )
    if not known:
        return None
    return FormItem(
        kind,
        name,
        place.key_span,
        shape.label,
        shape.help,
        shape.span,
        visible,
        required_when,
        read_only,
        columns,
        totals,
        least,
        most,
    )


def _button(
    bench: Workbench, place: Place, shape: ButtonItemShape, entity: EntitySignature, scope: Scope, visible: Expression | None
) -> FormItem | None:
    """A button that asks: its operation is a query, since nobody has submitted anything yet."""
    operation = bench.look_up(bench.operations, place.at("call"), shape.call, Sentence("operation", "操作"))
    if operation is None:
        return None
    if operation.kind != "query":
        message = Sentence("A button only asks; this operation is a command.", "按钮只能查询，而该操作是命令。")
        bench.find(codes.WRONG_TYPE, place.at("call"), message)
    send = check_send(bench, place.at("send"), shape.send, operation, scope, entity)
    inner = replace(scope, result=operation.output)
    save = check_save(bench, place.at("save"), shape.save, inner, entity)
    return FormItem(
        "button",
        shape.button,
        place.key_span,
        shape.label,
        shape.help,
        shape.span,
        visible,
        call=shape.call,
        send=send,
        save=save,
    )


def _is_input(bench: Workbench, place: Place, name: str, entity: EntitySignature, *, rows: bool) -> bool:
    """Whether the name is a field of the entity itself, of type rows or not as the item needs."""
    found = find_path(bench, place, name, entity)
    if found is None:
        return False
    if "." in name:
        message = Sentence("An item shows a field of the entity itself.", "表单项只能是实体自身的字段。")
        bench.find(codes.WRONG_TYPE, place, message)
        return False
    if (found.name == "rows") != rows:
        message = Sentence(f"{name!r} is a table of rows: write rows: {name}", f"“{name}”是明细，请写 rows: {name}")
        if rows:
            message = Sentence(f"{name!r} is not a table of rows.", f"“{name}”不是明细字段。")
        bench.find(codes.WRONG_TYPE, place, message)
        return False
    return True


def _columns(bench: Workbench, place: Place, rows: str, names: list[str], entity: EntitySignature) -> tuple[str, ...]:
    found = entity.fields.get(rows)
    known = dict(found.value_type.rows or {}) if found else {}
    for number, name in enumerate(names):
        if name not in known and not entity.open_rows:
            bench.unknown(place.at(number), name, Sentence("field of the row", "明细字段"), known)
    return tuple(name for name in names if name in known)


def _check_rows(bench: Workbench, place: Place, shape: RowsItemShape, entity: EntitySignature, columns: tuple[str, ...]) -> None:
    """The fewest rows are no more than the most; totals are of numbers that are shown."""
    if shape.min is not None and shape.max is not None and shape.min > shape.max:
        message = Sentence("The smallest number is above the largest.", "最少行数大于最多行数。")
        bench.find(codes.WRONG_TYPE, place.at("min"), message)
    found = entity.fields.get(shape.rows)
    types = (found.value_type.rows or {}) if found is not None else {}
    for number, name in enumerate(shape.totals):
        if name in types and types[name].name != "number":
            message = Sentence(f"{name!r} is not a number.", f"“{name}”不是数值字段。")
            bench.find(codes.WRONG_TYPE, place.at("totals", number), message)
        elif name in types and columns and name not in columns:
            message = Sentence(f"{name!r} is none of the columns shown.", f"“{name}”不在所显示的列中。")
            bench.find(codes.WRONG_TYPE, place.at("totals", number), message)


def _names_differ(bench: Workbench, place: Place, shape: FormShape) -> None:
    seen: set[str] = set()
    items: set[str] = set()

    def look(here: Place, block: SectionShape | TabShape | PageShape) -> None:
        match block:
            case SectionShape():
                key, name = "section", block.section
            case TabShape():
                key, name = "tab", block.tab
            case PageShape():
                key, name = "page", block.page
        if name in seen:
            message = Sentence(f"The name {name!r} is used twice.", f"名称“{name}”重复。")
            bench.find(codes.NAME_TWICE, here.at(key), message)
        seen.add(name)
        for number, inner in enumerate(block.items):
            if isinstance(inner, SectionShape):
                look(here.at("items", number), inner)
            elif isinstance(inner, TextItemShape | ButtonItemShape):
                name = inner.text if isinstance(inner, TextItemShape) else inner.button
                if name in items:
                    message = Sentence(f"The name {name!r} is used twice.", f"名称“{name}”重复。")
                    bench.find(codes.NAME_TWICE, here.at("items", number), message, key=True)
                items.add(name)

    for number, block in enumerate(shape.layout):
        look(place.at(number), block)

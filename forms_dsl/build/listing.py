"""Lists and record pages."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.calls import check_send
from forms_dsl.build.paths import check_placeholders, find_path, find_paths
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, FILTER, FORM
from forms_dsl.expr.tree import Expression, ValueType
from forms_dsl.files.listing import ActionShape, CallPanelShape, ListShape, RecordPageShape, RelatedPanelShape
from forms_dsl.model import ListSaved, ListView, Page, PageAction, PagePanel

_FORM = Sentence("form", "表单")
_OPERATION = Sentence("operation", "操作")


def build_list(bench: Workbench, file: SourceFile) -> ListView | None:
    """The list of a file; columns with findings are left out."""
    shape = file.shape
    if not isinstance(shape, ListShape):
        return None
    place = Place(file)
    entity = bench.entity(place.at("entity"), shape.entity)
    if entity is None:
        return None
    if shape.open_with:
        _form_of(bench, place.at("open_with"), shape.open_with, entity)
    totals = find_paths(bench, place.at("totals"), shape.totals, entity)
    for number, path in enumerate(totals):
        found = find_path(bench, place.at("totals", number), path, entity)
        if found is not None and found.name != "number":
            message = Sentence(f"{path!r} is not a number.", f"“{path}”不是数值字段。")
            bench.find(codes.WRONG_TYPE, place.at("totals", number), message)
    if shape.card:
        check_placeholders(bench, place.at("card", "title"), shape.card.title, entity)
    group_by = find_path(bench, place.at("group_by"), shape.group_by, entity) if shape.group_by else None
    _check_view(bench, place, shape, entity, group_by)
    _check_bulk(bench, place, shape, entity)
    return ListView(
        id=shape.id or file.name,
        name=file.name,
        entity=entity.name,
        label=shape.label,
        columns=find_paths(bench, place.at("columns"), shape.columns, entity),
        span=place.at("list").span,
        filter=_filter(bench, place.at("filter"), shape.filter, entity),
        sort=find_paths(bench, place.at("sort"), shape.sort, entity, descending=True),
        search=find_paths(bench, place.at("search"), shape.search, entity),
        quick_filters=find_paths(bench, place.at("quick_filters"), shape.quick_filters, entity),
        totals=totals,
        card_title=shape.card.title if shape.card else None,
        card_lines=find_paths(bench, place.at("card", "lines"), shape.card.lines, entity) if shape.card else (),
        page_size=shape.page_size,
        open_with=shape.open_with,
        views=tuple(
            ListSaved(
                name,
                view.label,
                _filter(bench, place.at("views", name, "filter"), view.filter, entity),
                find_paths(bench, place.at("views", name, "sort"), view.sort, entity, descending=True),
                find_paths(bench, place.at("views", name, "columns"), view.columns, entity),
            )
            for name, view in shape.views.items()
        ),
        view=shape.view,
        group_by=shape.group_by,
        dates=find_paths(bench, place.at("dates"), shape.dates, entity),
        bulk=tuple(shape.bulk),
    )


#: Actions on a selection that the platform itself has.
_BULK = ("export", "assign", "delete")


def _check_view(bench: Workbench, place: Place, shape: ListShape, entity: EntitySignature, group_by: ValueType | None) -> None:
    """What a way of drawing needs: a board its columns, a calendar a date, a timeline two."""
    wanted = {"calendar": 1, "timeline": 2}.get(shape.view, 0)
    if shape.view == "board" and shape.group_by is None and place.file.is_whole():
        message = Sentence("A board needs group_by: its columns.", "看板需要 group_by 指定各列。")
        bench.find(codes.MISSING_KEY, place.at("view"), message)
    if group_by is not None and group_by.name in ("rows", "multi_choice"):
        message = Sentence(
            f"{shape.group_by!r} has several values, so it groups nothing.", f"“{shape.group_by}”有多个值，不能用于分组。"
        )
        bench.find(codes.WRONG_TYPE, place.at("group_by"), message)
    if wanted and len(shape.dates) != wanted and place.file.is_whole():
        message = Sentence(
            f"A {shape.view} needs dates: {wanted} field(s).", f"{shape.view} 需要 dates 指定 {wanted} 个日期字段。"
        )
        bench.find(codes.MISSING_KEY, place.at("view"), message)
    if shape.dates and not wanted:
        message = Sentence(f"A {shape.view} has no use for dates.", f"{shape.view} 视图用不到 dates。")
        hint = Sentence("Write view: calendar or view: timeline.", "请写 view: calendar 或 view: timeline。")
        bench.find(codes.WRONG_TYPE, place.at("dates"), message, hint, key=True)
    for number, path in enumerate(shape.dates):
        found = find_path(bench, place.at("dates", number), path, entity)
        if found is not None and found.name not in ("date", "datetime"):
            message = Sentence(f"{path!r} is not a date.", f"“{path}”不是日期字段。")
            bench.find(codes.WRONG_TYPE, place.at("dates", number), message)


def _check_bulk(bench: Workbench, place: Place, shape: ListShape, entity: EntitySignature) -> None:
    automations = bench.files.get("automation", ())
    for number, name in enumerate(shape.bulk):
        if name not in _BULK and name not in automations:
            known = (*_BULK, *automations)
            bench.unknown(place.at("bulk", number), name, Sentence("action on a selection", "批量操作"), known)
        elif name == "assign" and not entity.has_owner and not entity.open:
            message = Sentence(
                f"{entity.name} has no owner.user, so nothing can be assigned.", f"“{entity.name}”没有 owner.user，无法分派。"
            )
            bench.find(codes.WRONG_TYPE, place.at("bulk", number), message)


def _filter(bench: Workbench, place: Place, source: str | None, entity: EntitySignature) -> Expression | None:
    return bench.expression(place, source, bench.scope(FILTER, bench.record_types(entity)), BOOLEAN, entity) if source else None


def _form_of(bench: Workbench, place: Place, name: str, entity: EntitySignature | None) -> str | None:
    """The form of that name, which must be one of `entity` where that is known."""
    if not bench.has_file("form", place, name, _FORM):
        return None
    if entity is not None and name.partition(".")[0] != entity.name:
        message = Sentence(f"{name!r} is not a form of {entity.name!r}.", f"“{name}”不是“{entity.name}”的表单。")
        bench.find(codes.WRONG_TYPE, place, message)
        return None
    return name


def build_page(bench: Workbench, file: SourceFile) -> Page | None:
    """The record page of a file; panels with findings are left out."""
    shape = file.shape
    if not isinstance(shape, RecordPageShape):
        return None
    place = Place(file)
    entity = bench.entity(place.at("entity"), shape.entity)
    if entity is None:
        return None
    if entity.name != file.name:
        message = Sentence(
            f"The record page of {entity.name} is called {entity.name}.", f"“{entity.name}”的记录页应命名为 {entity.name}。"
        )
        bench.find(codes.BAD_NAME, place.at("page"), message)
        return None
    panels = tuple(_panel(bench, place.at("panels", n), panel, entity) for n, panel in enumerate(shape.panels))
    kept = tuple(panel for panel in panels if panel is not None)
    _panel_names_differ(bench, place, shape)
    return Page(
        id=shape.id or file.name,
        entity=entity.name,
        label=shape.label,
        span=place.at("page").span,
        tags=find_paths(bench, place.at("tags"), shape.tags, entity),
        facts=find_paths(bench, place.at("facts"), shape.facts, entity),
        panels=kept,
        actions=tuple(_action(bench, place.at("actions", n), action, entity) for n, action in enumerate(shape.actions)),
    )


def _panel(
    bench: Workbench, place: Place, shape: RelatedPanelShape | CallPanelShape, entity: EntitySignature
) -> PagePanel | None:
    if isinstance(shape, CallPanelShape):
        return _call_panel(bench, place, shape, entity)
    if shape.related not in entity.related:
        if not entity.open:
            bench.unknown(place.at("related"), shape.related, Sentence("related record set", "关联记录"), entity.related)
        return None
    found = entity.related[shape.related]
    target = bench.entities.get(found[0]) if found else None
    if target is None:
        return None
    return PagePanel(
        "related",
        shape.name or shape.related,
        shape.label,
        related=shape.related,
        columns=find_paths(bench, place.at("columns"), shape.columns, target),
        sort=find_paths(bench, place.at("sort"), shape.sort, target, descending=True),
    )


def _call_panel(bench: Workbench, place: Place, shape: CallPanelShape, entity: EntitySignature) -> PagePanel | None:
    operation = bench.look_up(bench.operations, place.at("call"), shape.call, _OPERATION)
    if operation is None:
        return None
    if operation.kind != "query":
        message = Sentence("A panel only asks; this operation is a command.", "面板只能查询，而该操作是命令。")
        bench.find(codes.WRONG_TYPE, place.at("call"), message)
    send = check_send(bench, place.at("send"), shape.send, operation, bench.scope(FORM, bench.record_types(entity)), entity)
    for name in shape.values:
        if name not in operation.output:
            bench.unknown(
                place.at("values", name), name, Sentence("output of the operation", "操作输出"), operation.output, key=True
            )
    expressions = {name: value for name, value in send.items() if isinstance(value, Expression)}
    return PagePanel("call", shape.name, shape.label, call=shape.call, send=expressions, values=_values(shape.values))


def _values(values: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return dict(values)


def _action(bench: Workbench, place: Place, shape: ActionShape, entity: EntitySignature) -> PageAction:
    form = _form_of(bench, place.at("form"), shape.form, None)
    target = bench.entities.get(bench.full(shape.form.partition(".")[0])) if form else None
    for name, path in shape.prefill.items():
        here = place.at("prefill", name)
        expected = find_path(bench, Place(here.file, here.pointer), name, target) if target else None
        if path == "$record":
            given = None
            if expected is not None and expected.entity != entity.full_name:
                message = Sentence(f"{name!r} does not refer to {entity.name!r}.", f"“{name}”没有引用“{entity.name}”。")
                bench.find(codes.WRONG_TYPE, here, message)
        else:
            given = find_path(bench, here, path, entity)
        if expected is not None and given is not None and (expected.name, expected.entity) != (given.name, given.entity):
            message = Sentence(f"{path!r} is not of the type of {name!r}.", f"“{path}”与“{name}”的类型不一致。")
            bench.find(codes.WRONG_TYPE, here, message)
    return PageAction(shape.action, shape.label, shape.form, dict(shape.prefill))


def _panel_names_differ(bench: Workbench, place: Place, shape: RecordPageShape) -> None:
    seen: set[str] = set()
    for number, panel in enumerate(shape.panels):
        name = panel.name or (panel.related if isinstance(panel, RelatedPanelShape) else panel.name)
        if name in seen:
            message = Sentence(f"The panel name {name!r} is used twice.", f"面板名称“{name}”重复。")
            bench.find(codes.NAME_TWICE, place.at("panels", number), message, key=True)
        seen.add(name)
    actions: set[str] = set()
    for number, action in enumerate(shape.actions):
        if action.action in actions:
            message = Sentence(f"The action name {action.action!r} is used twice.", f"动作名称“{action.action}”重复。")
            bench.find(codes.NAME_TWICE, place.at("actions", number), message, key=True)
        actions.add(action.action)

"""Cases of the app's tests: every name in them is one of the app; every factor of a scorecard is met by one."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from forms_dsl import codes
from forms_dsl.build.place import Place
from forms_dsl.checks.registry import Site, check
from forms_dsl.diagnostics import Diagnostic, Sentence, code, suggestion
from forms_dsl.field_paths import entity_of, field_at
from forms_dsl.model import App, Case, DecisionTable, Entity, Factor, Scorecard
from forms_dsl.names import SYSTEM_FIELDS
from forms_dsl.subjects import names_in, runs, tested_entity, tested_table
from forms_dsl.workflow_tree import steps_of

UNTESTED = code("D003", "A factor of a scorecard that no test case meets.", "warning")

_FIELD, _RECORD = Sentence("field", "字段"), Sentence("record of the case", "案例中的记录")


@check
def cases_name_what_is_there(site: Site) -> Iterator[Diagnostic]:
    """Fields, records, roles, rules and what runs, as far as the whole app could be read."""
    if not site.is_all_whole:
        return
    for file in site.app.tests.values():
        for case in file.cases:
            yield from _case(site, case, site.place(file.span.file, "cases", case.name))


def _case(site: Site, case: Case, place: Place) -> Iterator[Diagnostic]:
    app = site.app
    table, entity = tested_table(app, case), tested_entity(app, case)
    if case.entity is not None and entity is None:
        said = place.at("entity") if place.at("entity").is_written else site.place(place.file.path, "entity")
        yield from _known(site, said, [case.entity], app.entities, Sentence("entity", "实体"), key=False)
        return
    if entity is None and table is None and (case.given or (case.expect is not None and case.expect.fields)):
        message = Sentence("The case does not say which entity it is about.", "案例没有说明针对哪个实体。")
        yield site.find(codes.MISSING_KEY, place, message, Sentence("Add entity: NAME", "请加上 entity: 实体名"), key=True)
        return
    yield from _given(site, case, place, table, entity)
    for name, record in case.records.items():
        here, target = place.at("records", name), entity_of(app, record.entity)
        yield from _known(
            site,
            here.at("entity"),
            [record.entity],
            app.entities if target is None else (record.entity,),
            Sentence("entity", "实体"),
            key=False,
        )
        if target is not None:
            yield from _known(site, here, record.values, _fields(target), _FIELD)
    if case.user is not None and case.user.role is not None:
        yield from _known(site, place.at("user", "role"), [case.user.role], app.roles, Sentence("role", "角色"), key=False)
    for number, act in enumerate(case.do):
        if act.kind in ("edit", "delete") and act.name is not None:
            key = "of" if act.kind == "edit" else "delete"
            yield from _known(site, place.at("do", number, key), [act.name], case.records, _RECORD, key=False)
        if act.kind == "receive" and act.name is not None:
            events = [f"{name}.{event}" for name, binding in app.bindings.items() for event in binding.events]
            yield from _known(site, place.at("do", number, "receive"), [act.name], events, Sentence("event", "事件"), key=False)
        if act.kind == "edit" and act.name is None and entity is not None:
            yield from _known(site, place.at("do", number, "edit"), act.values, _fields(entity), _FIELD)
        if act.kind == "run" and act.name is not None:
            known = (*app.automations, *app.decisions)
            what = Sentence("automation or decision", "自动化规则或决策")
            yield from _known(site, place.at("do", number, "run"), [act.name], known, what, key=False)
    yield from _form(site, case, place)
    yield from _expected(site, case, place, table, entity)


def _given(site: Site, case: Case, place: Place, table: DecisionTable | None, entity: Entity | None) -> Iterator[Diagnostic]:
    if table is not None:
        yield from _known(site, place.at("given"), case.given, table.inputs, Sentence("input of the table", "决策表输入"))
    elif entity is not None:
        steps = {step.name for flow in site.app.workflows.values() if flow.entity == entity.name for step in steps_of(flow)}
        people = {f"{name.partition('@')[0]}_by" for name in steps} | {f"{name}_by" for name in steps}
        yield from _known(site, place.at("given"), case.given, {*_fields(entity), *steps, *people, "leader_of_branch"}, _FIELD)


def _expected(site: Site, case: Case, place: Place, table: DecisionTable | None, entity: Entity | None) -> Iterator[Diagnostic]:
    expect, error = case.expect, case.expect_error
    if expect is not None:
        here = place.at("expect")
        if entity is not None:
            yield from _known(site, here.at("fields"), expect.fields, _fields(entity), _FIELD)
        if expect.values and entity is None:
            message = Sentence("Expressions need the entity of the case.", "表达式需要写明案例针对的实体。")
            yield site.find(codes.MISSING_KEY, place, message, Sentence("Add entity: NAME", "请加上 entity: 实体名"), key=True)
        if table is not None:
            yield from _known(
                site, here.at("output"), expect.output, table.outputs, Sentence("output of the table", "决策表输出")
            )
        for key, names in (("can_read", expect.can_read), ("cannot_read", expect.cannot_read)):
            for number, name in enumerate(names):
                yield from _known(site, here.at(key, number), [name], case.records, _RECORD, key=False)
        for key, named in (("shown", expect.shown), ("hidden", expect.hidden), ("records", expect.records)):
            yield from _known(site, here.at(key), named, case.records, _RECORD)
            for name, values in named.items() if isinstance(named, dict) else ():
                target = entity_of(site.app, case.records[name].entity) if name in case.records else None
                if target is not None and isinstance(values, dict):
                    yield from _known(site, here.at(key, name), values, _fields(target), _FIELD)
    if error is not None and entity is not None:
        here = place.at("expect_error")
        refusing = [rule.name for rule in site.app.automations.values() if any(one.kind == "refuse" for one in rule.do)]
        rules = [*(rule.name for rule in entity.rules), *refusing]
        for key, word, known in (
            ("rule", error.rule, rules),
            ("field", error.field, entity.fields),
            ("at", error.at, entity.fields),
        ):
            if word is not None:
                yield from _known(
                    site, here.at(key), [word], known, Sentence(key, "规则" if key == "rule" else "字段"), key=False
                )


def _form(site: Site, case: Case, place: Place) -> Iterator[Diagnostic]:
    """The form of a case is there, and what is expected of it is about its items and blocks."""
    if case.form is not None:
        yield from _known(site, place.at("form"), [case.form], site.app.forms, Sentence("form", "表单"), key=False)
    form = site.app.forms.get(case.form or "")
    if case.expect is not None and case.expect.form:
        if case.form is None:
            message = Sentence("The case does not say which form is filled in.", "案例没有说明填写哪张表单。")
            yield site.find(codes.MISSING_KEY, place, message, Sentence("Add form: NAME", "请加上 form: 表单名"), key=True)
        if form is not None:
            known = [name for block in form.layout for name in names_in(block)]
            here = place.at("expect", "form")
            yield from _known(site, here, case.expect.form, known, Sentence("item of the form", "表单项"))


def _fields(entity: Entity) -> tuple[str, ...]:
    """What a case may give or expect of a record: its fields, and the day and person of its making."""
    return (*entity.fields, *SYSTEM_FIELDS)


def _known(
    site: Site, place: Place, names: Collection[str], known: Collection[str], what: Sentence, *, key: bool = True
) -> Iterator[Diagnostic]:
    """A finding for each name that is not known; with `key` the names are keys of the map at the place."""
    for name in names:
        if name not in known:
            message = Sentence(f"There is no {what.en} {name!r}.", f"没有名为“{name}”的{what.zh}。")
            here = place.at(name) if key else place
            yield site.find(codes.UNKNOWN_REFERENCE, here, message, suggestion(name, known), key=key)


@check
def factors_are_tested(site: Site) -> Iterator[Diagnostic]:
    """For each factor some case that runs the card gives a value that the factor reads."""
    cases = [case for file in site.app.tests.values() for case in file.cases]
    for card in site.app.decisions.values() if site.is_all_whole else ():
        if not isinstance(card, Scorecard):
            continue
        given = {name for case in cases if runs(case, card) for name in _fields_given(case)}
        is_run = any(runs(case, card) for case in cases)
        for factor in card.factors:
            read = _fields_read(site.app, card, factor)
            if not is_run or (read and not read & given):
                message = Sentence(
                    f"No test case meets the factor {factor.name!r}.", f"没有测试案例覆盖评分因素“{factor.name}”。"
                )
                hint = Sentence(
                    f"Add a case under tests/ with do: [{{run: {card.name}}}].",
                    f"请在 tests/ 下补充案例，含 do: [{{run: {card.name}}}]。",
                )
                yield UNTESTED.at(factor.span, message, hint=hint)


def _fields_given(case: Case) -> set[str]:
    return {*case.given, *(name for record in case.records.values() for name in record.values)}


def _fields_read(app: App, card: Scorecard, factor: Factor) -> set[str]:
    """The fields of the record that a factor depends on, those of computed fields with them."""
    open_paths = [path for row in factor.rows if row.condition is not None for path in row.condition.reads]
    read: set[str] = set()
    while open_paths:
        name = open_paths.pop()[0]
        if name in read:
            continue
        read.add(name)
        field = field_at(app, card.entity, name)
        if field is not None and field.compute is not None:
            open_paths.extend(field.compute.reads)
    return read

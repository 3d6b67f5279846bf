"""Worked cases, from shapes to values: the names in them must be there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from forms_dsl.build.bench import EntitySignature, FieldSignature, Workbench
from forms_dsl.build.place import Place
from forms_dsl.build.step_lists import StepLists
from forms_dsl.diagnostics import Sentence, code
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.files.cases import (
    ApproveActShape,
    CaseBodyShape,
    CaseUserShape,
    DeleteActShape,
    EditActShape,
    ExampleShape,
    ExpectErrorShape,
    ExpectShape,
    ReceiveActShape,
    RejectActShape,
    ReturnActShape,
    RunActShape,
    WaitActShape,
)
from forms_dsl.model import (
    CallStep,
    Case,
    CaseAct,
    CaseRecord,
    CaseUser,
    Choice,
    Expected,
    ExpectedError,
    FieldOptions,
    SubFlowStep,
)
from forms_dsl.source import Pointer, Span

WRONG_VALUE = code("W111", "An example of a workflow gives a value that its field or answer does not take.")

#: Types whose written values can be judged without looking at other records.
_JUDGED = frozenset({"number", "text", "boolean", "date", "datetime", "choice"})
#: What an answer's types are called among field types.
_ANSWER_TYPES = {"number": "decimal", "boolean": "boolean", "date": "date", "datetime": "datetime"}

#: So many runs of a sub-flow a case names at most.
_MOST_RUNS = 500

ActShape = (
    DeleteActShape
    | ReceiveActShape
    | ApproveActShape
    | RejectActShape
    | ReturnActShape
    | EditActShape
    | RunActShape
    | WaitActShape
    | str
)

_ROLE = Sentence("role", "角色")


def build_example(bench: Workbench, place: Place, shape: ExampleShape, entity: EntitySignature, lists: StepLists) -> Case:
    """An example of a workflow over `entity`."""
    people = {f"{name.partition('@')[0]}_by" for name in lists.steps} | {f"{name}_by" for name in lists.steps}
    known = {*entity.types(), *entity.fields, *lists.steps, *people, "leader_of_branch"}
    _names(bench, place.at("given"), shape.given, known, entity, lists.is_complete)
    for name, entered in shape.given.items():
        here = place.at("given", name)
        if name in lists.steps and isinstance(entered, dict):
            _names(bench, here, entered, {*entity.fields}, entity, lists.is_complete)
            _fields(bench, here, entered, entity.fields)
        else:
            _inside(bench, here, name, entered, entity)
    _fields(bench, place.at("given"), shape.given, entity.fields)
    for number, step in enumerate(shape.path):
        lists.check_step(place.at("path", number), step)
    _answers(bench, place.at("answers"), shape, lists)
    _acts(bench, place.at("do"), shape, entity, lists)
    if shape.expect is not None:
        _expected(bench, place.at("expect"), shape.expect, entity, lists)
    if shape.user is not None and shape.user.role is not None:
        bench.look_up(bench.roles, place.at("user", "role"), shape.user.role, _ROLE)
    return build_case(place, shape.name, shape)


def build_case(place: Place, name: str, shape: CaseBodyShape) -> Case:
    """The case as data; the names in it are checked by whom it belongs to."""
    return Case(
        name=name,
        span=place.key_span,
        title=shape.title,
        given=dict(shape.given),
        records={
            each: CaseRecord(record.entity, dict(record.__pydantic_extra__ or {})) for each, record in shape.records.items()
        },
        answers={step: dict(answer) for step, answer in shape.answers.items() if isinstance(answer, dict)},
        outcomes={step: end for step, end in shape.answers.items() if isinstance(end, str)},
        limits=dict(shape.limits),
        user=_user(shape.user),
        clock=shape.clock,
        do=tuple(act_of(act) for act in shape.do),
        path=tuple(shape.path),
        expect=_expect(shape.expect),
        expect_error=_expect_error(shape.expect_error),
        places=dict(_places(place, len(place.pointer))),
    )


def _places(place: Place, depth: int) -> Iterator[tuple[Pointer, Span]]:
    """Where every part below a place stands."""
    data = place.data
    keys: Iterable[str | int] = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for part in keys:
        below = Place(place.file, (*place.pointer, part))
        yield below.pointer[depth:], below.key_span
        yield from _places(below, depth)


def act_of(shape: ActShape) -> CaseAct:
    """One act as data."""
    match shape:
        case ApproveActShape():
            return CaseAct("approve", shape.approve, shape.by, shape.opinion, values=dict(shape.set))
        case RejectActShape():
            return CaseAct("reject", shape.reject, shape.by, shape.opinion)
        case ReturnActShape():
            return CaseAct("return", shape.return_, shape.by, shape.opinion, shape.to)
        case EditActShape():
            return CaseAct("edit", values=dict(shape.edit), name=shape.of)
        case DeleteActShape():
            return CaseAct("delete", name=shape.delete)
        case ReceiveActShape():
            return CaseAct("receive", values=dict(shape.values), name=shape.receive)
        case RunActShape():
            return CaseAct("run", name=shape.run)
        case WaitActShape():
            return CaseAct("wait", length=shape.wait)
        case str():
            verb, _, step = shape.partition(" ")
            return CaseAct(verb, step or None)


def _user(shape: CaseUserShape | None) -> CaseUser | None:
    return CaseUser(shape.role, shape.branch, shape.name) if shape is not None else None


def _expect(shape: ExpectShape | None) -> Expected | None:
    if shape is None:
        return None
    records = shape.records if isinstance(shape.records, dict) else {}
    return Expected(
        at=_listed(shape.at),
        state=shape.state,
        reason=shape.reason,
        held_for=shape.held_for,
        next=shape.next,
        superseded=None if shape.superseded is None else tuple(shape.superseded),
        people={step: tuple(people) for step, people in shape.people.items()},
        fields=dict(shape.fields),
        form={name: _listed(words) for name, words in shape.form.items()},
        values=dict(shape.values),
        records={name: dict(values) for name, values in records.items()},
        record_count=shape.records if isinstance(shape.records, int) else None,
        output=dict(shape.output),
        can_read=tuple(shape.can_read),
        cannot_read=tuple(shape.cannot_read),
        shown={name: dict(values) for name, values in shape.shown.items()},
        hidden={name: tuple(fields) for name, fields in shape.hidden.items()},
        work_items=shape.work_items,
        messages=shape.messages,
    )


def _expect_error(shape: ExpectErrorShape | None) -> ExpectedError | None:
    return ExpectedError(shape.rule, shape.field, shape.at, shape.reason) if shape is not None else None


def _listed(names: str | list[str] | None) -> tuple[str, ...]:
    return () if names is None else (names,) if isinstance(names, str) else tuple(names)


# What an example may name ------------------------------------------------------------------------------------


def _names(
    bench: Workbench, place: Place, given: Mapping[str, object], known: Collection[str], entity: EntitySignature, complete: bool
) -> None:
    for name in given:
        if name not in known and not entity.open and complete:
            what = Sentence(f"field of {entity.name}", f"{entity.name} 的字段")
            bench.unknown(place.at(name), name, what, known, key=True)


def _fields(bench: Workbench, place: Place, values: Mapping[str, object], fields: Mapping[str, FieldSignature | None]) -> None:
    """Values as people write them, read as their fields do."""
    for name, raw in values.items():
        field = fields.get(name)
        if field is not None and field.type != "status" and field.value_type.name in _JUDGED:
            _fits(bench, place.at(name), field.type, field.options, raw)


def _fits(bench: Workbench, place: Place, type: str, options: FieldOptions, raw: object) -> None:
    try:
        FIELD_TYPES[type].parse(raw, options)
    except ValueRefused as refused:
        bench.find(WRONG_VALUE, place, Sentence(refused.message["en"], refused.message["zh"]))


def _inside(bench: Workbench, place: Place, name: str, value: object, entity: EntitySignature) -> None:
    """The fields of the record that a reference is given as, or of child rows."""
    field = entity.fields.get(name)
    if field is None:
        return
    target = bench.entities.get(field.value_type.entity or "") if field.value_type.name == "reference" else None
    if target is not None and isinstance(value, dict):
        _names(bench, place, value, {*target.types(), *target.fields}, target, True)
        _fields(bench, place, value, target.fields)
    rows = entity.rows.get(field.options.of or "") if field.value_type.name == "rows" else None
    if rows is not None and isinstance(value, list) and (field.options.of or "") not in entity.open_rows:
        for number, row in enumerate(value):
            _names(bench, place.at(number), row if isinstance(row, dict) else {}, rows, entity, True)
            _fields(bench, place.at(number), row if isinstance(row, dict) else {}, rows)


def _answers(bench: Workbench, place: Place, shape: ExampleShape, lists: StepLists) -> None:
    """An answer is for a call, and holds what its operation gives."""
    for name, answer in shape.answers.items():
        step = lists.steps.get(name)
        if isinstance(step, SubFlowStep):
            _end_of_runs(bench, place.at(name), answer)
            continue
        if not isinstance(step, CallStep):
            # In a reversal it may be a call of the approval that it reverses: checks/reversals looks there.
            if lists.is_complete and not lists.implied:
                calls = [each for each, found in lists.steps.items() if isinstance(found, CallStep | SubFlowStep)]
                bench.unknown(place.at(name), name, Sentence("call or sub-flow", "调用或子流程"), calls, key=True)
            continue
        operation = bench.operations.known.get(step.connector)
        for part, raw in answer.items() if isinstance(answer, dict) else ():
            type = operation.output.get(part) if operation is not None else None
            if type is not None:
                options = FieldOptions(choices=tuple(Choice(each, {}) for each in type.codes), scale=8)
                _fits(bench, place.at(name, part), "choice" if type.codes else _ANSWER_TYPES.get(type.name, "text"), options, raw)
            if operation is not None and part not in operation.output:
                what = Sentence(f"output of {step.connector}", f"{step.connector} 的输出")
                bench.unknown(place.at(name, part), part, what, operation.output, key=True)


def _end_of_runs(bench: Workbench, place: Place, answer: object) -> None:
    """A sub-flow ends as approved, or as rejected; of several runs it is said how many do."""
    if answer == "unknown":
        message = Sentence("A sub-flow is approved or rejected.", "子流程的结局只有通过或未通过。")
        bench.find(WRONG_VALUE, place, message, Sentence("Write rejected, or leave it out.", "请写 rejected，或省略。"))
    for name, count in answer.items() if isinstance(answer, dict) else ():
        if name not in ("approved", "rejected"):
            what = Sentence("end of a sub-flow", "子流程的结局")
            bench.unknown(place.at(name), name, what, ("approved", "rejected"), key=True)
        elif not str(count).isdecimal() or int(count) > _MOST_RUNS:
            message = Sentence(f"{count} is no number of runs.", f"“{count}”不是条数。")
            bench.find(WRONG_VALUE, place.at(name), message)


def _acts(bench: Workbench, place: Place, shape: ExampleShape, entity: EntitySignature, lists: StepLists) -> None:
    for number, act in enumerate(shape.do):
        here = place.at(number)
        match act:
            case ApproveActShape():
                lists.check_human([(here.at("approve"), act.approve)])
                _names(bench, here.at("set"), act.set, {*entity.fields}, entity, lists.is_complete)
                _fields(bench, here.at("set"), act.set, entity.fields)
            case RejectActShape():
                lists.check_human([(here.at("reject"), act.reject)])
            case ReturnActShape():
                lists.check_human([(here.at("return"), act.return_), (here.at("to"), act.to)])
            case EditActShape():
                _names(bench, here.at("edit"), act.edit, {*entity.fields}, entity, lists.is_complete)
                _fields(bench, here.at("edit"), act.edit, entity.fields)
            case RunActShape():
                _runs(bench, here.at("run"), act.run)
            case str() if " " in act:
                lists.check_human([(here, act.partition(" ")[2])])


def _runs(bench: Workbench, place: Place, name: str) -> None:
    automations = bench.files.get("automation", ())
    if name not in automations and name not in bench.decisions.known and not bench.decisions.open:
        what = Sentence("automation or decision", "自动化规则或决策")
        bench.unknown(place, name, what, (*automations, *bench.decisions.known))


def _expected(bench: Workbench, place: Place, shape: ExpectShape, entity: EntitySignature, lists: StepLists) -> None:
    for number, name in enumerate(_listed(shape.at)):
        lists.check_step(place.at("at", number) if isinstance(shape.at, list) else place.at("at"), name)
    if shape.next is not None:
        lists.check_step(place.at("next"), shape.next)
    lists.check_human([(place.at("people", step), step) for step in shape.people])
    if shape.superseded is not None:
        lists.resolve(place.at("superseded"), shape.superseded)
    _names(bench, place.at("fields"), shape.fields, {*entity.types(), *entity.fields}, entity, lists.is_complete)
    _fields(bench, place.at("fields"), shape.fields, entity.fields)

"""Steps of a workflow, from shapes to the block tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from forms_dsl import codes
from forms_dsl.build.bench import EntitySignature, Workbench
from forms_dsl.build.branches import branch_codes
from forms_dsl.build.calls import check_save, check_send
from forms_dsl.build.paths import find_path
from forms_dsl.build.people import build_people, role_name
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence
from forms_dsl.durations import parse_ratio
from forms_dsl.expr.scope import BOOLEAN, NUMBER, PROCESS, Scope
from forms_dsl.expr.tree import Expression
from forms_dsl.files.steps import (
    ApproveShape,
    CallShape,
    CaseShape,
    ChooseShape,
    CopyShape,
    DueShape,
    FillShape,
    SeatRuleShape,
    StepFieldsShape,
    TogetherShape,
)
from forms_dsl.model import (
    Branch,
    CallStep,
    ChooseStep,
    CopyStep,
    Due,
    Duration,
    HumanStep,
    SeatRule,
    StepFields,
    TogetherStep,
    WorkflowStep,
)

StepShape = FillShape | ApproveShape | TogetherShape | ChooseShape | CallShape | CopyShape

_FORM = Sentence("form", "表单")
_OPERATION = Sentence("operation", "操作")


@dataclass(slots=True)
class Steps:
    """The steps of one workflow under way; unnamed blocks get numbered names."""

    bench: Workbench
    entity: EntitySignature
    scope: Scope
    numbers: dict[str, int] = field(default_factory=dict)
    #: Where refusals return to, with the place that says so; checked when all steps are known.
    returns: list[tuple[Place, str]] = field(default_factory=list)

    def build(self, place: Place, shapes: list[StepShape]) -> tuple[WorkflowStep, ...]:
        """The steps of a list; those with findings are left out."""
        built = (self._step(place.at(number), shape) for number, shape in enumerate(shapes))
        return tuple(step for step in built if step is not None)

    def _step(self, place: Place, shape: StepShape) -> WorkflowStep | None:
        match shape:
            case FillShape():
                return self._human(place, shape, "fill", shape.fill)
            case ApproveShape():
                return self._human(place, shape, "approve", shape.approve)
            case TogetherShape():
                return self._together(place, shape)
            case ChooseShape():
                return self._choose(place, shape)
            case CallShape():
                return self._call(place, shape)
            case CopyShape():
                return self._copy(place, shape)

    def _name(self, given: str | None, verb: str) -> str:
        self.numbers[verb] = self.numbers.get(verb, 0) + 1
        return given or f"{verb}_{self.numbers[verb]}"

    def _expression(self, place: Place, source: str | None, *, number: bool = False) -> Expression | None:
        expected = NUMBER if number else BOOLEAN
        return self.bench.expression(place, source, self.scope, expected, self.entity) if source else None

    # People --------------------------------------------------------------------------------------------------

    def _human(self, place: Place, shape: FillShape | ApproveShape, verb: str, name: str) -> HumanStep | None:
        people = build_people(self.bench, place.at("by"), shape.by, self.scope, self.entity)
        when = self._expression(place.at("when"), shape.when)
        limit = self._expression(place.at("limit"), shape.limit, number=True)
        if shape.form:
            self.check_form(place.at("form"), shape.form)
        rule = _seat_rule(self.bench, place.at("rule"), shape.rule) if isinstance(shape, ApproveShape) and shape.rule else None
        fields = self._fields(place.at("fields"), shape.fields) if shape.fields else StepFields()
        may: tuple[str, ...] = ("approve", "reject", "return")
        if isinstance(shape, ApproveShape) and shape.may is not None:
            may = tuple(shape.may)
        if shape.on_reject:
            self.returns.append((place.at("on_reject", "return_to"), shape.on_reject.return_to))
        if people is None:
            return None
        return HumanStep(
            verb=verb,
            name=name,
            title=shape.title,
            by=people,
            span=place.key_span,
            when=when,
            form=shape.form,
            fields=fields,
            rule=rule or SeatRule("first"),
            on_reject=shape.on_reject.return_to if shape.on_reject else None,
            may=may,
            opinion=("reject", "return", "veto") if shape.opinion is None else tuple(shape.opinion),
            limit=limit,
            due=self._due(place.at("due"), shape.due) if shape.due else None,
        )

    def check_form(self, place: Place, name: str) -> None:
        """A finding when the form is not there or not of the workflow's entity."""
        if self.bench.has_file("form", place, name, _FORM) and name.partition(".")[0] != self.entity.name:
            message = Sentence(f"{name!r} is not a form of {self.entity.name!r}.", f"“{name}”不是“{self.entity.name}”的表单。")
            self.bench.find(codes.WRONG_TYPE, place, message)

    def _fields(self, place: Place, shape: StepFieldsShape) -> StepFields:
        lists = {}
        for key in ("write", "read", "hide", "require"):
            names = getattr(shape, key)
            for number, name in enumerate(names):
                find_path(self.bench, place.at(key, number), name, self.entity)
            lists[key] = tuple(names)
        return StepFields(**lists)

    def _due(self, place: Place, shape: DueShape) -> Due:
        to = role_name(self.bench, place.at("to"), shape.to) if shape.to else None
        if shape.then == "escalate" and shape.to is None and place.file.is_whole(place.pointer):
            message = Sentence("An escalation needs to: role.NAME", "升级处理需要 to: role.角色名")
            self.bench.find(codes.MISSING_KEY, place.at("then"), message, key=True)
        return Due(shape.within, shape.then, shape.every, shape.at_most, to)

    # Blocks --------------------------------------------------------------------------------------------------

    def _together(self, place: Place, shape: TogetherShape) -> TogetherStep:
        name = self._name(shape.name, "together")
        branches = tuple(
            Branch(branch.name, self.build(place.at("together", n, "steps"), branch.steps))
            for n, branch in enumerate(shape.together)
        )
        return TogetherStep(name, place.key_span, branches)

    def _choose(self, place: Place, shape: ChooseShape) -> ChooseStep | None:
        name = self._name(shape.name, "choose")
        if isinstance(shape.choose, list):
            return self._cases(place, shape, shape.choose, name)
        value = self.bench.expression(place.at("choose"), shape.choose, self.scope, None, self.entity)
        further = dict(shape.__pydantic_extra__ or {})
        branches = tuple(Branch(text, self.build(place.at(text), steps), code=text) for text, steps in further.items())
        otherwise = None if shape.otherwise is None else self.build(place.at("otherwise"), shape.otherwise)
        if value is None:
            return None
        branch_codes(self.bench, place, value.type, list(further), has_rest=otherwise is not None)
        return ChooseStep(name, place.key_span, branches, value, otherwise)

    def _cases(self, place: Place, shape: ChooseShape, cases: list[CaseShape], name: str) -> ChooseStep:
        for text in shape.__pydantic_extra__ or {}:
            message = Sentence(f"The key {text!r} is not known here.", f"此处没有键“{text}”。")
            hint = Sentence("A list of cases has its steps in the cases.", "条件列表的步骤写在各条件中。")
            self.bench.find(codes.UNKNOWN_KEY, place.at(text), message, hint, key=True)
        branches = []
        otherwise = None if shape.otherwise is None else self.build(place.at("otherwise"), shape.otherwise)
        for number, case in enumerate(cases):
            here = place.at("choose", number)
            steps = self.build(here.at("steps"), case.steps)
            if case.else_:
                otherwise = steps
                self._rest(here, number == len(cases) - 1, case)
                continue
            if case.if_ is None and here.file.is_whole(here.pointer):
                message = Sentence("A case needs if: or else: true", "每个条件需要 if: 或 else: true")
                self.bench.find(codes.MISSING_KEY, here, message, key=True)
            condition = self._expression(here.at("if"), case.if_)
            if condition is not None:
                branches.append(Branch(case.name or f"case_{number + 1}", steps, condition))
        return ChooseStep(name, place.key_span, tuple(branches), None, otherwise)

    def _rest(self, place: Place, is_last: bool, case: CaseShape) -> None:
        if not is_last or case.if_ is not None:
            message = Sentence("The case of all others stands last and has no condition.", "其余情况须放在最后，且不带条件。")
            self.bench.find(codes.WRONG_TYPE, place.at("else"), message, key=True)

    # Calls and copies ----------------------------------------------------------------------------------------

    def _call(self, place: Place, shape: CallShape) -> CallStep | None:
        bench = self.bench
        operation = bench.look_up(bench.operations, place.at("connector"), shape.connector, _OPERATION)
        for key, name in (("undo", shape.undo), ("unknown_result", shape.unknown_result and shape.unknown_result.ask)):
            here = place.at("unknown_result", "ask") if key == "unknown_result" else place.at(key)
            if name:
                bench.look_up(bench.operations, here, name, _OPERATION)
        when = self._expression(place.at("when"), shape.when)
        by_hand = None
        if shape.on_error:
            by_hand = build_people(bench, place.at("on_error", "assign"), shape.on_error.assign, self.scope, self.entity)
        if operation is None:
            return None
        send = check_send(bench, place.at("send"), shape.send, operation, self.scope, self.entity)
        result_scope = bench.scope(PROCESS, self.scope.fields, result=operation.output)
        save = check_save(bench, place.at("save"), shape.save, result_scope, self.entity)
        retry = shape.retry
        return CallStep(
            name=shape.call,
            title=shape.title,
            span=place.key_span,
            connector=shape.connector,
            send=send,
            save=save,
            when=when,
            retry_times=retry.times if retry else 5,
            retry_first_wait=(retry.first_wait if retry else None) or Duration(1, "minute"),
            retry_grow=retry.grow if retry else 2,
            undo=shape.undo,
            ask=shape.unknown_result.ask if shape.unknown_result else None,
            on_error=by_hand,
            on_error_title=shape.on_error.title if shape.on_error else None,
        )

    def _copy(self, place: Place, shape: CopyShape) -> CopyStep:
        name = self._name(shape.name, "copy")
        found = (
            build_people(self.bench, place.at("copy", "to", n), people, self.scope, self.entity)
            for n, people in enumerate(shape.copy_.to)
        )
        return CopyStep(
            name, place.key_span, tuple(p for p in found if p is not None), self._expression(place.at("when"), shape.when)
        )


def _seat_rule(bench: Workbench, place: Place, shape: SeatRuleShape) -> SeatRule | None:
    """The one rule that a map of words says."""
    said = {
        "all": shape.all,
        "pass": shape.pass_ is not None,
        "first": shape.first is not None,
        "any_approve": shape.any_approve,
        "in_turn": shape.in_turn,
    }
    kinds = [kind for kind, is_said in said.items() if is_said]
    if len(kinds) != 1:
        if place.file.is_whole(place.pointer):
            words = ", ".join(said)
            message = Sentence(f"Exactly one of {words} is needed.", f"{'、'.join(said)} 必须且只能有一个。")
            bench.find(codes.WRONG_TYPE, place, message, key=True)
        return None
    veto = role_name(bench, place.at("veto"), shape.veto) if shape.veto else None
    if shape.one_veto and shape.count_at_end:
        message = Sentence("one_veto and count_at_end exclude each other.", "one_veto 与 count_at_end 不能同时使用。")
        bench.find(codes.WRONG_TYPE, place, message, key=True)
    threshold, of = _threshold(shape.pass_)
    return SeatRule(kinds[0], threshold, of, early=not shape.count_at_end, veto=veto)


def _threshold(text: str | None) -> tuple[Fraction | None, str]:
    if text is None:
        return None, "seats"
    words = text.split(" of ")
    of = words[-1] if words[-1] in ("seats", "voted") else "seats"
    ratio = parse_ratio(text.removesuffix(f" of {words[-1]}") if words[-1] in ("seats", "voted") else text)
    if isinstance(ratio, tuple):
        return Fraction(*ratio) if 0 < ratio[0] <= ratio[1] else None, of
    return ratio, of

"""The steps at which people act, from shapes to values."""

from __future__ import annotations

from collections.abc import Sequence

from forms_dsl import codes
from forms_dsl.build.bench import DecisionSignature
from forms_dsl.build.flow_context import FlowContext
from forms_dsl.build.people import build_people
from forms_dsl.build.place import Place
from forms_dsl.build.seat_rules import build_rule
from forms_dsl.diagnostics import Sentence, code
from forms_dsl.files.human_steps import ApproveShape, DueShape, FillShape, StepFieldsShape, VoteShape
from forms_dsl.model import Due, HumanStep, People, SeatRule, StepFields

OTHERS_BALLOT = code(
    "W016", "A ballot that somebody else would cast or turn: a vote knows no transfer, delegate, proxy, added seat or escalation."
)

HumanShape = FillShape | ApproveShape | VoteShape

_DECISION = Sentence("decision", "决策")
_APPROVE_MAY = ("approve", "reject", "return")
_VOTE_MAY = ("approve", "reject", "abstain")
_OPINION = ("reject", "return", "veto")
#: What a vote does not allow.
_NO_BALLOT = ("transfer", "delegate", "add_before", "add_after", "add_together", "remove_added")


def build_human(flow: FlowContext, place: Place, shape: HumanShape) -> HumanStep | None:
    """The step; None with a finding about its people."""
    bench = flow.bench
    verb, name = _verb(shape)
    people = build_people(bench, place.at("by"), shape.by, flow.scope, flow.entity)
    flow.note_chooser(place.at("by"), people)
    when = flow.condition(place.at("when"), shape.when)
    limit = flow.number(place.at("limit"), shape.limit)
    if shape.form:
        flow.check_form(place.at("form"), shape.form)
    if shape.run:
        _run(flow, place.at("run"), shape.run)
    fields = _fields(flow, place.at("fields"), shape.fields) if shape.fields else StepFields()
    if shape.on_reject:
        flow.returns.append((place.at("on_reject", "return_to"), shape.on_reject.return_to))
    rule = _rule(flow, place, shape)
    due = _due(flow, place.at("due"), shape.due) if shape.due else None
    may = _may(flow, place, shape, rule)
    _no_votes(flow, place, shape)
    for number, word in enumerate(() if isinstance(shape, FillShape) else shape.opinion or ()):
        if word not in may:
            message = Sentence(f"This step does not offer {word!r}.", f"本步骤不提供“{word}”。")
            bench.find(codes.WRONG_TYPE, place.at("opinion", number), message)
    if people is None:
        return None
    _one_rule_for_many(flow, place, shape, people.count_max or people.count_min, people.pick)
    if rule is not None and rule.kind == "weights":
        _enough_weight(flow, place.at("rule", "pass"), rule, people)
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
        opinion=_OPINION if shape.opinion is None else tuple(shape.opinion),
        limit=limit,
        due=due,
        run=shape.run,
        allow=tuple(shape.allow),
        signature=shape.signature == "required",
        always_ask=shape.always_ask,
        open_for=shape.open_for if isinstance(shape, VoteShape) else None,
    )


def _verb(shape: HumanShape) -> tuple[str, str]:
    match shape:
        case FillShape():
            return "fill", shape.fill
        case ApproveShape():
            return "approve", shape.approve
        case VoteShape():
            return "vote", shape.vote


def _rule(flow: FlowContext, place: Place, shape: HumanShape) -> SeatRule | None:
    written = None if isinstance(shape, FillShape) else shape.rule
    return build_rule(flow.bench, place.at("rule"), written, _verb(shape)[0]) if written is not None else None


def _one_rule_for_many(flow: FlowContext, place: Place, shape: HumanShape, seats: int, pick: str) -> None:
    """Several seats need a rule (W011); by `pick: first` the first answer decides."""
    has_rule = isinstance(shape, ApproveShape | VoteShape) and shape.rule is not None
    if isinstance(shape, ApproveShape) and seats > 1 and pick != "first" and not has_rule and place.file.is_whole(place.pointer):
        message = Sentence(f"There are {seats} seats and no rule.", f"有 {seats} 个席位，但没有 rule。")
        hint = Sentence("Add rule: {all: true, one_veto: true}, or another.", "请加上 rule，例如 {all: true, one_veto: true}。")
        flow.bench.find(codes.UNMEETABLE, place.at("by", "count"), message, hint, key=True)


def _enough_weight(flow: FlowContext, place: Place, rule: SeatRule, people: People) -> None:
    """All seats together have the votes that pass (W011); without a count there is one seat for each role."""
    seats, heaviest = people.count_max, max(rule.weights.values(), default=0)
    most = sum(rule.weights.values()) if seats is None else seats * heaviest
    if rule.votes is not None and rule.votes > most:
        message = Sentence(
            f"{rule.votes} votes are needed, but all seats together have {most}.",
            f"需要 {rule.votes} 票，但全部席位只有 {most} 票。",
        )
        flow.bench.find(codes.UNMEETABLE, place, message)


def _may(flow: FlowContext, place: Place, shape: HumanShape, rule: SeatRule | None) -> tuple[str, ...]:
    written: Sequence[str] | None = None if isinstance(shape, FillShape) else shape.may
    forbidden = rule is not None and rule.kind == "vote" and rule.abstain == "forbidden"
    if written is None:
        usual = _VOTE_MAY if isinstance(shape, VoteShape) else _APPROVE_MAY
        return tuple(each for each in usual if each != "abstain" or not forbidden)
    if forbidden and "abstain" in written:
        message = Sentence("The rule forbids abstentions.", "表决规则禁止弃权。")
        flow.bench.find(codes.WRONG_TYPE, place.at("may", list(written).index("abstain")), message)
    return tuple(written)


def _no_votes(flow: FlowContext, place: Place, shape: HumanShape) -> None:
    """A fill has no vote; a vote is cast by its owner."""
    if isinstance(shape, FillShape):
        for key in ("on_reject", "limit", "signature"):
            if getattr(shape, key) is not None and key == "on_reject":
                message = Sentence("Nobody refuses at a fill step.", "录入步骤没有拒绝。")
                flow.bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)
    for number, word in enumerate(shape.allow):
        if isinstance(shape, VoteShape) and word in _NO_BALLOT:
            message = Sentence("A ballot is cast by its owner.", "表决须由委员本人进行。")
            hint = Sentence(f"Leave {word} out.", f"请去掉 {word}。")
            flow.bench.find(OTHERS_BALLOT, place.at("allow", number), message, hint)
    if isinstance(shape, VoteShape) and shape.due is not None and shape.due.then == "escalate":
        message = Sentence("A late ballot is not another's to cast.", "委员逾期未投票，也不能由他人代投。")
        hint = Sentence(
            "Use then: remind, and open_for for the end of the vote.", "请用 then: remind，并以 open_for 规定表决截止时间。"
        )
        flow.bench.find(OTHERS_BALLOT, place.at("due", "then"), message, hint)


def _fields(flow: FlowContext, place: Place, shape: StepFieldsShape) -> StepFields:
    for key in ("write", "read", "require"):
        for number, name in enumerate(getattr(shape, key)):
            if name in shape.hide:
                message = Sentence(f"{name!r} is hidden in the same step.", f"“{name}”在同一步骤中被隐藏。")
                flow.bench.find(codes.WRONG_TYPE, place.at(key, number), message)
    return StepFields(
        write=flow.field_list(place.at("write"), shape.write, written=True),
        read=flow.field_list(place.at("read"), shape.read),
        hide=flow.field_list(place.at("hide"), shape.hide),
        require=flow.field_list(place.at("require"), shape.require),
    )


def _due(flow: FlowContext, place: Place, shape: DueShape) -> Due:
    to = None
    if shape.to is not None:
        to = build_people(flow.bench, place.at("to"), shape.to, flow.scope, flow.entity, of_holder=True)
    if shape.then == "escalate" and shape.to is None and place.file.is_whole(place.pointer):
        message = Sentence(
            "An escalation needs to: leader_of_holder, role.NAME or other people.",
            "升级处理需要 to: leader_of_holder、role.角色名 或其他人员。",
        )
        flow.bench.find(codes.MISSING_KEY, place.at("then"), message, key=True)
    if shape.then not in ("remind", "escalate") and (shape.every is not None or shape.at_most is not None):
        key = "every" if shape.every is not None else "at_most"
        message = Sentence(f"{shape.then} happens once, so nothing is repeated.", f"{shape.then} 只发生一次，没有可重复的。")
        flow.bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)
    elif shape.at_most is not None and shape.every is None:
        message = Sentence(
            "Without every nothing is repeated, so at_most counts nothing.", "没有 every 就不会重复，at_most 没有意义。"
        )
        flow.bench.find(codes.WRONG_TYPE, place.at("at_most"), message, key=True)
    return Due(shape.within, shape.then, shape.every, shape.at_most, to)


def _run(flow: FlowContext, place: Place, name: str) -> None:
    """A decision whose outputs go to the fields of the same name before people are found."""
    decision = flow.bench.look_up(flow.bench.decisions, place, name, _DECISION)
    if decision is None:
        return
    if decision.entity not in (None, flow.entity.full_name):
        message = Sentence(f"{name!r} is a decision over another entity.", f"“{name}”是针对其他实体的决策。")
        flow.bench.find(codes.WRONG_TYPE, place, message)
        return
    _inputs(flow, place, decision)
    for output, type in decision.outputs.items():
        field = flow.entity.fields.get(output)
        if field is None and output not in flow.entity.fields and not flow.entity.open:
            message = Sentence(
                f"{flow.entity.name} has no field {output!r} for the decision's output.",
                f"“{flow.entity.name}”没有与决策输出同名的字段“{output}”。",
            )
            flow.bench.find(codes.UNKNOWN_REFERENCE, place, message)
        elif field is not None and (field.computed or field.value_type.name != type.name):
            message = Sentence(f"The field {output!r} cannot take the decision's output.", f"字段“{output}”不能存放决策的输出。")
            flow.bench.find(codes.WRONG_TYPE, place, message)


def _inputs(flow: FlowContext, place: Place, decision: DecisionSignature) -> None:
    """A table that is run takes its inputs from the fields of the same name."""
    for name, type in decision.inputs.items():
        found = flow.entity.types().get(name)
        if found is None and name not in flow.entity.fields and not flow.entity.open:
            message = Sentence(
                f"{flow.entity.name} has no field {name!r} for the table's input.",
                f"“{flow.entity.name}”没有与决策表输入同名的字段“{name}”。",
            )
            flow.bench.find(codes.UNKNOWN_REFERENCE, place, message)
        elif found is not None and found.name != type.name:
            message = Sentence(f"The field {name!r} is not of the table's type.", f"字段“{name}”与决策表的输入类型不同。")
            flow.bench.find(codes.WRONG_TYPE, place, message)

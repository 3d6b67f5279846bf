"""A workflow of the model as its file would say it: the way from random workflows to what is exported."""

from __future__ import annotations

from forms_dsl.model import (
    AnyOfStep,
    Branch,
    CallStep,
    ChooseStep,
    CopyStep,
    Due,
    Duration,
    HumanStep,
    People,
    SeatRule,
    SubFlowStep,
    TogetherStep,
    WaitStep,
    Workflow,
    WorkflowStep,
)


def written_flow(workflow: Workflow) -> dict[str, object]:
    """The data of the file of a random workflow."""
    return {
        "workflow": workflow.name,
        "title": dict(workflow.title),
        "for": workflow.entity,
        "start": {"by": _people(workflow.start_by)},
        "controls": {
            "four_eyes": [
                _without_nothing(
                    name=rule.name,
                    title=dict(rule.title),
                    different_people=list(rule.different_people),
                    editors_of=list(rule.editors_of),
                    may_not_act_at=list(rule.may_not_act_at),
                )
                for rule in workflow.four_eyes
            ],
            "return": {"resubmit_to": workflow.resubmit_to},
            "recall": {"by": "starter", "until": workflow.recall_until},
            "no_approver": workflow.no_approver,
            "repeat_approver": {"skip": workflow.repeat_approver.skip},
            "proxy": {"allowed": str(workflow.proxy.allowed).lower(), "except": list(workflow.proxy.not_at)},
            "starter_is_approver": workflow.starter_is_approver,
        },
        "steps": _steps(workflow.steps),
        "examples": [],
    }


def _steps(steps: tuple[WorkflowStep, ...]) -> list[dict[str, object]]:
    return [_step(step) for step in steps]


def _step(step: WorkflowStep) -> dict[str, object]:
    match step:
        case HumanStep():
            return _without_nothing(
                **{step.verb: step.name},
                title=dict(step.title),
                when=step.when and step.when.source,
                by=_people(step.by),
                rule=_rule(step.rule) if step.verb != "fill" else None,
                on_reject={"return_to": step.on_reject} if step.on_reject else None,
                run=step.run,
                limit=step.limit and step.limit.source,
                due=_due(step.due),
                allow=list(step.allow),
                open_for=step.open_for and _length(step.open_for),
            )
        case ChooseStep():
            branches = {str(branch.code): _steps(branch.steps) for branch in step.branches}
            rest = {} if step.otherwise is None else {"otherwise": _steps(step.otherwise)}
            assert step.value is not None
            return {"choose": step.value.source, "name": step.name, **branches, **rest}
        case TogetherStep():
            return {"together": _branches(step.branches), "name": step.name}
        case AnyOfStep():
            return {"any_of": _branches(step.branches), "name": step.name}
        case CallStep():
            by_hand = None if step.on_error is None else {"assign": _people(step.on_error)}
            return _without_nothing(call=step.name, title=dict(step.title), connector=step.connector, on_error=by_hand)
        case CopyStep():
            return {"copy": {"to": [_people(each) for each in step.to]}, "name": step.name}
        case WaitStep():
            return _without_nothing(
                wait=step.name,
                title=dict(step.title),
                when=step.when and step.when.source,
                **{"for": step.length and _length(step.length)},
                event=step.event,
                match=step.match and step.match.source,
                due={"within": _length(step.within), "then": step.then} if step.within else None,
            )
        case SubFlowStep():
            back = {"return_to": step.return_to} if step.return_to else None
            return _without_nothing(
                sub_flow=step.name,
                title=dict(step.title),
                when=step.when and step.when.source,
                workflow=step.workflow,
                detached="true" if step.detached else None,
                on_reject=back or (step.on_reject if step.on_reject == "go_on" else None),
            )
    raise AssertionError(step)


def _branches(branches: tuple[Branch, ...]) -> list[dict[str, object]]:
    return [{"name": branch.name, "steps": _steps(branch.steps)} for branch in branches]


def _people(people: People) -> object:
    if people.kind != "role":
        return people.kind
    count = {"min": str(people.count_min), **({"max": str(people.count_max)} if people.count_max else {})}
    return {"role": people.name, "pick": people.pick, "count": count}


def _rule(rule: SeatRule) -> dict[str, object]:
    if rule.kind == "weights":
        return {"weights": {f"role.{name}": str(votes) for name, votes in rule.weights.items()}, "pass": str(rule.votes)}
    if rule.threshold is not None:
        quorum = {"quorum": str(rule.quorum)} if rule.quorum else {}
        return {"pass": f"{rule.threshold.numerator}/{rule.threshold.denominator} of {rule.of}", **quorum}
    return {rule.kind: "true", "one_veto" if rule.early else "count_at_end": "true"}


def _due(due: Due | None) -> dict[str, object] | None:
    return due and _without_nothing(within=_length(due.within), then=due.then, to=due.to and _people(due.to))


def _length(length: Duration) -> str:
    return f"{length.amount} {'working ' if length.working else ''}{length.unit}s"


def _without_nothing(**keys: object) -> dict[str, object]:
    return {key: value for key, value in keys.items() if value not in (None, [], {})}

"""What happened beside decisions, as the trail of an approval shows it; of a secret ballot, who voted but not how."""

from __future__ import annotations

from collections.abc import Mapping

from forms_dsl.model import HumanStep, Label
from runtime.process.persons import Person
from runtime.process.words import in_language
from workflow_engine import act_events as ae
from workflow_engine import events as ev
from workflow_engine.decide import count
from workflow_engine.definition import Definition
from workflow_engine.seats import standing
from workflow_engine.state import Instance

#: Kind, step, opinion, detail.
Shown = tuple[str, str | None, str | None, str | None]
_MUST_READ: Label = {"zh": "（须阅）", "en": " (must read)"}
_BALLOT: Label = {"zh": "同意 {0}，反对 {1}，弃权 {2}，未投 {3}", "en": "{0} for, {1} against, {2} abstained, {3} absent"}
_MODES: Mapping[str, Label] = {
    "before": {"zh": "前加签", "en": "before"},
    "after": {"zh": "后加签", "en": "after"},
    "together": {"zh": "并加签", "en": "together"},
}
_WAITED: Mapping[str, Label] = {
    "time": {"zh": "时间已到", "en": "the time has come"},
    "event": {"zh": "事件已到", "en": "the event has arrived"},
    "late": {"zh": "事件逾期未到", "en": "the event did not come in time"},
}
_RUNS: Label = {"zh": "{0} 条", "en": "runs: {0}"}
_CHILD_ENDS: Mapping[str, Label] = {
    "approved": {"zh": "通过", "en": "approved"},
    "rejected": {"zh": "未通过", "en": "rejected"},
    "stopped": {"zh": "已终止", "en": "stopped"},
    "failed": {"zh": "未能启动", "en": "could not begin"},
}
_SETTLED: Mapping[str, Label] = {
    "confirmed": {"zh": "查明：已办理", "en": "found out: it was done"},
    "rejected": {"zh": "查明：未办理", "en": "found out: it was not done"},
}
_STEERED: Mapping[type[ev.Event], str] = {
    ae.Suspended: "suspended",
    ae.Resumed: "resumed",
    ae.Terminated: "terminated",
    ae.JumpAsked: "jump_asked",
    ae.Jumped: "jumped",
}


def is_secret(definition: Definition, state: Instance, step: str, visit: int) -> bool:
    """Whether the ballots of a visit are still hidden: its rule says so, and it is not closed."""
    found, now = definition.places[step].step, state.visit(step, visit)
    return isinstance(found, HumanStep) and found.rule.secret and now is not None and now.is_open


def ballot_of(definition: Definition, state: Instance, step: str, visit: int, locale: str) -> str | None:
    """How a ballot came out; None where no ballot was taken."""
    found, now = definition.places[step].step, state.visit(step, visit)
    if not isinstance(found, HumanStep) or found.verb != "vote" or now is None:
        return None
    votes = count(standing(now).states)
    absent = sum(seat.state == "not_required" for seat in now.seats)
    return in_language(_BALLOT, locale).format(votes.approved, votes.rejected, votes.abstained, absent)


def shown_act(event: ev.Event, definition: Definition, people: Mapping[str, Person], locale: str) -> Shown | None:
    """What of an act people want to know; None for what is the engine's own bookkeeping."""

    def named(person: str, more: str | None = None) -> str:
        name = str((people.get(person) or {}).get("name", ""))
        return f"→ {name}（{more}）" if more and locale == "zh" else f"→ {name} ({more})" if more else f"→ {name}"

    match event:
        case ev.Copied(step=step, people=copied, must_read=must_read) if copied:
            names = ", ".join(str((people.get(each) or {}).get("name", "")) for each in copied)
            return "copied", step, None, f"→ {names}{in_language(_MUST_READ, locale) if must_read else ''}"
        case ae.UndoStarted(reason=reason):
            return "undoing", None, reason, None
        case ae.CallSettled(step=step, result=result, reason=reason):
            return "settled", step, reason, in_language(_SETTLED[result], locale)
        case ae.PeopleChosen(step=step, people=chosen):
            return "chosen", step, None, "→ " + ", ".join(str((people.get(each) or {}).get("name", "")) for each in chosen)
        case ae.ChildrenStarted(step=step, children=children) if children:
            return "sub_flow_started", step, None, in_language(_RUNS, locale).format(len(children))
        case ae.ChildEnded(step=step, result=result, detail=detail):
            words = in_language(_CHILD_ENDS[result], locale)
            return "sub_flow_ended", step, None, f"{words}: {detail}" if detail else words
        case ae.ChildrenStopped(step=step, instances=instances):
            return "sub_flow_left", step, None, in_language(_RUNS, locale).format(len(instances))
        case ae.CopyRead(step=step):
            return "read", step, None, None
        case ae.WaitEnded(step=step, by=by):
            return "waited", step, None, in_language(_WAITED[by], locale)
        case ae.SeatTransferred(step=step, person=person, reason=reason):
            return "transferred", step, reason, named(person)
        case ae.SeatAdded(step=step, person=person, reason=reason, mode=mode):
            return "added", step, reason, named(person, in_language(_MODES[mode], locale))
        case ae.SeatRemoved(step=step, reason=reason):
            return "removed", step, reason, None
        case ae.OpinionAsked(step=step, person=person, note=note, kind=kind):
            return "delegated" if kind == "delegate" else "asked", step, note, named(person)
        case ae.OpinionGiven(step=step, opinion=opinion):
            return "advised", step, opinion, None
        case ae.OpinionWithdrawn(step=step):
            return "withdrawn", step, None, None
        case ae.Urged(step=step):
            return "urged", step, None, None
        case ae.JumpAsked(to=to, reason=reason) | ae.Jumped(to=to, reason=reason):
            target = definition.places[to].step
            title = in_language(target.title, locale) if isinstance(target, HumanStep) else to
            return _STEERED[type(event)], None, reason, f"→ {title}"
        case ae.Suspended(reason=reason) | ae.Resumed(reason=reason) | ae.Terminated(reason=reason):
            return _STEERED[type(event)], None, reason, None
        case ae.TakenBack(step=step):
            return "taken_back", step, None, None
        case ae.Migrated(old=old, new=new, reason=reason):
            return "migrated", None, reason, f"{old} → {new}"
        case _:
            return None

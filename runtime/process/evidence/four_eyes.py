"""四眼证明: for every approval that ended, each rule of four eyes with who acted where, and whether it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.model import FourEyes, Label
from runtime.context import Context
from runtime.process.evidence.history import Names, entries_of, events_of, names_for
from runtime.process.evidence.report import AT, FLOW, RECORD, UNIT, Column, Page, Report, Row, Wanted, instant, page_of
from runtime.process.words import in_language
from runtime.store.tables import wf_event
from workflow_engine.apply import replay
from workflow_engine.controls import VOTING
from workflow_engine.state import Instance

_STARTER: Label = {"zh": "发起人不得审批自己发起的事项", "en": "Who started it does not decide it"}
_KEPT: Label = {"zh": "符合", "en": "kept"}
_BROKEN: Label = {"zh": "违反", "en": "broken"}
_ENDS: dict[str, Label] = {
    "approved": {"zh": "通过", "en": "approved"},
    "rejected": {"zh": "拒绝", "en": "rejected"},
}


def _read(connection: Connection, context: Context, wanted: Wanted, place: int, limit: int) -> Page:
    found = events_of(connection, context, wanted, wf_event.c.kind == "finished", place, limit)
    shown = found[:limit]
    histories = entries_of(connection, [row.instance_id for row in shown])
    states = {instance: replay(entries) for instance, entries in histories.items() if entries}
    people = {person for state in states.values() for person in (state.starter, *_everybody(state))}
    names = names_for(connection, context, shown, people)
    rows = [line for row in shown for line in _lines(wanted, names, row, states[row.instance_id])]
    return page_of(rows, place, limit, len(found))


def _everybody(state: Instance) -> set[str]:
    return {person for visit in state.visits for person in state.actors(visit.step)}


def _lines(wanted: Wanted, names: Names, row: sa.Row[Any], state: Instance) -> Iterator[Row]:
    locale, flow = names.context.locale, names.flow(row)
    common = {"at": instant(wanted, row.at), **names.common(row), "end": in_language(_ENDS.get(row.body["result"], {}), locale)}
    deciding = [step.name for step in flow.definition.human_steps() if step.verb in VOTING and state.actors(step.name)]
    acted = "; ".join(_acted(names, row, state, step) for step in deciding)
    starter = f"{names.person(state.starter)} | {acted}"
    is_kept = not any(state.starter in state.actors(step) for step in deciding)
    yield common | {"rule": in_language(_STARTER, locale), "people": starter, **_verdict(locale, is_kept=is_kept)}
    for rule in flow.workflow.four_eyes:
        if len(rule.different_people) > 1 or len(rule.same_person) > 1:
            steps = rule.different_people or rule.same_person
            told = "; ".join(_acted(names, row, state, step) for step in steps if state.actors(step))
            verdict = _verdict(locale, is_kept=_is_kept(rule, state))
            yield common | {"rule": in_language(rule.title, locale), "people": told, **verdict}


def _acted(names: Names, row: sa.Row[Any], state: Instance, step: str) -> str:
    return f"{names.step(row, step)}: {', '.join(sorted(filter(None, map(names.person, state.actors(step)))))}"


def _is_kept(rule: FourEyes, state: Instance) -> bool:
    """Over persons and the whole history, proxies and those who worked for others included."""
    apart = [state.actors(step) for step in rule.different_people]
    if len(frozenset().union(*apart)) != sum(map(len, apart)):
        return False
    return len({person for step in rule.same_person for person in state.actors(step)}) <= 1


def _verdict(locale: str, *, is_kept: bool) -> Row:
    return {"verdict": in_language(_KEPT if is_kept else _BROKEN, locale), "is_kept": int(is_kept)}


FOUR_EYES = Report(
    "four_eyes",
    {"zh": "四眼原则证明", "en": "Four-eyes proof"},
    {
        "zh": "期间办结的每笔审批、每条四眼规则：各步骤实际办理人（含代理、委派），是否符合",
        "en": "Each approval that ended in the period, each rule of four eyes: who acted at which step, proxies included, and whether it was kept",
    },
    (
        AT,
        FLOW,
        UNIT,
        RECORD,
        Column("end", {"zh": "结果", "en": "Result"}),
        Column("rule", {"zh": "规则", "en": "Rule"}),
        Column("people", {"zh": "办理人", "en": "Who acted"}),
        Column("verdict", {"zh": "结论", "en": "Verdict"}, "verdict"),
    ),
    _read,
)

"""The ways of an exclusive or inclusive gateway as cases: conditions, codes, and which way is taken otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NOT_TRANSLATED
from forms_dsl.importers.expressions.tree import Untranslatable
from forms_dsl.importers.naming import proposed_codes
from workflow_engine.bpmn.conditions import own_condition
from workflow_engine.bpmn.exporting import code_condition
from workflow_engine.bpmn.graph import Line, refusal, said
from workflow_engine.bpmn.model import VERBS, ask
from workflow_engine.bpmn.tasks import Step, Tasks
from workflow_engine.markup.codes import DRAWING_BELIEVED, NO_BLOCKS
from workflow_engine.markup.extension import data_of
from workflow_engine.markup.source import Element


@dataclass(frozen=True, slots=True)
class Taken:
    """One way: its line, its steps, when it is taken (None where nobody says it), and what our extension says of it."""

    line: Line
    steps: list[Step]
    condition: str | None
    is_default: bool
    own: Mapping[str, object] | None
    unread: str = ""


def taken(line: Line, steps: list[Step], gateway: Element, tasks: Tasks, *, needed: bool) -> Taken:
    """A way with its condition in our language; `needed` when a way without one means nothing."""
    found = data_of(child for holder in line.element.all("extensionElements") for child in holder.children)
    own = found[0] if found is not None else None
    expression = line.element.first("conditionExpression")
    is_default = gateway.get("default") == line.element.get("id")
    if is_default or expression is None or not expression.text.strip():
        if needed and not is_default:
            words = Sentence(
                f"Nobody says when the way {said(line.element)} is taken.", f"连线 {said(line.element)} 没有写明条件。"
            )
            ask(tasks.report, line.element, words, Sentence("Add if: to the case.", "请在该情况中补充 if。"))
        return Taken(line, steps, None, is_default, own)
    try:
        return Taken(line, steps, own_condition(expression, tasks.known.fields, ours=tasks.model.is_ours), False, own)
    except Untranslatable as reason:
        text = " ".join(expression.text.split())
        words = Sentence(f"The condition {text!r} is not translated: {reason.en}.", f"条件“{text}”未能翻译：{reason.zh}。")
        tasks.report.add(
            NOT_TRANSLATED, expression.position, words, Sentence("Write it as if: of the case.", "请在该情况的 if 中写明。")
        )
        return Taken(line, steps, None, False, own, text)


def choose(ways: list[Taken], own: dict[str, object] | None, tasks: Tasks) -> Step:
    """The step of an exclusive gateway; `own` is what our extension says of it."""
    if own is not None and "choose" in own:
        return _by_code(ways, own, tasks)
    cases = cases_of(ways, ordered=own is not None)
    if own is None and (step := skipped(cases)) is not None:
        return step
    return {**(own or {}), "choose": cases}


def cases_of(ways: list[Taken], *, ordered: bool = False) -> list[Step]:
    """The cases in order, the one for all others last; a name where a line has one."""
    codes = proposed_codes(way.line.name for way in ways if way.line.name)
    cases: list[Step] = []
    used: set[str] = set()
    for way in ways if ordered else sorted(ways, key=lambda one: one.is_default):
        case = dict(way.own or {})
        if way.is_default and "if" not in case:
            case["else"] = "true"
        elif way.condition is not None:
            case["if"] = way.condition
        code = codes.get(way.line.name)
        if way.own is None and code is not None and code not in used:
            used.add(code)
            case["name"] = code
        if way.unread:
            case["note"] = way.unread
        cases.append({**case, "steps": way.steps})
    return cases


def skipped(cases: list[Step]) -> Step | None:
    """The one step of two cases of which the other one does nothing, with `when`; None where it is not so simple."""
    if len(cases) != 2 or "if" not in cases[0] or "else" not in cases[1]:
        return None
    first, rest = cases[0]["steps"], cases[1]["steps"]
    if rest or not isinstance(first, list) or len(first) != 1 or "note" in cases[0]:
        return None
    step: Step = first[0]
    if "when" in step or not any(verb in step for verb in (*VERBS, "copy")):
        return None
    return {**step, "when": cases[0]["if"]}


def _by_code(ways: list[Taken], own: dict[str, object], tasks: Tasks) -> Step:
    value = str(own["choose"])
    step: Step = dict(own)
    for way in ways:
        if way.is_default or (way.own is not None and "otherwise" in way.own):
            key = "otherwise"
        else:
            written = str(way.own["code"]) if way.own is not None and "code" in way.own else None
            key = written if written is not None and way.condition == code_condition(value, written) else _code_in(way, value)
            if key != written:
                words = Sentence(
                    f"The way {said(way.line.element)} is that of {key!r} now.", f"连线 {said(way.line.element)} 现为“{key}”。"
                )
                tasks.report.add(DRAWING_BELIEVED, way.line.element.position, words)
        if key in step:
            words = Sentence(f"Two ways are taken for {key!r}.", f"“{key}”有两条连线。")
            raise refusal(NO_BLOCKS, way.line.element, words)
        step[key] = way.steps
    return step


def _code_in(way: Taken, value: str) -> str:
    match = re.fullmatch(re.escape(value) + r"""\s*==\s*(["'])(.+)\1""", way.condition or "")
    if match is None:
        words = Sentence(
            f"The gateway chooses by {value}; the way {said(way.line.element)} names no code.",
            f"该网关按 {value} 选择；连线 {said(way.line.element)} 没有写明代码。",
        )
        raise refusal(NO_BLOCKS, way.line.element, words, Sentence(f'Write {value} == "code".', f'请写作 {value} == "代码"。'))
    return match[2]

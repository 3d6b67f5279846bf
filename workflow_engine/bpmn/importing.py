"""BPMN 2.0 to a workflow as it is written in its file, with findings that name what is refused, left out or to be added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.importers.codes import ACCESS_PROPOSED
from forms_dsl.importers.naming import proposed_name
from forms_dsl.importers.report import ImportRefused, Report
from workflow_engine.bpmn.blocks import steps_of
from workflow_engine.bpmn.elements import judge_elements
from workflow_engine.bpmn.foreign import asked_of, tell_unread
from workflow_engine.bpmn.model import Model, ask, naming_text, read_model
from workflow_engine.bpmn.settings import Known, folded
from workflow_engine.bpmn.tasks import Step, Tasks
from workflow_engine.markup.source import read_xml
from workflow_engine.markup.written import written_data


@dataclass(frozen=True, slots=True)
class Imported:
    """The workflow's name and data, None when the model is refused, and what is to be said of it."""

    name: str | None
    data: Mapping[str, object] | None
    findings: tuple[Diagnostic, ...] = field(default=())

    @property
    def path(self) -> str:
        """Where the workflow stands within its app."""
        return f"workflows/{self.name}.yaml"

    def text(self) -> str:
        """The workflow's file in canonical form."""
        if self.data is None:
            raise ValueError("the model was refused")
        return written_data(self.path, self.data)


def import_bpmn(file: str, source: bytes | str, known: Known, *, process: str | None = None) -> Imported:
    """The workflow of a BPMN file; never raises for what the file holds."""
    report = Report()
    try:
        model = read_model(read_xml(file, source), report, process)
        if not judge_elements(model.process, report):
            return Imported(None, None, report.listed())
        tasks = Tasks(model, known, report)
        steps = steps_of(model.process, tasks)
        data = _kept(model, tasks, steps) if model.own is not None else _proposed(model, tasks, steps)
    except ImportRefused as refusal:
        report.findings.append(refusal.finding)
        return Imported(None, None, report.listed())
    return Imported(str(data["workflow"]), data, report.listed())


def _kept(model: Model, tasks: Tasks, steps: list[Step]) -> Step:
    own = tasks.retitled(model.process, dict(model.own or {}))
    return {**own, "steps": steps}


def _proposed(model: Model, tasks: Tasks, steps: list[Step]) -> Step:
    process, report, known = model.process, tasks.report, tasks.known
    title = process.get("name") or process.get("id")
    name = proposed_name(naming_text(process), (), fallback="workflow", field=False)
    tell_unread(process, report)
    data: Step = {"workflow": name, "title": tasks.title(title)}
    if known.entity is not None:
        data["for"] = known.entity
    else:
        words = Sentence("Nobody says which entity the workflow decides on.", "没有写明流程审批的实体。")
        ask(report, process, words, Sentence("Add for: ENTITY, or import with --for.", "请补充 for: 实体，或导入时使用 --for。"))
    data["start"] = _start(model, tasks, steps)
    note = model.note(process, *model.loose)
    four_eyes = _four_eyes(model, tasks, steps)
    return {**data, **({"note": note} if note else {}), **({"controls": four_eyes} if four_eyes else {}), "steps": steps}


def _four_eyes(model: Model, tasks: Tasks, steps: list[Step]) -> Step:
    """Who enters does not decide: no model of another product says it, and no workflow of a bank goes without."""
    people = [(verb, str(step[verb])) for step in _every(steps) for verb in ("fill", "approve") if verb in step]
    if len({verb for verb, _ in people}) < 2:
        return {}
    words = Sentence("That all who act are different people is proposed.", "已建议各步骤由不同人员办理（四眼原则）。")
    hint = Sentence("Loosen controls: four_eyes where the bank allows it.", "如银行允许，可放宽 controls 中的 four_eyes。")
    tasks.report.add(ACCESS_PROPOSED, model.process.position, words, hint)
    return {"four_eyes": [{"name": "maker_checker", "different_people": [name for _, name in people]}]}


def _every(value: object) -> Iterator[Step]:
    """All maps within some steps, outer ones first."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item
        yield from _every(item)


def _start(model: Model, tasks: Tasks, steps: list[Step]) -> Step:
    """Who starts it: who is named as such, else whose lane the first task stands in."""
    asked = asked_of(model.process)
    first = steps[0] if steps else {}
    words = asked.groups[0] if asked.groups else ""
    if not words and first.get("by") == "starter":
        element = next(
            (each for each in model.process.within() if model.step_names.get(each.get("id")) == first.get("fill")), None
        )
        words = model.lanes.get(element.get("id"), "") if element is not None else ""
    if words:
        role = tasks.known.roles.get(folded(words)) or proposed_name(words, (), fallback="role", field=False)
        return {"by": {"role": role}}
    said = Sentence("Nobody says who may start the workflow.", "没有写明谁可以发起流程。")
    ask(tasks.report, model.process, said, Sentence("Add by: role.NAME under start.", "请在 start 下补充 by: role.角色。"))
    return {}

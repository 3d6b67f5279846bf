"""A BPMN file as a whole: which process is read, its lanes, annotations and messages, and names for its steps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NOTHING, OPEN_QUESTION, SKIPPED_PART
from forms_dsl.importers.naming import proposed_name
from forms_dsl.importers.report import Report, joined, refused
from workflow_engine.bpmn import names
from workflow_engine.bpmn.foreign import documentation_of
from workflow_engine.bpmn.graph import said
from workflow_engine.markup.extension import data_of
from workflow_engine.markup.source import Element

#: Longer remarks are cut.
_NOTE = 500
#: Identifiers that a modeller makes up.
_MADE = re.compile(
    r"(activity|task|event|gateway|process|usertask|servicetask|startevent|endevent|sid|node|flow|id)[_-]?", re.IGNORECASE
)


@dataclass(slots=True)
class Model:
    """One process of a file with what hangs on its nodes by identifier."""

    root: Element
    process: Element
    own: dict[str, object] | None
    language: str
    lanes: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    #: Remarks that hang on nothing.
    loose: list[str] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)
    step_names: dict[str, str] = field(default_factory=dict)

    @property
    def is_ours(self) -> bool:
        """Whether the file was exported by this product."""
        return self.own is not None

    def step_name(self, element: Element) -> str:
        """The name of the step that an element becomes; the same each time."""
        id = element.get("id")
        if id not in self.step_names:
            taken = set(self.step_names.values())
            self.step_names[id] = proposed_name(naming_text(element), taken, fallback="step", field=False)
        return self.step_names[id]

    def note(self, element: Element, *more: str) -> str:
        """The remarks about an element in one line; nothing where there are none."""
        texts = [*documentation_of(element), *self.notes.get(element.get("id"), ()), *more]
        return " / ".join(dict.fromkeys(texts))[:_NOTE]


def read_model(root: Element, report: Report, process: str | None) -> Model:
    """The process of a file that was asked for, or its only one; raises ImportRefused when there is none."""
    if root.space != names.MODEL or root.name != "definitions":
        words = Sentence("This is no BPMN 2.0 model.", "这不是 BPMN 2.0 模型。")
        raise refused(NOTHING, root.position, words)
    chosen = _chosen(root, report, process)
    own = data_of(child for holder in chosen.all("extensionElements") for child in holder.children)
    model = Model(root, chosen, own[0] if own else None, own[1].get("language", "") if own else "")
    model.messages = {each.get("id"): each.get("name") or each.get("id") for each in root.all("message")}
    for collaboration in root.all("collaboration"):
        _tell_others(collaboration, report)
    for scope in (element for element in chosen.within() if element.name in ("process", "subProcess")):
        for lane in (each for holder in scope.all("laneSet") for each in holder.within() if each.name == "lane"):
            for reference in lane.all("flowNodeRef"):
                model.lanes[reference.text.strip()] = lane.get("name")
        _read_notes(scope, model)
    _own_names(model)
    return model


def naming_text(element: Element) -> str:
    """The words that an element's name is made of: its own identifier where a person chose one and the title is not Latin."""
    name, id = element.get("name"), element.get("id")
    return id if not name or (not name.isascii() and not _MADE.match(id)) else name


def _chosen(root: Element, report: Report, wanted: str | None) -> Element:
    processes = [each for each in root.all("process") if any(child.name != "documentation" for child in each.children)]
    if wanted is not None:
        processes = [each for each in processes if wanted in (each.get("id"), each.get("name"))]
    if not processes:
        words = Sentence("The file holds no process that could be read.", "文件中没有可导入的流程。")
        raise refused(NOTHING, root.position, words)
    for other in processes[1:]:
        words = Sentence(f"{said(other)} is another process and left out.", f"{said(other)} 是另一个流程，未导入。")
        hint = Sentence("Import it by itself with --process.", "可用 --process 单独导入。")
        report.add(SKIPPED_PART, other.position, words, hint)
    return processes[0]


def _tell_others(collaboration: Element, report: Report) -> None:
    flows = [said(each) for each in collaboration.all("messageFlow")]
    if flows:
        words = Sentence(
            f"What is sent between pools is left out: {joined(flows)}.", f"泳池之间的消息流未导入：{joined(flows)}。"
        )
        report.add(SKIPPED_PART, collaboration.position, words)


def _read_notes(scope: Element, model: Model) -> None:
    texts = {each.get("id"): " ".join(each.text_of("text").split()) for each in scope.all("textAnnotation")}
    used: set[str] = set()
    for line in scope.all("association"):
        ends = (line.get("sourceRef"), line.get("targetRef"))
        for here, there in (ends, ends[::-1]):
            if there in texts and here not in texts:
                model.notes.setdefault(here, []).append(texts[there])
                used.add(there)
    model.loose += [text for id, text in texts.items() if id not in used and text]


def _own_names(model: Model) -> None:
    """Names that our own extension says come first, so that no other step takes one."""
    for element in model.process.within():
        found = data_of(child for holder in element.all("extensionElements") for child in holder.children)
        if found is not None and found[1].get("of") == "step":
            name = next((str(found[0][verb]) for verb in VERBS if verb in found[0]), None)
            if name is not None:
                model.step_names[element.get("id")] = name


#: Verbs whose value is the name of the step.
VERBS = ("fill", "approve", "vote", "call", "wait", "sub_flow")


def ask(report: Report, element: Element, message: Sentence, hint: Sentence) -> None:
    """Say what a workflow must say and the model leaves open."""
    report.add(OPEN_QUESTION, element.position, message, hint)

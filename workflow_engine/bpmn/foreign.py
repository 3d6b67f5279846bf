"""What other products write into their models: who does a task, which operation or decision it runs, when it is due."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import SKIPPED_PART
from forms_dsl.importers.report import Report, joined
from workflow_engine.bpmn import names
from workflow_engine.bpmn.graph import said
from workflow_engine.markup.extension import SPACE
from workflow_engine.markup.source import Element

_STARTER = re.compile(
    r"[=$#{\s]*(initiator|\$INITIATOR|starter|startUserId|applicant|applyUserId|submitter|发起人|申请人)[}\s]*\Z", re.IGNORECASE
)
_EXPRESSION = re.compile(r"\A\s*(=|[$#]\{)")
#: Attributes and elements that are read, by their local names, whichever product wrote them.
_READ = frozenset({
    "assignee", "candidateGroups", "candidateUsers", "dueDate", "decisionRef", "decisionTableReferenceKey", "decisionId", "class",
    "delegateExpression", "expression", "topic", "type", "candidateStarterGroups", "assignmentDefinition", "calledDecision",
    "taskDefinition", "calledElement", "taskSchedule", "processId", "initiator",
})  # fmt: skip
#: Where a modeller keeps colours, versions and the like: nothing of a flow.
_DRAWING = ("http://bpmn.io/schema/bpmn/biocolor", "http://www.omg.org/spec/BPMN/non-normative/color", names.TYPES, SPACE)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a task names: the starter, groups, single people; `unread` are expressions that say somebody else."""

    starter: bool = False
    groups: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    unread: tuple[str, ...] = field(default=())


def asked_of(task: Element) -> Asked:
    """Whom a task names, in the words of whichever product wrote it."""
    assignees, groups, people = [], [], []
    for key, value in _sayings(task):
        match key:
            case "assignee":
                assignees.append(value)
            case "candidateGroups" | "candidateStarterGroups":
                groups += _list(value)
            case "candidateUsers":
                people += _list(value)
    for owner in (*task.all("potentialOwner"), *task.all("humanPerformer"), *task.all("performer")):
        for each in owner.within():
            text = each.text.strip()
            if each.name == "formalExpression" and text:
                match = re.match(r"(user|group)\((.*)\)\Z", text)
                (people if match and match[1] == "user" else groups).append(match[2] if match else text)
    starter = any(_STARTER.match(each) for each in assignees)
    named = [each for each in (*assignees, *people) if not _STARTER.match(each)]
    unread = tuple(each for each in (*named, *groups) if _EXPRESSION.match(each))
    return Asked(
        starter,
        tuple(each for each in groups if each not in unread),
        tuple(each for each in named if each not in unread),
        unread,
    )


def saying(task: Element, *keys: str) -> str:
    """What is said under the first of some keys under which there is anything."""
    found = {key: value for key, value in _sayings(task) if value}
    return next((found[key] for key in keys if key in found), "")


def tell_unread(element: Element, report: Report) -> None:
    """Say what other products wrote at an element that is kept out."""
    unread = [
        key.rpartition("}")[2]
        for key in element.attributes
        if key.startswith("{")
        and not key.startswith(tuple(f"{{{space}}}" for space in _DRAWING))
        and key.rpartition("}")[2] not in _READ
    ]
    for holder in element.all("extensionElements"):
        unread += [child.name for child in holder.children if child.space not in _DRAWING and child.name not in _READ]
    if unread:
        words = Sentence(
            f"{said(element)}: {joined(dict.fromkeys(unread))} of another product is left out.",
            f"{said(element)}：其他产品的 {joined(dict.fromkeys(unread))} 未导入。",
        )
        report.add(SKIPPED_PART, element.position, words)


def documentation_of(element: Element) -> list[str]:
    """What is documented at an element, each text on one line."""
    return [text for child in element.all("documentation") if (text := " ".join(child.text.split()))]


def _sayings(task: Element) -> Iterator[tuple[str, str]]:
    """Attributes of other products at the element and in its extension elements."""
    for key, value in task.attributes.items():
        if key.startswith("{") and not key.startswith(f"{{{SPACE}}}"):
            yield key.rpartition("}")[2], value.strip()
    for holder in task.all("extensionElements"):
        for child in holder.children:
            if child.space not in (SPACE, names.MODEL):
                for key, value in child.attributes.items():
                    yield key, value.strip()


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]

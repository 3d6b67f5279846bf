"""Which elements of a model are read: those without a counterpart are refused by name, what is beside the flow is told."""

from __future__ import annotations

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import SKIPPED_PART
from forms_dsl.importers.report import Report
from workflow_engine.bpmn import names
from workflow_engine.bpmn.graph import FLOW_NODES, said
from workflow_engine.markup.codes import NOT_IN_SUBSET
from workflow_engine.markup.source import Element

#: Flow nodes and their kinds that change what a flow does and have no counterpart.
_REFUSED = {
    "complexGateway": Sentence("a complex gateway", "复杂网关"),
    "eventBasedGateway": Sentence("an event-based gateway", "事件网关"),
    "scriptTask": Sentence("a script task", "脚本任务"),
    "adHocSubProcess": Sentence("an ad-hoc sub-process", "临时子流程"),
    "transaction": Sentence("a transaction", "事务子流程"),
    "callChoreography": Sentence("a choreography", "编排"),
    "subChoreography": Sentence("a choreography", "编排"),
    "choreographyTask": Sentence("a choreography task", "编排任务"),
    "implicitThrowEvent": Sentence("an implicit event", "隐式事件"),
}
#: Definitions of events, by the kind of event at which they have a counterpart.
_EVENTS = {
    "startEvent": frozenset[str](),
    "endEvent": frozenset({"terminateEventDefinition", "errorEventDefinition"}),
    "intermediateCatchEvent": frozenset({"timerEventDefinition", "messageEventDefinition"}),
    "intermediateThrowEvent": frozenset[str](),
    "boundaryEvent": frozenset({"timerEventDefinition", "messageEventDefinition", "errorEventDefinition"}),
}
_BESIDE = frozenset({"dataObject", "dataObjectReference", "dataStoreReference", "group", "ioSpecification", "property"})
#: Read elsewhere, or without a meaning of their own.
_KNOWN = frozenset(
    [
        "sequenceFlow",
        "laneSet",
        "textAnnotation",
        "association",
        "documentation",
        "extensionElements",
        "incoming",
        "outgoing",
        "multiInstanceLoopCharacteristics",
        "potentialOwner",
        "humanPerformer",
        "performer",
    ]
)


def judge_elements(scope: Element, report: Report) -> bool:
    """Tell what is not read of a process and everything in it; False when something of it refuses the model."""
    fits = True
    for child in scope.children:
        if child.space != names.MODEL:
            continue
        reason = _reason(child)
        if reason is not None:
            fits = False
            words = Sentence(
                f"{said(child)} is {reason.en}; a workflow has nothing like it.",
                f"{said(child)} 是{reason.zh}，流程中没有对应的写法。",
            )
            report.add(NOT_IN_SUBSET, child.position, words)
        elif child.name in FLOW_NODES:
            if child.name == "subProcess":
                fits = judge_elements(child, report) and fits
        elif child.name in _BESIDE:
            words = Sentence(f"{said(child)} ({child.name}) is left out.", f"{said(child)}（{child.name}）未导入。")
            report.add(SKIPPED_PART, child.position, words)
        elif child.name not in _KNOWN and not child.name.endswith(("Association", "EventDefinition")):
            words = Sentence(f"The element {child.name} is left out.", f"元素 {child.name} 未导入。")
            report.add(SKIPPED_PART, child.position, words)
    return fits


def definitions_of(event: Element) -> list[Element]:
    """What an event is about."""
    return [child for child in event.children if child.name.endswith("EventDefinition")]


def _reason(node: Element) -> Sentence | None:
    if node.name in _REFUSED:
        return _REFUSED[node.name]
    if node.name == "subProcess" and node.get("triggeredByEvent") == "true":
        return Sentence("an event sub-process", "事件子流程")
    if node.name in ("subProcess", "serviceTask", "callActivity") and node.first("standardLoopCharacteristics"):
        return Sentence("a loop", "循环活动")
    if node.name in ("subProcess", "serviceTask") and node.first("multiInstanceLoopCharacteristics"):
        return Sentence("repeated for several things", "多实例活动")
    if node.get("isForCompensation") == "true":
        return Sentence("a compensation", "补偿活动")
    if node.name in _EVENTS:
        found = definitions_of(node)
        for definition in found:
            if definition.name not in _EVENTS[node.name]:
                kind = definition.name.removesuffix("EventDefinition")
                return Sentence(f"a {kind} event there", f"{kind} 类型的事件")
        if len(found) > 1:
            return Sentence("an event of several kinds", "多重事件")
        if not found and node.name in ("intermediateCatchEvent", "boundaryEvent"):
            return Sentence("an event that says nothing of what it waits for", "未说明等待内容的事件")
    return None

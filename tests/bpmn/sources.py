"""Models as bpmn.io, Camunda Modeler, Flowable and Signavio write them, drawn by hand for the tests (without their layout)."""

from __future__ import annotations

#: Camunda Platform 7: `camunda:` attributes, `${…}` conditions, a way back, a refusal with a message, a script-free end.
CAMUNDA = """\
<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn"
  exporter="Camunda Modeler" exporterVersion="5.30.0">
  <bpmn:process id="Process_loan" name="Loan approval" isExecutable="true" camunda:historyTimeToLive="180" camunda:candidateStarterGroups="clerk">
    <bpmn:startEvent id="StartEvent_1"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_1" targetRef="Activity_apply" />
    <bpmn:userTask id="Activity_apply" name="Enter application" camunda:assignee="${initiator}" camunda:formKey="embedded:app:forms/apply.html" />
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Activity_apply" targetRef="Activity_check" />
    <bpmn:userTask id="Activity_check" name="Check application" camunda:candidateGroups="checker">
      <bpmn:documentation>The checker looks at
        every document.</bpmn:documentation>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="Event_late" name="Late" cancelActivity="false" attachedToRef="Activity_check">
      <bpmn:outgoing>Flow_late</bpmn:outgoing>
      <bpmn:timerEventDefinition id="T1"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT4H</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="Flow_late" sourceRef="Event_late" targetRef="Activity_remind" />
    <bpmn:sendTask id="Activity_remind" name="Remind" camunda:type="external" camunda:topic="mail" />
    <bpmn:sequenceFlow id="Flow_late2" sourceRef="Activity_remind" targetRef="Event_reminded" />
    <bpmn:endEvent id="Event_reminded" />
    <bpmn:sequenceFlow id="Flow_3" sourceRef="Activity_check" targetRef="Gateway_ok" />
    <bpmn:exclusiveGateway id="Gateway_ok" name="Complete?" default="Flow_yes" />
    <bpmn:sequenceFlow id="Flow_back" name="incomplete" sourceRef="Gateway_ok" targetRef="Activity_apply">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${!complete}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="Flow_no" name="rejected" sourceRef="Gateway_ok" targetRef="Activity_tell">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${decision == 'reject'}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:serviceTask id="Activity_tell" name="Tell the customer" camunda:class="com.bank.Tell" />
    <bpmn:sequenceFlow id="Flow_told" sourceRef="Activity_tell" targetRef="Event_rejected" />
    <bpmn:endEvent id="Event_rejected" name="Rejected" />
    <bpmn:sequenceFlow id="Flow_yes" sourceRef="Gateway_ok" targetRef="Gateway_amount" />
    <bpmn:exclusiveGateway id="Gateway_amount" default="Flow_small" />
    <bpmn:sequenceFlow id="Flow_large" name="large" sourceRef="Gateway_amount" targetRef="Activity_head">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${amount &gt; 300000 &amp;&amp; product eq 'mortgage'}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="Flow_small" sourceRef="Gateway_amount" targetRef="Gateway_merge" />
    <bpmn:userTask id="Activity_head" name="Head of branch decides" camunda:candidateGroups="branch_head" camunda:dueDate="P2D">
      <bpmn:multiInstanceLoopCharacteristics camunda:collection="heads" camunda:elementVariable="head" />
    </bpmn:userTask>
    <bpmn:sequenceFlow id="Flow_4" sourceRef="Activity_head" targetRef="Gateway_merge" />
    <bpmn:exclusiveGateway id="Gateway_merge" />
    <bpmn:sequenceFlow id="Flow_5" sourceRef="Gateway_merge" targetRef="Activity_book" />
    <bpmn:serviceTask id="Activity_book" name="Book the loan" camunda:type="external" camunda:topic="book-loan" camunda:asyncBefore="true" />
    <bpmn:boundaryEvent id="Event_failed" attachedToRef="Activity_book"><bpmn:errorEventDefinition id="E1" /></bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="Flow_f1" sourceRef="Event_failed" targetRef="Activity_hand" />
    <bpmn:userTask id="Activity_hand" name="Book by hand" camunda:candidateGroups="credit_officer" />
    <bpmn:sequenceFlow id="Flow_f2" sourceRef="Activity_hand" targetRef="Event_end" />
    <bpmn:sequenceFlow id="Flow_6" sourceRef="Activity_book" targetRef="Event_end" />
    <bpmn:endEvent id="Event_end" name="Approved" />
  </bpmn:process>
</bpmn:definitions>
"""

#: Flowable, in Chinese: `flowable:` attributes, 会签 by multi-instance, parallel ways, a call of another process, a timer.
FLOWABLE = """\
<?xml version='1.0' encoding='UTF-8'?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:flowable="http://flowable.org/bpmn" targetNamespace="http://www.flowable.org/processdef">
  <process id="credit_apply" name="授信申请" isExecutable="true">
    <documentation>对公授信</documentation>
    <startEvent id="start" flowable:initiator="initiator" />
    <userTask id="apply" name="经办录入" flowable:assignee="$INITIATOR" />
    <parallelGateway id="fork" />
    <userTask id="risk" name="风险会签" flowable:candidateGroups="风险审查员">
      <multiInstanceLoopCharacteristics isSequential="false" flowable:collection="users" flowable:elementVariable="user">
        <loopCardinality>3</loopCardinality>
        <completionCondition>${nrOfCompletedInstances/nrOfInstances &gt;= 0.6}</completionCondition>
      </multiInstanceLoopCharacteristics>
    </userTask>
    <userTask id="legal" name="法律意见" flowable:candidateGroups="法务" />
    <intermediateCatchEvent id="cool" name="冷静期"><timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition></intermediateCatchEvent>
    <parallelGateway id="join" />
    <callActivity id="sub" name="放款审批" calledElement="disburse" flowable:inheritVariables="true" />
    <endEvent id="end" />
    <sequenceFlow id="f1" sourceRef="start" targetRef="apply" />
    <sequenceFlow id="f2" sourceRef="apply" targetRef="fork" />
    <sequenceFlow id="f3" name="风险线" sourceRef="fork" targetRef="risk" />
    <sequenceFlow id="f4" name="法律线" sourceRef="fork" targetRef="legal" />
    <sequenceFlow id="f5" sourceRef="legal" targetRef="cool" />
    <sequenceFlow id="f6" sourceRef="risk" targetRef="join" />
    <sequenceFlow id="f7" sourceRef="cool" targetRef="join" />
    <sequenceFlow id="f8" sourceRef="join" targetRef="sub" />
    <sequenceFlow id="f9" sourceRef="sub" targetRef="end" />
  </process>
</definitions>
"""

#: Signavio: pools and lanes, plain tasks, data objects, annotations, names at ways and no conditions.
SIGNAVIO = """\
<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:signavio="http://www.signavio.com"
  exporter="Signavio Process Editor, http://www.signavio.com" targetNamespace="http://www.signavio.com" id="sid-1">
  <collaboration id="sid-c"><extensionElements/>
    <participant id="sid-p1" name="Bank" processRef="sid-bank" />
    <participant id="sid-p2" name="Customer" />
    <messageFlow id="sid-m" name="letter" sourceRef="sid-p2" targetRef="sid-start" />
  </collaboration>
  <process id="sid-bank" isExecutable="false" name="Account opening">
    <extensionElements><signavio:signavioMetaData metaKey="processtype" metaValue="x" /></extensionElements>
    <laneSet id="sid-l">
      <lane id="sid-l1" name="Clerk"><flowNodeRef>sid-start</flowNodeRef><flowNodeRef>sid-t1</flowNodeRef></lane>
      <lane id="sid-l2" name="Back office"><flowNodeRef>sid-g1</flowNodeRef><flowNodeRef>sid-t2</flowNodeRef><flowNodeRef>sid-t3</flowNodeRef></lane>
    </laneSet>
    <startEvent id="sid-start" name="Request received" />
    <task id="sid-t1" name="Collect documents"><extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue="#fff" /></extensionElements></task>
    <dataObjectReference id="sid-d" name="File" dataObjectRef="sid-do" />
    <dataObject id="sid-do" />
    <exclusiveGateway id="sid-g1" name="Risky?" />
    <task id="sid-t2" name="Examine closely" />
    <task id="sid-t3" name="Open account" />
    <exclusiveGateway id="sid-g2" />
    <endEvent id="sid-end" />
    <sequenceFlow id="sid-f1" sourceRef="sid-start" targetRef="sid-t1" />
    <sequenceFlow id="sid-f2" sourceRef="sid-t1" targetRef="sid-x" />
    <inclusiveGateway id="sid-x" />
    <sequenceFlow id="sid-f2b" sourceRef="sid-x" targetRef="sid-g1" />
    <sequenceFlow id="sid-f3" name="risky" sourceRef="sid-g1" targetRef="sid-t2" />
    <sequenceFlow id="sid-f4" name="plain" sourceRef="sid-g1" targetRef="sid-g2" />
    <sequenceFlow id="sid-f5" sourceRef="sid-t2" targetRef="sid-g2" />
    <sequenceFlow id="sid-f6" sourceRef="sid-g2" targetRef="sid-t3" />
    <sequenceFlow id="sid-f7" sourceRef="sid-t3" targetRef="sid-end" />
    <textAnnotation id="sid-a"><text>By law within
five days</text></textAnnotation>
    <association id="sid-as" sourceRef="sid-t3" targetRef="sid-a" />
  </process>
</definitions>
"""

#: bpmn.io with Camunda 8: `zeebe:` elements, FEEL conditions, inclusive ways, a race against a message, a decision.
BPMN_IO = """\
<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="D" targetNamespace="http://bpmn.io/schema/bpmn" exporter="bpmn-js">
  <bpmn:message id="Message_1" name="customer-confirmed"><bpmn:extensionElements><zeebe:subscription correlationKey="=id" /></bpmn:extensionElements></bpmn:message>
  <bpmn:process id="Process_1abc" name="Limit change" isExecutable="true">
    <bpmn:startEvent id="StartEvent_1" />
    <bpmn:userTask id="Activity_1" name="Request"><bpmn:extensionElements><zeebe:assignmentDefinition assignee="=initiator" /><zeebe:formDefinition formId="f" /></bpmn:extensionElements></bpmn:userTask>
    <bpmn:businessRuleTask id="Activity_2" name="Score"><bpmn:extensionElements><zeebe:calledDecision decisionId="limit_score" resultVariable="score" /></bpmn:extensionElements></bpmn:businessRuleTask>
    <bpmn:userTask id="Activity_3" name="Decide"><bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="Credit officer" /></bpmn:extensionElements></bpmn:userTask>
    <bpmn:inclusiveGateway id="Gateway_1" default="Flow_else" />
    <bpmn:userTask id="Activity_4" name="Inform head"><bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="head" /></bpmn:extensionElements></bpmn:userTask>
    <bpmn:userTask id="Activity_5" name="Inform risk"><bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="risk" /></bpmn:extensionElements></bpmn:userTask>
    <bpmn:inclusiveGateway id="Gateway_2" />
    <bpmn:userTask id="Activity_6" name="Wait for customer"><bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="clerk" /></bpmn:extensionElements></bpmn:userTask>
    <bpmn:boundaryEvent id="Event_1" name="Confirmed" attachedToRef="Activity_6"><bpmn:messageEventDefinition id="M" messageRef="Message_1" /></bpmn:boundaryEvent>
    <bpmn:subProcess id="Activity_7" name="Post"><bpmn:startEvent id="s2" /><bpmn:serviceTask id="Activity_8" name="Post limit"><bpmn:extensionElements><zeebe:taskDefinition type="post-limit" /></bpmn:extensionElements></bpmn:serviceTask><bpmn:endEvent id="e2" /><bpmn:sequenceFlow id="i1" sourceRef="s2" targetRef="Activity_8" /><bpmn:sequenceFlow id="i2" sourceRef="Activity_8" targetRef="e2" /></bpmn:subProcess>
    <bpmn:endEvent id="Event_9" />
    <bpmn:sequenceFlow id="F1" sourceRef="StartEvent_1" targetRef="Activity_1" />
    <bpmn:sequenceFlow id="F2" sourceRef="Activity_1" targetRef="Activity_2" />
    <bpmn:sequenceFlow id="F3" sourceRef="Activity_2" targetRef="Activity_3" />
    <bpmn:sequenceFlow id="F4" sourceRef="Activity_3" targetRef="Gateway_1" />
    <bpmn:sequenceFlow id="F5" sourceRef="Gateway_1" targetRef="Activity_4"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=newLimit &gt; 1000 and grade = "C"</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="F6" sourceRef="Gateway_1" targetRef="Activity_5"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=sum(for x in items return x.a) &gt; 3</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="Flow_else" sourceRef="Gateway_1" targetRef="Gateway_2" />
    <bpmn:sequenceFlow id="F7" sourceRef="Activity_4" targetRef="Gateway_2" />
    <bpmn:sequenceFlow id="F8" sourceRef="Activity_5" targetRef="Gateway_2" />
    <bpmn:sequenceFlow id="F9" sourceRef="Gateway_2" targetRef="Activity_6" />
    <bpmn:sequenceFlow id="F10" sourceRef="Activity_6" targetRef="Activity_7" />
    <bpmn:sequenceFlow id="F11" sourceRef="Event_1" targetRef="Activity_7" />
    <bpmn:sequenceFlow id="F12" sourceRef="Activity_7" targetRef="Event_9" />
  </bpmn:process>
</bpmn:definitions>
"""


def model(body: str) -> str:
    """A process with these elements."""
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
        f'<process id="p" name="Process">{body}</process></definitions>'
    )


def flows(*pairs: str) -> str:
    """Lines between nodes, written `a>b`, with `a>b:name` a name and `a>b?condition` a condition."""
    made = []
    for number, pair in enumerate(pairs, 1):
        ends, _, condition = pair.partition("?")
        ends, _, name = ends.partition(":")
        source, _, target = ends.partition(">")
        inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        made.append(
            f'<sequenceFlow id="f{number}" name="{name}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'
        )
    return "".join(made)

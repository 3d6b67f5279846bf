"""The flow of the approvals' benchmark in SpiffWorkflow: its state as JSON in one row of SQLite, committed after each step."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

_STEPS = ("check", "decide", "ratify")
_MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">
<process id="approval" isExecutable="true">
<startEvent id="start"/>
<userTask id="check" name="check"/>
<exclusiveGateway id="split" default="to_officer"/>
<userTask id="decide" name="decide"/>
<userTask id="officer" name="officer"/>
<exclusiveGateway id="merge"/>
<userTask id="ratify" name="ratify"/>
<endEvent id="end"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="check"/>
<sequenceFlow id="f2" sourceRef="check" targetRef="split"/>
<sequenceFlow id="to_head" sourceRef="split" targetRef="decide">
<conditionExpression xsi:type="tFormalExpression">amount &lt;= 300000</conditionExpression></sequenceFlow>
<sequenceFlow id="to_officer" sourceRef="split" targetRef="officer"/>
<sequenceFlow id="f3" sourceRef="decide" targetRef="merge"/>
<sequenceFlow id="f4" sourceRef="officer" targetRef="merge"/>
<sequenceFlow id="f5" sourceRef="merge" targetRef="ratify"/>
<sequenceFlow id="f6" sourceRef="ratify" targetRef="end"/>
</process></definitions>"""


class SpiffStore:
    """A model read once, and a table with the instances' JSON."""

    def __init__(self, path: Path) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(_MODEL.encode()))
        self._spec = parser.get_spec("approval")
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        self._database = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE instance (id INTEGER PRIMARY KEY, state TEXT NOT NULL)")
        self._numbers = itertools.count(1)

    def run_one(self) -> None:
        """Start an instance and complete its three tasks, with a load, a save and a commit for each."""
        id, workflow = next(self._numbers), BpmnWorkflow(self._spec)
        workflow.do_engine_steps()
        self._write("INSERT INTO instance (state, id) VALUES (?, ?)", workflow, id)
        for step in _STEPS:
            workflow = self._load(id)
            task = next(iter(workflow.get_tasks(state=TaskState.READY, spec_name=step)))
            task.data["amount"] = 100000
            task.run()
            workflow.do_engine_steps()
            self._write("UPDATE instance SET state = ? WHERE id = ?", workflow, id)
        if not workflow.completed:
            raise RuntimeError("the other engine did not come to its end")

    def _load(self, id: int) -> Any:
        found = self._database.execute("SELECT state FROM instance WHERE id = ?", (id,)).fetchone()
        return self._serializer.deserialize_json(found[0])

    def _write(self, statement: str, workflow: Any, id: int) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute(statement, (self._serializer.serialize_json(workflow), id))
        self._database.execute("COMMIT")

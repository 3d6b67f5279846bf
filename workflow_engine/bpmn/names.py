"""The names that BPMN itself uses, and what is ours in a diagram."""

from __future__ import annotations

from workflow_engine.markup.extension import SPACE

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
LINES = "http://www.omg.org/spec/DD/20100524/DI"
TYPES = "http://www.w3.org/2001/XMLSchema-instance"
#: The language of a condition that is written in our own.
OWN_LANGUAGE = f"{SPACE}:expression"

#: Keys of a `choose` that are no codes.
CHOOSE_KEYS = ("choose", "otherwise", "name", "title", "sealed", "note", "meta")

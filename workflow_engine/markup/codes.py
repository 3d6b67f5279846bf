"""The codes of what BPMN and DMN of other products say that our language does not."""

from __future__ import annotations

from forms_dsl.diagnostics import code

NOT_IN_SUBSET = code("I401", "The model holds an element that a workflow or decision of ours cannot stand for; it is refused.")
NO_BLOCKS = code("I402", "The model does not reduce to blocks; the element where it fails is named.")
NOT_FEEL = code("I403", "A cell or value of a DMN table is outside of the subset of FEEL that is read.")
BECAME_ANSWERS = code("I404", "Ways of a gateway became the answers of the step before it.", "hint")
DRAWING_BELIEVED = code("I405", "Another tool changed the drawing since it was exported; the drawing is believed.", "hint")

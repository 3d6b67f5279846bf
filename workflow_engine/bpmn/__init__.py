"""BPMN 2.0: workflows from and to other products."""

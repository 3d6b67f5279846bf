"""Forms of form-js (bpmn.io) to an entity with its form."""

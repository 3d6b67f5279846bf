"""Approval flows as pure functions: command to events to state."""

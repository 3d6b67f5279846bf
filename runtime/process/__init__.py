"""Approvals: the engine's events become rows, work items and calls."""

"""Checks of a whole app, one module per kind of definition."""

"""Expressions of other form languages, parsed by one grammar and written in ours."""

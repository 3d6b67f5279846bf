"""Expressions tried outside of an app: fields and rows from files, every target, and the reference interpreter."""

"""Importers of definitions."""

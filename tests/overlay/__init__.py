"""Overlays."""

"""The way to other systems."""

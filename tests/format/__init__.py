"""The canonical form."""

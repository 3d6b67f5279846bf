"""The one canonical form of a definition's text."""

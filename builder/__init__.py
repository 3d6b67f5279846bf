"""Drafts, review and preview; the full server and the qiqiao command."""

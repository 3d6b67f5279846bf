"""Overlays: a bank's differences laid over a shipped app, every value keeping the file and line it came from."""

"""Edits of a definition's text by splices: every byte that an edit is not about stays as it is."""

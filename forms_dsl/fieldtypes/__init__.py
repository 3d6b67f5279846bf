"""The field types, one module each."""

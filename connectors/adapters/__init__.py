"""The protocol adapters, one module each."""

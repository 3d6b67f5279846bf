"""Charts, one module each."""

"""Rules about publishing, one a module."""

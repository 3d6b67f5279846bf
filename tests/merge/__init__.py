"""Three-way merge."""

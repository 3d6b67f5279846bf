"""The database door, column types and the platform's own tables."""

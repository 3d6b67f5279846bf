"""The migrations of the platform's own tables; an app's tables are changed by publishing."""

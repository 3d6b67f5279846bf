"""Lists that leave as files, and files that come in."""

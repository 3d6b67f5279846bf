"""The web front end: where the built assets are."""

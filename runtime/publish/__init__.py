"""From a changed definition to a live release: plan, lint, apply."""

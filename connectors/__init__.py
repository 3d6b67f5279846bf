"""The way to other systems: definitions, adapters and the engine around them."""

"""The builder's routes, one module a topic, found by listing this folder."""

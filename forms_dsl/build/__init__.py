"""From shapes to the model: names resolved, expressions typed, one module per kind."""

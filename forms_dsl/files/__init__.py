"""The shapes of definition files, exactly as people write them, one module per kind."""

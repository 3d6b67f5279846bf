"""What leaves the building, exactly once."""

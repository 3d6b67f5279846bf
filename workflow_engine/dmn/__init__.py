"""DMN: decision tables from and to other products."""

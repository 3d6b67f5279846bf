"""Reading and writing records under an access plan."""

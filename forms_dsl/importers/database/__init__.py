"""Tables of a database, as reflection describes them, to a draft."""

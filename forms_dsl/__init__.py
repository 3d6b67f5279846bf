"""The definition language: text to checked app, without database, network or clock."""

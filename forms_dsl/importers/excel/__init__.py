"""Tables of workbooks and files of separated values: header and data to an entity with its form and list."""

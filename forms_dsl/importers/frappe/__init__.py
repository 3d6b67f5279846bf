"""DocType files of Frappe, in the old verbose and the new compact form, to entities."""

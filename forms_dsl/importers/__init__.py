"""Definitions from what a bank already has: workbooks, other form languages, schemas, tables. Bytes in; files and findings out."""

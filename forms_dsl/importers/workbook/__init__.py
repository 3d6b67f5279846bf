"""Workbooks and files of separated values as sheets of typed cells, read with limits on everything."""

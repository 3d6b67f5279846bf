"""Spreadsheet files as streams: rows go in and out one by one, whatever their number; knows nothing of records."""

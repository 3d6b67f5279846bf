"""The names that DMN uses, in all its versions."""

from __future__ import annotations

#: The newest version that all engines read; it is written.
MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
MODELS = frozenset({
    MODEL,
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
})  # fmt: skip
#: How our tables are called there.
HITS = {"unique": "UNIQUE", "first": "FIRST", "collect": "COLLECT"}
#: Types of FEEL for the types of our values.
TYPES = {"choice": "string", "text": "string", "number": "number", "boolean": "boolean", "date": "date"}

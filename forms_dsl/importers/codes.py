"""The codes of what an importer says about a source."""

from __future__ import annotations

from forms_dsl.diagnostics import code

UNREADABLE = code("I001", "The source cannot be read: it is not of the kind that was named, or damaged.")
TOO_LARGE = code("I002", "The source passes a limit of size, depth, rows or columns.")
UNSAFE = code("I003", "The source holds what an importer never follows: XML entities, paths outward, encryption.")
ENCODING = code("I004", "The bytes are not of the encoding that was named, or of none that is known.")
NOTHING = code("I005", "The source holds nothing that could become an entity.")

LOST_DIGITS = code("I101", "Cells typed as numbers have more than 15 digits: the spreadsheet has already lost the last ones.")
LEADING_ZEROS = code("I102", "Values with leading zeros, which a number would lose; the field is a text.", "hint")
MIXED = code("I103", "The values of a column are of several kinds; the field is a text.", "warning")
HEADER_TWICE = code("I104", "Two columns have the same header; the second gets a name of its own.", "warning")
MERGED = code("I105", "Merged cells; the value counts for the first column, or is joined to the headers below.", "warning")
HEADER_BLANK = code("I106", "A column has values but no header.", "warning")
FORMULA = code("I107", "A column of formulas: proposed as `compute`, or kept as a note where it cannot be translated.", "warning")
NAME_PROPOSED = code("I108", "A name was proposed for something whose source name is no name of the language.", "hint")
GUESSED = code("I109", "The type was guessed from the values.", "hint")
PERSONAL = code("I110", "Values that look like personal data: class C2 and a mask are proposed.", "warning")
DAY_OR_MONTH = code("I111", "Dates whose day and month cannot be told apart.", "warning")
ROWS_SKIPPED = code("I112", "Rows that belong to no table: above the header, blank, or totals below.", "hint")
PARTLY_READ = code("I113", "Only the first rows were looked at.", "hint")
BROKEN_VALUE = code("I114", "Cells hold an error instead of a value.", "warning")

NO_COUNTERPART = code("I201", "Something of the source has no counterpart in the language; it is kept as a note.", "warning")
NOT_TRANSLATED = code("I202", "An expression could not be translated; it is kept as a note.", "warning")
APPROXIMATED = code("I203", "The counterpart is not the same in every case.", "warning")
TARGET_UNKNOWN = code("I204", "A reference to something that is not part of the import; the field is a text.", "warning")
TEXT_CHANGED = code("I205", "A text was cleaned or cut: invisible characters, markup, too many characters.", "warning")
CODES_CHANGED = code("I206", "Values got other codes, because theirs are no codes of the language.", "warning")
ACCESS_PROPOSED = code("I207", "A role was proposed; who may see what has to be decided by a person.", "hint")
SKIPPED_PART = code("I208", "A part of the source is not imported.", "warning")
OPEN_QUESTION = code("I209", "The source leaves open what a definition must say.", "warning")

KEPT = code("I301", "The definition says something else than the source; it stays as it is.", "hint")
ADDED = code("I302", "Something new of the source was added to a definition that is there.", "hint")
GONE = code("I303", "Something of the definition is no longer in the source; it stays.", "hint")
NOT_WRITTEN = code("I304", "A definition that is there cannot be changed by the import.")

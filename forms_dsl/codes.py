"""The codes of what the loader itself finds: text, shapes, names, references, labels.

Codes of a check stand beside the check in `checks/`, those of expressions in `expr/`.
"""

from __future__ import annotations

from forms_dsl.diagnostics import Sentence, code

SYNTAX = code("Y001", "The text is not YAML or JSON, or the file is empty or not a map at the top.", refusal="DEF-SHAPE")
ALIAS = code("Y002", "An anchor, alias, tag, merge key, directive or second document.", refusal="DEF-YAML-ALIAS")
DUPLICATE_KEY = code(
    "Y003", "A key stands twice in one map; keys are compared after NFC and case folding.", refusal="DEF-DUP-KEY"
)
#: What stands at the other place of a key that stands twice.
FIRST_HERE = Sentence("first here", "首次出现于")
CHARACTER = code("Y004", "A tab, byte order mark, NUL, other control character or unusual line break.", refusal="DEF-UNICODE")
BOOLEAN_WORD = code("Y005", "Another word where true or false is meant.", refusal="DEF-TYPE")
LEADING_ZERO = code("Y006", "An unquoted number with leading zeros, which other tools would damage.", refusal="DEF-TYPE")
KEY_TYPE = code("Y007", "A key that looks like a number, a boolean or null, without quotes.", refusal="DEF-KEY-TYPE")
CUT_BY_COMMA = code("Y012", "A value that a comma cuts in two; it needs quotes.", refusal="DEF-UNKNOWN-KEY")

UNKNOWN_KEY = code("S001", "A key that is not known here.", refusal="DEF-UNKNOWN-KEY")
WRONG_TYPE = code("S002", "A value of the wrong type or form.", refusal="DEF-TYPE")
MISSING_KEY = code("S003", "A required key is missing.", refusal="DEF-SHAPE")
WRONG_PLACE = code(
    "S004", "The file's path and its first key disagree, or the file is none of a definition.", refusal="DEF-SHAPE"
)
BAD_NAME = code("S005", "A name or code of the wrong form, reserved, or used twice.", refusal="DEF-NAME")
LONG_NAME = code("S006", "A name is longer than 40 characters.", "hint")
LIMIT = code("S007", "A limit of size, depth or number is passed.", refusal="DEF-LIMIT")

UNKNOWN_REFERENCE = code("R001", "A reference to something that is not there.", refusal="DEF-REF")
CYCLE = code(
    "R002",
    "References go round in a circle: roles or entities that include each other, references that are all required.",
    refusal="DEF-CYCLE-INCLUDE",
)
NOT_REQUIRED = code("R003", "A reference to another app that does not stand in `requires`.", refusal="DEF-REF")
VERSION_NOT_MET = code(
    "R004", "A required app or the platform has a version outside of the range that is asked for.", refusal="DEF-REF"
)

DEPRECATED = code("R010", "A reference to something that is marked as deprecated.", "warning")

UNKNOWN_USER = code("P003", "A filter or a row rule uses an attribute that persons do not have.", refusal="DEF-REF")

LABEL_LANGUAGE = code(
    "L301", "A label lacks a language of the app, or has one that the app does not declare.", refusal="DEF-LOCALE"
)
LONG_LABEL = code("L304", "A label is longer than 24 characters.", "hint")
BAD_LABEL = code("L305", "A label is empty, too long or has invisible characters.", refusal="DEF-LABEL")

UNMEETABLE = code("W011", "A rule of seats that cannot be met, or several seats without a rule.", refusal="WF-QUORUM")
BAD_TIME = code("W012", "A time of zero, negative, over ten years, or working time without a calendar.", refusal="WF-TIMER")

#: Closer classes of the same findings (security: what an API says about a refused definition).
TOO_DEEP = LIMIT.closer("DEF-DEPTH")
TOO_MANY_DIGITS = LIMIT.closer("DEF-NUMBER")
RESERVED_NAME = BAD_NAME.closer("DEF-RESERVED")
NAME_TWICE = BAD_NAME.closer("DEF-DUP-NAME")
REQUIRED_CYCLE = CYCLE.closer("DEF-CYCLE-REQUIRED")
INVISIBLE_LABEL = BAD_LABEL.closer("DEF-UNICODE")

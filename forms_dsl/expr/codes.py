"""The kinds of finding about an expression; the numbers are fixed by the language and never reused."""

from __future__ import annotations

from forms_dsl.diagnostics import code

TOO_LARGE = code("X001", "An expression is too large or too deep, or a path has more than 3 steps.", refusal="EXPR-LIMIT")
SYNTAX = code(
    "X002", "An expression cannot be read: a bracket, value or operator is missing or in excess.", refusal="EXPR-SYNTAX"
)
NOT_IN_LANGUAGE = code("X003", "An expression uses a construct that the language does not have.", refusal="EXPR-SYNTAX")
LITERAL = code("X004", "A number or text is written in a form that the language does not have.", refusal="EXPR-SYNTAX")
UNKNOWN_NAME = code("X005", "An expression reads a name that does not exist here.", refusal="DEF-REF")
UNKNOWN_FUNCTION = code("X006", "An expression calls a function that does not exist.", refusal="EXPR-CALL")
TYPES = code("X011", "A value has the wrong type for its place.", refusal="EXPR-TYPE")
ARGUMENTS = code("X012", "A function is called with too few or too many arguments.", refusal="EXPR-CALL")
LITERAL_NEEDED = code("X013", "An argument must be written as a literal value.", refusal="EXPR-TYPE")
NESTED_AGGREGATE = code("X014", "An aggregate stands inside another aggregate.", refusal="EXPR-LIMIT")
NOT_A_CHOICE = code("X020", "A text is compared with a choice but is not one of its codes.", refusal="EXPR-TYPE")
NOT_HERE = code("X030", "A function or name exists but is not available in this place.", refusal="EXPR-CALL")
BAD_PATTERN = code("X050", "A pattern that is neither named nor in the checked language of patterns.", refusal="DEF-REGEX")
EMPTY_TEXT = code("X303", "A comparison with the empty text; `is_missing` says it better.", "warning")
CURRENCIES = code("N203", "Amounts of different currencies are mixed.", refusal="EXPR-TYPE")

"""The code of the finding about a text's form."""

from __future__ import annotations

from forms_dsl.diagnostics import code

NOT_CANONICAL = code("Y010", "The text is not in canonical form; `qiqiao fmt` writes it.", "warning")

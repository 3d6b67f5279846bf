"""The codes of findings about overlays."""

from __future__ import annotations

from forms_dsl.diagnostics import code

NO_TARGET = code("O001", "An overlay is about something that the base does not have.", refusal="DEF-REF")
OWN_NAME = code("O002", "A name of the overlay's own that does not begin with `x_`.", refusal="DEF-NAME")
SEALED = code("O003", "An overlay changes what is sealed or cannot be overridden: a field's type, an id, a sealed control.")
SAME_AS_BASE = code("O004", "A value of the overlay equals the base; it can be removed.", "warning")
OTHER_BASE = code("O005", "The base has another version than the one that the overlay extends.", refusal="DEF-BASE-MOVED")
WIDENED = code("P006", "An overlay widens a row rule of the base without `override_reason`.")

"""The codes under which the builder refuses an act."""

from __future__ import annotations

from forms_dsl.diagnostics import code

CHANGED_MEANWHILE = code("M435", "The file or draft is not the one that was looked at any more.")
NOTHING_CHANGED = code("M436", "The draft does not differ from the active release.")
DECIDED = code("M437", "The request for publication was decided already, or is outdated.")
NO_PATH = code("M438", "No definition file can have this path.")
NOT_THE_AUTHOR = code("M440", "Only who submitted a request for publication withdraws it.")
TOO_LARGE = code("M439", "A definition file is larger than 1 MiB.")

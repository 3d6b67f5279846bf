"""Findings on a terminal or as JSON, as every verb prints them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.render import render_json, render_terminal


def print_findings(
    found: Sequence[Diagnostic],
    texts: Mapping[str, str],
    *,
    locale: str,
    as_json: bool = False,
    prefix: str = "",
    stream: TextIO | None = None,
) -> None:
    """Print findings with the lines they are about; `texts` holds the files' texts by the paths in the findings."""
    out = stream or sys.stdout
    if as_json:
        print(json.dumps(render_json(found, locale=locale), ensure_ascii=False, indent=1), file=out)
    elif found:
        colour = out.isatty() and "NO_COLOR" not in os.environ
        print(render_terminal(found, texts, locale=locale, colour=colour, prefix=prefix), file=out)

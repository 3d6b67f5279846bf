"""`python -m forms_dsl.check FOLDER [--json] [--locale zh]`: the findings of one app, without any other part of the product."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from forms_dsl.diagnostics import has_errors
from forms_dsl.load import load_app, read_folder
from forms_dsl.render import render_json, render_terminal


def main(arguments: list[str] | None = None) -> int:
    """Print the findings; 0 without errors, 1 with errors, 2 when there is no such folder."""
    parser = argparse.ArgumentParser(prog="python -m forms_dsl.check", description="Check the definitions of one app.")
    parser.add_argument("folder", type=Path, help="folder of one app, with app.yaml in it")
    parser.add_argument("--json", action="store_true", help="findings as a JSON list")
    parser.add_argument("--locale", choices=("en", "zh"), default="en", help="language of the sentences")
    chosen = parser.parse_args(arguments)
    if not chosen.folder.is_dir():
        print(f"There is no folder {chosen.folder}.", file=sys.stderr)
        return 2
    files = read_folder(chosen.folder)
    found = load_app(files).diagnostics
    if chosen.json:
        print(json.dumps(render_json(found, locale=chosen.locale), ensure_ascii=False, indent=1))
    elif found:
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        print(render_terminal(found, files, locale=chosen.locale, colour=colour, prefix=f"{chosen.folder}/"), end="")
    return 1 if has_errors(found) else 0


if __name__ == "__main__":
    sys.exit(main())

"""`qiqiao shipped`: the apps that come with the product, and which of them are live here."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from builder.commands import Verbs
from builder.folder import APP_DEFINITIONS, open_folder
from builder.operator import add_database_argument, settings_of
from forms_dsl.app_header import HEADER_FILES, read_header
from forms_dsl.model import Label
from runtime.publish.history import active_release
from runtime.start import start

_EXAMPLES = """\
  qiqiao shipped                        name, version, what it is called, whether it is live, its folder
  qiqiao publish "$(qiqiao shipped --folder corporate_credit)"    make one of them live"""

_LIVE: Label = {"en": "live as release {release}", "zh": "已上线，第 {release} 版"}
_NOT_LIVE: Label = {"en": "not live", "zh": "未上线"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "shipped",
        "list the apps that come with the product",
        "The apps of app_definitions/, and which of them are live in this database. None of them is published by itself but\n"
        "the one of a demonstration; `qiqiao publish` makes one live, `qiqiao grant` gives its roles.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("--folder", metavar="APP", choices=sorted(_folders()), help="only say where the folder of this one is")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """List them all, or tell the place of one."""
    if arguments.folder:
        print(_folders()[arguments.folder])
        return 0
    started = start(settings_of(arguments), dt.datetime.now(dt.UTC))
    with started.database.read() as connection:
        for name, folder in sorted(_folders().items()):
            header, live = read_header(open_folder(folder).files), active_release(connection, name)
            state = _NOT_LIVE[locale] if live is None else _LIVE[locale].format(release=live.release)
            print(f"{name}  {header['version']}  {header['label'][locale]}  {state}  {folder}")
    return 0


def _folders() -> dict[str, Path]:
    """The folder of each shipped app by its name."""
    return {path.name: path for path in APP_DEFINITIONS.iterdir() if any((path / file).is_file() for file in HEADER_FILES)}

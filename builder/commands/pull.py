"""`qiqiao pull`: writes what is live into a folder, so that a folder kept in Git has what was made in the builder."""

from __future__ import annotations

import argparse
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, settings_of
from forms_dsl.kinds import kind_of
from forms_dsl.load import read_folder
from forms_dsl.overlay.effective import split_base
from runtime.publish.history import active_release, files_of
from runtime.publish.types import Files
from runtime.start import open_prepared

_EXAMPLES = """\
  qiqiao pull bank_customer app_definitions/bank_customer      then look at it: git diff
  qiqiao pull bank_customer /tmp/live --release 3              an earlier release, into another folder"""

_NOTHING = {"en": "{folder} holds release {release} already.", "zh": "{folder} 与版本 {release} 相同。"}
_LINES = {
    "written": {"en": "  written   {path}", "zh": "  写入  {path}"},
    "removed": {"en": "  removed   {path}", "zh": "  删除  {path}"},
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "pull",
        "write what is live into a folder",
        "Writes the very texts of a release, comments and all, over the definitions in FOLDER, and removes definitions\n"
        "that the release does not have. Files that are no definitions (imports, notes) stay. Keep the folder in Git:\n"
        "what was in it and not committed is gone.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("app", metavar="APP", help="name of the app")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder to write; made when it is not there")
    parser.add_argument("--release", type=int, metavar="NUMBER", help="default: the one that is live")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Write the files of the release."""
    with open_prepared(settings_of(arguments)).read() as connection:
        active = active_release(connection, arguments.app)
        number = arguments.release or (active.release if active is not None else None)
        files, _ = split_base(files_of(connection, arguments.app, number))  # the base of an overlay has its own folder
    if not files:
        missing = f"{arguments.app} {arguments.release or ''}".strip()
        raise Mistake({"en": f"There is no release of {missing}.", "zh": f"没有 {missing} 的版本。"})
    there = _definitions(arguments.folder)
    written = [path for path, text in sorted(files.items()) if there.get(path) != text]
    removed = sorted(there.keys() - files.keys())
    for path in written:
        target = arguments.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path], encoding="utf-8", newline="")
        print(_LINES["written"][locale].format(path=path))
    for path in removed:
        (arguments.folder / path).unlink()
        print(_LINES["removed"][locale].format(path=path))
    if not written and not removed:
        print(_NOTHING[locale].format(folder=arguments.folder, release=number))
    return 0


def _definitions(folder: Path) -> Files:
    """The definition files of a folder; none when it is not there."""
    files = read_folder(folder) if folder.is_dir() else {}
    return {path: text for path, text in files.items() if kind_of(path) is not None}

"""`qiqiao pull`: writes what is live into a folder, so that a folder kept in Git has what was made in the builder."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, settings_of
from builder.pulled import Pulled, checksums_of, definitions_of, read_pulled, write_pulled
from builder.remote import Server, add_server_arguments, open_server
from builder.three_way import Taken, taken_in
from forms_dsl.overlay.effective import split_base
from runtime.publish.history import active_release, files_of
from runtime.publish.types import Files
from runtime.start import open_prepared

_EXAMPLES = """\
  qiqiao pull bank_customer app_definitions/bank_customer      then look at it: git diff
  qiqiao pull bank_customer /tmp/live --release 3              an earlier release, into another folder
  qiqiao pull loan FOLDER --server https://qiqiao.bank.example --token-file ~/.qiqiao-token
  qiqiao pull loan FOLDER --server URL --merge                 take in what changed there, keep what changed here"""

_NOTHING = {"en": "{folder} holds release {release} already.", "zh": "{folder} 与版本 {release} 相同。"}
_UP_TO_DATE = {"en": "{folder} has everything that the server has.", "zh": "{folder} 已包含服务器上的全部内容。"}
_LINES = {
    "written": {"en": "  written   {path}", "zh": "  写入  {path}"},
    "removed": {"en": "  removed   {path}", "zh": "  删除  {path}"},
    "merged": {"en": "  merged    {path}", "zh": "  合并  {path}"},
    "conflict": {
        "en": "  conflict  {path}: {count} place(s) that both sides changed stand between marks",
        "zh": "  冲突  {path}：双方都修改的 {count} 处已用标记标出",
    },
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "pull",
        "write what is live into a folder",
        "Writes the very texts of a release, comments and all, over the definitions in FOLDER, and removes definitions\n"
        "that the release does not have. Files that are no definitions (imports, notes) stay. Keep the folder in Git:\n"
        "what was in it and not committed is gone. With --server the texts come from a running server, which takes a token\n"
        "of a person with the platform role `designer` or `publisher`; what was taken in is noted in FOLDER/.qiqiao for\n"
        "`qiqiao push`. With --merge what changed in the draft there since is merged into what changed here, by structure.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("app", metavar="APP", help="name of the app")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder to write; made when it is not there")
    parser.add_argument("--release", type=int, metavar="NUMBER", help="default: the one that is live")
    parser.add_argument("--merge", action="store_true", help="with --server: keep what changed here, take in what changed there")
    add_server_arguments(parser)
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Write the files of the release, or merge with those of the server's draft."""
    app, folder = arguments.app, arguments.folder
    if not arguments.server:
        if arguments.merge:
            raise Mistake({"en": "--merge takes a server: --server URL.", "zh": "--merge 须配合 --server URL。"})
        number, files = _from_database(arguments)
        _replace(folder, _required(arguments, files), number, locale)
        return 0
    server = open_server(arguments, locale)
    if arguments.merge:
        return _merge(server, app, folder, locale)
    number = arguments.release or server.draft(app).base
    files, _ = split_base(server.release_texts(app, number))
    _replace(folder, _required(arguments, files), number, locale)
    write_pulled(folder, server.url, app, Pulled(number, checksums_of(files)))
    return 0


def _from_database(arguments: argparse.Namespace) -> tuple[int | None, Files]:
    with open_prepared(settings_of(arguments)).read() as connection:
        active = active_release(connection, arguments.app)
        number = arguments.release or (active.release if active is not None else None)
        return number, split_base(files_of(connection, arguments.app, number))[0]  # the base of an overlay has its own folder


def _required(arguments: argparse.Namespace, files: Files) -> Files:
    if not files:
        missing = f"{arguments.app} {arguments.release or ''}".strip()
        raise Mistake({"en": f"There is no release of {missing}.", "zh": f"没有 {missing} 的版本。"})
    return files


def _replace(folder: Path, files: Files, number: int | None, locale: str) -> None:
    there = definitions_of(folder)
    written: Mapping[str, str | None] = {path: text for path, text in sorted(files.items()) if there.get(path) != text}
    removed = dict.fromkeys(sorted(there.keys() - files.keys()))
    for path, text in {**written, **removed}.items():
        _write(folder, path, text)
        print(_LINES["removed" if text is None else "written"][locale].format(path=path))
    if not written and not removed:
        print(_NOTHING[locale].format(folder=folder, release=number))


def _merge(server: Server, app: str, folder: Path, locale: str) -> int:
    draft, pulled = server.draft(app), read_pulled(folder, server.url, app)
    base, _ = split_base(server.release_texts(app, pulled.release))
    theirs, _ = split_base(draft.files)
    taken = list(taken_in(definitions_of(folder), base, theirs, pulled.known(base)))
    for one in taken:
        _write(folder, one.path, one.text)
        print(_line(one, locale))
    write_pulled(folder, server.url, app, Pulled(draft.base, checksums_of(theirs)))
    if not taken:
        print(_UP_TO_DATE[locale].format(folder=folder))
    return 1 if any(one.merged is not None and one.merged.conflicts for one in taken) else 0


def _line(one: Taken, locale: str) -> str:
    conflicts = one.merged.conflicts if one.merged is not None else ()
    return _LINES["conflict" if conflicts else one.how][locale].format(path=one.path, count=len(conflicts))


def _write(folder: Path, path: str, text: str | None) -> None:
    target = folder / path
    if text is None:
        target.unlink()
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="")

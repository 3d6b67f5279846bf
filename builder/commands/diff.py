"""`qiqiao diff`: what is different between two versions of an app, in words."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.folder import add_apps_argument, apps_beside, open_folder
from builder.pushing import change_lines, look, moved_lines
from builder.remote import add_server_arguments, open_server
from builder.shapes import change_json
from forms_dsl.diff import diff_apps
from forms_dsl.model import App
from forms_dsl.required import load_required
from workflow_engine.verify import load_verified

_EXAMPLES = """\
  qiqiao diff released/bank_customer app_definitions/bank_customer
  QIQIAO_LOCALE=zh qiqiao diff old/loan new/loan --json
  qiqiao diff app_definitions/loan --server https://qiqiao.bank.example    what pushing the folder would change there"""

_FLAGS = {
    "en": {"widened": "  [somebody may do more]", "destructive": "  [data may be lost]"},
    "zh": {"widened": "  【权限放宽】", "destructive": "  【可能丢失数据】"},
}
_NONE = {"en": "Nothing is different.", "zh": "没有差异。"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "diff",
        "tell what is different between two versions of an app",
        "Compares the meaning, not the lines: what came, went, was renamed (same id) or changed, from what to what, and what\n"
        "lets somebody do more or may lose data. Comments, order of keys and layout of the text make no difference.\n"
        "With --server the folder is compared with the draft there, as `qiqiao push` would change it.\n"
        "Exit code 0 also when something is different.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("old", metavar="OLD", type=Path, help="folder of the earlier version")
    parser.add_argument("new", metavar="NEW", type=Path, nargs="?", help="folder of the later version")
    add_server_arguments(parser)
    add_apps_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the changes as a JSON list")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Load both and tell."""
    if bool(arguments.server) == bool(arguments.new):
        words = {"en": "Name two folders, or one and --server URL.", "zh": "请指明两个文件夹，或一个文件夹和 --server URL。"}
        raise Mistake(words)
    if arguments.server:
        return _with_server(arguments, locale)
    old, new = (_load(path, arguments.apps) for path in (arguments.old, arguments.new))
    changes = diff_apps(old, new)
    if arguments.json:
        print(json.dumps([change_json(change) for change in changes], ensure_ascii=False, indent=1))
    for change in changes if not arguments.json else ():
        print(change.words[locale] + (_FLAGS[locale][change.flag] if change.flag else ""))
    if not changes and not arguments.json:
        print(_NONE[locale])
    return 0


def _with_server(arguments: argparse.Namespace, locale: str) -> int:
    looked = look(open_folder(arguments.old), open_server(arguments, locale))
    if arguments.json:
        print(json.dumps(list(looked.found.changes) if looked.found else [], ensure_ascii=False, indent=1))
        return 0
    if looked.wish.moved:
        print("\n".join(moved_lines(looked, locale)))
    if looked.wish.texts or not looked.wish.moved:
        print("\n".join(change_lines(looked, locale)))
    return 0


def _load(path: Path, apps: list[Path]) -> App:
    folder = open_folder(path)
    loaded = load_verified(folder.files, others=load_required(folder.files, apps_beside(path, apps)), publishing=False)
    if loaded.app is None:
        words = {"en": f"{path} has errors: run qiqiao check {path}.", "zh": f"{path} 有错误：请运行 qiqiao check {path}。"}
        raise Mistake(words)
    return loaded.app

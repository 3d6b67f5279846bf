"""`qiqiao push`: makes the draft of an app on a server say what a folder says; publishes nothing."""

from __future__ import annotations

import argparse

from builder.commands import Mistake, Verbs
from builder.drafts import text_checksum
from builder.folder import add_folder_argument, open_folder
from builder.pulled import Pulled, write_pulled
from builder.pushing import Looked, change_lines, look, moved_lines
from builder.remote import TOKEN_VARIABLE, add_server_arguments, open_server

_EXAMPLES = f"""\
  qiqiao push app_definitions/loan --server https://qiqiao.bank.example --token-file ~/.qiqiao-token
  {TOKEN_VARIABLE}=… qiqiao push FOLDER --server URL --ask-review "Guarantee field"    and asks a second person
  qiqiao push FOLDER --server URL --delete          also what takes a file, a field or another thing away"""

_SAVED = {
    "en": "Saved in the draft of {app} on {url}: {count} file(s). Nothing is published: a second person reviews it first.",
    "zh": "已保存到 {url} 上 {app} 的草稿：{count} 个文件。尚未发布，须由第二人审核。",
}
_ASKED = {"en": "A second person is asked: {place}", "zh": "已送审：{place}"}
_TAKES_AWAY = {
    "en": "This takes away what the server has, as named above. If it is really to go, say so with --delete. Nothing was saved.",
    "zh": "以上内容将从服务器的草稿中去掉。确实要去掉时，请加 --delete。未保存任何内容。",
}
_BROKEN = {
    "en": "With these texts the draft would have errors. Nothing was saved.",
    "zh": "按这些文本，草稿会有错误。未保存任何内容。",
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "push",
        "make the draft on a server say what a folder says",
        "Shows in words what changes in the draft of the app, and saves it there all at once. What others changed in the\n"
        "draft stays. Where the server changed since the folder was pulled, nothing is saved and the command that merges\n"
        "is shown. What takes something away needs --delete. It never publishes: a second person reviews the draft. A token\n"
        "of a person with the platform role `designer` is needed, and TLS unless the server is on this machine.",
        _EXAMPLES,
        run,
    )
    add_folder_argument(parser)
    add_server_arguments(parser)
    parser.add_argument("--delete", action="store_true", help="agree to what is taken away: files, fields, other things")
    parser.add_argument("--ask-review", metavar="NOTE", help="also ask a second person to publish the draft, with this note")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Look, tell, and save what may be saved."""
    if not arguments.server:
        raise Mistake({"en": "Name the server: --server URL.", "zh": "请指明服务器：--server URL。"})
    folder = open_folder(arguments.folder)
    if not folder.path.is_dir():
        raise Mistake(
            {
                "en": f"{folder.path} is no folder. What was pulled is noted in one, so only a folder is pushed.",
                "zh": f"{folder.path} 不是文件夹。取回的版本记录在文件夹中，因此只能推送文件夹。",
            }
        )
    looked = look(folder, open_server(arguments, locale))
    if looked.wish.moved:
        print("\n".join(moved_lines(looked, locale)))
        return 1
    print("\n".join(change_lines(looked, locale)))
    if looked.found is not None and looked.found.errors:
        print(_BROKEN[locale])
        return 1
    if looked.takes_away and not arguments.delete:
        print(_TAKES_AWAY[locale])
        return 1
    checksum = _save(looked, locale) if looked.wish.texts else looked.draft.checksum
    if arguments.ask_review is not None:
        place = looked.server.submit(folder.app, checksum, arguments.ask_review)
        print(_ASKED[locale].format(place=place))
    return 0


def _save(looked: Looked, locale: str) -> str:
    """Save over the very draft that was looked at; its checksum afterwards."""
    app, texts, draft = looked.folder.app, looked.wish.texts, looked.draft
    files = {path: text for path, text in {**draft.files, **texts}.items() if text is not None}
    saved = looked.server.save(app, files, draft.checksum)
    gone = {path for path, text in texts.items() if text is None}
    sent = {path: text_checksum(text) for path, text in texts.items() if text is not None}
    known = {path: checksum for path, checksum in {**looked.pulled.files, **sent}.items() if path not in gone}
    # Whatever was published since is in the folder too, or it would have been refused.
    write_pulled(looked.folder.path, looked.server.url, app, Pulled(draft.base, known))
    print(_SAVED[locale].format(app=app, url=looked.server.url, count=len(texts)))
    return saved.checksum

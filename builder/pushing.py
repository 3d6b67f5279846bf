"""A folder against the draft of a server: what pushing it would change, in words, for `qiqiao diff` and `qiqiao push`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.commands import Mistake
from builder.folder import Folder
from builder.pulled import Pulled, read_pulled
from builder.remote import Server, ServerChanges, ServerDraft
from builder.three_way import Wish, wish_of
from forms_dsl.model import Label
from forms_dsl.overlay.effective import split_base

_FLAGS: dict[str, Label] = {
    "widened": {"en": "  [somebody may do more]", "zh": "  【权限放宽】"},
    "destructive": {"en": "  [data may be lost]", "zh": "  【可能丢失数据】"},
}
_WORDS: dict[str, Label] = {
    "nothing": {
        "en": "The draft of {app} on {url} says what the folder says: nothing to do.",
        "zh": "{url} 上 {app} 的草稿与文件夹一致，无需推送。",
    },
    "texts": {
        "en": "Only comments or layout change: {paths}",
        "zh": "仅注释或排版有改动：{paths}",
    },
    "gone": {"en": "  removed   {path}", "zh": "  删除  {path}"},
    "moved": {
        "en": "The server changed since this folder last took in its texts:",
        "zh": "自本文件夹上次取回以来，服务器上已有改动：",
    },
    "path": {"en": "  {path}", "zh": "  {path}"},
    "merge": {
        "en": "Take that in first, then look at the folder and push again:\n  qiqiao pull {app} {folder} --server {url} --merge",
        "zh": "请先合并，检查文件夹后再推送：\n  qiqiao pull {app} {folder} --server {url} --merge",
    },
    "finding": {
        "en": "  {code} {severity}  {file}:{line}:{column}  {message}",
        "zh": "  {code} {severity}  {file}:{line}:{column}  {message}",
    },
}


@dataclass(frozen=True, slots=True)
class Looked:
    """A folder beside the draft of a server as both were when they were looked at."""

    folder: Folder
    server: Server
    draft: ServerDraft
    pulled: Pulled
    wish: Wish
    #: None where nothing would be saved.
    found: ServerChanges | None

    @property
    def takes_away(self) -> bool:
        """Whether a file goes, or a change by which data may be lost is among them."""
        destructive = self.found is not None and any(change["flag"] == "destructive" for change in self.found.changes)
        return bool(self.wish.gone) or destructive


def look(folder: Folder, server: Server) -> Looked:
    """Compare a folder with the draft of its app on a server; reads only; raises Mistake for a file that is no text."""
    for path, text in folder.files.items():
        if not text.isascii() and text != text.encode("utf-8", "replace").decode():
            raise Mistake({"en": f"{path} is not in UTF-8.", "zh": f"{path} 不是 UTF-8 编码。"})
    draft, pulled = server.draft(folder.app), read_pulled(folder.path, server.url, folder.app)
    base, _ = split_base(server.release_texts(folder.app, pulled.release))
    live = base if draft.base == pulled.release else split_base(server.release_texts(folder.app, draft.base))[0]
    wish = wish_of(split_base(folder.files)[0], split_base(draft.files)[0], live, pulled.known(base))
    found = server.changes(folder.app, wish.texts) if wish.texts else None
    return Looked(folder, server, draft, pulled, wish, found)


def moved_lines(looked: Looked, locale: str) -> Iterator[str]:
    """What changed on the server since the folder last looked, and the command that takes it in."""
    yield _WORDS["moved"][locale]
    for path in looked.wish.moved:
        yield _WORDS["path"][locale].format(path=path)
    yield _said("merge", looked, locale)


def change_lines(looked: Looked, locale: str) -> Iterator[str]:
    """What pushing would change in the draft, in words; files that go are named by their paths too."""
    if looked.found is None:
        yield _said("nothing", looked, locale)
        return
    for change in looked.found.changes:
        yield change["words"][locale] + (_FLAGS[change["flag"]][locale] if change["flag"] else "")
    told = {change["file"] for change in looked.found.changes}
    silent = [path for path in looked.wish.texts if path not in told and path not in looked.wish.gone]
    if silent and not looked.found.errors:
        yield _WORDS["texts"][locale].format(paths=", ".join(silent))
    for path in looked.wish.gone:
        yield _WORDS["gone"][locale].format(path=path)
    for one in looked.found.errors:
        yield _WORDS["finding"][locale].format(**one)


def _said(name: str, looked: Looked, locale: str) -> str:
    folder: Path = looked.folder.path
    return _WORDS[name][locale].format(app=looked.folder.app, url=looked.server.url, folder=folder)

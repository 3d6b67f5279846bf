"""`qiqiao merge`: three versions of a definition to one, by structure; a merge driver for Git."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from builder.commands import Mistake, Verbs
from forms_dsl.merge.merge import MergeConflict, merge_texts
from forms_dsl.source import Span

_EXAMPLES = """\
  qiqiao merge base.yaml ours.yaml theirs.yaml > merged.yaml
  git config merge.qiqiao.driver 'qiqiao merge %O %A %B --output %A --path %P'
  echo 'app_definitions/**/*.yaml merge=qiqiao' >> .gitattributes"""

_KINDS = {
    "changed": {"en": "both sides changed {path}", "zh": "双方都修改了 {path}"},
    "deleted_here": {"en": "ours deleted {path}, theirs changed it", "zh": "我方删除了 {path}，对方修改了它"},
    "deleted_there": {"en": "theirs deleted {path}, ours changed it", "zh": "对方删除了 {path}，我方修改了它"},
    "order": {"en": "both sides put {path} in another order", "zh": "双方都调整了 {path} 的顺序"},
    "layout": {"en": "{path} cannot be put into the text of ours as it is written", "zh": "{path} 无法按现有写法并入我方文本"},
    "unreadable": {"en": "one of the texts is not YAML; the lines were merged", "zh": "其中一个文本不是有效的 YAML，已按行合并"},
    "too_large": {"en": "the texts are too large or too far apart to be merged", "zh": "文本过大或差异过多，无法自动合并"},
    "deleted": {"en": "one side is empty; the lines were merged", "zh": "其中一方为空，已按行合并"},
}
_CONFLICT = {"en": "conflict", "zh": "冲突"}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "merge",
        "merge two versions of a definition by structure",
        "Takes what THEIRS changed since BASE over into OURS: maps by key, lists by the names of their elements. Comments and\n"
        "the layout of OURS stay. Two sides that each add a field at the same place are merged. What both changed differently\n"
        "is marked as Git does, told on standard error with both places, and gives exit code 1. As a merge driver of Git see\n"
        "docs/texts.md.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("base", metavar="BASE", type=Path, help="the common ancestor (may be empty)")
    parser.add_argument("ours", metavar="OURS", type=Path, help="our version, whose layout is kept")
    parser.add_argument("theirs", metavar="THEIRS", type=Path, help="their version")
    parser.add_argument("--output", metavar="FILE", type=Path, help="where to write the result (default: standard output)")
    parser.add_argument("--path", metavar="NAME", help="what the file is called in messages")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Merge, write, and tell the conflicts."""
    base, ours, theirs = (_read(path) for path in (arguments.base, arguments.ours, arguments.theirs))
    merged = merge_texts(base, ours, theirs)
    data = merged.text.encode("utf-8", "surrogateescape")
    if arguments.output:
        arguments.output.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    name = arguments.path or arguments.ours.as_posix()
    for conflict in merged.conflicts:
        sys.stderr.write(f"{name}: {_CONFLICT[locale]}: {_in_words(conflict, locale)}\n")
    return 1 if merged.conflicts else 0


def _in_words(conflict: MergeConflict, locale: str) -> str:
    places = ", ".join(_place(side, span) for side, span in (("ours", conflict.ours), ("theirs", conflict.theirs)) if span)
    words = _KINDS[conflict.kind][locale].format(path=conflict.path)
    return f"{words} ({places})" if places else words


def _place(side: str, span: Span) -> str:
    return f"{side}:{span.line}:{span.column}"


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as failure:
        raise Mistake(
            {"en": f"{path} cannot be read: {failure.strerror}", "zh": f"无法读取 {path}：{failure.strerror}"}
        ) from None

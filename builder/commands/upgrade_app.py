"""`qiqiao upgrade-app`: what a new version of the base does to a bank's overlay."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.folder import base_beside, base_wanted, open_folder, version_of
from forms_dsl.overlay.effective import split_base
from forms_dsl.overlay.upgrade import Difference, compare_bases, upgraded

_EXAMPLES = """\
  qiqiao upgrade-app loan_bankx 2.5.0                 # the base in this version lies in a folder beside
  qiqiao upgrade-app loan_bankx new/loan --from old/loan
  qiqiao upgrade-app loan_bankx 2.5.0 --ours entities/loan_application.yaml:fields.amount.check"""

_STATUS = {
    "en": {"clean": "clean", "merged": "auto-merged", "conflict": "conflict", "orphan": "orphan"},
    "zh": {"clean": "无变化", "merged": "自动合并", "conflict": "冲突", "orphan": "目标已不存在"},
}
_RESOLVED = {
    "en": {"ours": "resolved, ours", "theirs": "resolved, theirs"},
    "zh": {"ours": "已解决（保留覆盖层）", "theirs": "已解决（采用基础应用）"},
}
_RESOLVED_COUNT = {"en": " {resolved} resolved.", "zh": "已解决 {resolved} 处。"}
_BOTH = {
    "en": "the base changed it from {before} to {after}, the overlay says {wanted}",
    "zh": "基础应用由 {before} 改为 {after}，覆盖层为 {wanted}",
}
_NEAR = {"en": "did you mean {near}?", "zh": "是否为 {near}？"}
_REMOVED = {"en": "remove", "zh": "删除"}
_COUNTS = {
    "en": "{clean} clean, {merged} auto-merged, {conflict} conflict(s), {orphan} orphan(s).",
    "zh": "无变化 {clean} 处，自动合并 {merged} 处，冲突 {conflict} 处，目标不存在 {orphan} 处。",
}
_LEFT = {
    "en": "Nothing was changed. Resolve each conflict and orphan: edit the overlay, or give --ours PATH or --theirs PATH.",
    "zh": "未作任何修改。请逐一处理冲突和目标不存在的差异：修改覆盖层，或用 --ours PATH、--theirs PATH 指定。",
}
_DONE = {"en": "The overlay now extends {app} {version}.", "zh": "覆盖层现基于 {app} {version}。"}
_REPLACE = {
    "en": "The folder {beside} still holds the base in version {old}: replace it by the new one, {new}.",
    "zh": "文件夹 {beside} 中仍是 {old} 版的基础应用：请用新版本 {new} 替换。",
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "upgrade-app",
        "take an overlay to a new version of its base",
        "Compares the old base, the new base and the overlay, and lists every difference of the overlay: clean, auto-merged,\n"
        "conflict (both changed the same) or orphan (its target is gone), with its place. Nothing is written until all\n"
        "conflicts and orphans are resolved; then `extends.version` is set. Exit code 1 while some are left.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("overlay", metavar="OVERLAY", type=Path, help="folder of the overlay")
    parser.add_argument("base", metavar="NEW_BASE", help="folder of the new base, or its version when it lies beside the overlay")
    parser.add_argument("--from", dest="old", metavar="OLD_BASE", type=Path, help="folder of the base as the overlay knows it")
    parser.add_argument("--ours", metavar="PATH", action="append", default=[], help="keep the overlay's value of this conflict")
    parser.add_argument("--theirs", metavar="PATH", action="append", default=[], help="give up this difference of the overlay")
    parser.add_argument("--dry-run", action="store_true", help="write nothing in any case")
    parser.add_argument("--json", action="store_true", help="print the differences as a JSON list")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """List, and apply when nothing is left open."""
    overlay, _ = split_base(open_folder(arguments.overlay).files)
    wanted = base_wanted(overlay)
    if wanted is None:
        raise Mistake({"en": f"{arguments.overlay} extends no app.", "zh": f"{arguments.overlay} 没有扩展任何应用。"})
    old = _base(arguments.old, arguments.overlay, *wanted)
    new = _base(Path(arguments.base), arguments.overlay, wanted[0], arguments.base)
    files = {path: split_base(open_folder(path).files)[0] for path in (old, new)}
    version = version_of(files[new])
    differences = compare_bases(files[old], files[new], overlay)
    known = {difference.path for difference in differences}
    _refuse_unknown([*arguments.ours, *arguments.theirs], known)
    left = [one for one in differences if _is_left(one, arguments)]
    _print(differences, arguments, new, locale)
    if left or arguments.dry_run:
        if left and not arguments.json:
            print(_LEFT[locale])
        return 1 if left else 0
    made = upgraded(overlay, version, tuple(one for one in differences if one.path in arguments.theirs))
    if made is None:
        words = "The overlay's text does not allow to remove this; edit it by hand."
        raise Mistake({"en": words, "zh": "覆盖层的写法不允许自动删除，请手工修改。"})
    _write(arguments.overlay, overlay, made)
    if not arguments.json:
        print(_DONE[locale].format(app=wanted[0], version=version))
        beside = base_beside(arguments.overlay, wanted[0], version)
        if beside is not None and version_of(open_folder(beside).files) != version:
            print(_REPLACE[locale].format(beside=beside, old=version_of(open_folder(beside).files), new=new))
    return 0


def _is_left(one: Difference, arguments: argparse.Namespace) -> bool:
    """An orphan cannot be kept as it is: it has to be edited or given up."""
    if one.status not in ("conflict", "orphan") or one.path in arguments.theirs:
        return False
    return one.status == "orphan" or one.path not in arguments.ours


def _is_resolved(one: Difference, arguments: argparse.Namespace) -> bool:
    return one.status in ("conflict", "orphan") and not _is_left(one, arguments)


def _status(one: Difference, arguments: argparse.Namespace, locale: str) -> str:
    """The status of a difference, or how the call resolves it."""
    if _is_resolved(one, arguments):
        return _RESOLVED[locale]["theirs" if one.path in arguments.theirs else "ours"]
    return _STATUS[locale][one.status]


def _base(given: Path | None, overlay: Path, app: str, version: str) -> Path:
    """The folder of a base: the one given, or the one beside the overlay in exactly this version."""
    if given is not None and (given / "app.yaml").is_file():
        return given
    found = base_beside(overlay, app, version)
    if found is None or version_of(open_folder(found).files) != version:
        raise Mistake(
            {
                "en": f"There is no folder with {app} {version} beside {overlay}. Name it (--from for the old base).",
                "zh": f"{overlay} 旁边没有 {app} {version} 的文件夹。请指定（旧版本用 --from）。",
            }
        )
    return found


def _refuse_unknown(asked: list[str], known: set[str]) -> None:
    unknown = next((path for path in asked if path not in known), None)
    if unknown is not None:
        raise Mistake({"en": f"The overlay has no difference {unknown}.", "zh": f"覆盖层没有差异 {unknown}。"})


def _print(differences: tuple[Difference, ...], arguments: argparse.Namespace, new: Path, locale: str) -> None:
    root = Path(os.path.relpath(new, arguments.overlay)).as_posix()
    if arguments.json:
        print(json.dumps([_json(one, root) for one in differences], ensure_ascii=False, indent=1))
        return
    for one in differences:
        status = _status(one, arguments, locale)
        line = f"{arguments.overlay}/{one.span.file}:{one.span.line}:{one.span.column}: {status}: {one.path}"
        if one.status == "conflict" and one.base_span is not None:
            said = _BOTH[locale].format(
                before=_short(one.before), after=_short(one.after), wanted=_short(one.wanted, _REMOVED[locale])
            )
            line += (
                f"\n      {said} ({arguments.overlay}/{root}/{one.base_span.file}:{one.base_span.line}:{one.base_span.column})"
            )
        if one.near is not None:
            line += f"\n      {_NEAR[locale].format(near=one.near)}"
        print(line)
    open_ones = [one for one in differences if not _is_resolved(one, arguments)]
    counts = {status: sum(one.status == status for one in open_ones) for status in ("clean", "merged", "conflict", "orphan")}
    resolved = len(differences) - len(open_ones)
    more = _RESOLVED_COUNT[locale].format(resolved=resolved) if resolved else ""
    print(_COUNTS[locale].format(**counts) + more)


def _json(one: Difference, root: str) -> dict[str, object]:
    base = one.base_span
    return {
        "status": one.status,
        "path": one.path,
        "file": one.span.file,
        "line": one.span.line,
        "column": one.span.column,
        "base": {"file": f"{root}/{base.file}", "line": base.line, "column": base.column} if base else None,
        "before": one.before,
        "after": one.after,
        "overlay": one.wanted,
        "did_you_mean": one.near,
    }


def _short(value: object, absent: str = "-") -> str:
    text = absent if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"“{text[:77]}…”" if len(text) > 78 else f"“{text}”"


def _write(folder: Path, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    for path in before.keys() - after.keys():
        (folder / path).unlink()
    for path, text in after.items():
        if text != before[path]:
            (folder / path).write_bytes(text.encode("utf-8", "surrogateescape"))

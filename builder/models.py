"""What `qiqiao bpmn` and `qiqiao dmn` share: a model's file read, its findings printed, what it makes written."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from builder.commands import Mistake
from builder.exchange import Taken
from builder.findings import print_findings
from builder.folder import Folder, apps_beside, open_folder
from forms_dsl.diagnostics import Diagnostic, has_errors
from forms_dsl.load import Loaded
from forms_dsl.render import render_json
from forms_dsl.required import load_required
from workflow_engine.verify import load_verified

_WRITTEN = {"en": "Written: {path}", "zh": "已写入：{path}"}
_CHECK = {"en": "qiqiao check says of it:", "zh": "qiqiao check 的结果："}


def read_model(path: Path) -> bytes:
    """The bytes of a model's file; raises Mistake when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as failure:
        reason = failure.strerror or str(failure)
        raise Mistake({"en": f"{path} cannot be read: {reason}", "zh": f"无法读取 {path}：{reason}"}) from None


def loaded(folder: Folder, further: Sequence[Path]) -> Loaded:
    """What the texts of a folder define, with every finding."""
    others = load_required(folder.files, apps_beside(folder.path, further))
    return load_verified(folder.files, others=others, publishing=False)


def folder_and_name(path: Path, kind: str) -> tuple[Folder, str]:
    """The app's folder and the name of a definition from the path of its file; raises Mistake where it stands nowhere."""
    if path.parent.name != kind or path.suffix not in (".yaml", ".json"):
        words = {"en": f"{path} is no file of an app's {kind}/ folder.", "zh": f"{path} 不是应用 {kind}/ 目录下的文件。"}
        raise Mistake(words)
    return open_folder(path.parent.parent), path.stem


def write_taken(arguments: argparse.Namespace, taken: Taken, locale: str) -> int:
    """Print the findings and write the files, or print them where no folder is given; the exit code is 1 for an error."""
    into: Path | None = arguments.into
    if arguments.json:
        body = {"files": dict(taken.files), "findings": render_json(taken.findings, locale=locale)}
        print(json.dumps(body, ensure_ascii=False, indent=1))
    else:
        print_findings(taken.findings, _texts(arguments.file), locale=locale, stream=sys.stderr)
    if into is None:
        if not arguments.json:
            for path, text in taken.files.items():
                print(f"# {path}\n{text}", end="")
        return 1 if has_errors(taken.findings) else 0
    there = [path for path, text in taken.files.items() if (into / path).is_file() and (into / path).read_text("utf-8") != text]
    if there and not arguments.replace:
        words = {
            "en": f"{into / there[0]} is there and says something else; --replace writes over it.",
            "zh": f"{into / there[0]} 已存在且内容不同；使用 --replace 覆盖。",
        }
        raise Mistake(words)
    for path, text in taken.files.items():
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        (into / path).write_text(text, encoding="utf-8", newline="\n")
    checked = [one for one in loaded(open_folder(into), arguments.apps).diagnostics if one.span.file in taken.files]
    if not arguments.json:
        _print_written(into, taken.files, checked, locale)
    return 1 if has_errors((*taken.findings, *checked)) else 0


def print_model(text: str, out: Path | None) -> int:
    """Print a model, or write it to a file."""
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8", newline="\n")
    return 0


def _print_written(into: Path, files: Mapping[str, str], checked: Sequence[Diagnostic], locale: str) -> None:
    for path in files:
        print(_WRITTEN[locale].format(path=into / path))
    if checked:
        print(_CHECK[locale])
        print_findings(checked, files, locale=locale, prefix=f"{into}/")


def _texts(path: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode("utf-8", "replace")}

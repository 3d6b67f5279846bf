"""`qiqiao fmt`: definitions in the one canonical form, with every comment."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.findings import print_findings
from forms_dsl.diagnostics import Diagnostic, has_errors
from forms_dsl.format.canonical import canonical_finding, format_text

_EXAMPLES = """\
  qiqiao fmt app_definitions/bank_customer
  qiqiao fmt --check app_definitions/bank_customer/entities/loan.yaml
  git config filter.qiqiao.clean 'qiqiao fmt --stdin %f'     # every commit in canonical form"""

_WORDS = {
    "en": {"done": "{changed} of {all} file(s) rewritten.", "check": "{changed} of {all} file(s) are not in canonical form."},
    "zh": {"done": "共 {all} 个文件，重写了 {changed} 个。", "check": "共 {all} 个文件，{changed} 个不是规范格式。"},
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "fmt",
        "write definitions in canonical form",
        "Rewrites .yaml definitions: keys in the order of the reference, blocks by two spaces, small maps and lists on one\n"
        "line, quotes only where a reader needs them. Comments, notes and the meaning stay. Exit code 1 when a file cannot be\n"
        "read, or with --check when one is not in canonical form (Y010); then nothing is written.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="a definition, or a folder with definitions")
    parser.add_argument("--check", action="store_true", help="write nothing; tell which files are not in canonical form")
    parser.add_argument("--json", action="store_true", help="print the findings as a JSON list")
    parser.add_argument("--stdin", action="store_true", help="format standard input to standard output; PATH only names it")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Format, or say what is not formatted."""
    if arguments.stdin:
        return _filter(arguments.paths[0], locale)
    texts: dict[str, str] = {}
    found: list[Diagnostic] = []
    changed = 0
    for path in _files(arguments.paths):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        shown = path.as_posix()
        result = format_text(_within_app(path), text)
        texts[shown] = text
        if result.text is None:
            found.extend(_placed(finding, shown) for finding in result.findings)
        elif arguments.check:
            finding = canonical_finding(shown, text, result.text)
            found.extend([finding] if finding else [])
            changed += finding is not None
        elif result.text != text:
            path.write_bytes(result.text.encode("utf-8"))
            changed += 1
    print_findings(found, texts, locale=locale, as_json=arguments.json)
    if not arguments.json:
        words = _WORDS[locale]["check" if arguments.check else "done"]
        print(words.format(changed=changed, all=len(texts)))
    return 1 if has_errors(found) or (arguments.check and changed) else 0


def _filter(path: Path, locale: str) -> int:
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    result = format_text(_within_app(path), text)
    sys.stdout.buffer.write((text if result.text is None else result.text).encode("utf-8", "surrogateescape"))
    if result.text is not None:
        return 0
    print_findings(
        [_placed(finding, str(path)) for finding in result.findings], {str(path): text}, locale=locale, stream=sys.stderr
    )
    return 1


def _files(paths: list[Path]) -> Iterator[Path]:
    """The files that are meant; hidden folders and data beside definitions are passed over."""
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*.yaml") if not _is_beside(file.relative_to(path)))
            yield from inside
        elif path.is_file():
            yield path
        else:
            raise Mistake({"en": f"There is no file or folder {path}.", "zh": f"没有文件或文件夹 {path}。"})


def _is_beside(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts) or "data" in path.parts[:-1]


def _within_app(path: Path) -> str:
    """The path within the app, which is the nearest folder above with an app.yaml; only the name where there is none."""
    resolved = path.resolve()
    app = next((folder for folder in resolved.parents if (folder / "app.yaml").is_file()), None)
    return resolved.relative_to(app).as_posix() if app else resolved.name


def _placed(finding: Diagnostic, file: str) -> Diagnostic:
    """The finding with the path that the reader typed."""
    return replace(finding, span=finding.span._replace(file=file))

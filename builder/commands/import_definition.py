"""`qiqiao import-definition`: definitions from workbooks, other form languages, schemas and databases."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.findings import print_findings
from builder.folder import add_apps_argument, apps_beside
from forms_dsl.diagnostics import Diagnostic, has_errors
from forms_dsl.importers.importing import Imported
from forms_dsl.importers.kinds import KINDS, SIZE_LIMIT, Options, import_database_facts, import_source
from forms_dsl.importers.report import shortened
from forms_dsl.load import read_folder
from forms_dsl.render import render_json
from forms_dsl.required import load_required
from workflow_engine.verify import load_verified

_EXAMPLES = """\
  qiqiao import-definition excel customers.xlsx --into app_definitions/customers
  qiqiao import-definition excel list.csv --into app_definitions/leads --dry-run
  qiqiao import-definition openapi core.json --into app_definitions/core --only Customer,Account
  qiqiao import-definition database postgresql://reader@host/core --into app_definitions/core --only customer,loan"""

_WRITTEN = {"en": "Written to {folder}:", "zh": "已写入 {folder}："}
_WOULD = {"en": "Would be written to {folder}:", "zh": "将写入 {folder}："}
_NOTHING = {"en": "Nothing to write: the definitions already say it.", "zh": "无需写入：定义已包含全部内容。"}
_COUNTS = {
    "en": "{error} error(s), {warning} warning(s), {hint} hint(s) about the source.",
    "zh": "关于来源：{error} 处错误，{warning} 处警告，{hint} 处提示。",
}
_CHECK = {
    "en": "qiqiao check: {error} error(s), {warning} warning(s), {hint} hint(s).",
    "zh": "qiqiao check：{error} 处错误，{warning} 处警告，{hint} 处提示。",
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "import-definition",
        "make definitions of a workbook, form, schema or database",
        "Reads SOURCE and writes definition files into a folder: entities, forms, lists, choices and, where none are there\n"
        "yet, the app and a proposal of roles. Definitions that are there keep everything people wrote; only new things are\n"
        "added. What has no counterpart becomes a note and a finding with its place in the source. Exit code 1 when a\n"
        "finding is an error. Data is not imported (see import-data). docs/importers.md tells what becomes what.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("kind", metavar="KIND", choices=KINDS, help=f"what SOURCE is: {', '.join(KINDS)}")
    parser.add_argument("source", metavar="SOURCE", nargs="+", help="a file (frappe: also several); for database a URL")
    parser.add_argument("--into", metavar="FOLDER", type=Path, required=True, help="folder of the app; made when it is not there")
    parser.add_argument("--only", metavar="NAMES", help="schemas (openapi, jsonschema) or tables (database), with commas between")
    parser.add_argument("--schema", metavar="NAME", help="the schema of the database")
    parser.add_argument("--managed", action="store_true", help="database: entities of our own instead of virtual ones")
    parser.add_argument("--encoding", metavar="NAME", help="excel: the encoding of separated values, when it is not found out")
    parser.add_argument("--dry-run", action="store_true", help="write nothing; print what would be written")
    parser.add_argument("--json", action="store_true", help="print files and findings as JSON")
    add_apps_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Import, write and report."""
    folder: Path = arguments.into
    existing = read_folder(folder) if folder.is_dir() else {}
    find = apps_beside(folder, arguments.apps)
    options = Options(
        app=_app_name(folder),
        existing={**existing, **_skeletons(folder)},
        others=load_required(existing, find),
        only=tuple(name.strip() for name in (arguments.only or "").split(",") if name.strip()),
        encoding=arguments.encoding,
    )
    if arguments.kind == "database":
        from builder.reflection import reflect  # SQLAlchemy's reflection is loaded only when it is asked for

        facts = reflect(arguments.source[0], arguments.schema, options.only)
        imported, texts = import_database_facts(facts, options, managed=arguments.managed), {}
    else:
        sources = [(Path(name).name, _read(Path(name))) for name in arguments.source]
        imported = import_source(arguments.kind, sources, options)
        texts = {name: data.decode("utf-8", "replace") for name, data in sources if arguments.kind not in ("excel", "xlsform")}
    if not arguments.dry_run:
        _write(folder, imported)
    checked = _checked(folder, existing, imported, arguments)
    if arguments.json:
        _print_json(imported, checked, locale)
    else:
        _print(arguments, folder, imported, checked, texts, locale)
    return 1 if has_errors(imported.findings) or has_errors(checked) else 0


def _app_name(folder: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_")[:40]
    return name if re.match(r"[a-z]", name) else f"app_{name}".rstrip("_")


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            words = {
                "en": f"{path} has {size:,} bytes, more than {SIZE_LIMIT:,}.",
                "zh": f"{path} 有 {size:,} 字节，超过 {SIZE_LIMIT:,}。",
            }
            raise Mistake(words)
        return path.read_bytes()
    except OSError as failure:
        reason = failure.strerror or str(failure)
        raise Mistake({"en": f"{path} cannot be read: {reason}", "zh": f"无法读取 {path}：{reason}"}) from None


def _skeletons(folder: Path) -> dict[str, str]:
    """Skeletons of connector definitions that an import made earlier and that people may have completed."""
    return {
        f"data/{path.name}": path.read_text(encoding="utf-8", errors="replace")
        for path in (folder / "data").glob("*.connector.yaml")
    }


def _write(folder: Path, imported: Imported) -> None:
    for name, text in imported.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _checked(folder: Path, existing: dict[str, str], imported: Imported, arguments: argparse.Namespace) -> Sequence[Diagnostic]:
    """What `qiqiao check` says of the folder as it is now, or would be."""
    files = {**existing, **{path: text for path, text in imported.files.items() if not path.startswith("data/")}}
    if not files:
        return ()
    others = load_required(files, apps_beside(folder, arguments.apps))
    return load_verified(files, others=others, publishing=False).diagnostics


def _print(
    arguments: argparse.Namespace,
    folder: Path,
    imported: Imported,
    checked: Sequence[Diagnostic],
    texts: dict[str, str],
    locale: str,
) -> None:
    print_findings(shortened(imported.findings), texts, locale=locale)
    if imported.files:
        print((_WOULD if arguments.dry_run else _WRITTEN)[locale].format(folder=folder))
        for name in sorted(imported.files):
            print(f"  {name}")
    elif not has_errors(imported.findings):
        print(_NOTHING[locale])
    print(_COUNTS[locale].format(**_counts(imported.findings)))
    if imported.files:
        errors = [finding for finding in checked if finding.severity == "error"]
        print_findings(errors, {}, locale=locale, prefix=f"{folder}/")
        print(_CHECK[locale].format(**_counts(checked)))
        if arguments.dry_run:
            for name, text in sorted(imported.files.items()):
                print(f"\n# {name}\n{text}", end="")


def _print_json(imported: Imported, checked: Sequence[Diagnostic], locale: str) -> None:
    body = {
        "files": dict(imported.files),
        "findings": render_json(imported.findings, locale=locale),
        "check": render_json(checked, locale=locale),
    }
    json.dump(body, sys.stdout, ensure_ascii=False, indent=1)
    print()


def _counts(findings: Sequence[Diagnostic]) -> dict[str, int]:
    return {"error": 0, "warning": 0, "hint": 0, **Counter(str(one.severity) for one in findings)}

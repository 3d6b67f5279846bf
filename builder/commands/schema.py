"""`qiqiao schema`: the JSON Schemas of every kind of file, for editors."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from builder.commands import Mistake, Verbs
from forms_dsl.jsonschema import editor_patterns, editor_schema, schemas

_EXAMPLES = """\
  qiqiao schema --into .vscode/qiqiao
  QIQIAO_LOCALE=zh qiqiao schema --into schemas"""

_WRITTEN = {
    "en": "{count} schemas are in {folder}. Copy what {settings} holds into the settings of the workspace.",
    "zh": "{folder} 中已写入 {count} 个 JSON Schema。请将 {settings} 的内容复制到工作区设置中。",
}
_SETTINGS = "settings.json"


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "schema",
        "write the JSON Schemas of every kind of file, for editors",
        "Writes one JSON Schema (2020-12) a kind of file, with every key described in the language of QIQIAO_LOCALE, and\n"
        "settings.json, which tells the yaml extension of VS Code which schema belongs to which files. See docs/editors.md.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("--into", metavar="DIR", type=Path, required=True, help="the folder to write to; made if it is not there")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Write the files and say where they are."""
    folder: Path = arguments.into
    associations = {f"./{(folder / f'{name}.json').as_posix()}": editor_patterns(name) for name in schemas()}
    if folder.is_absolute():
        associations = {(folder / f"{name}.json").as_uri(): editor_patterns(name) for name in schemas()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in schemas():
            _write(folder / f"{name}.json", _in_locale(editor_schema(name), locale))
        _write(folder / _SETTINGS, {"yaml.schemas": associations})
    except OSError as failure:
        raise Mistake(
            {"en": f"{folder} cannot be written: {failure.strerror}", "zh": f"无法写入 {folder}：{failure.strerror}"}
        ) from failure
    print(_WRITTEN[locale].format(count=len(schemas()), folder=folder, settings=folder / _SETTINGS))
    return 0


def _write(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _in_locale(schema: object, locale: str) -> object:
    """A schema whose descriptions are in one language, as editors show them."""
    if isinstance(schema, list):
        return [_in_locale(each, locale) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _in_locale(value, locale) for key, value in schema.items()}
    if locale == "zh" and isinstance(schema.get("x-zh"), str):
        made["description" if "description" in schema else "title"] = schema["x-zh"]
    return made

"""What the language refuses of a translation becomes a note: an expression that does not fit its types, a rule over other things."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.edit.printing import Piece, Value
from forms_dsl.importers.codes import NOT_TRANSLATED
from forms_dsl.importers.emit import written
from forms_dsl.importers.report import Report, start_of
from forms_dsl.importers.trees import Files
from forms_dsl.importers.words import NOTE_LENGTH, cut
from forms_dsl.load import load_app
from forms_dsl.model import App
from forms_dsl.source import Pointer

#: Keys that can go without the thing going, with those that have no sense without them.
_LOOSE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "visible": (), "required_when": (), "read_only": (), "default": (), "check": ("message",), "compute": ("stored",),
        "choices_where": (), "where": (), "pattern": (), "min": (), "max": (), "filter": (), "sort": (), "number": (), "title": (),
        "stored": (), "mask": (), "unique": (),
    }
)  # fmt: skip
_ROUNDS = 12


def settled(
    files: Files, existing: Mapping[str, str], report: Report, *, others: Mapping[str, App] = MappingProxyType({})
) -> tuple[dict[str, dict[str, Value]], dict[str, str]]:
    """The data and texts of the files after everything that the loader refuses has become a note."""
    data: dict[str, dict[str, Any]] = {path: _copy(tree) for path, tree in files.data.items()}
    texts = {path: written(path, tree) for path, tree in data.items()}
    for _ in range(_ROUNDS):
        errors = [
            finding
            for finding in load_app({**existing, **texts}, others=others).diagnostics
            if finding.severity == "error" and finding.span.file in texts
        ]
        if not errors:
            break
        changed = {finding.span.file for finding in errors if _loosen(files, data[finding.span.file], finding, report)}
        if not changed:
            break
        texts.update({path: written(path, data[path]) for path in changed})
    return data, texts


def _loosen(files: Files, data: dict[str, Any], finding: Diagnostic, report: Report) -> bool:
    """Turn what the finding is about into a note; False when it is nothing that can go."""
    pointer = finding.pointer
    rule = pointer[:2] if len(pointer) > 1 and pointer[0] == "rules" else None
    holder: dict[str, Any]
    if rule is not None:
        holder = data
        body = data.get("rules", {}).pop(rule[1], None)
        if body is None:
            return False
        if not data["rules"]:
            del data["rules"]
        said = f"rule {rule[1]}: {_plain(body)}"
    else:
        at = next((n for n in range(len(pointer) - 1, -1, -1) if pointer[n] in _LOOSE), None)
        found = _at(data, pointer[:at]) if at is not None else None
        if at is None or not isinstance(found, dict) or pointer[at] not in found:
            return False
        holder, key = found, str(pointer[at])
        said = f"{key}: {_plain(holder.pop(key))}"
        for other in _LOOSE[key]:
            holder.pop(other, None)
    before = holder.get("note")
    holder["note"] = cut(f"{before}; {said}" if before else said, NOTE_LENGTH)
    position = files.origin(finding.span.file, pointer) or start_of(finding.span.file)
    message = Sentence(
        f"Kept as a note, because it does not fit the definition: {cut(said, 160)} ({finding.message})",
        f"与定义不符，已转为备注：{cut(said, 160)}（{finding.message_in('zh')}）",
    )
    report.add(NOT_TRANSLATED, position, message)
    return True


def _at(data: Any, pointer: Pointer) -> Any:
    for part in pointer:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _plain(value: Any) -> str:
    if isinstance(value, Piece):
        return str(value.data)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list | tuple) else value

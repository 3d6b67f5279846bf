"""What a folder last took in from each server: the release and the checksums of its texts, in a small file of the folder.

The file belongs into Git with the definitions, so that another checkout, or a pipeline, knows what they were made from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from builder.commands import Mistake
from builder.drafts import text_checksum
from builder.three_way import Known
from forms_dsl.kinds import kind_of
from forms_dsl.load import read_folder
from runtime.publish.types import Files

#: Hidden, so that it is no definition.
PLACE = Path(".qiqiao") / "pulled.json"


@dataclass(frozen=True, slots=True)
class Pulled:
    """The release of a server that a folder is based on, and the checksums of the texts there that it knows."""

    release: int | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    def known(self, base: Files) -> Known:
        """Whether the folder knows a text of the server; `base` are the texts of the release it is based on."""

        def is_known(path: str, text: str | None) -> bool:
            if text is None:
                return path not in self.files or path not in base
            return self.files.get(path) == text_checksum(text) or base.get(path) == text

        return is_known


def definitions_of(folder: Path) -> Files:
    """The definition files of a folder; none when it is not there."""
    files = read_folder(folder) if folder.is_dir() else {}
    return {path: text for path, text in files.items() if kind_of(path) is not None}


def checksums_of(files: Files) -> dict[str, str]:
    """The checksum of every text."""
    return {path: text_checksum(text) for path, text in files.items()}


def read_pulled(folder: Path, url: str, app: str) -> Pulled:
    """What the folder took in of an app from a server; nothing when it never did."""
    found = _read(folder).get(f"{url} {app}")
    if not isinstance(found, dict):
        return Pulled()
    release, files = found.get("release"), found.get("files")
    if not (release is None or isinstance(release, int)) or not isinstance(files, dict):
        raise _unreadable(folder)
    return Pulled(release, {str(path): str(checksum) for path, checksum in files.items()})


def write_pulled(folder: Path, url: str, app: str, pulled: Pulled) -> None:
    """Note what the folder has taken in now; the same is written as the same bytes."""
    place = folder / PLACE
    noted = {**_read(folder), f"{url} {app}": {"release": pulled.release, "files": dict(sorted(pulled.files.items()))}}
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(noted, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="")


def _read(folder: Path) -> dict[str, object]:
    place = folder / PLACE
    if not place.is_file():
        return {}
    try:
        noted = json.loads(place.read_text(encoding="utf-8"))
    except ValueError:
        raise _unreadable(folder) from None
    if not isinstance(noted, dict):
        raise _unreadable(folder)
    return noted


def _unreadable(folder: Path) -> Mistake:
    return Mistake(
        {
            "en": f"{folder / PLACE} cannot be read. Remove it and pull again.",
            "zh": f"无法读取 {folder / PLACE}。请删除后重新执行 pull。",
        }
    )

"""The folder of definitions that a verb is given: read, and its app named."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.commands import Mistake
from forms_dsl.load import read_folder
from forms_dsl.required import FindApp
from forms_dsl.yaml_source import read_document

#: The apps that ship with the product.
APP_DEFINITIONS = Path(__file__).resolve().parents[1] / "app_definitions"


@dataclass(frozen=True, slots=True)
class Folder:
    """The texts of one app's folder, and the app's name as `app.yaml` says it."""

    path: Path
    app: str
    files: Mapping[str, str]


def add_folder_argument(parser: argparse.ArgumentParser) -> None:
    """The argument that names the folder."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="folder of one app, with app.yaml in it")


def add_apps_argument(parser: argparse.ArgumentParser) -> None:
    """The argument that names further folders in which required apps are looked for."""
    parser.add_argument(
        "--apps",
        metavar="FOLDER",
        type=Path,
        action="append",
        default=[],
        help="a folder of apps in which those that this one requires are looked for, after the folders beside FOLDER",
    )


def apps_beside(folder: Path, further: Sequence[Path]) -> FindApp:
    """Finds apps by name: in the folders beside `folder`, in the `further` ones, then among the shipped apps."""

    def find(name: str) -> Mapping[str, str] | None:
        for root in (folder.resolve().parent, *further, APP_DEFINITIONS):
            there = root / name
            if any((there / file).is_file() for file in ("app.yaml", "app.json")):
                return open_folder(there).files
        return None

    return find


def open_folder(path: Path) -> Folder:
    """Read a folder of definitions; raises Mistake when it is none."""
    if not path.is_dir():
        raise Mistake({"en": f"There is no folder {path}.", "zh": f"没有文件夹 {path}。"})
    try:
        files = read_folder(path)
    except OSError as failure:
        raise Mistake({"en": f"{path} cannot be read: {failure}", "zh": f"无法读取 {path}：{failure}"}) from None
    if "app.yaml" not in files and "app.json" not in files:
        raise Mistake(
            {
                "en": f"{path} holds no app.yaml. Give the folder of one app, like app_definitions/bank_customer.",
                "zh": f"{path} 中没有 app.yaml。请指定一个应用的文件夹，如 app_definitions/bank_customer。",
            }
        )
    return Folder(path, _app_name(files) or path.resolve().name, files)


def _app_name(files: Mapping[str, str]) -> str | None:
    file = "app.yaml" if "app.yaml" in files else "app.json"
    document, _ = read_document(file, files[file])
    name = document.data.get("app") if document is not None and isinstance(document.data, dict) else None
    return name if isinstance(name, str) and name else None


def read_mapping_files(path: Path) -> dict[str, str]:
    """The import mappings beside an app's definitions, by path within its folder."""
    files = sorted((path / "imports").glob("*.yaml"))
    return {file.relative_to(path).as_posix(): file.read_bytes().decode("utf-8", "surrogateescape") for file in files}

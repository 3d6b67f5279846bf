"""The folder of definitions that a verb is given: read, and its app named."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from builder.commands import Mistake
from forms_dsl.app_header import HEADER_FILES, read_header
from forms_dsl.bundle import read_bundle
from forms_dsl.codes import WRONG_PLACE
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.folder import entry_findings
from forms_dsl.load import read_folder
from forms_dsl.overlay.effective import with_base
from forms_dsl.required import FindApp
from forms_dsl.source import BASE_FOLDER, Span
from forms_dsl.yaml_source import read_document

#: The apps that ship with the product.
APP_DEFINITIONS = Path(__file__).resolve().parents[1] / "app_definitions"


@dataclass(frozen=True, slots=True)
class Folder:
    """The texts of one app's folder, and the app's name as `app.yaml` says it."""

    path: Path
    app: str
    files: Mapping[str, str]
    #: The folder of the app that this one extends, when it lies elsewhere.
    base: Path | None = None
    #: The findings about what is no plain file where a definition would be; its texts are empty.
    strange: tuple[Diagnostic, ...] = ()


def add_folder_argument(parser: argparse.ArgumentParser) -> None:
    """The argument that names the folder."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="folder of one app, with app.yaml in it, or a zip of one")


def add_base_argument(parser: argparse.ArgumentParser) -> None:
    """The argument that names the folder of the app which an overlay extends."""
    parser.add_argument(
        "--base", metavar="FOLDER", type=Path, help="the app that an overlay extends (default: found among the folders beside it)"
    )


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
            if any((there / file).is_file() for file in HEADER_FILES):
                return open_folder(there).files
        return None

    return find


def open_folder(path: Path, base: Path | None = None) -> Folder:
    """Read a folder of definitions, of an overlay with those of its base; raises Mistake when it is none, or not plain files."""
    folder = look_at_folder(path, base)
    if folder.strange:
        raise NotTaken(path, folder.strange, path)
    return folder


def look_at_folder(path: Path, base: Path | None = None) -> Folder:
    """The same for somebody who only looks: what is no plain file is a finding beside those of the rest."""
    folder = _read(path)
    if any(file.startswith(BASE_FOLDER) for file in folder.files):
        return folder
    wanted = base_wanted(folder.files)
    found = base or (base_beside(path, *wanted) if wanted else None)
    if wanted is None or found is None:
        return folder
    return replace(folder, files=with_base(folder.files, open_folder(found).files), base=found)


def base_wanted(files: Mapping[str, str]) -> tuple[str, str] | None:
    """The name and version of the app that an overlay extends; None for an app that extends none."""
    extends = read_header(files).get("extends")
    if not isinstance(extends, dict):
        return None
    return str(extends.get("app", "")), str(extends.get("version", ""))


def version_of(files: Mapping[str, str]) -> str:
    """The version that an app's file names."""
    return str(read_header(files).get("version", ""))


def base_beside(path: Path, app: str, version: str) -> Path | None:
    """The folder beside an overlay's that holds an app in a version; in another one when there is none of this."""
    there = []
    for folder in sorted(path.resolve().parent.iterdir()):
        file = folder / "app.yaml"
        header = read_header({"app.yaml": file.read_text(encoding="utf-8", errors="replace")}) if file.is_file() else {}
        if header.get("app") == app:
            there.append((header.get("version") != version, folder.name != app, folder))
    return min(there)[2] if there else None


def shown(found: Iterable[Diagnostic], folder: Folder) -> tuple[list[Diagnostic], dict[str, str]]:
    """The findings and texts with the real paths of the base's files, as seen from the overlay's folder."""
    if folder.base is None:
        return list(found), dict(folder.files)
    root = Path(os.path.relpath(folder.base, folder.path)).as_posix()

    placed_findings = [
        replace(
            one,
            span=shown_span(one.span, folder),
            related=tuple((said, shown_span(span, folder)) for said, span in one.related),
        )
        for one in found
    ]
    return placed_findings, {_real(file, root): text for file, text in folder.files.items()}


def shown_span(span: Span, folder: Folder) -> Span:
    """A place in the real file of the base, as seen from the overlay's folder."""
    if folder.base is None:
        return span
    return span._replace(file=_real(span.file, Path(os.path.relpath(folder.base, folder.path)).as_posix()))


def _real(file: str, root: str) -> str:
    return f"{root}/{file.removeprefix(BASE_FOLDER)}" if file.startswith(BASE_FOLDER) else file


class NotTaken(Mistake):
    """A folder or bundle that is not read at all, with the findings about it, whose files are in `root`."""

    def __init__(self, path: Path, diagnostics: tuple[Diagnostic, ...], root: Path) -> None:
        first = diagnostics[0]
        super().__init__({locale: f"{path}: {first.code} {first.message_in(locale)}" for locale in ("en", "zh")})
        self.diagnostics, self.root = diagnostics, root


def _bundle(path: Path) -> Folder:
    bundle = read_bundle(path.name, path.read_bytes())
    if bundle.diagnostics:
        raise NotTaken(path, bundle.diagnostics, path.parent)
    return Folder(path, _app_name(bundle.files) or path.stem, bundle.files)


def _read(path: Path) -> Folder:
    if path.is_file() and path.suffix == ".zip":
        return _bundle(path)
    if path.is_file():
        raise Mistake(
            {
                "en": f"{path} is a file. Give the folder of the app, or a zip of one.",
                "zh": f"{path} 是文件。请指定应用的文件夹，或其 zip 压缩包。",
            }
        )
    if not path.is_dir():
        raise Mistake({"en": f"There is no folder {path}.", "zh": f"没有文件夹 {path}。"})
    strange = entry_findings(path)
    try:
        files = read_folder(path, leave_out=frozenset(found.span.file for found in strange))
    except OSError as failure:
        raise Mistake({"en": f"{path} cannot be read: {failure}", "zh": f"无法读取 {path}：{failure}"}) from None
    if not {*HEADER_FILES} & {*files, *(found.span.file for found in strange)}:
        raise Mistake(
            {
                "en": f"{path} holds no app.yaml. Give the folder of one app, like app_definitions/bank_customer.",
                "zh": f"{path} 中没有 app.yaml。请指定一个应用的文件夹，如 app_definitions/bank_customer。",
            }
        )
    # Something stands in these places, only nobody can read it: what refers to it is not to blame.
    unread = {found.span.file: "" for found in strange}
    return Folder(path, _app_name(files) or path.resolve().name, {**files, **unread}, strange=strange)


def _app_name(files: Mapping[str, str]) -> str | None:
    name = read_header(files).get("app")
    return name if isinstance(name, str) and name else None


def name_finding(folder: Folder) -> Iterator[Diagnostic]:
    """The finding about an app that is called otherwise than its folder: other apps look for it under its name."""
    file = "app.yaml" if "app.yaml" in folder.files else "app.json"
    document, _ = read_document(file, folder.files.get(file, ""))
    name = folder.path.resolve().name
    if document is not None and folder.path.is_dir() and read_header(folder.files).get("app") not in (None, name):
        message = Sentence(
            f"The folder is called {name!r}, the app {folder.app!r}.", f"文件夹名为“{name}”，应用名为“{folder.app}”。"
        )
        hint = Sentence(
            f"Rename the folder to {folder.app}; other apps look for it there.",
            f"请将文件夹改名为 {folder.app}，其他应用按此名称查找。",
        )
        # A checkout, a copy or an unpacked bundle may be called anything: the app itself is right.
        found = WRONG_PLACE.at(document.span(("app",)), message, pointer=("app",), hint=hint)
        yield replace(found, severity="hint", refusal=None)


def read_mapping_files(path: Path) -> dict[str, str]:
    """The import mappings beside an app's definitions, by path within its folder."""
    files = sorted((path / "imports").glob("*.yaml"))
    return {file.relative_to(path).as_posix(): file.read_bytes().decode("utf-8", "surrogateescape") for file in files}

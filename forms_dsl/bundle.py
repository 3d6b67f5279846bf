"""A bundle is a zip of one app's folder: read while it is counted, never unpacked to disk, and written the same each time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from forms_dsl.archives import Damaged, TooMuch, allowance, is_safe, open_archive, pieces
from forms_dsl.diagnostics import Code, Diagnostic, Sentence, code
from forms_dsl.folder import BUNDLE_LIMIT, FILE_COUNT_LIMIT, is_definition
from forms_dsl.source import Span

BROKEN = code("B001", "The bundle is no zip file, or a damaged or encrypted one.", refusal="DEF-SHAPE")
BAD_PATH = code(
    "B002", "An entry of the bundle has a path that leads out of it or that no file system should be given.", refusal="BND-PATH"
)
TOO_LARGE = code("B003", "The bundle unpacks to more than 20 MiB, or to more than 100 times its own size.", refusal="BND-SIZE")
TOO_MANY = code("B004", "The bundle has more than 2,000 entries, or two of one name.", refusal="BND-LIMIT")

#: One moment for all entries, so that the same texts give the same bytes.
_MOMENT = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The texts of a bundle by path within the app's folder; none when there is a finding."""

    files: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]


def read_bundle(name: str, data: bytes) -> Bundle:
    """The definition files in a zip; a folder around all of them is taken off, other files are left out as in a folder."""
    try:
        archive = open_archive(data)
    except Damaged as failure:
        return _refused(name, BROKEN, Sentence(f"This is no zip file: {failure}.", "这不是有效的 zip 文件。"))
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    found = tuple(_entry_findings(name, entries))
    if found:
        return Bundle({}, found)
    try:
        texts = dict(_texts(archive, entries, len(data)))
    except TooMuch:
        limit = Sentence(
            "The bundle unpacks to more than 20 MiB or 100 times its size.", "压缩包解压后超过 20 MiB 或自身大小的 100 倍。"
        )
        return _refused(name, TOO_LARGE, limit)
    except Damaged as failure:
        message = Sentence(f"An entry cannot be read: {failure}.", "压缩包中有文件无法读取（损坏或加密）。")
        return _refused(name, BROKEN, message)
    return Bundle(_within_app(texts), ())


def write_bundle(files: Mapping[str, str]) -> bytes:
    """A zip of an app's files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, text.encode("utf-8", "surrogateescape"))
    return buffer.getvalue()


def _entry_findings(name: str, entries: list[zipfile.ZipInfo]) -> Iterator[Diagnostic]:
    if len(entries) > FILE_COUNT_LIMIT:
        message = Sentence(
            f"The bundle has {len(entries):,} files, more than {FILE_COUNT_LIMIT:,}.",
            f"压缩包有 {len(entries):,} 个文件，超过 {FILE_COUNT_LIMIT:,} 个。",
        )
        yield TOO_MANY.at(_at(name), message)
        return
    seen: set[str] = set()
    for entry in entries:
        path = entry.orig_filename
        if not is_safe(path):
            shown = path.encode("unicode_escape", "replace").decode()[:80]
            yield BAD_PATH.at(_at(name), Sentence(f"The path '{shown}' is not taken.", f"不接受路径“{shown}”。"))
        elif path.casefold() in seen:
            yield TOO_MANY.at(_at(name), Sentence(f"Two files are called {path!r}.", f"有两个文件都叫“{path}”。"))
        seen.add(path.casefold())


def _texts(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], packed: int) -> Iterator[tuple[str, str]]:
    """Every definition with its text, counted while it comes out: what the headers say of sizes is not believed."""
    left = allowance(packed, BUNDLE_LIMIT)
    for entry in entries:
        data = b"".join(pieces(archive, entry, left))
        left -= len(data)
        yield entry.filename, data.decode("utf-8", "surrogateescape")


def _within_app(texts: Mapping[str, str]) -> dict[str, str]:
    """Paths within the app's folder: a folder that holds everything is taken off."""
    roots = {path.partition("/")[0] for path in texts}
    if len(roots) == 1 and all("/" in path for path in texts):
        texts = {path.partition("/")[2]: text for path, text in texts.items()}
    return {path: text for path, text in texts.items() if is_definition(PurePosixPath(path))}


def _at(name: str) -> Span:
    return Span(name, 1, 1, 1, 1)


def _refused(name: str, kind: Code, message: Sentence) -> Bundle:
    return Bundle({}, (kind.at(_at(name), message),))

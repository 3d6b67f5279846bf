"""Parts of a zip archive, opened with limits: nothing is unpacked to disk, sizes are counted, not believed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import TOO_LARGE, UNREADABLE, UNSAFE
from forms_dsl.importers.report import refused, start_of

#: Bytes of one part, and parts of an archive.
PART_LIMIT = 20 * 1024 * 1024
ENTRY_LIMIT = 2_000
_CHUNK = 64 * 1024
_RATIO = 100
_SMALL = 1024 * 1024
_OUTWARD = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|\x00")


class Archive:
    """An archive in memory; raises ImportRefused for one that is hostile or no archive."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as failure:
            message = Sentence(f"The file is no workbook: {failure}", f"该文件不是工作簿：{failure}")
            raise refused(UNREADABLE, start_of(file), message) from None
        if len(entries) > ENTRY_LIMIT:
            message = Sentence(f"The archive has {len(entries):,} parts.", f"压缩包含有 {len(entries):,} 个部分。")
            raise refused(TOO_LARGE, start_of(file), message)
        names: set[str] = set()
        for entry in entries:
            if _OUTWARD.search(entry.filename) or entry.flag_bits & 1:
                shown = entry.filename[:60]
                message = Sentence(
                    f"The archive holds an encrypted part or a path outward: {shown!r}.",
                    f"压缩包含有加密部分或越界路径：“{shown}”。",
                )
                raise refused(UNSAFE, start_of(file), message)
            if entry.filename in names:
                message = Sentence(
                    f"The part {entry.filename[:60]!r} is there twice.", f"“{entry.filename[:60]}”在压缩包中重复。"
                )
                raise refused(UNSAFE, start_of(file), message)
            names.add(entry.filename)
            if entry.file_size > _SMALL and entry.file_size > _RATIO * max(entry.compress_size, 1):
                raise self._bomb(entry.filename)
        self.names = names

    def chunks(self, name: str, *, partly: bool = False) -> Iterator[bytes]:
        """The bytes of a part in pieces; ends silently at the limit when `partly`, else raises ImportRefused."""
        entry = self._zip.getinfo(name)
        size = 0
        try:
            with self._zip.open(entry) as part:
                while chunk := part.read(_CHUNK):
                    size += len(chunk)
                    if size > _SMALL and size > _RATIO * max(entry.compress_size, 1):
                        raise self._bomb(name)
                    if size > PART_LIMIT:
                        if partly:
                            return
                        message = Sentence(f"{name} is larger than 20 MiB.", f"{name} 超过 20 MiB。")
                        raise refused(TOO_LARGE, start_of(self.file), message)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as failure:
            message = Sentence(f"The part {name} is damaged: {failure}", f"{name} 已损坏：{failure}")
            raise refused(UNREADABLE, start_of(self.file), message) from None

    def _bomb(self, name: str) -> Exception:
        message = Sentence(
            f"{name[:60]!r} unpacks to more than 100 times its size.", f"“{name[:60]}”解压后超过压缩体积的 100 倍。"
        )
        return refused(TOO_LARGE, start_of(self.file), message)

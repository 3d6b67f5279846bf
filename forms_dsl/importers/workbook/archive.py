"""Parts of a workbook: a zip archive that is refused for what no workbook has, and read within limits."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.archives import Damaged, TooMuch, allowance, is_safe, open_archive, pieces
from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import TOO_LARGE, UNREADABLE, UNSAFE
from forms_dsl.importers.report import refused, start_of

#: Bytes of one part, and parts of an archive.
PART_LIMIT = 20 * 1024 * 1024
ENTRY_LIMIT = 2_000
#: Bytes of all parts that are read, together.
ARCHIVE_LIMIT = 2 * PART_LIMIT


class Archive:
    """An archive in memory; raises ImportRefused for one that is hostile or no archive."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        try:
            self._zip = open_archive(data)
        except Damaged as failure:
            message = Sentence(f"The file is no workbook: {failure}", f"该文件不是工作簿：{failure}")
            raise refused(UNREADABLE, start_of(file), message) from None
        entries = self._zip.infolist()
        #: What all parts together may still give: several entries may share the same packed bytes.
        self._left = allowance(len(data), ARCHIVE_LIMIT)
        if len(entries) > ENTRY_LIMIT:
            message = Sentence(f"The archive has {len(entries):,} parts.", f"压缩包含有 {len(entries):,} 个部分。")
            raise refused(TOO_LARGE, start_of(file), message)
        names: set[str] = set()
        for entry in entries:
            if not (is_safe(entry.filename.rstrip("/")) and is_safe(entry.orig_filename.rstrip("/"))) or entry.flag_bits & 1:
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
            if entry.file_size > allowance(entry.compress_size, entry.file_size):
                raise self._bomb(entry.filename)
        self.names = names

    def chunks(self, name: str, *, partly: bool = False) -> Iterator[bytes]:
        """The bytes of a part in pieces; ends silently at the limit when `partly`, else raises ImportRefused."""
        entry = self._zip.getinfo(name)
        most = min(PART_LIMIT, self._left)
        allowed = allowance(entry.compress_size, most)
        try:
            for piece in pieces(self._zip, entry, allowed):
                self._left -= len(piece)
                yield piece
        except TooMuch:
            if allowed < most:
                raise self._bomb(name) from None
            if not partly:
                message = Sentence(
                    f"{name} is larger than 20 MiB, or all parts together are too large.",
                    f"{name} 超过 20 MiB，或各部分合计过大。",
                )
                raise refused(TOO_LARGE, start_of(self.file), message) from None
        except Damaged as failure:
            message = Sentence(f"The part {name} is damaged: {failure}", f"{name} 已损坏：{failure}")
            raise refused(UNREADABLE, start_of(self.file), message) from None

    def _bomb(self, name: str) -> Exception:
        message = Sentence(
            f"{name[:60]!r} unpacks to more than 100 times its size.", f"“{name[:60]}”解压后超过压缩体积的 100 倍。"
        )
        return refused(TOO_LARGE, start_of(self.file), message)

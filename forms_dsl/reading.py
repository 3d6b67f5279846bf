"""Reading each text once, where one request asks several things of the same texts."""

from __future__ import annotations

from collections.abc import Callable

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.source import Document
from forms_dsl.yaml_source import read_document

#: Path and text to the document and what is wrong with the text, as `read_document` does.
Reader = Callable[[str, str], tuple[Document | None, tuple[Diagnostic, ...]]]


class ReadOnce:
    """A reader for the texts of one request, which keeps what it read; never kept longer itself."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], tuple[Document | None, tuple[Diagnostic, ...]]] = {}

    def __call__(self, file: str, text: str) -> tuple[Document | None, tuple[Diagnostic, ...]]:
        """The document in a text and what is wrong with it."""
        key = (file, text)
        if key not in self._read:
            self._read[key] = read_document(file, text)
        return self._read[key]

"""The app's own file, read on its own before anything is checked: who needs its name, version or languages asks here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_dsl.source import Document
from forms_dsl.yaml_source import read_document

#: The paths that the file may have.
HEADER_FILES = ("app.yaml", "app.json")


def header_document(documents: Mapping[str, Document]) -> Document | None:
    """The app's own file among the documents, None where it is not there or no map."""
    found = next((documents[path] for path in HEADER_FILES if path in documents), None)
    return found if found is not None and isinstance(found.data, dict) else None


def header_data(documents: Mapping[str, Document]) -> Mapping[str, Any]:
    """What the app's own file says, as far as it could be read."""
    found = header_document(documents)
    return found.data if found is not None and isinstance(found.data, dict) else {}


def read_header(files: Mapping[str, str]) -> Mapping[str, Any]:
    """What the app's own file says, out of the texts of the app."""
    read = ((path, read_document(path, files[path])[0]) for path in HEADER_FILES if path in files)
    return header_data({path: document for path, document in read if document is not None})

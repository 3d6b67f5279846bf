"""The web front end: where the built assets are."""

from __future__ import annotations

from pathlib import Path

#: The build's output: hashed assets, `index.html` (workplace) and `builder.html`.
_BUILT = Path(__file__).parent / "_ui"


def dist() -> Path | None:
    """The folder of the built front end, or None when it was not built."""
    return _BUILT if (_BUILT / "index.html").is_file() else None

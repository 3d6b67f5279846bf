"""How the seven pieces look everywhere in the builder: the mark and the colour of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from forms_dsl.kinds import KINDS, PIECES, Piece, kind_of

MARKS: Mapping[Piece, tuple[str, str]] = MappingProxyType(
    {
        "entity": ("▼", "#1f4e9e"),
        "form": ("◣", "#0f766e"),
        "workflow": ("◢", "#b3261e"),
        "rule": ("◆", "#a15c00"),
        "report": ("▲", "#6d3fb2"),
        "role": ("◀", "#2f6f2f"),
        "connector": ("▰", "#44546a"),
    }
)


def pieces() -> list[dict[str, object]]:
    """The seven pieces with mark, colour, label and the places of their files."""
    return [
        {"kind": piece, "mark": mark, "color": color, "label": dict(PIECES[piece]), "folders": places_of(piece)}
        for piece, (mark, color) in MARKS.items()
    ]


def places_of(piece: Piece) -> list[str]:
    """The folders and files of a piece, as people write them."""
    found = [kind for kind in KINDS.values() if kind.piece == piece]
    return [f"{kind.folder}/" if kind.folder else f"{kind.file}.yaml" for kind in found]


def piece_of(path: str) -> Piece | None:
    """The piece that a file belongs to."""
    found = kind_of(path)
    return found[0].piece if found is not None else None

"""Labels that a reader takes for one another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from forms_dsl.checks.registry import Site, check
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import Field

LOOKALIKE = code("L306", "A label looks like another one in the same entity.", "warning", refusal="DEF-CONFUSABLE")

#: Letters of Cyrillic and Greek that are drawn like Latin ones (after Unicode TS 39), in small letters.
_DRAWN_ALIKE = str.maketrans("асеорхуіѕјԁһкмтвнοανρτυικ", "aceopxyisjdhkmtbhoavptuik")


def skeleton(text: str) -> str:
    """What is left of a text for the eye: width, case, spaces, marks and look-alike letters taken away."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_DRAWN_ALIKE)
    return "".join(character for character in folded if character.isalnum())


@check
def labels_do_not_look_alike(site: Site) -> Iterator[Diagnostic]:
    """Two fields whose labels differ only in what nobody sees would be mixed up."""
    for entity in site.app.entities.values():
        for fields in (entity.fields, *(row.fields for row in entity.rows.values())):
            yield from _alike(site, fields)


def _alike(site: Site, fields: Mapping[str, Field]) -> Iterator[Diagnostic]:
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for field in fields.values():
        for language, text in field.label.items():
            name, first = seen.setdefault((language, skeleton(text)), (field.name, text))
            if name != field.name and first != text:
                message = Sentence(
                    f"The label {text!r} looks like {first!r} of {name!r}.", f"标签“{text}”与“{name}”的“{first}”难以区分。"
                )
                yield site.find(LOOKALIKE, site.at_key(field.span).at("label"), message)
                break

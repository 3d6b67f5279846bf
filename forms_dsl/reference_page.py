"""Makes `docs/reference.md` and `docs/reference.zh.md`: every kind of file, every key and what may stand there.

The source is the JSON Schema of each kind, thus the shapes that the loader reads with; the examples are read from shipped apps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forms_dsl.jsonschema import schemas
from forms_dsl.kinds import KINDS, PIECES, Kind
from forms_dsl.later import later
from forms_dsl.reference_words import HEAD, OWN_PLACES, WORDS

ROOT = Path(__file__).resolve().parent.parent
#: Where examples are looked for, in this order.
EXAMPLE_APPS = ("app_definitions/bank_customer", "app_definitions/customer360", "tests/example_app/loan")
EXAMPLE_LINES = 10
LANGUAGES = ("en", "zh")

_NAME_PATTERN = "^[a-z][a-z0-9_]{0,47}$"
_VERSION_PATTERN = r"^\d+\.\d+\.\d+$"
_EVERYWHERE = ("note", "meta")


@dataclass(slots=True)
class _Page:
    """One page while it is written: which shapes have a heading, so that a shape of several kinds is described once."""

    language: str
    #: Text of a shape's schema → its heading.
    headings: dict[str, str] = field(default_factory=dict)

    def word(self, name: str) -> str:
        return WORDS[self.language][name]

    def said(self, schema: Mapping[str, Any]) -> str:
        """What a key is for, in the page's language."""
        return str(schema.get("description" if self.language == "en" else "x-zh", ""))


def page(language: str) -> str:
    """The page in a language as it must stand in the repository."""
    made = _Page(language)
    lines = [HEAD[language], made.word("kinds"), *(_overview(made, kind) for kind in KINDS.values())]
    for kind in KINDS.values():
        lines += ["", *_kind(made, kind)]
    return "\n".join(lines) + "\n"


def anchor(heading: str) -> str:
    """The anchor that a Markdown reader gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _place_of(kind: Kind) -> str:
    return f"{kind.folder}/<name>.yaml" if kind.folder else f"{kind.file}.yaml"


def _title(made: _Page, kind: Kind) -> str:
    return f"{kind.label[made.language]}{made.word('colon')}`{_place_of(kind)}`"


def _overview(made: _Page, kind: Kind) -> str:
    piece = PIECES[kind.piece][made.language] if kind.piece else ""
    title = f"[{kind.label[made.language]}](#{anchor(_title(made, kind))})"
    return f"| {title} | `{_place_of(kind)}` | `{kind.first_key}` | {piece} |"


def _kind(made: _Page, kind: Kind) -> Iterator[str]:
    schema = schemas()[kind.folder or kind.file or kind.name]
    shapes: Mapping[str, Any] = schema.get("$defs", {})
    order = _reached(schema, shapes)
    new = [name for name in order if _key_of(shapes[name]) not in made.headings]
    for name in new:
        made.headings[_key_of(shapes[name])] = _heading(made, kind, name)
    yield from (f"## {_title(made, kind)}", "", made.word("first").format(kind.first_key))
    verbs = {key for name in order for key in shapes[name].get("required", ())}
    words = later().get(kind.name, ())
    if words == (kind.name,):
        yield made.word("later_kind")
    elif words:
        yield made.word("later").format(", ".join(f"`{word}`" for word in words))
    if '"x-value": "expression"' in json.dumps(schema):
        yield _places(made, kind)
    yield from ("", *_table(made, schema, shapes, _marked(words, ())))
    found = example(kind)
    if found:
        path, text = found
        yield from ("", made.word("example").format(path), "", "```yaml", *text, "```")
    for name in new:
        stands = ", ".join(f"`{place}`" for place in order[name])
        yield from ("", f"### {made.headings[_key_of(shapes[name])]}", "", made.word("stands").format(stands), "")
        # A key that names what a thing is (`send: …`) is another one than an option of the same name (`send` of a call).
        options = {key for key in shapes[name].get("properties", {}) if key not in shapes[name].get("required", ())}
        later_keys = _marked(words, tuple(order[name])) - (options & verbs)
        yield from _table(made, shapes[name], shapes, later_keys)


def _places(made: _Page, kind: Kind) -> str:
    if kind.name in OWN_PLACES:
        return OWN_PLACES[kind.name][made.language]
    places = ", ".join(f"`{place.name.upper()}` ({getattr(place.words, made.language)})" for place in kind.places)
    return made.word("places").format(places)


def _key_of(shape: Mapping[str, Any]) -> str:
    return json.dumps(shape, sort_keys=True)


def _heading(made: _Page, kind: Kind, name: str) -> str:
    """`FourEyes`; with the kind where another shape has the name already."""
    short = name.rsplit("__", maxsplit=1)[-1].removesuffix("Shape")
    taken = {anchor(heading) for heading in made.headings.values()}
    return f"`{short}`" if anchor(short) not in taken else f"`{short}` ({kind.name})"


def _reached(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> dict[str, list[str]]:
    """Shapes in the order in which a reader meets them, with the keys (of which shape) that lead to each."""
    found: dict[str, list[str]] = {}
    waiting: list[tuple[str, Mapping[str, Any]]] = [("", schema)]
    while waiting:
        owner, here = waiting.pop(0)
        for key, value in _keys(here):
            for name in _references(value):
                if name not in found:
                    found[name] = []
                    waiting.append((f"{name.split('__')[-1].removesuffix('Shape')}.", shapes[name]))
                place = f"{owner}{key}"
                if place not in found[name]:
                    found[name].append(place)
    return found


def _keys(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from ((key, value) for key, value in schema.get("properties", {}).items() if key not in _EVERYWHERE)
    further = schema.get("additionalProperties", False)
    if further is not False:
        yield "*", further if isinstance(further, Mapping) else {}


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "$ref" in value:
            yield str(value["$ref"]).rsplit("/", 1)[-1]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _marked(words: tuple[str, ...], places: tuple[str, ...]) -> frozenset[str]:
    """The keys of a shape, which stands at `places`, that are not carried out yet, whole or with one value."""
    around = {place.rpartition(".")[2] for place in places}
    example = any(place.startswith("Example.") for place in places)
    split = [word.partition(":")[0].rpartition(".") for word in words]
    return frozenset(key for owner, _, key in split if (owner in around if owner else not example))


def _table(made: _Page, schema: Mapping[str, Any], shapes: Mapping[str, Any], later: frozenset[str]) -> Iterator[str]:
    yield made.word("table")
    required = schema.get("required", ())
    for key, value in _keys(schema):
        name = made.word("further") if key == "*" else f"`{key}`" + (" !" if key in required else "")
        said = f"{made.said(value)} {made.word('mark')}" if key in later else made.said(value)
        cells = (name, _value(made, value, shapes), _default(value), said)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(value: Mapping[str, Any]) -> str:
    default = value.get("default")
    if default in (None, [], {}) or isinstance(default, dict):
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)}`"


def _value(made: _Page, value: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    """What may be written, in words with links."""
    word = made.word
    if "$ref" in value:
        heading = made.headings[_key_of(shapes[str(value["$ref"]).rsplit("/", 1)[-1]])]
        return f"[{heading.split(' ')[0].strip('`')}](#{anchor(heading)})"
    if value.get("x-value") == "label":
        return word("label").format(value["anyOf"][1]["maxLength"])
    if "x-value" in value:
        return word(value["x-value"])
    for several in ("oneOf", "anyOf"):
        if several in value:
            return word("or").join(dict.fromkeys(_value(made, each, shapes) for each in value[several]))
    if "enum" in value:
        return ", ".join(f"`{each}`" for each in value["enum"])
    if isinstance(value.get("type"), list):
        return word("or").join(word(each) for each in value["type"])
    return _plain(made, value, shapes)


def _plain(made: _Page, value: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    word = made.word
    match value.get("type"):
        case "array":
            return word("list").format(_value(made, value.get("items", {}), shapes))
        case "object":
            for pattern, inner in value.get("patternProperties", {}).items():
                return word("map").format(
                    _value(made, {"type": "string", "pattern": pattern}, shapes), _value(made, inner, shapes)
                )
            further = value.get("additionalProperties", True)
            names = {"type": "string", **value.get("propertyNames", {})}
            inner = _value(made, further, shapes) if isinstance(further, Mapping) else word("free")
            return word("map").format(_value(made, names, shapes), inner)
        case "integer" if "minimum" in value and "maximum" in value:
            least, most = value["minimum"], value["maximum"]
            return f"`{least}`" if least == most else word("to").format(least, most)
        case "string" if "pattern" in value:
            known = {_NAME_PATTERN: word("name"), _VERSION_PATTERN: word("version")}
            return known.get(value["pattern"]) or word("form").format(value["pattern"])
        case "string" if value.get("format") == "date":
            return word("date")
        case None:
            return word("free")
        case other:
            return word(str(other))


def example(kind: Kind) -> tuple[str, list[str]] | None:
    """The path and the first lines of a file of the kind in one of the apps; None without one.

    The last line is none that only opens a map.
    """
    for app in EXAMPLE_APPS:
        folder = ROOT / app
        paths = sorted((folder / kind.folder).glob("*.yaml")) if kind.folder else [folder / f"{kind.file}.yaml"]
        for path in paths:
            if path.is_file():
                lines = path.read_text(encoding="utf-8").splitlines()
                shown = [line for line in lines if line.strip()][:EXAMPLE_LINES]
                while shown[-1].partition(" #")[0].rstrip().endswith(":"):
                    shown.pop()
                return path.relative_to(ROOT).as_posix(), shown
    return None


def main() -> None:
    """Write both pages."""
    for language in LANGUAGES:
        path_of(language).write_text(page(language), encoding="utf-8")


def path_of(language: str) -> Path:
    """Where the page of a language stands."""
    return ROOT / "docs" / ("reference.md" if language == "en" else f"reference.{language}.md")


if __name__ == "__main__":
    main()

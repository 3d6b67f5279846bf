"""Makes `docs/field-types.md`: every field type with its options, its column and its wire form, from the types themselves."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

from forms_dsl import fieldtypes
from forms_dsl.fieldtypes.protocol import FieldType, ShortForm
from forms_dsl.fieldtypes.registry import FIELD_TYPES, SHORT_FORMS, TYPE_NAMES
from forms_dsl.model import Choice, FieldOptions
from forms_dsl.storage import DecimalStorage, RowsStorage, Storage, TextStorage

ROOT = Path(__file__).resolve().parent.parent

_EXAMPLE = FieldOptions(choices=(Choice("a", {}),), of="row", targets=("app.entity",), pattern=None)

_HEAD = """\
# Field types

What `type` of a field may be. Every type is one module of `forms_dsl/fieldtypes`; a bank adds its own by the entry point
`qiqiao.fieldtypes`. Keys that all types share (`label`, `required`, `visible`, `check`, `class`, …) are in the JSON Schema of
entities. This page is made from the sources by `make docs`.

| type | 中文 | holds | own keys | column | on the wire | widget |
|---|---|---|---|---|---|---|
"""

_TAIL = """
## Short forms

A short form is another type with keys already chosen. The loader writes it out, so everything behind the loader knows the
other type only, and a field may change between the two without touching its data.

| short form | 中文 | holds | stands for |
|---|---|---|---|
{short}
## How to write what is no type of its own

| wanted | written as |
|---|---|
| computed value, worked out on reading | any type with `compute: amount * rate / 1200` |
| formula that is kept in the table (can be indexed, filtered, sorted) | the same with `stored: true`; then without `today()`, `now()`, `user`, `param`, `lookup` |
| roll-up over child rows | `compute: sum(i.amount for i in incomes)`, also `count`, `avg`, `min`, `max`, `any`, `all` with `if` |
| value taken from a referenced record | `compute: customer.birth_date` |
| code list with validity | `choices` with `valid_from` and `valid_to` for each code, or `choices_from` a list of `choices.yaml` |
| cascade of codes | `choices_where: starts_with(text(code), text(province))` on the lower list |
| cascade of regions | `type: region`, which leads from province to county |
| business number of the entity | `number: "LA-{{yyyy}}{{mm}}-{{seq:6}}"` of the entity; further ones are `type: sequence` |
| child table | `type: rows, of: ROW_TYPE` with the row type under `rows` of the entity |
| foreign exchange amount | `type: money, currency: USD`, or `currency: FIELD` for a currency in another field |
| hidden value | any type with `visible: false`; it keeps its stored value and is never asked for |
| personal value | `class: C2` (masked by `mask`) or `class: C3` (never shown); `encrypted: true` keeps it unreadable at rest |
| long text | `type: text, lines: 5`; with formatting `type: rich_text` |
| text of a form of one's own | `type: text, pattern: "[A-Z]{{2}}[0-9]{{6}}"`, or a named pattern |
"""


def page() -> str:
    """The page as it must stand in the repository."""
    rows = "".join(_row(FIELD_TYPES[name]) for name in TYPE_NAMES if name in FIELD_TYPES)
    short = "".join(_short(SHORT_FORMS[name]) for name in TYPE_NAMES if name in SHORT_FORMS)
    return _HEAD + rows + _TAIL.format(short=short)


def _row(type: FieldType) -> str:
    keys = ", ".join(f"`{key}`" for key in sorted(type.option_keys))
    schema = type.json_schema(_EXAMPLE)
    wire = " ".join(str(part) for part in (schema["type"], schema.get("format", "")) if part)
    cells = (f"`{type.name}`", type.label["zh"], _meaning(type.name), keys, _column(type.storage(_EXAMPLE)), wire, type.widget)
    return f"| {' | '.join(cells)} |\n"


def _short(form: ShortForm) -> str:
    written = ", ".join(f"{key}: {_yaml(value)}" for key, value in _chosen(form))
    cells = (f"`{form.name}`", form.label["zh"], _meaning(form.name), f"`type: {form.type}, {written}`")
    return f"| {' | '.join(cells)} |\n"


def _chosen(form: ShortForm) -> Iterator[tuple[str, object]]:
    yield from form.chosen.items()
    yield from form.usual.items()


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _meaning(name: str) -> str:
    """The first line of the module's docstring."""
    text = importlib.import_module(f"{fieldtypes.__name__}.{name}").__doc__ or ""
    return text.strip().splitlines()[0].rstrip(".").replace("|", "\\|")


def _column(storage: Storage) -> str:
    match storage:
        case TextStorage(length):
            return "text" if length is None else f"text, at most {length}"
        case DecimalStorage():
            return "exact number"
        case RowsStorage():
            return "rows of a table of their own"
        case _:
            return type(storage).__name__.removesuffix("Storage").lower()


def main() -> None:
    """Write the page."""
    (ROOT / "docs" / "field-types.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

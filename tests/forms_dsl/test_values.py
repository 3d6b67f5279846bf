"""Field types: what is accepted from JSON and files, exactly, and how the rest is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.load import load_app
from forms_dsl.model import Choice, FieldOptions
from tests.forms_dsl.small_app import changed

CHOICES = FieldOptions(choices=(Choice("a", {}), Choice("b", {}), Choice("甲", {})))
TWO = FieldOptions(scale=2)

ACCEPTED = [
    ("text", " é\u3000", FieldOptions(), "é"),
    ("text", "e\u0301", FieldOptions(), "é"),
    ("text", "\u3000 ", FieldOptions(), None),
    ("text", "a\nb", FieldOptions(), "a\nb"),
    ("integer", 5, FieldOptions(), Decimal(5)),
    ("integer", "-5", FieldOptions(), Decimal(-5)),
    ("integer", "999999999999999", FieldOptions(), Decimal(999999999999999)),
    ("decimal", "0.10", TWO, Decimal("0.10")),
    ("decimal", 0.1, TWO, Decimal("0.10")),
    ("decimal", "1.500", TWO, Decimal("1.50")),
    ("decimal", "-0.00", TWO, Decimal("0.00")),
    ("money", 300000, TWO, Decimal("300000.00")),
    ("money", "9999999999999999.99", TWO, Decimal("9999999999999999.99")),
    ("boolean", True, FieldOptions(), True),
    ("boolean", "false", FieldOptions(), False),
    ("date", "2024-02-29", FieldOptions(), dt.date(2024, 2, 29)),
    ("datetime", "2026-01-31T08:00:00+08:00", FieldOptions(), dt.datetime(2026, 1, 31, tzinfo=dt.UTC)),
    ("choice", "甲", CHOICES, "甲"),
    ("status", "a", CHOICES, "a"),
    ("multi_choice", ["b", "a", "b"], CHOICES, ("a", "b")),
    ("multi_choice", "b,a", CHOICES, ("a", "b")),
    ("multi_choice", [], CHOICES, None),
    ("reference", "0199c0de-0000-7000-8000-000000000001", FieldOptions(to="a.b"), "0199c0de-0000-7000-8000-000000000001"),
    ("rows", [{"a": 1}], FieldOptions(of="r"), ({"a": 1},)),
    ("rows", None, FieldOptions(of="r"), ()),
    ("id_card", "11010519491231002x", FieldOptions(), "11010519491231002X"),
    ("uscc", "91350100M000100Y43", FieldOptions(), "91350100M000100Y43"),
    ("mobile_cn", "13812345678", FieldOptions(), "13812345678"),
]

REFUSED = [
    ("text", 5, FieldOptions(), "V001"),
    ("text", "a\x00b", FieldOptions(), "V007"),
    ("text", "\ud800", FieldOptions(), "V007"),
    ("text", "abc", FieldOptions(max="2"), "V002"),
    ("text", "a", FieldOptions(min="2"), "V002"),
    ("text", "12x", FieldOptions(pattern=r"\d+"), "V006"),
    ("text", "١٢", FieldOptions(pattern=r"\d+"), "V006"),
    ("text", "110105194912310021", FieldOptions(pattern="id_card"), "V006"),
    ("integer", True, FieldOptions(), "V001"),
    ("integer", 5.0, FieldOptions(), "V003"),
    ("integer", "5.5", FieldOptions(), "V003"),
    ("integer", "1000000000000000", FieldOptions(), "V004"),
    ("integer", "１２", FieldOptions(), "V001"),
    ("integer", "1e3", FieldOptions(), "V001"),
    ("integer", "0x1f", FieldOptions(), "V001"),
    ("integer", "1_000", FieldOptions(), "V001"),
    ("integer", 4, FieldOptions(min="5"), "V004"),
    ("decimal", "1.005", TWO, "V003"),
    ("decimal", 1e22, TWO, "V001"),
    ("decimal", float("nan"), TWO, "V001"),
    ("decimal", "Infinity", TWO, "V001"),
    ("decimal", Decimal("NaN"), TWO, "V001"),
    ("decimal", "1,000.00", TWO, "V001"),
    ("decimal", "+1", TWO, "V001"),
    ("money", "99999999999999999.99", TWO, "V004"),
    ("money", "1" * 5000, TWO, "V001"),
    ("boolean", 1, FieldOptions(), "V001"),
    ("boolean", "yes", FieldOptions(), "V001"),
    ("date", "2023-02-29", FieldOptions(), "V001"),
    ("date", "01/02/2025", FieldOptions(), "V001"),
    ("date", "2026-1-1", FieldOptions(), "V001"),
    ("date", "2025-12-31", FieldOptions(min="2026-01-01"), "V004"),
    ("datetime", "2026-01-31T08:00:00", FieldOptions(), "V001"),
    ("datetime", "2026-01-31", FieldOptions(), "V001"),
    ("choice", "c", CHOICES, "V005"),
    ("choice", "A", CHOICES, "V005"),
    ("multi_choice", ["c"], CHOICES, "V005"),
    ("multi_choice", {"a": 1}, CHOICES, "V001"),
    ("reference", "' or 1=1", FieldOptions(to="a.b"), "V001"),
    ("rows", "x", FieldOptions(of="r"), "V001"),
    ("rows", [1], FieldOptions(of="r"), "V001"),
    ("id_card", "110105194902310021", FieldOptions(), "V006"),
    ("uscc", "91350100M000100Y44", FieldOptions(), "V006"),
    ("mobile_cn", "12812345678", FieldOptions(), "V006"),
]


@pytest.mark.parametrize(("name", "raw", "options", "expected"), ACCEPTED)
def test_values_are_read_exactly(name: str, raw: object, options: FieldOptions, expected: object) -> None:
    """A value is the same however it was written, and no number went through binary arithmetic."""
    value = FIELD_TYPES[name].parse(raw, options)

    assert expected == value
    assert str(expected) == str(value)


@pytest.mark.parametrize(("name", "raw", "options", "code"), REFUSED)
def test_what_does_not_fit_is_refused_in_both_languages(name: str, raw: object, options: FieldOptions, code: str) -> None:
    """A refused value names its code and says why in Chinese and English."""
    with pytest.raises(ValueRefused) as refused:
        FIELD_TYPES[name].parse(raw, options)

    assert code == refused.value.code
    assert {"zh", "en"} == {language for language, text in refused.value.message.items() if text}


@pytest.mark.parametrize("name", list(FIELD_TYPES))
def test_nothing_is_missing(name: str) -> None:
    """null and an empty text are missing for every type, and rows are then none."""
    options = FieldOptions(to="a.b", of="r", scale=2)

    assert FIELD_TYPES[name].parse(None, options) in (None, ())


@pytest.mark.parametrize("name", list(FIELD_TYPES))
def test_every_type_says_all_that_others_need(name: str) -> None:
    """A type has a label in both languages, an icon, a widget, a column and a schema."""
    type, options = FIELD_TYPES[name], FieldOptions(to="a.b", of="r", scale=2, choices=CHOICES.choices)

    assert name == type.name
    assert {"zh", "en"} == set(type.label)
    assert type.icon and type.widget and type.storage(options) and type.value_type(options).name and type.json_schema(options)


@pytest.mark.parametrize(
    ("field", "raw", "refused"),
    [("{type: integer, min: '1.0',", "2", "0"), ("{type: date, min: ' 2026-01-01 ',", "2026-03-01", "2025-12-31")],
)
def test_a_bound_is_read_like_a_value(field: str, raw: str, refused: str) -> None:
    """What is accepted as a bound of a field can be used as one, by its schema and when a value comes."""
    app = load_app(
        changed("entities/order.yaml", "  core_number:", f"  n: {field} label: {{zh: 数, en: N}}}}\n  core_number:")
    ).app
    assert app is not None
    made = app.entities["order"].fields["n"]
    type = FIELD_TYPES[made.type]

    assert type.json_schema(made.options)
    assert type.parse(raw, made.options)
    with pytest.raises(ValueRefused):
        type.parse(refused, made.options)

"""Values of the field types of section 2.4 that are made of text, lengths, places and files."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES, SHORT_FORMS, TYPE_NAMES
from forms_dsl.model import FieldOptions

PLAIN = FieldOptions()
TARGETS = FieldOptions(targets=("a.customer", "org.branch"))
THREE = FieldOptions(count_min=1, count_max=3)

ACCEPTED = [
    ("email", "Li.Si@Bank-X.com.cn", PLAIN, "li.si@bank-x.com.cn"),
    ("phone", "010-8888 6666", PLAIN, "010-88886666"),
    ("phone", "075588886666-123", PLAIN, "075588886666-123"),
    ("phone", "+44 20 7946 0958", PLAIN, "+442079460958"),
    ("phone", "95588", PLAIN, "95588"),
    ("phone", "400-820-8820", PLAIN, "400-820-8820"),
    ("url", "https://www.example.cn/a?b=c#d", PLAIN, "https://www.example.cn/a?b=c#d"),
    ("url", "http://10.1.2.3:8080", PLAIN, "http://10.1.2.3:8080"),
    ("time", "09:30", PLAIN, "09:30"),
    ("time", "23:59:59", PLAIN, "23:59:59"),
    ("year_month", "2026-02", PLAIN, "2026-02"),
    ("duration", "1h 30m", PLAIN, Decimal(90)),
    ("duration", "2d", PLAIN, Decimal(2880)),
    ("duration", 45, PLAIN, Decimal(45)),
    ("duration", "45", PLAIN, Decimal(45)),
    ("duration", "0", PLAIN, Decimal(0)),
    ("duration", "2h", FieldOptions(min="1h", max="1d"), Decimal(120)),
    ("bank_card", "4111 1111-1111 1111", PLAIN, "4111111111111111"),
    ("rich_text", " **粗** \n- a ", PLAIN, "**粗** \n- a"),
    ("json", '{"a": 1.10, "b": [null]}', PLAIN, '{"a": 1.10, "b": [null]}'),
    ("region", "440305", PLAIN, "440305"),
    ("geopoint", "31.2304, 121.4737", PLAIN, "31.230400,121.473700"),
    ("geopoint", "-90,180", PLAIN, "-90.000000,180.000000"),
    ("any_reference", "org.branch/0190-a", TARGETS, "org.branch/0190-a"),
    ("file", ["a1", "b2", "a1"], THREE, ("a1", "b2")),
    ("image", "a1", PLAIN, ("a1",)),
    ("signature", [], PLAIN, None),
    ("sequence", "P2026-0001", PLAIN, "P2026-0001"),
]

REFUSED = [
    ("email", "li.si@", PLAIN, "V006"),
    ("email", "li si@bank.cn", PLAIN, "V006"),
    ("email", "a@b", PLAIN, "V006"),
    ("email", "a" * 65 + "@b.cn", PLAIN, "V006"),
    ("phone", "12345", PLAIN, "V006"),
    ("phone", "010-8888", PLAIN, "V006"),
    ("url", "javascript:alert(1)", PLAIN, "V006"),
    ("url", "https://user:pw@example.cn/", PLAIN, "V006"),
    ("url", "https://example.cn/ x", PLAIN, "V006"),
    ("url", "ftp://example.cn", PLAIN, "V006"),
    ("time", "24:00", PLAIN, "V006"),
    ("time", "9:30", PLAIN, "V006"),
    ("year_month", "2026-13", PLAIN, "V006"),
    ("duration", "soon", PLAIN, "V001"),
    ("duration", "1.5", PLAIN, "V003"),
    ("duration", -5, PLAIN, "V004"),
    ("duration", "4000d", PLAIN, "V004"),
    ("duration", "30m", FieldOptions(min="1h"), "V004"),
    ("duration", "2d", FieldOptions(max="1d"), "V004"),
    ("rich_text", "x" * 11, FieldOptions(max="10"), "V002"),
    ("json", "{a: 1}", PLAIN, "V001"),
    ("json", "NaN", PLAIN, "V001"),
    ("json", "[" * 60_000, PLAIN, "V001"),
    ("json", '"' + "x" * 70_000 + '"', PLAIN, "V002"),
    ("region", "440399", PLAIN, "V006"),
    ("region", "44", PLAIN, "V006"),
    ("geopoint", "91,0", PLAIN, "V001"),
    ("geopoint", "31.2304", PLAIN, "V001"),
    ("geopoint", "a,b", PLAIN, "V001"),
    ("any_reference", "a.loan/1", TARGETS, "V001"),
    ("any_reference", "org.branch/", TARGETS, "V001"),
    ("any_reference", "org.branch/' or 1=1", TARGETS, "V001"),
    ("file", ["a", "b"], PLAIN, "V004"),
    ("file", ["a"], FieldOptions(count_min=2, count_max=3), "V004"),
    ("file", ["../../etc/passwd"], THREE, "V001"),
    ("file", {"a": 1}, THREE, "V001"),
    ("swift_bic", "BKCHCN", PLAIN, "V006"),
    ("cnaps", "10258400000", PLAIN, "V006"),
]


@pytest.mark.parametrize(("name", "raw", "options", "expected"), ACCEPTED)
def test_values_are_read(name: str, raw: object, options: FieldOptions, expected: object) -> None:
    """Each spelling that people use becomes the one that is kept; what is kept is read again as itself."""
    value = FIELD_TYPES[name].parse(raw, options)

    assert expected == value
    assert expected == FIELD_TYPES[name].parse(list(value) if isinstance(value, tuple) else value, options)


@pytest.mark.parametrize(("name", "raw", "options", "code"), REFUSED, ids=[f"{c[0]}-{n}" for n, c in enumerate(REFUSED)])
def test_what_does_not_fit_is_refused(name: str, raw: object, options: FieldOptions, code: str) -> None:
    """A refused value names its code and says why in Chinese and English."""
    with pytest.raises(ValueRefused) as refused:
        FIELD_TYPES[name].parse(raw, options)

    assert code == refused.value.code
    assert {"zh", "en"} == {language for language, text in refused.value.message.items() if text}


@pytest.mark.parametrize("name", ["email", "url", "phone", "time", "year_month", "swift_bic", "iban", "id_card"])
def test_no_text_takes_long(name: str) -> None:
    """Hostile text is answered at once."""
    import time

    started = time.perf_counter()
    for text in ("a@" + "a-" * 30_000, "a." * 30_000, "https://" + "a." * 30_000, "https://a/" + "x" * 60_000, "1" * 60_000):
        with pytest.raises(ValueRefused):
            FIELD_TYPES[name].parse(text, PLAIN)
    assert time.perf_counter() - started < 1


def test_short_forms_name_types_that_exist() -> None:
    """A short form stands for a type, and is none itself."""
    assert {form.type for form in SHORT_FORMS.values()} <= set(FIELD_TYPES)
    assert set() == set(SHORT_FORMS) & set(FIELD_TYPES)
    assert len(TYPE_NAMES) >= 35

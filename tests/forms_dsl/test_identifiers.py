"""Identifiers with check digits, against the published algorithms written out here once more.

Sources: ISO 7064 (MOD 11-2, MOD 97-10), GB 11643-1999, GB 32100-2015, ISO/IEC 7812-1 (Luhn), ISO 17442, ISO 13616.
"""

from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.regions import regions
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.model import FieldOptions

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PLAIN = FieldOptions()


def mod_11_2(digits: str) -> str:
    """ISO 7064 MOD 11-2 by its recursive definition: P = (P + a) * 2, the check character makes the sum 1 mod 11."""
    product = 0
    for digit in digits:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


def mod_31(text: str) -> str:
    """GB 32100: weights are the powers of 3 mod 31, the check character fills up to a multiple of 31."""
    total = sum(_USCC.index(character) * pow(3, at, 31) for at, character in enumerate(text))
    return _USCC[(31 - total % 31) % 31]


def luhn(digits: str) -> str:
    """ISO/IEC 7812-1 annex B: every second digit from the right is doubled, digits of products are added."""
    total = sum(sum(divmod(int(d) * (2 if at % 2 == 0 else 1), 10)) for at, d in enumerate(reversed(digits)))
    return str(-total % 10)


def mod_97_10(text: str) -> str:
    """ISO 7064 MOD 97-10: letters count from A = 10; the two check digits make the number 1 mod 97."""
    number = int("".join(str(int(character, 36)) for character in text) + "00")
    return f"{98 - number % 97:02d}"


def holds(name: str, text: str) -> bool:
    try:
        return FIELD_TYPES[name].parse(text, _PLAIN) == text
    except ValueRefused as refused:
        assert "V006" == refused.code
        return False


days = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31))
counties = st.sampled_from([code for code in regions() if not code.endswith("00")])


@st.composite
def id_bodies(draw: st.DrawFn) -> str:
    return f"{draw(counties)}{draw(days):%Y%m%d}{draw(st.integers(0, 999)):03d}"


@given(id_bodies())
def test_an_identity_number_has_exactly_one_check_character(body: str) -> None:
    """Of the eleven characters that may stand last, the one of MOD 11-2 is right."""
    assert [mod_11_2(body)] == [last for last in "0123456789X" if holds("id_card", body + last)]


@given(id_bodies(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_found(body: str, at: int, by: int) -> None:
    """MOD 11-2 finds every single wrong digit."""
    number = body + mod_11_2(body)
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]

    assert not holds("id_card", wrong)


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=2, max_size=2), counties, st.text(_USCC, min_size=9, max_size=9))
def test_a_credit_code_has_exactly_one_check_character(head: str, county: str, body: str) -> None:
    """Of the 31 characters that may stand last, the one of GB 32100 is right."""
    text = head + county + body

    assert [mod_31(text)] == [last for last in _USCC if holds("uscc", text + last)]


@given(st.text(string.digits, min_size=11, max_size=18), st.integers(1, 9))
def test_a_card_number_has_exactly_one_check_digit(body: str, first: int) -> None:
    """Of ten last digits, the one of Luhn is right."""
    body = f"{first}{body[1:]}"

    assert [luhn(body)] == [last for last in string.digits if holds("bank_card", body + last)]


@given(st.text(string.digits + string.ascii_uppercase, min_size=18, max_size=18), st.integers(0, 98))
def test_an_entity_identifier_has_the_check_digits_of_mod_97(body: str, off: int) -> None:
    """The two digits of MOD 97-10 are right, and no others below 97 away."""
    right = mod_97_10(body)

    assert holds("lei", body + right)
    assert holds("lei", f"{body}{off:02d}") == (int(f"{off:02d}") % 97 == int(right) % 97)


@given(st.text(string.digits, min_size=18, max_size=18))
def test_an_account_number_has_the_check_digits_of_mod_97(body: str) -> None:
    """A German IBAN: the country and its check digits go to the end before they are counted."""
    right = mod_97_10(f"{body}DE")
    wrong = f"{(int(right) + 1) % 97:02d}"

    assert holds("iban", f"DE{right}{body}")
    assert not holds("iban", f"DE{wrong}{body}")


#: Numbers from the standards' own examples and public registers.
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("id_card", "11010519491231002X"),  # GB 11643, example
        ("uscc", "91350100M000100Y43"),  # GB 32100, example
        ("uscc", "91110000600037341L"),
        ("lei", "5493001KJTIIGC8Y1R12"),  # ISO 17442, Bloomberg
        ("iban", "GB29NWBK60161331926819"),  # ISO 13616 registry
        ("bank_card", "4111111111111111"),
        ("swift_bic", "BKCHCNBJ"),
        ("swift_bic", "ICBKCNBJSZN"),
        ("cnaps", "102584000002"),
    ],
)
def test_published_examples_hold(name: str, text: str) -> None:
    """What a standard gives as an example is accepted, in any spelling that people use."""
    assert holds(name, text)
    assert text == FIELD_TYPES[name].parse(f" {text.lower()} ", _PLAIN)


@pytest.mark.parametrize(
    "text",
    [
        "990105194912310021",
        "110105194913310021",
        "110105194902300021",
        "11010519491231002",
        "11010519491231002x0",
        "1101051949123100２X",
    ],
)
def test_an_identity_number_has_a_province_and_a_day(text: str) -> None:
    """A province that does not exist, a month 13, the 30th of February, a missing or a wide digit."""
    assert not holds("id_card", text)


def test_region_codes_form_a_tree() -> None:
    """Every county has its prefecture, every prefecture its province; each has a name."""
    known = regions()
    assert len(known) > 3000
    for code, name in known.items():
        assert name
        assert {f"{code[:2]}0000", f"{code[:4]}00", code} <= set(known)

"""What can be said of a condition before it is evaluated: that it is never true, that a band is never reached, that no index serves."""

from __future__ import annotations

import pytest

from forms_dsl.expr.indexable import can_use_index
from forms_dsl.expr.ranges import never_reached, never_true
from tests.expr.world import checked


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("n1 > 5 and n1 < 3", 1),
        ("n1 > 5 and b1 and n1 <= 5", 1),
        ("5 < n1 < 5", 1),
        ('c1 == "A" and c1 == "B"', 1),
        ('c1 in ["A", "B"] and c1 == "C"', 1),
        ("b1 or (n1 == 1 and n1 == 2)", 8),
        ("any(r.q > 3 and r.q < 2 for r in lines)", 5),
    ],
)
def test_parts_that_exclude_each_other_are_found(source: str, column: int) -> None:
    """Ranges of one value that do not meet make a condition that is never true."""
    assert [column] == [part.span.column for part in never_true(checked(source).tree)]


@pytest.mark.parametrize(
    "source", ["n1 > 3 and n1 < 5", "n1 >= 5 and n1 <= 5", "n1 > 5 or n1 < 3", "n1 > 5 and n2 < 3", "n1 > 5 and n1 < n2", "n1 != 5 and n1 == 6"]
)  # fmt: skip
def test_parts_that_meet_are_left_alone(source: str) -> None:
    """What can be true is not complained about."""
    assert [] == list(never_true(checked(source).tree))


@pytest.mark.parametrize(
    ("source", "columns"),
    [
        ('"A" if n1 > 10 else "B" if n1 > 20 else "C"', [28]),
        ('"A" if n1 > 20 else "B" if n1 > 10 else "C"', []),
        ('"A" if n1 >= 10 else "B" if 10 <= n1 <= 12 else "C"', [29]),
        ('1 if c1 in ["A", "B"] else 2 if c1 == "A" else 3', [33]),
        ("1 if n1 > 10 else 2 if n2 > 20 else 3", []),
        ("1 if n1 <= 10 else 2 if n1 < 10 else 3 if n1 > 10 else 4", [25]),
    ],
)
def test_a_band_within_an_earlier_one_is_found(source: str, columns: list[int]) -> None:
    """An `else if` whose values are all taken is never reached."""
    assert columns == [part.span.column for part in never_reached(checked(source).tree)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("n1 == 5", True),
        ("5 < n1", True),
        ("created_on >= today() - 7", True),
        ("date_of(z1) == today()", True),
        ("unit.path in user.branch_tree", True),
        ('starts_with(t1, "a")', True),
        ("is_missing(t1)", True),
        ('contains(t1, "a") and n1 == 5', True),
        ("n1 == 5 or d1 == today()", True),
        ('has_role("head")', True),
        ('has_role("head") and contains(t1, "a")', False),
        ('contains(t1, "a")', False),
        ('lower(t1) == "a"', False),
        ("n1 * 2 > 5", False),
        ("n1 == n2", False),
        ('n1 == 5 or contains(t1, "a")', False),
        ("n1 != 5", True),
        ("not (n1 < 5)", False),
        ("count(lines) > 1", False),
    ],
)
def test_an_index_serves_a_field_beside_a_value(source: str, expected: bool) -> None:
    """A filter is quick when one of its parts compares a field itself."""
    assert expected == can_use_index(checked(source).tree)

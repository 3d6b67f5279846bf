"""Durations, schedules, ratios, masks, patterns, names: the small languages inside of values."""

from __future__ import annotations

import time

import pytest

from forms_dsl.durations import Schedule, is_possible, parse_duration, parse_schedule
from forms_dsl.masks import masked
from forms_dsl.model import Duration
from forms_dsl.names import code_fault, folded_code, name_fault
from forms_dsl.patterns import matches, pattern_fault
from tests.yardstick import in_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", Duration(30, "second")),
        ("5m", Duration(5, "minute")),
        ("8h", Duration(8, "hour")),
        ("90d", Duration(90, "day")),
        ("2 hours", Duration(2, "hour")),
        ("1 working day", Duration(1, "day", working=True)),
        ("1 working minute", None),
        ("2hours", None),
        ("-1 day", None),
        ("1.5h", None),
        ("1 week", None),
    ],
)
def test_durations(text: str, expected: Duration | None) -> None:
    """A length of time is a number and a unit, nothing else."""
    assert expected == parse_duration(text)


def test_times_end() -> None:
    """Nothing waits for zero time or for more than ten years."""
    assert [False, True, False] == [is_possible(Duration(n, "day")) for n in (0, 3650, 4000)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06:00 day", Schedule(None, "day", 6, 0)),
        ("23:59 business_day", Schedule(None, "business_day", 23, 59)),
        ("08:00 monday", Schedule(None, "weekday", 8, 0, 1)),
        ("01:00 month_last", Schedule(None, "month_last", 1, 0)),
        ("15m", Schedule(Duration(15, "minute"))),
        ("24:00 day", None),
        ("6:00 day", None),
        ("06:00 tomorrow", None),
        ("0m", None),
        ("1 working day", None),
    ],
)
def test_schedules(text: str, expected: Schedule | None) -> None:
    """A schedule is a time of a kind of day, or a length of time."""
    assert expected == parse_schedule(text)


@pytest.mark.parametrize(
    ("value", "mask", "expected"),
    [
        ("13812345678", "3****4", "138****5678"),
        ("1381234", "3****4", "****"),
        ("13812345", "3****4", "138****2345"),
        ("622848001", "last4", "****8001"),
        ("abc", "last4", "****"),
        ("abc", "hidden", "****"),
        ("abc", None, "****"),
        ("张三丰收", "1**0", "张**"),
        (None, "last4", None),
    ],
)
def test_masks(value: str | None, mask: str | None, expected: str | None) -> None:
    """A mask keeps head and tail; a value that is not longer than both shows nothing."""
    assert expected == masked(value, mask)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("[A-Z]{2}-[0-9]+", "AB-12", True),
        ("^[A-Z]{2}$", "AB", True),
        ("a|bc", "bc", True),
        ("(ab)*c?", "ababc", True),
        ("a{2,}", "a", False),
        ("[^0-9]", "x", True),
        ("[\\d-]+", "1-2", True),
        (".", "\n", False),
        ("[a]", "a\n", False),
        ("", "", True),
        ("cnaps", "102100099996", True),
        ("bank_card", "4242424242424242", True),
        ("bank_card", "4242424242424241", False),
    ],
)
def test_patterns_match_the_whole_text(pattern: str, text: str, expected: bool) -> None:
    """A pattern means the whole text, with ASCII classes."""
    assert pattern_fault(pattern) is None
    assert expected == matches(text, pattern)


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "a**", "*a", "(?=a)", "(?P<n>a)", "\\1", "a{3,2}", "(a{500}){500}", "a" * 501, "\\p{L}", "nonsense"],
)
def test_patterns_outside_of_the_language_are_refused(pattern: str) -> None:
    """Nothing that another engine reads differently, and nothing too large."""
    assert pattern_fault(pattern) is not None


def test_no_pattern_takes_long() -> None:
    """A pattern that kills a backtracking engine is answered at once."""
    start = time.process_time()

    assert matches("a" * 3000 + "!", "(a+)+b") is False
    assert in_time(time.process_time() - start, 1)


@pytest.mark.parametrize("name", ["select", "user", "order", "a", "x" * 48])
def test_names_that_are_allowed(name: str) -> None:
    """Words of SQL are fine, since physical names are made."""
    assert name_fault(name, field=True) is None


@pytest.mark.parametrize("name", ["id", "created_at", "class", "Name", "_x", "1a", "x" * 49, "а", "ｎame", "a\n", ""])
def test_names_that_are_refused(name: str) -> None:
    """Reserved words, Python's keywords, other scripts and too long names."""
    assert name_fault(name, field=True) is not None


def test_codes_are_freer_than_names() -> None:
    """A code may be of any script, but holds nothing that cannot be seen, and no two differ by case or width."""
    assert [None] * 4 == [code_fault(text) for text in ("甲", "0010", "A-1", "decide.b")]
    assert all(code_fault(text) for text in ("", "a b", "a\u200b", "x" * 41, "e\u0301", "<b>"))
    assert folded_code("Ａ1") == folded_code("a1")

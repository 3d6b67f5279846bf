"""Hostile and broken texts: the checker always answers, inside the text, and quickly."""

from __future__ import annotations

import random
import time
from decimal import Decimal

import pytest

from forms_dsl.expr.scope import FORM, Scope
from forms_dsl.expr.tree import ValueType
from tests.expr.generator import Generator
from tests.expr.world import ANY, CODES, ENTITIES, FIELDS, TEXT, check, scope
from tests.yardstick import in_time

#: CPU seconds that one text may take.
_QUICK = 0.05
_WORDS = (
    "n1", "m1", "t1", "lines", "sum", "(", ")", "[", "]", ",", ".", "==", "=", "in", "not", "for", "r", "if", "else", "and", '"a"', "'",
    "1", "1.5", "0x", "客户", "lambda", "*", "**", "\\", "\ud800", "\0", " ", "\n", ":=", "{", "}", "f'a'", "😀", "matches", "lookup",
    "\u200b", "\u202e", "\u2028", "\ufeff", "ｎ１", "e\u0301", "ᵢf", "ﬁ", "\x1b", "\x7f", "'''", "#", ";", "@", "`", "$", "~", "?", "!=",
    "is", "await", "yield", "None", "True", "\r\n", "\t", "\f", "..", "...", "1_0", "1e9", "0777", "__", "_a", "%", "//", "is_missing",
)  # fmt: skip
#: Names near to each other, in an entity as large as they come.
_LARGE = Scope(FORM, {f"field_number_{n}": TEXT for n in range(300)} | FIELDS, ENTITIES)
_CODES = Scope(FORM, {"c": ValueType("choice", codes=tuple(f"code_number_{n}" for n in range(200)))})


def _judge(source: str, within: Scope | None = None) -> float:
    """The CPU seconds of a check whose findings lie inside the text."""
    started = time.process_time()
    expression, findings = check(source, scope=within or scope(ANY))
    taken = time.process_time() - started
    assert (expression is None) == any(f.severity == "error" for f in findings), source
    assert all(1 <= f.span.column <= f.span.end_column <= len(source) + 1 for f in findings), (source, findings)
    assert len(findings) <= 100
    return taken


def _texts(seed: int, count: int) -> list[str]:
    generator, maker = random.Random(seed), Generator(seed)
    texts = []
    for number in range(count):
        match number % 5:
            case 0:
                texts.append(
                    "".join(
                        chr(generator.choice((generator.randrange(32, 127), generator.randrange(0x3000))))
                        for _ in range(generator.randrange(60))
                    )
                )
            case 1:
                texts.append(" ".join(generator.choice(_WORDS) for _ in range(generator.randrange(40))))
            case 2:
                texts.append("".join(generator.choice(_WORDS) for _ in range(generator.randrange(60))))
            case 3:
                texts.append(generator.randbytes(generator.randrange(300)).decode("utf-8", "surrogateescape"))
            case _:
                whole = maker.expression(3)
                cut = generator.randrange(len(whole) + 1)
                texts.append(whole[:cut] + generator.choice(_WORDS) + whole[cut + generator.randrange(4) :])
    return texts  # fmt: skip


def test_no_text_makes_the_checker_fail() -> None:
    """Random bytes, characters, words and mangled expressions give findings inside the text, never an exception, and quickly."""
    slow = [source for source in _texts(5, 6000) if _judge(source) > _QUICK and not in_time(_judge(source), _QUICK)]

    assert [] == slow


@pytest.mark.parametrize(
    "source",
    [
        "-" * 1999, "not " * 400, "(" * 1000, "(" * 31 + "n1" + ")" * 31, "[" * 500, "n1" + " + n1" * 300, "n1 " + "and n1 " * 400,
        "a." * 900 + "a", "f(" * 600, "'" * 1999, "n1 if b1 else " * 140 + "n1", "x" * 2001, "abs(" * 31 + "n1" + ")" * 31, "{" * 1999,
        "[[" * 300 + "]]" * 300, "sum(" * 100 + "lines" + ")" * 100, "1" * 1999, "0." + "1" * 1990, "≠" * 1999,
        "=" * 1999, "n1 = " * 390 + "n1", "," * 1999, ")" * 1999, "t1 == '" + "\\q" * 900 + "'", "\ud800" * 1999, "\u202e" * 1999,
    ],
)  # fmt: skip
def test_hostile_depth_and_length_are_refused(source: str) -> None:
    """Nothing that is too long or too deep reaches a parser that it could kill."""
    assert in_time(min(_judge(source) for _ in range(2)), _QUICK)
    assert check(source)[0] is None


@pytest.mark.parametrize(
    ("source", "within"),
    [
        (" and ".join(f"field_nunber_{n}" for n in range(100)), _LARGE),
        ("concat(" + ",".join(f"feld_number_{n}" for n in range(120)) + ")", _LARGE),
        ("c in [" + ",".join(f"'code_nunber_{n}'" for n in range(100)) + "]", _CODES),
        ("concat(" + ",".join(f"rond{n}(1)" for n in range(180)) + ")", None),
        (" or ".join(["matches(t1, '(a{20}){20}')"] * 60), None),
        (" or ".join(["matches(t1, '((a{20}){20}){20}')"] * 55), None),
        ("round(" * 28 + "e8" + ", 2)" * 28, None),
        (" < ".join(["n1"] * 240), None),
        ("*".join(["e8"] * 39), None),
        ("/".join(["0.0000000000000001"] * 39), None),
        ("o1 in [" + ",".join(f"'{CODES[n % 4]}'" for n in range(200)) + "]", None),
    ],
)
def test_the_largest_expressions_are_checked_quickly(source: str, within: Scope | None) -> None:
    """Many wrong names in a large entity, patterns that explode, and the longest chains take no time worth speaking of."""
    assert len(source) <= 2000
    assert in_time(min(_judge(source, within) for _ in range(2)), _QUICK)


def test_the_limits_are_those_of_the_language() -> None:
    """2,000 characters, 30 brackets, 500 parts, depth 40, 3 steps, 200 items: at the limit yes, one more no."""
    for fits, too_much in (
        ("t1 == '" + "x" * 1992 + "'", "t1 == '" + "x" * 1993 + "'"),
        ("(" * 30 + "n1" + ")" * 30, "(" * 31 + "n1" + ")" * 31),
        (" + ".join(["n1"] * 40), " + ".join(["n1"] * 41)),
        ("n1 in [" + ",".join(["1"] * 200) + "]", "n1 in [" + ",".join(["1"] * 201) + "]"),
        ("other.peer.peer.name == t1", "other.peer.peer.peer.name == t1"),
        ("concat(" + ",".join(["t1"] * 498) + ")", "concat(" + ",".join(["t1"] * 499) + ")"),
        ("n1 == " + "9" * 22, "n1 == " + "9" * 23),
        ("n1 == 0." + "1" * 16, "n1 == 0." + "1" * 17),
    ):
        assert check(fits)[0] is not None, (fits, check(fits)[1])
        assert {"X001", "X004"} & {finding.code for finding in check(too_much)[1]}, too_much


def test_a_number_is_read_from_its_text() -> None:
    """A decimal literal is exact: Python's parser would make it binary."""
    expression, _ = check("12345678901234567.89")

    assert expression is not None
    assert Decimal("12345678901234567.89") == getattr(expression.tree, "value", None)

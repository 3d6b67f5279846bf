"""Random well-typed expressions as text, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.expr.world import CODES

#: Characters that languages treat differently.
LETTERS = "abAB 张é😀%_\\'\"ßİΣ｡\u3000\t\u0301"
_LITERALS = (
    "0",
    "1",
    "2",
    "3",
    "0.5",
    "2.5",
    "1.25",
    "7",
    "100",
    "12",
    "0.0000000000000001",
    "9999999999999999999999",
    "1200",
    "999999999999999",
    "0.01",
    "31",
    "600",
)
_DATES = (
    "date(2025, 2, 28)",
    "date(2024, 2, 29)",
    "date(2025, 1, 31)",
    "date(1, 1, 1)",
    "date(9999, 12, 31)",
    "today()",
    "business_date()",
    "param.p_day",
    "date(2025, 13, 1)",
)

_PATTERNS = ('"[0-9]+"', '"a.*"', '"(a|b){1,2}"', '"\\\\w*"', '"[^a-z]+"', '"[张é😀]?.?"', '"1?2\\\\.5|clerk"')
#: Between the values that a column can have, or at them: where a constant is moved to the column's own representation.
_NEAR = ("2.5", "-1.5", "0.005", "-2", "1.255", "-0.00000001", "3", "999999999999999.5", "9999999999999999.99")
_CURRENCIES = ('"USD"', '"CNY"', '"EUR"', '"JPY"', "t1")


class Generator:
    """Makes expressions of a wanted type and depth."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.loop: str | None = None

    def expression(self, depth: int) -> str:
        """An expression of any type."""
        return getattr(self, self.random.choice(("number", "number", "boolean", "boolean", "boolean", "text", "date", "choice")))(
            depth
        )

    def _pick(self, *options: str) -> str:
        return self.random.choice(options)

    def _choose(self, *options: Callable[[], str]) -> str:
        return self.random.choice(options)()

    def _grouped(self, text: str) -> str:
        # Sometimes without brackets, so that precedence is tested; what then has no type is thrown away.
        return f"({text})" if self.random.random() < 0.8 else text

    def _row(self, *names: str) -> str | None:
        return f"{self.loop}.{self._pick(*names)}" if self.loop and self.random.random() < 0.5 else None

    def number(self, depth: int) -> str:
        """A number."""
        if depth <= 0:
            return self._row("q", "a") or self._choose(
                lambda: self._pick("n1", "n2", "m1", "m2", "r1", "e8"),
                lambda: self._pick(*_LITERALS),
                lambda: self._pick("param.p_number", "other.credit", "None", "-1", "n1", "m1"),
            )
        n, d, t = (lambda: self.number(depth - 1)), (lambda: self.date(depth - 1)), (lambda: self.text(depth - 1))
        return self._choose(
            lambda: self._grouped(f"{n()} {self._pick('+', '-', '*', '+', '-')} {n()}"),
            lambda: self._grouped(f"{n()} {self._pick('/', '//', '%')} {n()}"),
            lambda: f"-{n()}",
            lambda: f"{self._pick('round', 'round_even', 'round_up', 'round_down')}({n()}, {self.random.randint(-4, 8)})",
            lambda: f"{self._pick('abs', 'floor', 'ceil', 'round')}({n()})",
            lambda: f"{self._pick('min', 'max', 'coalesce')}({n()}, {n()})",
            lambda: self._grouped(f"{n()} if {self.boolean(depth - 1)} else {n()}"),
            lambda: f"len({self._pick('s1', 's2') if self.random.random() < 0.3 else t()})",
            lambda: f"number({t()})",
            lambda: f"{self._pick('year', 'month', 'day', 'weekday')}({d()})",
            lambda: f"{self._pick('months_between', 'years_between')}({d()}, {d()})",
            lambda: self._grouped(f"{self._pick('d1', 'd2', 'today()')} - {d()}"),
            lambda: f"business_days_between({self._near()}, {self._pick('today()', d())})",
            lambda: f"in_base({n()}, {self._pick(*_CURRENCIES)}, {self._near()})",
            lambda: f"hours_between({self.instant()}, {self.instant()})",
            lambda: f"rank({self._pick('o1', 'o2')})",
            lambda: f"annuity({n()}, {self._pick('0.0036', 'r1 / 1200', '0', n())}, {self._pick('12', '24', 'n1', '600')})",
            lambda: self.aggregate(depth, "number"),
        )

    def text(self, depth: int) -> str:
        """A text."""
        if depth <= 0:
            return self._row("t") or self._choose(
                lambda: self._pick("t1", "t2"),
                self.text_literal,
                lambda: self._pick("other.name", "param.p_text", "None", "t1", "user.name"),
            )
        t, n = (lambda: self.text(depth - 1)), (lambda: self.number(depth - 1))
        return self._choose(
            lambda: f"{self._pick('lower', 'upper', 'trim')}({t()})",
            lambda: f"concat({t()}, {t()})",
            lambda: f"{self._pick('left', 'right')}({t()}, {self._pick('1', '2', n())})",
            lambda: f"mid({t()}, {self._pick('0', '1', '2', n())}, {self._pick('1', '2', n())})",
            lambda: f"replace({t()}, {t()}, {t()})",
            lambda: f"text({self._choose(n, lambda: self.date(depth - 1), lambda: self._pick('c1', 'o1'))})",
            lambda: f"{self._pick('min', 'max', 'coalesce')}({t()}, {t()})",
            lambda: self._grouped(f"{t()} if {self.boolean(depth - 1)} else {t()}"),
            lambda: self.aggregate(depth, "text"),
        )

    def text_literal(self) -> str:
        """A text literal, sometimes empty."""
        text = "".join(self.random.choice(LETTERS) for _ in range(self.random.randint(0, 3)))
        if self.random.random() < 0.2:
            text = self._pick("12.5", "-3", "007", "1e3", "A", "head", "1.", "｡", "😀")
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'

    def date(self, depth: int) -> str:
        """A day."""
        if depth <= 0:
            return self._row("d") or self._choose(
                lambda: self._pick("d1", "d2"),
                lambda: self._pick(*_DATES),
                lambda: self._pick("other.born", "created_on", "None", "d1"),
            )
        d, n = (lambda: self.date(depth - 1)), (lambda: self.number(depth - 1))
        return self._choose(
            lambda: self._grouped(
                f"{self._pick('d1', 'd2', 'created_on', 'today()')} {self._pick('+', '-')} {self._pick('1', '30', 'n1', n())}"
            ),
            lambda: f"add_months({d()}, {self._pick('1', '12', '-1', n())})",
            lambda: f"month_end({d()})",
            lambda: f"add_business_days({self._near()}, {self._pick('1', '-1', '0', '10', 'n1', n())})",
            lambda: f"date_of({self.instant()})",
            lambda: f"date({self._pick('2024', '2025', n())}, {self._pick('2', '12', n())}, {self._pick('28', '29', '31', n())})",
            lambda: f"{self._pick('min', 'max', 'coalesce')}({d()}, {d()})",
            lambda: self._grouped(f"{d()} if {self.boolean(depth - 1)} else {d()}"),
            lambda: self.aggregate(depth, "date"),
        )

    def _near(self) -> str:
        """A day that the table of business days may hold."""
        return self._pick("d1", "d2", "today()", "date(2025, 3, 29)", "created_on", "business_date() + 1")

    def instant(self) -> str:
        """An instant."""
        return self._pick("z1", "z2", "now()", "created_at", "coalesce(z1, z2)", "max(z1, z2, now())")

    def choice(self, depth: int) -> str:
        """A choice."""
        if depth <= 0:
            return self._row("k") or self._pick("c1", "c2")
        return self._choose(
            lambda: self._grouped(f"{self.choice(0)} if {self.boolean(depth - 1)} else {self._code()}"),
            lambda: f"coalesce({self.choice(0)}, {self._code()})",
        )

    def _code(self) -> str:
        return '"' + self.random.choice(CODES) + '"'

    def boolean(self, depth: int) -> str:
        """A condition."""
        if depth <= 0:
            return self._row("b") or self._choose(
                lambda: self._pick("b1", "b2", "other.flag"),
                lambda: self._pick("True", "False", "None", "b1", 'has_role("clerk")'),
                lambda: f"{self._pick('n1', 'm1', 'e8')} {self._sign()} {self._pick(*_LITERALS)}",
            )
        n, t, d, b = (
            (lambda: self.number(depth - 1)),
            (lambda: self.text(depth - 1)),
            (lambda: self.date(depth - 1)),
            (lambda: self.boolean(depth - 1)),
        )
        return self._choose(
            lambda: self._grouped(f"{n()} {self._sign()} {n()}"),
            lambda: self._grouped(
                f"{self._pick('n1', 'm1', 'e8', 'm2')} {self._choose(self._sign, self._equality)} {self._pick(*_NEAR)}"
            ),
            lambda: self._grouped(f"{n()} {self._equality()} {n()}"),
            lambda: self._grouped(f"{t()} {self._sign()} {t()}"),
            lambda: self._grouped(f"{t()} {self._equality()} {t()}"),
            lambda: self._grouped(f"{d()} {self._sign()} {d()}"),
            lambda: self._grouped(f"{d()} {self._equality()} {d()}"),
            lambda: self._grouped(f"created_on {self._choose(self._sign, self._equality)} {d()}"),
            lambda: self._grouped(f"{n()} {self._pick('<', '<=')} {n()} {self._pick('<', '<=')} {n()}"),
            lambda: self._grouped(f"{self.instant()} {self._choose(self._sign, self._equality)} {self.instant()}"),
            lambda: self._grouped(f"{self.choice(depth - 1)} {self._equality()} {self._pick(self._code(), 'c1', 'None')}"),
            lambda: self._grouped(
                f"{self._pick('o1', 'o2')} {self._choose(self._sign, self._equality)} {self._pick(self._code(), 'o1', 'o2')}"
            ),
            lambda: self._grouped(f"{self._pick('s1', 's2')} {self._equality()} {self._pick('s1', 's2', 'None')}"),
            lambda: self._grouped(f"{self._pick(self._code(), 'c1')} {self._inside()} {self._pick('s1', 's2')}"),
            lambda: self._grouped(f"{n()} {self._inside()} [{self._items(n)}]"),
            lambda: self._grouped(f"{t()} {self._inside()} [{self._items(t)}]"),
            lambda: self._grouped(f"{self._pick('c1', 'o1')} {self._inside()} [{self._items(self._code)}]"),
            lambda: self._grouped(f"unit.path {self._inside()} user.branch_tree"),
            lambda: self._grouped(f"unit {self._equality()} {self._pick('user.branch', 'None')}"),
            lambda: self._grouped(f"t1 {self._inside()} user.roles"),
            lambda: self._grouped(f"{b()} {self._pick('and', 'or')} {b()}"),
            lambda: self._grouped(f"not {b()}"),
            lambda: self._grouped(f"{b()} {self._equality()} {b()}"),
            lambda: f"is_missing({self._choose(n, t, d, b, lambda: self._pick('s1', 'unit', 'c1'))})",
            lambda: f"{self._pick('contains', 'starts_with', 'ends_with')}({t()}, {t()})",
            lambda: self._grouped(f"{b()} if {b()} else {b()}"),
            lambda: f"coalesce({self._pick('b1', 'b2')}, {b()})",
            lambda: f"is_business_day({self._pick(self._near(), d())})",
            lambda: f"matches({t()}, {self._pick(*_PATTERNS)})",
            lambda: f"changed({self._pick('n1', 't1', 'd1', 's1', 'c1')})",
            lambda: self._grouped(
                f"{self._pick('n1', 'm1')} {self._choose(self._sign, self._equality)} old.{self._pick('n1', 'm1')}"
            ),
            lambda: self.aggregate(depth, "boolean"),
        )

    def _sign(self) -> str:
        return self._pick("<", "<=", ">", ">=")

    def _equality(self) -> str:
        return self._pick("==", "!=")

    def _inside(self) -> str:
        return self._pick("in", "not in")

    def _items(self, make: Callable[[], str]) -> str:
        return ", ".join(make() if self.random.random() < 0.8 else "None" for _ in range(self.random.randint(0, 3)))

    def aggregate(self, depth: int, type: str) -> str:
        """An aggregate over the lines; inside another one, just a field."""
        if self.loop is not None:
            return {"number": "r.q", "text": "r.t", "date": "r.d", "boolean": "r.b"}[type]
        if type == "number" and self.random.random() < 0.3:
            return self._pick("count(lines)", "sum(lines.a)", "avg(lines.q)", "max(lines.a)", "min(lines.q)")
        self.loop = "r"
        try:
            functions = {
                "number": ("sum", "avg", "min", "max", "count"),
                "text": ("min", "max"),
                "date": ("min", "max"),
                "boolean": ("any", "all"),
            }[type]
            inner = getattr(self, type)(depth - 1)
            condition = f" if {self.boolean(depth - 1)}" if self.random.random() < 0.6 else ""
            return f"{self._pick(*functions)}({inner} for r in lines{condition})"
        finally:
            self.loop = None

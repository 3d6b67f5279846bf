"""Random worlds to evaluate expressions over, from a seed: values near the edges, a quarter of them missing."""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from forms_dsl.expr.calendars import BusinessDays, Rates
from forms_dsl.expr.facts import Facts
from tests.expr.generator import LETTERS
from tests.expr.world import CODES, ZONE, Record, World


class Worlds:
    """Makes random worlds."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def world(self, size: int = 12) -> World:
        """A world of some records."""
        paths = ("/HO/", "/HO/CX/", "/HO/CX/01/", "/HO/CXB/", "/HP/")
        units = tuple({"id": f"u{n}", "name": f"unit {n}", "path": path} for n, path in enumerate(paths))
        others: list[Record] = []
        for n in range(4):
            others.append(
                {
                    "id": f"o{n}",
                    "name": self._text(),
                    "born": self._date(),
                    "credit": self._money(2),
                    "flag": self._flag(),
                    "peer": self._maybe(f"o{self.random.randrange(4)}"),
                }
            )
        records = tuple(self._record(n) for n in range(size))
        branch = self._maybe(self.random.choice(units)["id"])
        user = {
            "id": "p1",
            "name": self._text(),
            "branch": branch,
            "branch_tree": self._maybe(self.random.choice(paths)),
            "roles": self.random.choice([("clerk",), ("head", "ab"), ()]),
        }
        param = {"p_number": self._money(2), "p_day": self._date(), "p_text": self._text()}
        now = self._instant() or dt.datetime(2025, 3, 31, 16, 30, tzinfo=dt.UTC)
        flags = "".join("0" if n % 7 in (1, 2) or self.random.random() < 0.1 else "1" for n in range(800))
        rates = {
            name: ((dt.date(2024, 1, 1), Decimal("7.25")), (dt.date(2025, 3, 31), Decimal("7.3"))) for name in ("USD", "JPY")
        }
        context = Facts(
            old=self._record(99) if self.random.random() < 0.7 else {},
            calendar=BusinessDays(dt.date(2024, 3, 1), flags) if self.random.random() < 0.9 else None,
            rates=Rates("CNY", rates) if self.random.random() < 0.9 else None,
            user=user,
            param=param,
            today=dt.date(2025, 3, 31),
            now=now,
            business_date=dt.date(2025, 3, 28),
            timezone=ZoneInfo(ZONE),
        )
        return World(records, tuple(others), units, context)

    def _record(self, n: int) -> Record:
        lines = [
            {"k": self._code(), "q": self._whole(), "a": self._money(2), "t": self._text(), "d": self._date(), "b": self._flag()}
            for _ in range(self.random.randint(0, 3))
        ]
        return {
            "id": f"r{n:02}", "n1": self._whole(), "n2": self._whole(), "m1": self._money(2), "m2": self._money(2), "r1": self._money(6),
            "e8": self._money(8), "t1": self._text(), "t2": self._text(), "b1": self._flag(), "b2": self._flag(), "d1": self._date(),
            "d2": self._date(), "z1": self._instant(), "z2": self._instant(), "c1": self._code(), "c2": self._code(), "o1": self._code(),
            "o2": self._code(), "s1": self._set(), "s2": self._set(), "other": self._maybe(f"o{self.random.randrange(5)}"),
            "unit": self._maybe(f"u{self.random.randrange(5)}"), "lines": lines, "created_at": self._instant(),
        }  # fmt: skip

    def _maybe(self, value: Any) -> Any:
        return None if self.random.random() < 0.25 else value

    def _whole(self) -> int | None:
        return self._maybe(
            self.random.choice(
                (self.random.randint(-3, 3), self.random.randint(-100, 100), self.random.randint(-(10**15) + 1, 10**15 - 1))
            )
        )

    def _money(self, scale: int) -> Decimal | None:
        small = Decimal(self.random.randint(-40, 40)) / 4
        quarter = small.quantize(Decimal(1).scaleb(-scale))
        large = Decimal(self.random.randint(-(10**18) + 1, 10**18 - 1)).scaleb(-scale)
        last = Decimal(10**18 - 1).scaleb(-scale)
        return self._maybe(
            self.random.choice(
                (quarter, quarter, Decimal(self.random.randint(-(10**6), 10**6)).scaleb(-scale), large, last, -last)
            )
        )

    def _text(self) -> str | None:
        text = "".join(self.random.choice(LETTERS) for _ in range(self.random.randint(0, 4)))
        return self._maybe(
            unicodedata.normalize("NFC", self.random.choice((text, text, "12.5", "ab", "A", "clerk", "｡", "😀a"))) or None
        )

    def _flag(self) -> bool | None:
        return self._maybe(self.random.random() < 0.5)

    def _date(self) -> dt.date | None:
        near = dt.date(2025, 3, 31) + dt.timedelta(self.random.randint(-400, 400))
        anywhere = dt.date.fromordinal(self.random.randint(1, dt.date.max.toordinal()))
        return self._maybe(
            self.random.choice(
                (near, near, anywhere, dt.date(2024, 2, 29), dt.date(2025, 1, 31), dt.date.min, dt.date.max, dt.date(2025, 3, 31))
            )
        )

    def _instant(self) -> dt.datetime | None:
        near = dt.datetime(2025, 3, 31, 15, 59, 59, 999000, tzinfo=dt.UTC) + dt.timedelta(milliseconds=self.random.randint(-2, 2))
        any_time = near + dt.timedelta(seconds=self.random.randint(-(10**7), 10**7))
        ends = (
            dt.datetime(1, 1, 1, tzinfo=dt.UTC),
            dt.datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=dt.UTC),
            dt.datetime(1987, 7, 1, 12, tzinfo=dt.UTC),
        )
        return self._maybe(self.random.choice((near, any_time, any_time, self.random.choice(ends))))

    def _code(self) -> str | None:
        return self._maybe(self.random.choice(CODES))

    def _set(self) -> tuple[str, ...] | None:
        return self._maybe(tuple(self.random.sample(CODES, self.random.randint(1, 3))))

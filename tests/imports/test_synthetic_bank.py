"""The bank that the product ships is invented, the same for the same seed, and without a fault."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from stdnum.cn import ric

from builder.synthetic_bank import DISTRICTS, last_inflow_days, make_bank, write_bank
from runtime.commands.import_mapping import read_mapping
from runtime.commands.import_records import Request, import_file
from tests.imports.conftest import Desk
from tests.shipped_bank import FOLDER

TODAY = dt.date(2026, 11, 24)


def test_a_seed_makes_the_same_bank(tmp_path: Path) -> None:
    """The same seed and day give the same bytes, another seed other people."""
    for name in ("a", "b"):
        write_bank(tmp_path / name, TODAY)
    write_bank(tmp_path / "c", TODAY, seed=8)

    def texts(name: str) -> list[bytes]:
        return [file.read_bytes() for file in sorted((tmp_path / name).iterdir())]

    assert texts("a") == texts("b") != texts("c")


def test_identity_numbers_are_valid_and_belong_to_the_person() -> None:
    """Check digit, day of birth, sex and district of every identity number are right, and none stands twice."""
    customers = make_bank(TODAY)["customers.csv"]
    numbers = [str(row["id_no"]) for row in customers]

    assert len(numbers) == len(set(numbers)) == 360
    for row, number in zip(customers, numbers, strict=True):
        assert number[-1] == ric.calc_check_digit(number)
        assert row["birth_date"] == f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        assert row["sex"] == ("male" if int(number[16]) % 2 else "female")
        assert row["district"] == number[:6]


def test_every_branch_has_its_customers() -> None:
    """Each of the four branches has customers, accounts and loans to show."""
    files = make_bank(TODAY)
    for name in ("customers.csv", "accounts.csv", "loans.csv"):
        counts = Counter(row["branch"] for row in files[name])
        assert {district[5] for district in DISTRICTS} == set(counts)
        assert min(counts.values()) >= 20


def test_both_sides_of_the_early_warning_are_there() -> None:
    """Plain counting finds accounts with a last inflow 45 days ago and more, 44 days ago, and none at all."""
    files = make_bank(TODAY)
    last: dict[object, dt.date] = {}
    for row in files["transactions.csv"]:
        if row["direction"] == "credit" and row["purpose"] != "interest":
            booked = dt.date.fromisoformat(str(row["booked_on"]))
            last[row["account"]] = max(booked, last.get(row["account"], booked))
    days = Counter((TODAY - booked).days for booked in last.values())

    assert sum(n for d, n in days.items() if d >= 45) == sum(
        (last_inflow_days(n) or 0) >= 45 for n in range(1, len(files["accounts.csv"]) + 1)
    )
    assert days[45] > 5 and days[44] > 5
    assert len(files["accounts.csv"]) - len(last) > 5


@pytest.mark.parametrize("day", [TODAY, dt.date(2028, 2, 29)])
def test_the_shipped_bank_is_imported_without_a_fault(desk: Desk, day: dt.date) -> None:
    """The shipped mapping takes every row, on leap days too, and again without a change."""
    written = write_bank(desk.folder / "bank", day)
    mapping = FOLDER / "imports" / "synthetic.yaml"
    apps = {name: live.app for name, live in desk.bank.releases.current().items()}
    request = Request(read_mapping(mapping.name, mapping.read_text(), apps), desk.folder / "bank", desk.folder / "rejects")
    first = import_file(desk.database, desk.context(), request)
    second = import_file(desk.database, desk.context(), request)

    assert written == {result.file: result.created for result in first}
    assert written == {result.file: result.unchanged for result in second}

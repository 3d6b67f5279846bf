"""A small bank of invented people, made by a seed: what `make run` shows and what tests count.

The same seed and day give the same files. Nobody in it exists; the identity numbers only have right check digits.
Some accounts have had no inflow for 45 days and more, some for 44 days and some never: each side of the early warning.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Code, name, unemployment in hundredths of a percent, average monthly salary, inhabitants, branch.
DISTRICTS: tuple[tuple[str, str, int, int, int, str], ...] = (
    ("330102", "上城区", 214, 11830, 1_371_000, "CX"),
    ("330105", "拱墅区", 231, 11260, 1_174_000, "CX"),
    ("330106", "西湖区", 196, 12470, 1_163_000, "CX"),
    ("330108", "滨江区", 158, 15320, 535_000, "BJ"),
    ("330111", "富阳区", 262, 9180, 841_000, "BJ"),
    ("330109", "萧山区", 227, 10240, 2_073_000, "XS"),
    ("330114", "钱塘区", 205, 10890, 799_000, "XS"),
    ("330110", "余杭区", 171, 13650, 1_289_000, "YH"),
    ("330113", "临平区", 218, 10430, 1_101_000, "YH"),
    ("330112", "临安区", 275, 8740, 646_000, "YH"),
)
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈"
_GIVEN = {
    "female": "敏静丽婷雪梅芳娜秀英慧颖佳琪欣怡雅琴玉兰思涵梦瑶晓燕春红",
    "male": "伟强磊军勇杰涛明超鹏建国志宏文斌子轩浩然俊峰天宇家豪振华立新",
}
_EMPLOYERS = (
    "杭州钱江纺织有限公司",
    "西湖区教育局",
    "萧山机场服务公司",
    "滨江软件园物业",
    "余杭区人民医院",
    "自由职业",
    "临平家纺市场",
    "浙江茶叶集团",
)
_BANKS = ("ICBC", "ABC", "CCB", "BOCOM", "CMB", "PSBC")
_LEVELS = ("1", "1", "1", "1", "1", "2", "2", "3", "4")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

Row = Mapping[str, object]


@dataclass(slots=True)
class _Bank:
    dice: random.Random
    as_of: dt.date
    files: dict[str, list[Row]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, file: str, row: Row) -> Row:
        self.files.setdefault(file, []).append(row)
        return row

    def number(self, kind: str, first: int) -> int:
        self.numbers[kind] = self.numbers.get(kind, first - 1) + 1
        return self.numbers[kind]

    def ago(self, days: int) -> dt.date:
        return self.as_of - dt.timedelta(days=days)


def write_bank(folder: Path, as_of: dt.date, *, seed: int = 7, customers: int = 360) -> dict[str, int]:
    """Write the files of a bank as of a day into a folder; returns the rows of each file."""
    folder.mkdir(parents=True, exist_ok=True)
    files = make_bank(as_of, seed=seed, customers=customers)
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return {name: len(rows) for name, rows in files.items()}


def make_bank(as_of: dt.date, *, seed: int = 7, customers: int = 360) -> dict[str, Sequence[Row]]:
    """The rows of a bank by file name, in the order in which they are imported."""
    bank = _Bank(random.Random(seed), as_of)  # noqa: S311 - invented data, no secret
    for code, name, unemployment, salary, inhabitants, _ in DISTRICTS:
        bank.add(
            "districts.csv",
            {
                "code": code,
                "name": name,
                "region": "杭州",
                "inhabitants": inhabitants,
                "average_salary": _money(salary * 100),
                "unemployment": _money(unemployment),
            },
        )
    for position in range(customers):
        _add_customer(bank, position)
    order = ("districts", "customers", "accounts", "holders", "orders", "loans", "cards", "transactions")
    return {f"{name}.csv": bank.files[f"{name}.csv"] for name in order}


def identity_number(district: str, birth: dt.date, sequence: int) -> str:
    """An identity number of 18 characters with its check digit (GB 11643)."""
    body = f"{district}{birth:%Y%m%d}{sequence:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


def _add_customer(bank: _Bank, position: int) -> None:
    dice = bank.dice
    district = DISTRICTS[position % len(DISTRICTS)]
    sex = dice.choice(("female", "male"))
    birth = bank.ago(365 * dice.randint(20, 72) + dice.randint(0, 364))
    sequence = position // len(DISTRICTS) * 2 % 900 + (0 if sex == "female" else 1)
    customer = bank.add(
        "customers.csv",
        {
            "customer_no": f"C{bank.number('customer', 100001)}",
            "full_name": dice.choice(_SURNAMES) + "".join(dice.sample(_GIVEN[sex], dice.choice((1, 2, 2)))),
            "sex": sex,
            "birth_date": birth.isoformat(),
            "id_no": identity_number(district[0], birth, sequence),
            "mobile": f"1{dice.choice('356789')}{dice.randint(0, 999_999_999):09d}",
            "district": district[0],
            "branch": district[5],
            "level": dice.choice(_LEVELS),
            "lifecycle": dice.choice(("02", "03", "03", "04", "04", "04", "05")),
            "employer": dice.choice(_EMPLOYERS),
            "monthly_income": _money(dice.randint(50, 420) * 100_00),
            "opened_on": bank.ago(dice.randint(200, 4000)).isoformat(),
            "marketing_consent": dice.choice(("true", "true", "false")),
        },
    )
    for _ in range(dice.choice((1, 1, 1, 1, 2))):
        _add_account(bank, customer, district)


def _add_account(bank: _Bank, customer: Row, district: tuple[str, str, int, int, int, str]) -> None:
    dice, number = bank.dice, bank.number("account", 1)
    account = bank.add(
        "accounts.csv",
        {
            "account_no": f"6217{330100:06d}{number:08d}",
            "customer": customer["customer_no"],
            "branch": district[5],
            "district": district[0],
            "statement": dice.choice(("monthly", "monthly", "weekly", "after_transaction")),
            "opened_on": bank.ago(dice.randint(190, 3000)).isoformat(),
            "status": "closed" if number % 53 == 0 else "active",
        },
    )
    _add_holder(bank, account, customer, "owner")
    others = bank.files["customers.csv"]
    if number % 6 == 0 and len(others) > 1:
        _add_holder(bank, account, others[dice.randrange(len(others) - 1)], "disponent")
    if number % 3 == 0:
        _add_loan(bank, account, customer, district[5])
    if number % 2 == 0:
        _add_card(bank, account, customer)
    for _ in range(dice.choice((0, 0, 1, 2))):
        _add_order(bank, account)
    _add_transactions(bank, account, number)


def _add_holder(bank: _Bank, account: Row, customer: Row, role: str) -> None:
    row = {"holder_no": f"H{bank.number('holder', 1):06d}", "account": account["account_no"], "customer": customer["customer_no"]}
    bank.add("holders.csv", {**row, "role": role})


def _add_loan(bank: _Bank, account: Row, customer: Row, branch: str) -> None:
    dice = bank.dice
    term = dice.choice((12, 24, 36, 48, 60))
    amount = dice.randint(20, 480) * 1000_00
    granted = bank.ago(dice.randint(30, 1500))
    ended = (bank.as_of - granted).days > term * 30
    row = {
        "loan_no": f"J{granted:%Y}{bank.number('loan', 1):06d}",
        "account": account["account_no"],
        "customer": customer["customer_no"],
        "branch": branch,
        "granted_on": granted.isoformat(),
        "amount": _money(amount),
        "term": term,
        # Principal in equal parts and a plain twentieth of it for interest: near enough for an invented loan.
        "payment": _money((amount * 105 // 100) // term),
        "status": dice.choice(("closed", "closed", "closed", "closed_owing") if ended else ("running",) * 7 + ("overdue",)),
    }
    bank.add("loans.csv", row)


def _add_card(bank: _Bank, account: Row, customer: Row) -> None:
    dice = bank.dice
    row = {
        "card_no": f"K{bank.number('card', 1):06d}",
        "account": account["account_no"],
        "customer": customer["customer_no"],
        "kind": dice.choice(("classic", "classic", "classic", "junior", "gold")),
        "issued_on": bank.ago(dice.randint(10, 900)).isoformat(),
    }
    bank.add("cards.csv", row)


def _add_order(bank: _Bank, account: Row) -> None:
    dice = bank.dice
    row = {
        "order_no": f"D{bank.number('order', 1):06d}",
        "account": account["account_no"],
        "bank_to": dice.choice(_BANKS),
        "account_to": str(dice.randint(10**15, 10**16 - 1)),
        "amount": _money(dice.randint(50, 3000) * 100),
        "purpose": dice.choice(("household", "household", "insurance", "loan", "leasing")),
    }
    bank.add("orders.csv", row)


def last_inflow_days(number: int) -> int | None:
    """How many days before the bank's day an account had its last inflow; None for one that never had any."""
    match number % 24:
        case 5:
            return 60 + number % 40
        case 11:
            return 45
        case 17:
            return 44
        case 23:
            return None
        case _:
            return number % 28


def _add_transactions(bank: _Bank, account: Row, number: int) -> None:
    dice, last = bank.dice, last_inflow_days(number)
    moves: list[tuple[int, str, str, int, str]] = []
    if last is not None:
        salary = dice.randint(45, 240) * 100_00
        moves += [(last + 30 * month, "credit", dice.choice(("transfer_in", "cash_in")), salary, "") for month in range(5)]
    moves += [
        (dice.randint(0, 150), "debit", dice.choice(("cash_out", "card_out")), dice.randint(1, 40) * 50_00, "") for _ in range(6)
    ]
    moves += [(3 + 30 * month, "debit", "transfer_out", dice.randint(80, 400) * 100, "household") for month in range(4)]
    moves += [(20 + 90 * quarter, "credit", "", dice.randint(1, 60) * 37, "interest") for quarter in range(2)]
    balance = dice.randint(20, 400) * 1000_00
    for days, direction, operation, cents, purpose in sorted(moves, reverse=True):
        balance += cents if direction == "credit" else -cents
        other = operation in {"transfer_in", "transfer_out"}
        row = {
            "transaction_no": f"T{bank.number('transaction', 1):08d}",
            "account": account["account_no"],
            "booked_on": bank.ago(days).isoformat(),
            "direction": direction,
            "operation": operation,
            "amount": _money(cents),
            "balance_after": _money(balance),
            "purpose": purpose,
            "counterparty_bank": dice.choice(_BANKS) if other else "",
            "counterparty_account": str(dice.randint(10**15, 10**16 - 1)) if other else "",
        }
        bank.add("transactions.csv", row)


def _money(cents: int) -> str:
    """An amount in hundredths as text."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"

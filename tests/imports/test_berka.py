"""The Berka bank (PKDD'99) through the shipped mapping, compared with plain counting over the raw files.

The data are not in the repository. They are looked for in QIQIAO_TEST_DATA, else in `../shared/data` beside it.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.commands.import_mapping import read_mapping
from runtime.commands.import_records import Request, import_file
from runtime.store.tables import audit_event, import_reject
from tests import real_data
from tests.imports.conftest import Desk
from tests.shipped_bank import FOLDER

DATA = real_data.DATA / "berka"
pytestmark = pytest.mark.skipif(
    not (DATA / "trans.asc").is_file(),
    reason=real_data.absent("berka"),
)

ROWS = {
    "district": 77, "customer": 5369, "account": 4500, "account_holder": 5369,
    "standing_order": 6471, "loan": 682, "card": 892, "transaction": 49102,
}  # fmt: skip


def raw(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="ascii", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def day(text: str) -> dt.date:
    return dt.date(1900 + int(text[:2]), int(text[2:4]), int(text[4:6]))


def run(desk: Desk, folder: Path = DATA) -> dict[str, dict[str, int]]:
    mapping = FOLDER / "imports" / "berka.yaml"
    apps = {name: live.app for name, live in desk.bank.releases.current().items()}
    request = Request(read_mapping(mapping.name, mapping.read_text(), apps), folder, desk.folder / "rejects")
    return {result.entity: result.counts() for result in import_file(desk.database, desk.context(), request)}


def grouped(desk: Desk, entity: str, *fields: str) -> Counter[tuple[object, ...]]:
    table = desk.bank.compiled.entities[entity].table
    columns = [table.c[f"f_{field}"] for field in fields]
    with desk.database.read() as connection:
        return Counter(
            {tuple(row[:-1]): row[-1] for row in connection.execute(sa.select(*columns, sa.func.count()).group_by(*columns))}
        )


def test_the_bank_is_imported_whole(desk: Desk) -> None:
    """Every row becomes a record, with what plain Python reads in the files; a second import changes nothing."""
    first = run(desk)
    assert ROWS == {entity: counts["created"] for entity, counts in first.items()}
    assert {0} == {counts["rejected"] for counts in first.values()}

    clients = list(raw("client.asc"))
    women = sum(int(client["birth_number"][2:4]) > 50 for client in clients)
    assert {("female",): women, ("male",): len(clients) - women} == grouped(desk, "customer", "sex")
    born = Counter((day(f"{n[:2]}{int(n[2:4]) % 50:02d}{n[4:]}"),) for n in (client["birth_number"] for client in clients))
    assert born == grouped(desk, "customer", "birth_date")

    status = {"A": "closed", "B": "closed_owing", "C": "running", "D": "overdue"}
    loans = Counter(
        (status[loan["status"]], day(loan["date"]), Decimal(loan["amount"]), Decimal(loan["duration"]))
        for loan in raw("loan.asc")
    )
    assert loans == Counter(
        {(s, d, a, Decimal(t)): n for (s, d, a, t), n in grouped(desk, "loan", "status", "granted_on", "amount", "term").items()}
    )

    purpose = {
        "DUCHOD": "pension", "POJISTNE": "insurance", "SANKC. UROK": "penalty_interest", "SIPO": "household",
        "SLUZBY": "statement", "UROK": "interest", "UVER": "loan",
    }  # fmt: skip
    moved = Counter(
        ("credit" if row["type"] == "PRIJEM" else "debit", purpose.get(row["k_symbol"].strip()), day(row["date"]))
        for row in raw("trans.asc")
    )
    assert moved == grouped(desk, "transaction", "direction", "purpose", "booked_on")
    total = sum(Decimal(row["amount"]) for row in raw("trans.asc"))
    assert total == sum(amount * n for (amount,), n in grouped(desk, "transaction", "amount").items())

    owners = {row["account_id"]: row["client_id"] for row in raw("disp.asc") if row["type"] == "OWNER"}
    assert owners == linked(desk, "account", "account_no", "customer", "customer_no")
    borrowers = {row["loan_id"]: owners[row["account_id"]] for row in raw("loan.asc")}
    assert borrowers == linked(desk, "loan", "loan_no", "customer", "customer_no")

    events = desk.count(audit_event)
    versions = {entity: [(row["id"], row["version"]) for row in desk.rows(entity)] for entity in ROWS if entity != "transaction"}
    second = run(desk)
    assert ROWS == {entity: counts["unchanged"] for entity, counts in second.items()}
    assert len(ROWS) == desk.count(audit_event) - events  # one event for each import, none of a change
    assert versions == {entity: [(row["id"], row["version"]) for row in desk.rows(entity)] for entity in versions}
    assert 0 == desk.count(import_reject)


def linked(desk: Desk, entity: str, key: str, reference: str, other_key: str) -> dict[str, str]:
    table = desk.bank.compiled.entities[entity].table
    other = desk.bank.compiled.entities[reference].table
    query = sa.select(table.c[f"f_{key}"], other.c[f"f_{other_key}"]).join(other, other.c.id == table.c[f"f_{reference}"])
    with desk.database.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def test_a_broken_row_is_told_and_the_others_go_in(desk: Desk) -> None:
    """In a copy with broken clients those are listed, and so is what hangs on them; nothing else is lost."""
    copy = desk.folder / "berka"
    copy.mkdir()
    for file in DATA.glob("*.asc"):
        lines = file.read_bytes().splitlines(keepends=True)
        (copy / file.name).write_bytes(b"".join(lines[:200]))
    text = (copy / "client.asc").read_bytes()
    broken = text.replace(b'\n1;"706213";18\r', b'\n1;"709913";18\r').replace(b'\n2;"450204";1\r', b'\n2;"450204";99\r')
    (copy / "client.asc").write_bytes(broken)
    counts = run(desk, copy)

    assert (199, 197, 2) == tuple(counts["customer"][name] for name in ("rows", "created", "rejected"))
    assert counts["account_holder"]["rejected"] >= 2
    assert all(c["rows"] == c["created"] + c["rejected"] for c in counts.values())

"""Rows become records by the same rules as everywhere; a broken one is told with its reason and the others go in."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
import sqlalchemy as sa

from runtime.commands.import_records import BrokenMapping
from runtime.commands.import_result import StepResult
from runtime.failures import Invalid
from runtime.store.tables import audit_event, import_batch, import_reject
from tests.imports.conftest import CUSTOMERS, Desk

GOOD = "no,name,id,income,born,unit\n1,周敏,330106199001012013,8000.50,19900101,CX\n2,李强,,,,BJ\n"


def test_rows_become_records(desk: Desk) -> None:
    """Texts, amounts, dates and references arrive in their types; defaults of the definition are set."""
    desk.write("customers.csv", GOOD)
    (result,) = desk.run()
    first, second = desk.rows("customer")

    assert {"rows": 2, "created": 2, "updated": 0, "unchanged": 0, "rejected": 0} == result.counts()
    assert ("1", "周敏", Decimal("8000.50"), "1990-01-01", desk.bank.unit("CX"), "1", 1, "system") == (
        first["f_customer_no"], first["f_full_name"], first["f_monthly_income"], str(first["f_birth_date"]),
        first["f_branch"], first["f_level"], first["version"], first["created_by"],
    )  # fmt: skip
    assert (None, None) == (second["f_monthly_income"], second["f_birth_date"])


def test_a_second_import_changes_nothing(desk: Desk) -> None:
    """The same file again: all rows unchanged, no new version, no event of a change."""
    desk.write("customers.csv", GOOD)
    desk.run()
    before = desk.rows("customer")
    (again,) = desk.run()

    assert {"rows": 2, "created": 0, "updated": 0, "unchanged": 2, "rejected": 0} == again.counts()
    assert before == desk.rows("customer")
    with desk.database.read() as connection:
        kinds = list(connection.execute(sa.select(audit_event.c.kind).where(audit_event.c.entity == "customer")).scalars())
    assert ["imported", "imported", "record.created", "record.created"] == sorted(kinds)


def test_only_what_differs_is_changed(desk: Desk) -> None:
    """A changed cell makes a new version of that record alone; an emptied cell clears the field."""
    desk.write("customers.csv", GOOD)
    desk.run()
    desk.write("customers.csv", GOOD.replace("李强", "李小强").replace("8000.50", ""))
    (result,) = desk.run()

    assert (2, 0) == (result.updated, result.unchanged)
    assert [(2, None, "周敏"), (2, None, "李小强")] == [
        (row["version"], row["f_monthly_income"], row["f_full_name"]) for row in desk.rows("customer")
    ]
    desk.write("customers.csv", GOOD.replace("李强", "李小强").replace("8000.50", "").replace(",BJ", ",XS"))
    (result,) = desk.run()
    assert (1, 1) == (result.updated, result.unchanged)


BAD = """no,name,id,income,born,unit
1,周敏,330106199001011237,8000.50,19900101,CX
2,李强,,eight,19901301,CX
3,,,,,CX
4,王建华,,,,NOWHERE
,陈璐,,,,CX
6,沈怡,,,29990101,CX
7,赵琳,,-5,,CX
8,方程,,,
9,=HYPERLINK(1),,1e5,,CX
10,孙悦,6.2E+17,,,CX
11,何静,,,,CX
11,何静二,,,,CX
"""


def test_every_broken_row_is_told_with_its_reason(desk: Desk) -> None:
    """Each fault names row, column, value and reason, in a table and a file; the good rows go in."""
    desk.write("customers.csv", BAD)
    (result,) = desk.run()
    with desk.database.read() as connection:
        told = connection.execute(
            sa.select(import_reject.c.row, import_reject.c.column_name, import_reject.c.value).order_by(
                import_reject.c.row, import_reject.c.position
            )
        ).all()
        batch = connection.execute(sa.select(import_batch)).mappings().one()

    assert (12, 1, 11) == (result.rows, result.created, result.rejected)
    assert [
        (2, "id", "3301****1237"), (3, "born", "19901301"), (3, "income", "eight"), (4, "name", None), (5, "unit", "NOWHERE"),
        (6, "no", None), (7, "born", "2999-01-01"), (8, "income", "-5"), (9, None, None), (10, "income", "1e5"),
        (11, "id", "****"), (13, "no", "11"),
    ] == [tuple(row) for row in told]  # fmt: skip
    assert {"11"} == {row["f_customer_no"] for row in desk.rows("customer")}
    assert (12, 1, 11, True) == (batch["rows"], batch["created"], batch["rejected"], batch["ended_at"] is not None)
    assert result.reject_file is not None
    listed = list(csv.reader(result.reject_file.read_text(encoding="utf-8-sig").splitlines()))
    assert ["row", "column", "value", "原因", "reason"] == listed[0]
    assert {str(row) for row, _, _ in told} == {line[0] for line in listed[1:]}
    assert not [cell for line in listed for cell in line if cell[:1] in "=+-@" and cell]


def test_a_key_that_stands_twice_is_refused_the_second_time(desk: Desk) -> None:
    """Two rows with one key are not silently merged; the first counts."""
    rows = "".join(f"{n % 700},n{n},,,,CX\n" for n in range(1, 703))
    desk.write("customers.csv", "no,name,id,income,born,unit\n" + rows)
    (result,) = desk.run()

    assert (700, 2) == (result.created, result.rejected)
    assert [701 + 1, 702 + 1] == [reject.row for reject in result.first_rejects]
    assert "row 2" in result.first_rejects[0].reason["en"]


def test_an_import_that_was_killed_is_started_again(desk: Desk) -> None:
    """Whole chunks stay, the broken off one leaves nothing, and a second run brings the rest."""
    rows = "".join(f"{n},n{n},,,,CX\n" for n in range(1, 1201))
    desk.write("customers.csv", "no,name,id,income,born,unit\n" + rows)

    class Killed(BaseException):
        pass

    def kill(result: StepResult) -> None:
        if result.created > 500:
            raise Killed

    with pytest.raises(Killed):
        desk.run(progress=kill)
    assert 1000 == len(desk.rows("customer"))
    (result,) = desk.run()

    assert (200, 1000, 0) == (result.created, result.unchanged, result.rejected)
    assert {1} == {row["version"] for row in desk.rows("customer")}
    with desk.database.read() as connection:
        ended = [row.ended_at is not None for row in connection.execute(sa.select(import_batch).order_by(import_batch.c.id))]
    assert [False, True] == ended


WIDE = """
mapping: wide
app: bank_customer
delimiter: ";"
encoding: gbk
missing: ["-", "?"]
century: "19"
steps:
  - entity: district
    file: districts.csv
    key: [code]
    fields: {code: A1, name: A2, unemployment: A3}
  - entity: customer
    file: clients.csv
    key: [customer_no]
    join:
      - {file: districts.csv, name: area, match: {A1: district}}
      - {file: phones.csv, name: phone, match: {client: id}, where: {kind: mobile}, optional: true}
    where: state != "gone"
    reason: {zh: 已销户, en: Closed}
    fields:
      customer_no: {text: "C{id}"}
      full_name: {text: "{first}{last}"}
      sex: {column: sex, map: {F: female, M: male}}
      level: {column: grade, map: {A: "4"}, otherwise: "1"}
      birth_date: {column: born, format: DD.MM.YY}
      district: {column: district, lookup: {entity: district, by: code}}
      employer: {expression: 'upper(left(area.A2, 2))'}
      mobile: phone.number
      branch: {value: BJ, lookup: {entity: org.branch, by: code}}
      marketing_consent: {expression: 'grade == "A"'}
"""


def test_a_mapping_does_what_it_says(desk: Desk) -> None:
    """Texts, maps, dates, joined files, conditions, constants, expressions and missing marks, in GBK."""
    desk.write("districts.csv", "A1;A2;A3\nd1;上城;2.14\nd2;拱墅;?\n", "gbk")
    desk.write(
        "phones.csv",
        "client;kind;number\n1;mobile;13800000001\n1;home;0571\n2;home;0572\n3;mobile;13800000003\n3;mobile;13800000004\n",
        "gbk",
    )
    desk.write(
        "clients.csv",
        "id;first;last;sex;grade;born;district;state\n1;周;敏;F;A;31.12.85;d1;ok\n2;李;强;M;-;-;d2;ok\n3;王;华;M;B;01.01.70;d1;ok\n"
        "4;赵;琳;X;B;01.01.70;d1;ok\n5;孙;悦;F;B;30.02.70;d9;ok\n6;何;静;F;B;01.01.70;d1;gone\n",
        "gbk",
    )
    districts, customers = desk.run(WIDE)
    first, second = desk.rows("customer")

    assert [Decimal("2.14"), None] == [row["f_unemployment"] for row in desk.rows("district")]
    assert (2, 2, 3, 1) == (districts.created, customers.created, customers.rejected, customers.left_out)
    assert ("C1", "周敏", "female", "4", "1985-12-31", "上城", "13800000001", True, desk.bank.unit("BJ")) == (
        first["f_customer_no"], first["f_full_name"], first["f_sex"], first["f_level"], str(first["f_birth_date"]),
        first["f_employer"], first["f_mobile"], first["f_marketing_consent"], first["f_branch"],
    )  # fmt: skip
    assert (None, "1", None) == (second["f_birth_date"], second["f_level"], second["f_mobile"])
    reasons = [(reject.row, reject.column, reject.reason["en"]) for reject in customers.first_rejects]
    assert [
        (4, None, "2 rows of phones.csv belong to '3'."),
        (5, "sex", "The mapping has no value for 'X'."),
        (6, None, "No row of districts.csv belongs to 'd9'."),
    ] == reasons


def test_a_lookup_may_take_a_field_of_the_record(desk: Desk) -> None:
    """What a record found by a key refers to can be taken over."""
    desk.write("customers.csv", GOOD)
    desk.run()
    desk.write("accounts.csv", "no,owner,opened\n100,1,2020-01-01\n101,9,2020-01-01\n")
    (result,) = desk.run(
        "mapping: accounts\napp: bank_customer\nsteps:\n  - entity: account\n    file: accounts.csv\n    key: [account_no]\n"
        "    fields:\n      account_no: no\n      opened_on: opened\n"
        "      customer: {column: owner, lookup: {entity: customer, by: customer_no}}\n"
        "      branch: {column: owner, lookup: {entity: customer, by: customer_no, of: branch}}\n"
    )

    assert [desk.bank.unit("CX")] == [row["f_branch"] for row in desk.rows("account")]
    assert [(3, "owner", "9")] * 2 == [(reject.row, reject.column, reject.value) for reject in result.first_rejects]


def test_a_missing_file_of_a_later_step_stops_before_the_first_row(desk: Desk) -> None:
    """All files are opened before anything is written."""
    desk.write("districts.csv", "A1;A2;A3\nd1;上城;2.14\n", "gbk")
    with pytest.raises(Invalid, match="clients.csv"):
        desk.run(WIDE)

    assert [] == desk.rows("district")


def test_unknown_columns_of_customers_are_no_fault_of_a_mapping(desk: Desk) -> None:
    """A mapping takes the columns that it names; others stay in the file."""
    desk.write("customers.csv", GOOD.replace("unit\n", "unit,more\n").replace("CX\n", "CX,x\n").replace("BJ\n", "BJ,y\n"))
    (result,) = desk.run(CUSTOMERS)

    assert 2 == result.created


ACCOUNTS = """
mapping: accounts
app: bank_customer
steps:
  - entity: account
    file: accounts.csv
    key: [account_no]
    fields:
      account_no: no
      opened_on: opened
      branch: {text: "CX", lookup: {entity: org.branch, by: code}}
      customer: {column: owner, lookup: {entity: customer, by: BY}}
"""


def test_a_personal_value_that_finds_nothing_is_told_masked(desk: Desk) -> None:
    """Neither the value nor the sentence around it shows an identity number in clear."""
    desk.write("accounts.csv", "no,owner,opened\n100,330106199001011237,2020-01-01\n")
    (result,) = desk.run(ACCOUNTS.replace("BY", "id_no"))

    (reject,) = result.first_rejects
    assert "3301****1237" == reject.value
    assert all("330106199001011237" not in text and "3301****1237" in text for text in reject.reason.values())


def test_two_spellings_of_one_key_find_the_same_record(desk: Desk) -> None:
    """A key is looked up as its field reads it, however often and however differently it is written in a file."""
    desk.write("customers.csv", GOOD.replace("\n1,", "\nCaf\u00e9,"))
    desk.run()
    desk.write("accounts.csv", "no,owner,opened\n100,Caf\u00e9,2020-01-01\n101,Cafe\u0301,2020-01-01\n")
    (result,) = desk.run(ACCOUNTS.replace("BY", "customer_no"))

    assert (2, 0) == (result.created, result.rejected)


def test_a_brace_that_is_left_open_is_a_finding(desk: Desk) -> None:
    """A text whose braces name no column is told at its place before the first row."""
    desk.write("customers.csv", GOOD)
    with pytest.raises(BrokenMapping) as broken:
        desk.run(CUSTOMERS.replace("full_name: name", 'full_name: {text: "{name} {no"}'))

    assert ["D105"] == [found.code for found in broken.value.diagnostics]

"""`qiqiao import-data`: counts and reasons at the command line, with and without a mapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.cli import main
from runtime.commands.import_guess import guess_mapping
from runtime.failures import Invalid
from tests.imports.conftest import CUSTOMERS, Desk

BY_NAME = "customer_no,客户名称,归属机构,Monthly income\n1,周敏,CX,8000\n2,李强,NOWHERE,1\n"


@pytest.fixture
def call(desk: Desk, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs the command over the test's database and gives exit code and output."""
    monkeypatch.setenv("QIQIAO_DATA", str(desk.folder / "data"))
    monkeypatch.setenv("QIQIAO_LOCALE", "en")

    def run(*arguments: object) -> tuple[int, str]:
        code = main(["import-data", *map(str, arguments), "--database", database_url])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def test_columns_called_like_fields_need_no_mapping(desk: Desk, call) -> None:
    """Names and labels in both languages are known; references are found by their business key; a reject is told."""
    file = desk.write("list.csv", BY_NAME)
    code, said = call("bank_customer.customer", file)

    assert 1 == code
    assert ["1"] == [row["f_customer_no"] for row in desk.rows("customer")]
    assert "row 3, 归属机构 = NOWHERE: There is no Branch whose Branch code is 'NOWHERE'." in said
    assert "All reasons: " in said
    desk.write("list.csv", BY_NAME.replace("NOWHERE", "BJ"))
    assert 0 == call("bank_customer.customer", file)[0]
    assert 2 == len(desk.rows("customer"))


def test_gbk_and_another_separator_are_read(desk: Desk, call) -> None:
    """The separator is seen in the header, the encoding is said."""
    file = desk.write("list.csv", BY_NAME.replace(",", ";").replace("NOWHERE", "BJ"), "gbk")

    assert 0 == call("bank_customer.customer", file, "--encoding", "gbk")[0]
    assert {"周敏", "李强"} == {row["f_full_name"] for row in desk.rows("customer")}


def test_a_mapping_or_one_of_its_steps_is_run(desk: Desk, call) -> None:
    """A whole mapping takes its files from the source folder; one step takes the file that is named."""
    mapping = desk.write("mapping.yaml", CUSTOMERS)
    desk.write("customers.csv", "no,name,id,income,born,unit\n1,周敏,,,,CX\n")
    other = desk.write("other.csv", "no,name,id,income,born,unit\n2,李强,,,,CX\n")

    assert 0 == call("--mapping", mapping, "--source", desk.folder)[0]
    assert 0 == call("bank_customer.customer", other, "--mapping", mapping)[0]
    assert ["1", "2"] == [row["f_customer_no"] for row in desk.rows("customer")]


WRONG_CALLS: list[tuple[tuple[str, ...], str]] = [
    ((), "APP.ENTITY FILE"),
    (("bank_customer.custmer", "FILE"), "customer"),
    (("shop.thing", "FILE"), "no APP.ENTITY of a live app"),
    (("bank_customer.customer", "none.csv"), "no file"),
    (("bank_customer.customer", "ODD"), "no fields for these columns: colour"),
    (("bank_customer.customer", "KEYLESS"), "no unique field"),
    (("bank_customer.loan", "FILE", "--mapping", "MAPPING"), "no step for bank_customer.loan"),
    (("--mapping", "none.yaml"), "no file none.yaml"),
    (("--mapping", "BROKEN"), "D101"),
]


def test_a_file_without_a_key_is_refused(desk: Desk) -> None:
    """Without a unique field a second import would double every record (D103)."""
    app = desk.bank.compiled.app
    with pytest.raises(Invalid) as refused:
        guess_mapping(app, "customer", desk.write("keyless.csv", "full_name,branch\n周敏,CX\n"), "utf-8")

    assert "D103" == refused.value.code


def test_a_wrong_call_says_what_to_do(desk: Desk, call) -> None:
    """What cannot be imported is said in a sentence, and nothing is written."""
    files: dict[str, Path] = {
        "FILE": desk.write("list.csv", BY_NAME),
        "ODD": desk.write("odd.csv", "customer_no,colour\n1,red\n"),
        "KEYLESS": desk.write("keyless.csv", "full_name,branch\n周敏,CX\n"),
        "MAPPING": desk.write("mapping.yaml", CUSTOMERS),
        "BROKEN": desk.write("broken.yaml", CUSTOMERS.replace("by: code", "by: cod")),
    }
    for arguments, words in WRONG_CALLS:
        code, said = call(*(files.get(word, word) for word in arguments))
        assert code in {1, 2}, arguments
        assert words in said, arguments
    assert [] == desk.rows("customer")

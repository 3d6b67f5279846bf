"""Tables by reflection, on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from builder.reflection import reflect
from forms_dsl.importers.database.constraints import allowed_values
from forms_dsl.importers.database.facts import ColumnFacts, DatabaseFacts, TableFacts
from forms_dsl.importers.kinds import Options, import_database_facts
from runtime.store.database import open_database
from tests.importers.sources import assert_clean, codes, entity, found

_TABLES = ("core_customer", "core_loan", "core_open_loan")


def make_tables(url: str) -> None:
    """Two tables and a view, as a core system has them."""
    metadata = sa.MetaData()
    sa.Table(
        "core_customer", metadata,
        sa.Column("cust_no", sa.CHAR(10), primary_key=True, comment="客户号"),
        sa.Column("full_name", sa.String(60), nullable=False, comment="客户名称"),
        sa.Column("grade", sa.String(8), sa.CheckConstraint("grade in ('A', 'B C')", name="grade_values")),
        sa.Column("id", sa.BigInteger),
        comment="客户信息表",
    )  # fmt: skip
    sa.Table(
        "core_loan", metadata,
        sa.Column("branch", sa.String(6), primary_key=True), sa.Column("loan_no", sa.String(20), primary_key=True),
        sa.Column("cust_no", sa.CHAR(10), sa.ForeignKey("core_customer.cust_no")),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False), sa.Column("rate", sa.Numeric(9, 6)),
        sa.Column("opened", sa.Date), sa.Column("touched", sa.DateTime), sa.Column("flag", sa.CHAR(1)),
        sa.Column("extra", sa.LargeBinary), sa.CheckConstraint("amount > 0", name="positive"),
    )  # fmt: skip
    engine = open_database(url).engine
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE VIEW core_open_loan AS SELECT loan_no, amount FROM core_loan"))
    engine.dispose()


def test_tables_become_virtual_entities(database_url: str) -> None:
    make_tables(database_url)
    facts = reflect(database_url, None, (*_TABLES, "nothing"))
    result = import_database_facts(facts, Options("core"), managed=False)
    assert_clean(result)
    loan = entity(result, "core_loan")
    assert loan["external"] == {"binding": "source", "entity": "core_loan"} and loan["read_only"] is True
    assert loan["meta"] == {"table": "core_loan", "key": ["branch", "loan_no"]}
    made = loan["fields"]
    assert made["amount"] == {
        "type": "money",
        "label": "Amount" if "sqlite" in database_url else made["amount"]["label"],
        "required": True,
    }
    assert made["rate"]["type"] == "decimal" and made["rate"]["scale"] == 6
    assert made["cust_no"]["type"] == "reference" and made["cust_no"]["to"] == "core_customer"
    assert (made["opened"]["type"], made["touched"]["type"]) == ("date", "datetime")
    assert loan["rules"]["positive"]["check"] == "amount > 0"
    customer = entity(result, "core_customer")
    assert list(customer["fields"]["grade"]["choices"]) == ["A", "B_C"]
    assert customer["fields"]["core_customer_id"]["note"] == "column id"
    assert customer["fields"]["cust_no"]["unique"] is True
    if not database_url.startswith("sqlite"):  # SQLite keeps no comments
        assert customer["label"] == "客户信息表" and customer["fields"]["cust_no"]["label"] == "客户号"
    assert yaml.safe_load(result.files["bindings.yaml"])["bindings"]["source"]["entities"]["core_loan"] == "core_loan"
    assert {"I108", "I201", "I203", "I206", "I208", "I209"} <= codes(result)
    assert "nothing" in found(result, "I208")[0].message
    assert all("://" not in finding.message and "://" not in finding.span.file for finding in result.findings)


def test_managed_entities_are_our_own(database_url: str) -> None:
    make_tables(database_url)
    result = import_database_facts(reflect(database_url, None, _TABLES[:2]), Options("core"), managed=True)
    assert_clean(result)
    loan = entity(result, "core_loan")
    assert "external" not in loan and loan["unique"] == [["branch", "loan_no"]]
    assert "bindings.yaml" not in result.files and "forms/core_loan.edit.yaml" in result.files


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("((grade)::text = ANY ((ARRAY['A'::character varying, 'B'::character varying])::text[]))", ("grade", ["A", "B"])),
        ("status IN ('open', 'it''s')", ("status", ["open", "it's"])),
        ("flag IN (0, 1)", ("flag", ["0", "1"])),
        ("amount > 0", None),
        ("a IN (SELECT b FROM c)", None),
    ],
)
def test_lists_in_constraints(check: str, expected: object) -> None:
    assert allowed_values(check) == expected


def rule_of(check: str, **nullable: bool) -> dict[str, object]:
    """The entity that a table with one constraint becomes; columns are texts (starting with t) or numbers."""
    columns = tuple(
        ColumnFacts(n, "text" if n.startswith("t") else "number", "?", 20, 18, 4, null) for n, null in nullable.items()
    )
    table = TableFacts("core", columns, key=("n0",), checks=(("c", check),))
    result = import_database_facts(DatabaseFacts("db", (table,)), Options("core"), managed=True)
    assert_clean(result)
    return {**entity(result, "core"), "codes": codes(result)}


@pytest.mark.parametrize(
    "check", ["\"t_status\" = 'A'", "`t_status` = 'A'", "[t_status] = 'A'", "(T_STATUS = 'A')", "((t_status)::text = 'A'::text)"]
)
def test_enclosed_names_are_columns(check: str) -> None:
    assert rule_of(check, t_status=False)["rules"]["c"]["check"] == 't_status == "A"'  # type: ignore[index]


def test_an_enclosed_name_that_is_no_column_is_a_note() -> None:
    made = rule_of('t_status = "A"', t_status=False)
    assert "rules" not in made and '"A"' in str(made["note"]) and "I202" in made["codes"]  # type: ignore[operator]


def test_apostrophes_in_texts_are_doubled() -> None:
    assert rule_of("t_a <> 'it''s'", t_a=False)["rules"]["c"]["check"] == 't_a != "it\'s"'  # type: ignore[index]


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("n1 > 0", "is_missing(n1) or n1 > 0"),
        ("n0 > 0", "n0 > 0"),
        ("n1 between 0 and 1", "is_missing(n1) or n1 >= 0 and n1 <= 1"),
        ("n1 > n2", "is_missing(n1) or is_missing(n2) or n1 > n2"),
        ("n1 > 0 and n0 > 0", "(is_missing(n1) or n1 > 0) and n0 > 0"),
        ("not (n1 > 0 or n2 > 0)", "(is_missing(n1) or not n1 > 0) and (is_missing(n2) or not n2 > 0)"),
        ("coalesce(n1, 0) >= 0", "coalesce(n1, 0) >= 0"),
        ("t1 in ('A', 'B') or n1 > 0", 'is_missing(t1) or t1 in ["A", "B"] or (is_missing(n1) or n1 > 0)'),
    ],
)
def test_a_check_passes_where_a_value_is_missing(check: str, expected: str) -> None:
    made = rule_of(check, n0=False, n1=True, n2=True, t1=True)
    assert made["rules"]["c"]["check"] == expected  # type: ignore[index]


@pytest.mark.parametrize("check", ["n1 = NULL", "t1 <> ''", "t1 in ('A', NULL)"])
def test_a_check_about_nothing_is_a_note(check: str) -> None:
    assert "rules" not in rule_of(check, n1=True, t1=True)


def test_views_nobody_asked_for_and_tables_without_key_are_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/core.db"
    engine = open_database(url).engine
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE bare (note TEXT)"))
        connection.execute(sa.text("CREATE VIEW seen AS SELECT note FROM bare"))
    engine.dispose()
    for managed in (False, True):
        result = import_database_facts(reflect(url, None, ()), Options("core"), managed=managed)
        assert_clean(result)
        assert any("seen" in finding.message for finding in found(result, "I208"))
        assert any("'bare' has no key" in finding.message for finding in found(result, "I209"))


def test_keys_of_several_columns_and_of_some_rows_are_kept(database_url: str) -> None:
    """A foreign key of two columns, a unique index of two and one of some rows only are notes with findings, and not half taken over."""
    metadata = sa.MetaData()
    sa.Table(
        "core_account", metadata,
        sa.Column("bank", sa.String(4), primary_key=True), sa.Column("no", sa.String(20), primary_key=True),
        sa.Column("big", sa.Integer), sa.Column("box", sa.String(6)), sa.UniqueConstraint("box", "big"),
    )  # fmt: skip
    sa.Table(
        "core_entry", metadata,
        sa.Column("seq", sa.Integer, primary_key=True), sa.Column("bank", sa.String(4)), sa.Column("no", sa.String(20)),
        sa.ForeignKeyConstraint(["bank", "no"], ["core_account.bank", "core_account.no"]),
    )  # fmt: skip
    engine = open_database(database_url).engine
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE UNIQUE INDEX core_big ON core_account (big) WHERE big > 0"))
    engine.dispose()
    result = import_database_facts(reflect(database_url, None, ("core_account", "core_entry")), Options("core"), managed=False)
    account = entity(result, "core_account")

    assert "unique" not in account["fields"]["big"]
    assert "unique box, big" in account["note"]
    assert "unique big where" in account["note"]
    assert "foreign key bank, no to core_account bank, no" == entity(result, "core_entry")["note"]
    assert 3 == len(found(result, "I201"))
    assert_clean(result)

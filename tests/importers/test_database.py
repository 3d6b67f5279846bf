"""Tables by reflection, on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import yaml

from builder.reflection import reflect
from forms_dsl.importers.database.constraints import allowed_values
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

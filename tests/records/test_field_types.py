"""Values of the field types of text, lengths and places from a write to a list, on both databases."""

from __future__ import annotations

import dataclasses
import datetime as dt

import orjson
import pytest
from sqlalchemy.engine import Connection

from forms_dsl.load import load_app
from runtime.compile.app import compile_app, wanted_tables
from runtime.compile.screens import compile_screens
from runtime.context import SYSTEM, Context
from runtime.failures import Failure, Invalid
from runtime.records.as_at import asking_record_as_at
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.records.screens import structure_view
from runtime.records.write import insert_record, update_record
from runtime.records.write_many import insert_many
from runtime.store.asking import answer
from runtime.store.database import Database
from tests.records.lab import NOW

FILES = {
    "app.yaml": """\
app: types
format: 1
version: 1.0.0
label: Types
languages: [en]
""",
    "entities/item.yaml": """\
entity: item
label: Item
number: "I{yyyy}-{seq:3}"
fields:
  name: {type: text, max: 20, label: Name}
  mail: {type: email, label: Mail}
  call: {type: phone, label: Call}
  page: {type: url, label: Page}
  at: {type: time, label: At}
  month: {type: year_month, label: Month}
  long: {type: duration, max: 1d, label: Long}
  share: {type: percent, label: Share}
  about: {type: rich_text, label: About}
  raw: {type: json, label: Raw}
  area: {type: region, label: Area}
  place: {type: geopoint, label: Place}
  card: {type: bank_card, class: C2, mask: last4, label: Card}
  serial: {type: sequence, pattern: "S{yy}{mm}{seq:4}", unique: true, label: Serial}
  other: {type: sequence, pattern: "{seq:2}", label: Other}
  total: {type: duration, compute: long * 2, stored: true, label: Total}
""",
    "roles.yaml": """\
roles:
  clerk: {label: Clerk, access: {item: {create: true, read: true, update: true}}}
""",
}
VALUES = {
    "name": "A", "mail": "Li@Bank.CN", "call": "010-88886666", "page": "https://a.cn/x", "at": "09:30", "month": "2026-02", "long": "1h 30m",
    "share": "0.0435", "about": "**a**", "raw": '{"n": 1.10}', "area": "440305", "place": "31.2,121.5", "card": "4111 1111 1111 1111",
}  # fmt: skip
READ = {
    "name": "A", "mail": "li@bank.cn", "call": "010-88886666", "page": "https://a.cn/x", "at": "09:30", "month": "2026-02", "long": 90,
    "share": "0.0435", "about": "**a**", "raw": '{"n": 1.10}', "area": "440305", "place": "31.200000,121.500000", "card": "4111111111111111",
    "serial": "S26110001", "other": "01", "total": 180, "number": "I2026-001",
}  # fmt: skip


@pytest.fixture
def context(database: Database) -> Context:
    """The platform itself, with the app live."""
    app = load_app(FILES).app
    assert app is not None
    compiled = compile_app(app, 1)
    with database.write() as connection:
        for table in wanted_tables(compiled):
            table.create(connection)
    principal = dataclasses.replace(SYSTEM, roles={"types": frozenset({"clerk"})})
    return Context(principal, {"types": compiled}, NOW, dt.date(2026, 11, 24), "r1")


def _insert(connection: Connection, context: Context, **values: object) -> str:
    return insert_record(connection, context, "types", "item", values).id


def _read(connection: Connection, context: Context, id: str) -> dict[str, object]:
    return dict(get_record(connection, context, "types", "item", id).values)


def test_what_is_written_is_read(database: Database, context: Context) -> None:
    """Each value comes back as it is kept, numbers are drawn, lengths are whole minutes in formulas."""
    with database.write() as connection:
        id = _insert(connection, context, **VALUES)
    with database.read() as connection:
        record = _read(connection, context, id)

    assert READ == {name: record[name] for name in READ}


def test_what_was_is_told_in_the_same_form(database: Database, context: Context) -> None:
    """A value that changed since is read from the trail as it was read from its table; a personal one only masked."""
    other = {**dict.fromkeys(VALUES), "name": "B", "long": "2h", "share": "0.5", "place": "1,2"}
    later = dataclasses.replace(context, now=NOW + dt.timedelta(hours=1))
    with database.write() as connection:
        id = _insert(connection, context, **VALUES)
        update_record(connection, later, "types", "item", id, other, 1)
    asked = GetRequest(as_at=NOW)
    with database.read() as connection:
        told = orjson.loads(answer(connection, asking_record_as_at(connection.dialect, later, "types", "item", id, asked)))

    assert {**READ, "card": "****1111"} == {name: told.get(name) for name in READ}
    assert [] == told["_unknown"]


def test_the_screens_of_every_type_can_be_drawn(context: Context) -> None:
    """Each field has its widget and the options that the widget needs."""
    compiled = context.releases["types"]
    drawn = compile_screens(compiled, structure_view(compiled), context.business_date)
    fields = drawn["entities"]["item"]["fields"]  # type: ignore[index]

    assert {"region", "duration", "rich_text", "percent", "url"} <= {each["widget"] for each in fields.values()}
    assert (False, False) == (fields["serial"]["writable"], "form" in fields["serial"])


def test_each_sequence_counts_for_itself(database: Database, context: Context) -> None:
    """Two fields and the entity's own number have counters of their own, also when many are made at once."""
    with database.write() as connection:
        _insert(connection, context, name="A")
        written = insert_many(connection, context, "types", "item", [{"name": "B"}, {"name": "C"}])
        ids = [one.id for one in written if not isinstance(one, Failure)]
    with database.read() as connection:
        found = [_read(connection, context, id) for id in ids]

    assert [("I2026-002", "S26110002", "02"), ("I2026-003", "S26110003", "03")] == [
        (r["number"], r["serial"], r["other"]) for r in found
    ]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("mail", "li", "V006"),
        ("long", "2d", "V004"),
        ("area", "440399", "V006"),
        ("card", "4111111111111112", "V006"),
        ("raw", "{", "V001"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    database: Database, context: Context, name: str, value: str, code: str
) -> None:
    """The fault stands at the field, with the code of its type."""
    with database.write() as connection, pytest.raises(Invalid) as refused:
        _insert(connection, context, **{name: value})

    assert [(code, f"/{name}")] == [(fault.code, fault.pointer) for fault in refused.value.faults]

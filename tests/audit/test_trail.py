"""An event stands in the transaction of its act, as one canonical text, without personal values."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from runtime.audit.canonical import canonical_json
from runtime.audit.trail import NewEvent, commitment, leaf_of, record_event, record_events
from runtime.context import SYSTEM, Context
from runtime.store.database import Database
from runtime.store.identifiers import new_id
from runtime.store.tables import audit_event, audit_queue

NOW = dt.datetime(2026, 11, 24, 2, 0, 0, 123456, tzinfo=dt.UTC)
CONTEXT = Context(SYSTEM, {}, NOW, dt.date(2026, 11, 24), "request-1")


def test_canonical_json_has_one_text_for_one_value() -> None:
    """Names are sorted as RFC 8785 does, numbers and dates are texts, nothing is escaped without need."""
    value = {
        "b": 1,
        "a": [Decimal("1.50"), None, True, dt.date(2026, 1, 2), NOW],
        "名": "七巧\n\u001f",
        "\U0001f600": 1,
        "\uffee": 2,
    }

    assert (
        '{"a":["1.50",null,true,"2026-01-02","2026-11-24T02:00:00.123Z"],"b":"1","名":"七巧\\n\\u001f","\U0001f600":"1","\uffee":"2"}'
        == canonical_json(value)
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    )
)
def test_the_text_is_that_of_the_standard_library(value: object) -> None:
    """Whatever writes the text, it is JSON as Python's own module writes it, with names in the order of UTF-16."""

    def ordered(value: object) -> object:
        if isinstance(value, dict):
            return {name: ordered(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
        return [ordered(each) for each in value] if isinstance(value, list) else value

    assert json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":")) == canonical_json(value)


def test_a_float_never_gets_into_an_event() -> None:
    """A binary fraction has no exact text and is refused."""
    with pytest.raises(TypeError):
        canonical_json({"amount": 0.1})


def test_an_event_stands_or_falls_with_its_act(database: Database) -> None:
    """An act that is rolled back leaves no event, one that commits leaves an event and its queue row."""
    with pytest.raises(RuntimeError), database.write() as connection:
        record_event(connection, CONTEXT, "created", body={"n": 1})
        raise RuntimeError("abandoned")
    with database.write() as connection:
        kept = record_event(
            connection, CONTEXT, "created", app="bank", entity="customer", record_id="r", record_version=1, body={"n": 2}
        )

    with database.read() as connection:
        row = connection.execute(sa.select(audit_event)).mappings().one()
        assert [kept] == list(connection.execute(sa.select(audit_queue.c.event_id)).scalars())
    assert ("created", '{"n":"2"}', "request-1", "system") == (row["kind"], row["body"], row["request_id"], row["actor"])
    assert row["leaf"] == leaf_of(row)


def test_a_leaf_is_made_of_every_column(database: Database) -> None:
    """No column of an event can change without its leaf changing; the leaf is SHA-256 over 0x00 and the canonical event."""
    with database.write() as connection:
        record_event(connection, CONTEXT, "created", body={})
        row = dict(connection.execute(sa.select(audit_event)).mappings().one())

    assert (
        hashlib.sha256(b"\0" + canonical_json({k: v for k, v in row.items() if k != "leaf"}).encode()).hexdigest() == row["leaf"]
    )
    for name in row.keys() - {"leaf"}:
        assert leaf_of({**row, name: "changed"}) != row["leaf"], name


def test_events_of_one_act_keep_their_order(database: Database) -> None:
    """Events of one moment have ids that sort in the order they were recorded."""
    with database.write() as connection:
        ids = record_events(connection, CONTEXT, [NewEvent("created", {"n": n}) for n in range(300)])
        assert [] == record_events(connection, CONTEXT, [])

    assert sorted(ids) == ids
    with database.read() as connection:
        bodies = connection.execute(sa.select(audit_event.c.body).order_by(audit_event.c.id)).scalars()
        assert [f'{{"n":"{n}"}}' for n in range(300)] == list(bodies)


def test_keys_sort_by_their_time_and_then_by_their_making() -> None:
    """Later moments have larger keys, whatever was made between; keys are of UUID version 7."""
    made = [new_id(NOW + dt.timedelta(milliseconds=n // 50)) for n in range(500)]

    assert sorted(made) == made
    assert 500 == len(set(made))
    assert {("7", True)} == {(key[14], key[19] in "89ab") for key in made}


def test_a_commitment_tells_nothing_without_its_nonce() -> None:
    """The same value commits to another digest each time, and is proved only with its nonce and its place."""
    first, second = commitment("id_no", "330106199001011234"), commitment("id_no", "330106199001011234")

    assert first.digest != second.digest
    assert first == commitment("id_no", "330106199001011234", first.nonce)
    assert first.digest != commitment("mobile", "330106199001011234", first.nonce).digest
    assert commitment("n", 1, first.nonce) != commitment("n", "1", first.nonce)

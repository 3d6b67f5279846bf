"""Encrypted fields: sealed in the table, opened for who may read them, compared whole, and nothing without their key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from forms_dsl.load import load_app
from runtime.automations.events import act_after
from runtime.commands.import_mapping import read_mapping
from runtime.commands.import_records import Request, import_file
from runtime.commands.manage_keys import add_key, remove_key, rotate, show_keys
from runtime.compile.app import compile_app, wanted_tables
from runtime.context import SYSTEM, Context, Principal
from runtime.failures import BadRequest, Conflict, Invalid
from runtime.publish.plan import plan_publish
from runtime.records.history import record_history
from runtime.records.read import list_records
from runtime.records.request import ListRequest
from runtime.records.titles import titles_of
from runtime.records.write import delete_record, insert_record, update_record
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from runtime.store.sealing import SealBroken, use_ring
from runtime.store.tables import audit_event, job
from tests.publish.desk import put_live
from tests.records.lab import NOW, directory, faults, person

FILES = {
    "app.yaml": """\
app: vault
format: 1
version: 1.0.0
label: Vault
languages: [en]
requires: {apps: {org: ">=1.0"}}
""",
    "entities/client.yaml": """\
entity: client
label: Client
title: "{name} {id_no|last4}"
related: {loans: {entity: loan, by: client}}
fields:
  name: {type: text, max: 20, label: Name}
  age: {type: integer, label: Age}
  id_no: {type: text, max: 18, mask: "3****4", encrypted: true, unique: true, check: len(id_no) > 5, message: Too short, label: Id number}
  pin: {type: text, max: 8, class: C3, encrypted: true, label: Pin}
""",
    "entities/loan.yaml": """\
entity: loan
label: Loan
fields:
  client: {type: reference, to: client, label: Client}
  memo: {type: text, max: 18, encrypted: true, label: Memo}
""",
    "roles.yaml": """\
roles:
  clerk: {label: Clerk, access: {client: {read: true, create: true, update: true, fields: {id_no: write}}, loan: {read: true, create: true}}}
  viewer: {label: Viewer, access: {client: {read: true}, loan: {read: true}}}
  blind: {label: Blind, access: {client: {read: true, fields: {id_no: hidden}}, loan: {read: true}}}
""",
}
ID = "330106199001011237"
_APP = load_app(FILES).app
assert _APP is not None
APP = compile_app(_APP, 1)
TABLE = APP.entities["client"].table


def by(principal: Principal) -> Context:
    return Context(principal, {"vault": APP, "org": directory()}, NOW, NOW.date(), "request", "en")


CLERK, VIEWER, BLIND = (by(replace(person("tom"), roles={"vault": frozenset({role})})) for role in ("clerk", "viewer", "blind"))
PLATFORM = by(SYSTEM)
#: Before the app is live.
EARLIER = replace(PLATFORM, releases={"org": directory()})


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    made = Settings("", tmp_path, key_ring=tmp_path / "keys" / "ring.json")
    use_ring(made.key_ring)
    yield made
    use_ring(None)


@pytest.fixture
def releases(database: Database) -> Releases:
    """The releases of this process, none live yet."""
    return Releases(database, {})


@pytest.fixture
def vault(db: Database, settings: Settings) -> Database:
    with db.write() as connection:
        APP.metadata.create_all(connection, tables=list(wanted_tables(APP)))
    add_key(db, PLATFORM, settings)
    return db


def add(db: Database, who: Context = CLERK, entity: str = "client", **values: object) -> str:
    with db.write() as connection:
        return insert_record(connection, who, "vault", entity, values).id


def rows(db: Database, who: Context, entity: str = "client", **request: object) -> list[dict[str, object]]:
    with db.read() as connection:
        return [orjson.loads(item) for item in list_records(connection, who, "vault", entity, ListRequest(**request)).items]  # type: ignore[arg-type]


def kept(db: Database) -> list[str]:
    with db.read() as connection:
        return list(connection.scalars(sa.select(TABLE.c.f_id_no).where(TABLE.c.f_id_no.is_not(None)).order_by(TABLE.c.id)))


def test_what_is_kept_is_not_what_was_written(vault: Database) -> None:
    """In clear, masked or not there for its readers, also beyond a reference and in titles; nowhere in the database."""
    id = add(vault, name="Li", id_no=ID)
    add(vault, entity="loan", client=id)
    add(vault, name="Nobody")

    assert [ID, None] == [row["id_no"] for row in rows(vault, CLERK)]
    assert ["330****1237", None] == [row["id_no"] for row in rows(vault, VIEWER)]
    assert all("id_no" not in row and "pin" not in row for row in rows(vault, BLIND))
    assert [{ID}, {"330****1237"}] == [
        {row["client.id_no"] for row in rows(vault, who, "loan", select=("client.id_no",))} for who in (CLERK, VIEWER)
    ]
    with vault.read() as connection:
        assert {id: "Li 1237"} == titles_of(connection, CLERK, "vault", "client", [id])
    [seal] = kept(vault)
    assert seal.startswith("q1.k1.") and ID not in seal


def test_a_record_that_comes_along_is_opened_under_its_own_rights(vault: Database) -> None:
    """Expanded, an encrypted value is in clear, masked, absent or missing exactly as in a list of its entity."""
    for name, id_no in (("Li", ID), ("Wu", None)):
        add(vault, entity="loan", client=add(vault, name=name, id_no=id_no), memo="note")

    for who, shown in ((CLERK, {ID, None}), (VIEWER, {"330****1237", None}), (BLIND, {"absent"})):
        alone = {client["id"]: client for client in rows(vault, who)}
        loans = rows(vault, who, "loan", expand=("client",))
        found = [{name: value for name, value in loan["_expanded"]["client"].items() if name != "_title"} for loan in loans]  # type: ignore[index]

        assert [alone[loan["client"]] for loan in loans] == found
        assert shown == {client.get("id_no", "absent") for client in found}
        assert [loan.get("memo") for loan in rows(vault, who, "loan")] == [loan.get("memo") for loan in loans]


def test_a_change_reads_and_seals(vault: Database) -> None:
    """What was there before is known by rules and echoes; the trail and the history never hold it."""
    id = add(vault, name="Li", id_no=ID)
    with vault.write() as connection:
        assert 1 == update_record(connection, CLERK, "vault", "client", id, {"id_no": ID}, 1).version
        assert 2 == update_record(connection, CLERK, "vault", "client", id, {"id_no": "440305198001015678"}, 1).version
    with pytest.raises(Invalid) as short, vault.write() as connection:
        update_record(connection, CLERK, "vault", "client", id, {"id_no": "44"}, 2)
    assert ["/id_no"] == list(faults(short.value))

    with vault.read() as connection:
        events = list(connection.scalars(sa.select(audit_event.c.body)))
        history = record_history(connection, CLERK, "vault", "client", id, None)
    assert not any(part in text for text in (*events, json.dumps(history)) for part in (ID, "1237", "5678"))
    assert {"before": "***", "after": "***"}.items() <= history["items"][0]["changes"][0].items()  # type: ignore[index]


def test_only_a_whole_value_is_compared(vault: Database) -> None:
    """`==`, `!=`, `in` and whether there is one; every other use is refused by name, and so is an order."""
    add(vault, name="Li", id_no=ID)
    add(vault, name="Wu", id_no="440305198001015678")

    def names(where: str) -> list[object]:
        return [row["name"] for row in rows(vault, CLERK, where=where, order=("name",))]

    assert ["Li"] == names(f'id_no == "{ID}"') == names(f'"{ID}" == id_no') == names(f'id_no in ["{ID}", "1"]')
    assert ["Wu"] == names(f'id_no != "{ID}"') == names(f'not is_missing(id_no) and not (id_no == "{ID}")')
    for request in (
        {"where": 'starts_with(id_no, "330")'},
        {"where": "id_no == name"},
        {"where": 'id_no > "3"'},
        {"order": ("id_no",)},
    ):
        with pytest.raises(BadRequest) as refused:
            rows(vault, CLERK, **request)
        assert ["Q214"] == [fault.code for fault in refused.value.faults]
    assert [] == rows(vault, CLERK, search="330106")
    with pytest.raises(BadRequest) as masked:
        rows(vault, VIEWER, where=f'id_no == "{ID}"')
    assert ["Q205"] == [fault.code for fault in masked.value.faults]


def test_a_value_is_unique_under_every_key(vault: Database, settings: Settings) -> None:
    """Also between the new key and values that are not yet sealed with it; then all are, and the old key goes."""
    add(vault, name="Li", id_no=ID)
    with pytest.raises(Invalid) as twice:
        add(vault, name="Other", id_no=ID)
    assert {"/id_no": "Q309"}.keys() == faults(twice.value).keys()

    assert "k2" == add_key(vault, PLATFORM, settings)
    add(vault, name="Wu", id_no="440305198001015678")
    with pytest.raises(Invalid):
        add(vault, name="Other", id_no=ID)
    assert ["Li"] == [row["name"] for row in rows(vault, CLERK, where=f'id_no == "{ID}"')]
    assert [("k1", False, 1), ("k2", True, 1)] == [(key.id, key.active, key.values) for key in show_keys(vault, PLATFORM)]
    with pytest.raises(Conflict):
        remove_key(vault, PLATFORM, settings, "k1")

    assert [1, 0] == [rotate(vault, PLATFORM), rotate(vault, PLATFORM)]
    remove_key(vault, PLATFORM, settings, "k1")
    assert all(seal.startswith("q1.k2.") for seal in kept(vault))
    assert [ID, "440305198001015678"] == [row["id_no"] for row in rows(vault, CLERK)]


def test_without_its_key_nothing_is_read_or_written(vault: Database, settings: Settings) -> None:
    """The ring away, damaged, of another bank, or a seal that was changed: refused, never shown as missing."""
    id = add(vault, name="Li", id_no=ID)
    ring = settings.key_ring
    assert ring is not None and 0o600 == ring.stat().st_mode & 0o777
    text = ring.read_text()
    for wrong in (None, "{}", text.replace('"active": "k1"', '"active": "k9"')):
        ring.unlink(missing_ok=True)
        if wrong is not None:
            ring.write_text(wrong)
        with pytest.raises(SealBroken):
            rows(vault, CLERK)
        with pytest.raises(SealBroken):
            add(vault, name="Wu", id_no="440305198001015678")
        assert ["Li"] == [row["name"] for row in rows(vault, CLERK, select=("name",))]
        assert [id] == [row["id"] for row in rows(vault, BLIND)]
    with pytest.raises(SealBroken):
        add_key(vault, PLATFORM, settings)  # the ring is damaged, not away
    ring.unlink()
    with pytest.raises(SealBroken):
        add_key(vault, PLATFORM, settings)  # values need the lost one

    ring.write_text(text)
    [seal] = kept(vault)
    with vault.write() as connection:
        connection.execute(sa.update(TABLE).values(f_id_no=seal[:-3] + ("AA=" if not seal.endswith("AA=") else "BA=")))
    with pytest.raises(SealBroken):
        rows(vault, CLERK)


MAPPING = """\
mapping: clients
app: vault
steps:
  - entity: client
    file: clients.csv
    key: [id_no]
    fields: {id_no: no, name: name}
  - entity: loan
    file: loans.csv
    key: [client]
    fields:
      client: {column: no, lookup: {entity: client, by: id_no}}
"""


def test_a_file_finds_records_by_an_encrypted_key(vault: Database, settings: Settings, tmp_path: Path) -> None:
    """The same rows again change nothing, under an older key too; lookups find the record."""
    (tmp_path / "clients.csv").write_text(f"no,name\n{ID},Li\n", encoding="utf-8")
    (tmp_path / "loans.csv").write_text(f"no\n{ID}\n440305198001015678\n", encoding="utf-8")
    request = Request(read_mapping("a.yaml", MAPPING, {"vault": APP.app}), tmp_path, tmp_path)
    first, loans = import_file(vault, PLATFORM, request)
    add_key(vault, PLATFORM, settings)
    again, _ = import_file(vault, PLATFORM, request)

    assert (1, 1, 1) == (first.created, loans.created, loans.rejected)
    assert (0, 0, 1) == (again.created, again.updated, again.unchanged)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("entities/client.yaml", "mask:", "class: C1, mask:"),
        ("entities/client.yaml", "fields:\n", "fields:\n  born: {type: date, encrypted: true, label: Born}\n"),
        ("entities/client.yaml", "fields:\n", "fields:\n  short: {type: text, max: 9, compute: upper(id_no), label: Short}\n"),
        ("roles.yaml", "client: {read: true, create", 'client: {read: id_no != "1", create'),
        ("segments/odd.yaml", "", 'segment: odd\nentity: client\nlabel: Odd\nwhere: id_no != "1"\n'),
        ("segments/odd.yaml", "", 'segment: odd\nentity: loan\nlabel: Odd\nwhere: client.id_no == "1"\n'),
        (
            "segments/odd.yaml",
            "",
            'segment: odd\nentity: client\nlabel: Odd\nwhere: name == "1"\nrank: {by: age, within: id_no, top: 1}\n',
        ),
        ("entities/client.yaml", "fields:\n", 'duplicates: [{fields: [name], where: id_no != "1", then: warn}]\nfields:\n'),
        ("segments/odd.yaml", "", 'segment: odd\nentity: client\nlabel: Odd\nwhere: max(loans.memo) == "1"\n'),
        (
            "entities/client.yaml",
            "fields:\n",
            "rows: {r: {label: R, fields: {a: {type: text, max: 9, encrypted: true, label: A}}}}\nfields:\n  r: {type: rows, of: r, label: R}\n",
        ),
    ],
)
def test_what_needs_more_than_a_whole_value_is_never_live(
    database: Database, settings: Settings, path: str, old: str, new: str
) -> None:
    """Found at publishing, in every place that the database would compute."""
    add_key(database, EARLIER, settings)
    with database.read() as connection:
        good = plan_publish(connection, "vault", FILES, NOW).plan
        plan = plan_publish(connection, "vault", {**FILES, path: FILES[path].replace(old, new) if old else new}, NOW).plan
    assert [] == [one.code for one in good.diagnostics if one.severity == "error"]
    assert {"M445"} == {one.code for one in plan.diagnostics if one.severity == "error"}


def test_encryption_is_not_switched_on_or_off_and_needs_a_ring(
    database: Database, settings: Settings, releases: Releases
) -> None:
    """Without a key ring nothing encrypted goes live; with it, a published field stays as it is."""
    with database.read() as connection:
        plan = plan_publish(connection, "vault", FILES, NOW).plan
    assert {"M445"} == {one.code for one in plan.diagnostics if one.severity == "error"}
    add_key(database, EARLIER, settings)
    put_live(database, releases, FILES, app="vault")
    off = {**FILES, "entities/client.yaml": FILES["entities/client.yaml"].replace("encrypted: true, unique", "unique")}
    with database.read() as connection:
        plan = plan_publish(connection, "vault", off, NOW).plan
    assert "M445" in {one.code for one in plan.diagnostics if one.severity == "error"}


GONE = """\
automation: gone
entity: client
label: Gone
after: {delete: true}
run_as: system
do:
  - create: {entity: loan, set: {memo: {value: id_no}}}
"""


def test_the_job_of_a_deletion_keeps_its_values_sealed(vault: Database) -> None:
    """What an automation may need of a record that is gone waits in the database as the record itself stood there."""
    app = load_app({**FILES, "automations/gone.yaml": GONE}).app
    assert app is not None
    by_rule = replace(PLATFORM, releases={"vault": compile_app(app, 1), "org": directory()})
    id = add(vault, name="Li", id_no=ID)
    with vault.write() as connection:
        delete_record(connection, by_rule, "vault", "client", id, 1)
        [payload] = connection.scalars(sa.select(job.c.payload))
        act_after(connection, by_rule, payload)

    assert ID not in json.dumps(payload) and "Li" in json.dumps(payload)
    assert [ID] == [row["memo"] for row in rows(vault, PLATFORM, "loan")]

"""References that lead to records of several entities: chosen, titled, filtered, reported, and what keeps their records."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from forms_dsl.load import load_app
from runtime.commands.import_mapping import read_mapping
from runtime.commands.import_records import Request, import_file
from runtime.compile.app import CompiledApp, compile_app, wanted_tables
from runtime.compile.screens import compile_screens
from runtime.context import SYSTEM, Context, Principal
from runtime.failures import Conflict, Invalid
from runtime.publish.plan import plan_publish
from runtime.records.read import list_records
from runtime.records.reports import run_report
from runtime.records.request import ListRequest
from runtime.records.screens import structure_view
from runtime.records.titles import titles_of
from runtime.records.write import delete_record, insert_record, update_record
from runtime.releases import Releases
from runtime.store.database import Database
from tests.publish.desk import put_live
from tests.records.lab import NOW, directory, faults, person, refusal

FILES = {
    "app.yaml": """\
app: trip
format: 1
version: 1.0.0
label: Visits
languages: [en]
requires: {apps: {org: ">=1.0"}}
""",
    "entities/client.yaml": """\
entity: client
label: Client
title: "{name}"
fields:
  name: {type: text, max: 20, label: Name}
""",
    "entities/lead.yaml": """\
entity: lead
label: Lead
title: "Lead {name}"
fields:
  name: {type: text, max: 20, label: Name}
""",
    "entities/visit.yaml": """\
entity: visit
label: Visit
title: "Visit to {about}"
fields:
  about: {type: any_reference, to: [client, lead, org.branch], label: About}
  note: {type: text, max: 20, label: Note}
  stops: {type: rows, of: stop, label: Stops}
rows:
  stop: {label: Stop, fields: {at: {type: any_reference, to: [client, lead], label: At}}}
""",
    "reports/visits.yaml": """\
report: visits
entity: visit
label: Visits
rows: [about]
measures: {visits: {value: count(), label: Visits}}
""",
    "roles.yaml": """\
roles:
  all: {label: All, access: {client: {read: true, create: true, delete: true}, lead: {read: true, create: true, delete: true}, visit: {read: true, create: true, update: true, delete: true}}}
  no_leads: {label: No leads, access: {client: {read: name == "Li"}, visit: {read: true, create: true, update: true}}}
""",
}


def compiled(files: dict[str, str] = FILES) -> CompiledApp:
    app = load_app(files).app
    assert app is not None
    return compile_app(app, 1)


APP = compiled()


def by(principal: Principal, app: CompiledApp = APP) -> Context:
    return Context(principal, {"trip": app, "org": directory()}, NOW, NOW.date(), "request", "en")


ALL = by(replace(person("tom"), roles={"trip": frozenset({"all"})}))
FEW = by(replace(person("ann"), roles={"trip": frozenset({"no_leads"})}))
PLATFORM = by(SYSTEM)


@pytest.fixture
def releases(database: Database) -> Releases:
    """The releases of this process, none live yet."""
    return Releases(database, {})


@pytest.fixture
def visits(db: Database) -> Database:
    with db.write() as connection:
        APP.metadata.create_all(connection, tables=list(wanted_tables(APP)))
    return db


def add(db: Database, entity: str, who: Context = ALL, **values: object) -> str:
    with db.write() as connection:
        return insert_record(connection, who, "trip", entity, values).id


def rows(db: Database, who: Context, **request: object) -> list[dict[str, object]]:
    with db.read() as connection:
        return [orjson.loads(item) for item in list_records(connection, who, "trip", "visit", ListRequest(**request)).items]  # type: ignore[arg-type]


def test_it_leads_to_records_of_each_of_its_entities(visits: Database) -> None:
    """Kept as `app.entity/id`, titled by the entity at its end, also of the directory; filtered like a text."""
    li, lead = add(visits, "client", name="Li"), add(visits, "lead", name="Wu")
    for about in (f"trip.client/{li}", f"trip.lead/{lead}", "org.branch/cx"):
        add(visits, "visit", about=about)

    found = rows(visits, ALL, titles=True, order=("about",))
    assert ["org.branch/cx", f"trip.client/{li}", f"trip.lead/{lead}"] == [row["about"] for row in found]
    assert ["CX", "Li", "Lead Wu"] == [row["_titles"]["about"] for row in found]  # type: ignore[index]
    assert 1 == len(rows(visits, ALL, where=f'about == "trip.lead/{lead}"'))
    assert 1 == len(rows(visits, ALL, where='starts_with(about, "trip.client/")'))


def test_the_rights_of_the_target_decide_on_its_title_and_its_choice(visits: Database) -> None:
    """Whose rows or entity one may not read has no title and cannot be chosen; what stood there may stay."""
    li, wang, lead = add(visits, "client", name="Li"), add(visits, "client", name="Wang"), add(visits, "lead", name="Wu")
    for about in (f"trip.client/{li}", f"trip.client/{wang}", f"trip.lead/{lead}"):
        add(visits, "visit", about=about)

    titles = {str(row["about"]): row["_titles"].get("about") for row in rows(visits, FEW, titles=True)}  # type: ignore[attr-defined]
    assert {f"trip.client/{li}": "Li", f"trip.client/{wang}": None, f"trip.lead/{lead}": None} == titles
    for about in (f"trip.client/{wang}", f"trip.lead/{lead}", "trip.client/nobody"):
        assert {"/about": "Q305"} == faults(refusal(lambda about=about: add(visits, "visit", FEW, about=about)))  # type: ignore[misc]
        assert {"/stops/0/at": "Q305"} == faults(
            refusal(lambda about=about: add(visits, "visit", FEW, stops=[{"at": about}]))  # type: ignore[misc]
        )

    id = next(str(row["id"]) for row in rows(visits, FEW) if row["about"] == f"trip.lead/{lead}")
    with visits.write() as connection:
        changed = update_record(connection, FEW, "trip", "visit", id, {"about": f"trip.lead/{lead}", "note": "again"}, 1)
    assert 2 == changed.version


def test_an_entity_that_is_not_among_its_kinds_is_refused(visits: Database) -> None:
    """By its form alone, before anything is asked of the database."""
    with pytest.raises(Invalid) as refused:
        add(visits, "visit", about="trip.visit/1")
    assert {"/about": "V001"} == faults(refused.value)


@pytest.mark.parametrize("field", ["about", "stops"])
def test_a_record_that_it_leads_to_is_not_deleted(visits: Database, field: str) -> None:
    """As with a reference, from a record or a row of it, until nothing leads there any more."""
    lead = add(visits, "lead", name="Wu")
    value = f"trip.lead/{lead}"
    id = add(visits, "visit", **{field: value if field == "about" else [{"at": value}]})

    with pytest.raises(Conflict), visits.write() as connection:
        delete_record(connection, ALL, "trip", "lead", lead, 1)
    with visits.write() as connection:
        update_record(connection, ALL, "trip", "visit", id, {field: None}, 1)
        assert delete_record(connection, ALL, "trip", "lead", lead, 1).version == 2
    assert {"/about": "Q305"} == faults(refusal(lambda: add(visits, "visit", about=value)))


def test_it_stands_in_titles_and_reports(visits: Database) -> None:
    """A title names the record at its end; a report groups by it and says what the groups are called."""
    li = add(visits, "client", name="Li")
    visit = add(visits, "visit", about=f"trip.client/{li}")
    add(visits, "visit", about=f"trip.client/{li}")

    with visits.read() as connection:
        report = run_report(connection, ALL, "trip", "visits")
        few = run_report(connection, FEW, "trip", "visits")
        titles = titles_of(connection, ALL, "trip", "visit", [visit])
    assert [{"about": f"trip.client/{li}", "visits": 2}] == report["rows"]
    assert {"about": {f"trip.client/{li}": "Li"}} == report["_titles"] == few["_titles"]
    assert "reference" == report["columns"][0]["type"]  # type: ignore[index]
    assert {visit: "Visit to Li"} == titles


def test_the_screen_offers_the_entities_that_one_may_read() -> None:
    """Each with its name and the columns by which its records are told apart."""
    drawn = compile_screens(APP, structure_view(APP), dt.date(2026, 11, 24))
    field = drawn["entities"]["visit"]["fields"]["about"]  # type: ignore[index]
    assert ["trip.client", "trip.lead", "org.branch"] == [each["to"] for each in field["options"]["targets"]]
    assert (["name"], ["name", "code"]) == (
        field["options"]["targets"][0]["to_columns"],
        field["options"]["targets"][2]["to_columns"],
    )


def test_it_follows_an_entity_that_is_renamed(database: Database, releases: Releases) -> None:
    """The new name goes into the values; an entity that is no longer among the kinds is told of with its records."""
    put_live(database, releases, FILES, app="trip")
    context = replace(PLATFORM, releases=releases.current())
    with database.write() as connection:
        lead = insert_record(connection, context, "trip", "lead", {"name": "Wu"}).id
        id = insert_record(connection, context, "trip", "visit", {"about": f"trip.lead/{lead}"}).id

    with database.read() as connection:
        without = {**FILES, "entities/visit.yaml": FILES["entities/visit.yaml"].replace("[client, lead, ", "[client, ")}
        plan = plan_publish(connection, "trip", without, NOW).plan
    assert [("about", "choice", 1, (id,))] == [(m.field, m.rule, m.count, m.samples) for m in plan.misfits]

    renamed = {path: text.replace("lead", "prospect") for path, text in FILES.items() if path != "entities/lead.yaml"}
    renamed["entities/prospect.yaml"] = FILES["entities/lead.yaml"].replace("entity: lead", "entity: prospect\nid: lead")
    put_live(database, releases, renamed, app="trip")
    with database.read() as connection:
        table = releases.current()["trip"].entities["visit"].table
        assert f"trip.prospect/{lead}" == connection.execute(sa.select(table.c.f_about)).scalar_one()


MAPPING = """\
mapping: calls
app: trip
steps:
  - entity: visit
    file: calls.csv
    key: [note]
    fields:
      note: no
      about: {column: who, lookup: {entity: lead, by: name}}
"""


def test_a_file_names_its_records_by_their_own_values(visits: Database, tmp_path: Path) -> None:
    """A lookup gives the entity and the id; without one the values stand in the file as they are kept."""
    lead = add(visits, "lead", name="Wu")
    (tmp_path / "calls.csv").write_text("no,who\n1,Wu\n2,Nobody\n", encoding="utf-8")
    (tmp_path / "plain.csv").write_text(f"no,who\n3,trip.lead/{lead}\n", encoding="utf-8")
    plain = MAPPING.replace("{column: who, lookup: {entity: lead, by: name}}", "who").replace("calls.csv", "plain.csv")

    (found,) = import_file(visits, PLATFORM, Request(read_mapping("a.yaml", MAPPING, {"trip": APP.app}), tmp_path, tmp_path))
    (given,) = import_file(visits, PLATFORM, Request(read_mapping("b.yaml", plain, {"trip": APP.app}), tmp_path, tmp_path))

    assert (1, 1, 1, 0) == (found.created, found.rejected, given.created, given.rejected)
    assert {"1": f"trip.lead/{lead}", "3": f"trip.lead/{lead}"} == {str(r["note"]): r["about"] for r in rows(visits, ALL)}

"""Two releases of a real app over one database: as it is, and with fields more that no role may know.

Whatever a person of any role asks of the longer one must be answered as by the one in which the fields do not exist.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
import yaml

from forms_dsl.folder import read_folder
from forms_dsl.model import App
from forms_dsl.org import BUILT_IN
from runtime.compile.app import CompiledApp, compile_app, wanted_tables
from runtime.context import SYSTEM, Context
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person, add_unit
from runtime.identity.principal import resolve_principal
from runtime.identity.tokens import create_token
from runtime.records.write import insert_record, update_record
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import Database
from tests.serving import PLAIN, serving
from workflow_engine.verify import load_verified

ROOT = Path(__file__).resolve().parents[2]
NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=10)
#: Every kind of value that a clause may want to tell apart; no role of the app may know one of them.
FIELDS = {
    "kn_text": "type: text, max: 60",
    "kn_sum": "type: money",
    "kn_day": "type: date",
    "kn_pick": "type: choice, choices: {kn_one: {label: {zh: 甲, en: One}}, kn_two: {label: {zh: 乙, en: Two}}}",
    "kn_person": "type: reference, to: org.person",
    "kn_twice": "type: money, compute: kn_sum * 2",
    "kn_kept": "type: money, stored: true, compute: 'coalesce(kn_sum, 0) * 3'",
    "kn_pin": "type: text, max: 20, class: C3",
}
#: Stands in every hidden value that can hold a text; no answer may hold it.
CANARY = "KNCANARY"


@dataclass(frozen=True)
class Ground:
    """An app, the entity that gets the fields, where it is shown, and what a record of it needs."""

    app: str
    folder: Path
    entity: str
    #: A list, a form and a page of the entity, where the fields are put in too.
    list: str
    form: str
    page: str | None
    needs: Mapping[str, object]
    requires: tuple[str, ...] = ()
    more: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    #: Its own fields that are shown masked to all roles.
    masked: tuple[str, ...] = ()


SHIPPED = Ground(
    "bank_customer",
    ROOT / "app_definitions/bank_customer",
    "customer",
    "customers",
    "customer.edit",
    "customer",
    {"customer_no": "C{n}", "full_name": "张伟{n}", "id_no": "{card}", "mobile": "1380000{n}456"},
    more={"loan_application": {"customer": "{id}", "product": "consumer", "amount": "100000", "term": 12, "annual_rate": "4.5", "monthly_income": "20000"}},
    masked=("id_no", "mobile"),
)  # fmt: skip
EXAMPLE = Ground(
    "loan",
    ROOT / "tests/example_app/loan",
    "loan_application",
    "branch_applications",
    "loan_application.intake",
    None,
    {
        "product": "{product}",
        "amount": "150000.00",
        "term": 24,
        "annual_rate": "4.35",
        "phone": "138123{n}5678",
        "purpose": "x",
        "incomes": [{"kind": "salary", "amount": "9000.00"}],
    },
    requires=("customer360",),
    masked=("phone",),
)


def with_fields(files: Mapping[str, str], ground: Ground, level: str) -> dict[str, str]:
    """The app with the fields, in every list, form and page of the entity, hidden from every role or masked for it."""
    longer = dict(files)
    path = f"entities/{ground.entity}.yaml"
    lines = [f"  {name}: {{{said}, label: {{zh: {name}, en: {name}}}}}" for name, said in FIELDS.items()]
    longer[path] = longer[path].replace("\nfields:\n", "\nfields:\n" + "\n".join(lines) + "\n", 1)
    roles = yaml.safe_load(files["roles.yaml"])
    for role in roles["roles"].values():
        rule = (role.get("access") or {}).get(ground.entity)
        if rule is not None:
            rule["fields"] = {**(rule.get("fields") or {}), **dict.fromkeys(FIELDS, level)}
    longer["roles.yaml"] = yaml.safe_dump(roles, allow_unicode=True, sort_keys=False)
    shown = [name for name in FIELDS if name != "kn_pin"]
    listed = yaml.safe_load(files[f"lists/{ground.list}.yaml"])
    listed["columns"] = [shown[0], *listed["columns"], *shown[1:]]
    listed["search"] = ["kn_text", *listed["search"]]
    listed["quick_filters"] = [*listed["quick_filters"], "kn_pick"]
    longer[f"lists/{ground.list}.yaml"] = yaml.safe_dump(listed, allow_unicode=True, sort_keys=False)
    form = yaml.safe_load(files[f"forms/{ground.form}.yaml"])
    form["layout"][0]["items"] += ["kn_text", "kn_sum", "kn_day", "kn_pick", "kn_twice"]
    longer[f"forms/{ground.form}.yaml"] = yaml.safe_dump(form, allow_unicode=True, sort_keys=False)
    if ground.page is not None:
        page = yaml.safe_load(files[f"pages/{ground.page}.yaml"])
        page["facts"] += shown
        longer[f"pages/{ground.page}.yaml"] = yaml.safe_dump(page, allow_unicode=True, sort_keys=False)
    return longer


def load(files: Mapping[str, str], ground: Ground) -> dict[str, CompiledApp]:
    """The app with the apps that it requires, compiled."""
    apps: dict[str, App] = {}
    for name in ground.requires:
        found = load_verified(read_folder(ROOT / "app_definitions" / name)).app
        assert found is not None
        apps[name] = found
    loaded = load_verified(files, others=apps)
    assert loaded.app is not None, [str(each.message) for each in loaded.diagnostics if each.severity == "error"]
    return {name: compile_app(app, 1) for name, app in {**BUILT_IN, **apps, ground.app: loaded.app}.items()}


@dataclass
class Pair:
    """One database behind two servers; callers by role for each, and the ids of some records by entity."""

    ground: Ground
    longer: dict[str, CompiledApp]
    database: Database
    #: Somebody to whom the hidden references lead, and somebody else.
    people: tuple[str, str]
    #: Role → the caller of the app with the fields, and that of the app without.
    callers: dict[str, tuple[httpx.Client, httpx.Client]]
    records: dict[str, list[str]]


@contextmanager
def pair(database: Database, folder: Path, ground: Ground, level: str = "hidden") -> Iterator[Pair]:
    """Both releases served over the records of the longer one, with a person for each role."""
    files = read_folder(ground.folder)
    shorter, longer = load(files, ground), load(with_fields(files, ground, level), ground)
    for compiled in longer.values():
        compiled.metadata.create_all(database.engine, tables=list(wanted_tables(compiled)))
    callers: dict[str, str] = {}
    with database.write() as connection:
        head = add_unit(connection, "HO", "总行", NOW)
        unit = add_unit(connection, "CX", "城西支行", NOW, parent_id=head)
        for role in longer[ground.app].app.roles:
            person = add_person(connection, f"p_{role}", f"{role}", NOW, unit_id=unit)
            grant_role(connection, person, ground.app, role, Given(NOW))
            callers[role] = create_token(connection, person, "family", dt.timedelta(days=90), NOW)[1]
        anybody = resolve_principal(connection, person, NOW, demo=False)
        assert anybody is not None
        other = add_person(connection, "other", "other", NOW, unit_id=unit)
    records = _write(database, longer, ground, unit, anybody.id)
    settings = Settings(database_url=database.url, data_folder=folder, demo=False)
    with ExitStack() as stack:
        bases = []
        for apps in (longer, shorter):
            # The clock goes on, so that nobody asks too much at once.
            moments = (LATER + dt.timedelta(milliseconds=50 * number) for number in itertools.count())
            services = Services(settings, database, Releases(database, apps), clock=moments.__next__)
            bases.append(stack.enter_context(serving(build_app(services))))
        clients = {}
        for role, token in callers.items():
            headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
            first, second = (
                stack.enter_context(httpx.Client(base_url=base, headers=headers, timeout=60, verify=PLAIN)) for base in bases
            )
            clients[role] = (first, second)
        yield Pair(ground, longer, database, (anybody.id, other), clients, records)


def hidden_values(number: int, person: str) -> dict[str, object]:
    """What a record holds in the hidden fields that people enter."""
    return {
        "kn_text": f"{CANARY} {number}",
        "kn_sum": f"{7000 + number}.00",
        "kn_day": f"2019-09-{10 + number}",
        "kn_pick": ("kn_one", "kn_two")[number % 2],
        "kn_person": person,
        "kn_pin": f"{CANARY}{number}",
    }


def _write(database: Database, apps: Mapping[str, CompiledApp], ground: Ground, unit: str, person: str) -> dict[str, list[str]]:
    """Some records of the entity, each changed once, and one of each entity beside it."""
    context = Context(SYSTEM, apps, NOW, NOW.date(), "family", "en", demo=False)
    later = Context(SYSTEM, apps, NOW + dt.timedelta(days=1), NOW.date(), "family", "en", demo=False)
    made: dict[str, list[str]] = {ground.entity: []}
    with database.write() as connection:
        customer = None
        if "customer360" in ground.requires:
            body: dict[str, object] = {"no": "C000000001", "full_name": "李四", "branch": unit}
            customer = insert_record(connection, context, "customer360", "customer", body).id
        for number in range(3):
            body = {name: _filled(value, number, "") for name, value in ground.needs.items()} | {"branch": unit}
            if customer is not None:
                body["customer"] = customer
            row = insert_record(connection, context, ground.app, ground.entity, body | hidden_values(number, person))
            update_record(connection, later, ground.app, ground.entity, row.id, {"kn_sum": f"{8000 + number}.00"}, row.version)
            made[ground.entity].append(row.id)
        for entity, needs in ground.more.items():
            body = {name: _filled(value, 1, made[ground.entity][0]) for name, value in needs.items()} | {"branch": unit}
            made[entity] = [insert_record(connection, context, ground.app, entity, body).id]
    return made


def change_what_is_hidden(pair: Pair) -> None:
    """Give each record other values behind the masks, and everything else as it was, its version and its last change too."""
    ground = pair.ground
    entity = pair.longer[ground.app].entities[ground.entity]
    context = Context(SYSTEM, pair.longer, LATER, LATER.date(), "family", "en", demo=False)
    stamps = [entity.table.c[name] for name in ("id", "version", "changed_at", "changed_by")]
    with pair.database.write() as connection:
        for number, id in enumerate(pair.records[ground.entity]):
            before = connection.execute(sa.select(*stamps).where(entity.table.c.id == id)).one()
            other = {
                "kn_text": f"Different words {number}",
                "kn_sum": f"{17 - number}.00",
                "kn_day": f"2001-01-{20 - number}",
                "kn_pick": ("kn_one", "kn_two")[(number + 1) % 2],
                "kn_person": pair.people[1],
                "kn_pin": f"Z{number}",
            }
            for name in ground.masked:
                other[name] = masked_alike(str(_filled(ground.needs[name], number, "")))
            update_record(connection, context, ground.app, ground.entity, id, other, before.version, by_platform=True)
            connection.execute(entity.table.update().where(entity.table.c.id == id).values(**before._asdict()))


def masked_alike(text: str) -> str:
    """Another number of an ID card or a telephone that its mask shows in the same way."""
    if len(text) == len("13812345678"):
        return f"{text[:3]}{(int(text[3:7]) + 1111) % 10000:04}{text[-4:]}"
    for day in range(28):
        other = id_card(f"{text[:4]}02198502{day + 1:02}{text[14:17]}")
        if other[-1] == text[-1]:
            return other
    raise AssertionError(f"no number is shown as {text}")


def _filled(value: object, number: int, id: str) -> object:
    if not isinstance(value, str):
        return value
    product = ("consumer", "mortgage", "business")[number % 3]
    value = value.replace("{product}", product)
    return value.replace("{n}", str(number)).replace("{id}", id).replace("{card}", id_card(f"3101011990010112{number}"))


def id_card(first: str) -> str:
    """The number of an ID card that begins with these 17 digits."""
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


@dataclass(frozen=True)
class Call:
    """A request, said the same to both."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


#: Those that are asked about one by one in every clause; all of them are asked about together.
ALONE = ("kn_text", "kn_pin")


def calls_for(pair: Pair, *names: str) -> Iterator[Call]:
    """Every clause and every body in which fields may be named."""
    ground = pair.ground
    app, entity = ground.app, ground.entity
    at, id = f"/api/{app}/{entity}", pair.records[entity][0]
    known = {**{name: _filled(value, 0, "") for name, value in ground.needs.items()}, **hidden_values(0, pair.people[0])}
    given = {name: known.get(name, "8000.00") for name in names}
    listed = ",".join(names)

    def each(text: str, between: str = " and ") -> str:
        return between.join(text.format(name=name, value=given[name]) for name in names)

    for where in ('{name} == "{value}"', "{name} == 1", "is_missing({name})", "{name} > today()"):
        yield Call("GET", at, {"where": each(where)})
    yield Call("GET", at, {"where": f"not ({each('{name} == 1')})", "count": "exact"})
    for order in ("{name}", "-{name}"):
        yield Call("GET", at, {"order": each(order, ",")})
    yield Call("GET", at, {"select": f"id,{listed}"})
    yield Call("GET", at, {"expand": ",".join(names[:5])})
    yield Call("GET", at, {"group": listed})
    for measure in ("sum({name})", "max({name})", "count_if({name} == 1)", "{name}"):
        yield Call("GET", at, {"measures": each(measure, ",")})
    yield Call("GET", at, {"measures": "count", "order": each("-sum({name})", ",")})
    yield Call("GET", f"{at}/changes", {"select": listed})
    for query in ({"select": listed}, {"expand": ",".join(names[:5])}, {"as_at": "2026-03-02", "select": listed}):
        yield Call("GET", f"{at}/{id}", query)
    for query in ({"select": listed}, {"where": each("not is_missing({name})")}, {"order": listed}):
        yield Call("GET", f"{at}/export", query | {"format": "csv"})
        yield Call("POST", f"{at}/exports", body=query | {"note": "as asked"})
    root = f"/odata/{app}/{entity}"
    for option, text in (
        ("$select", listed),
        ("$orderby", each("{name} desc", ",")),
        ("$filter", each("{name} eq 'x'")),
        ("$filter", each("contains({name},'x')")),
        ("$filter", each("{name} gt 1")),
    ):
        yield Call("GET", root, {option: text})
    yield Call("GET", f"{root}/$count", {"$filter": each("{name} eq null")})
    yield Call("POST", f"{at}/{id}/reveal", body={"fields": list(names), "reason": "as asked"})
    yield Call("POST", at, body=given)
    yield Call("PATCH", f"{at}/{id}", body=given, headers={"If-Match": '"2"'})
    yield Call("POST", f"{at}/bulk", body={"items": [{"action": "create", "values": given}]})
    yield Call("POST", f"{at}/compute", body={"fields": given})
    yield Call("POST", f"/api/{app}/duplicates/{entity}", body={"fields": given})
    yield Call("GET", f"/api/access/{app}/{entity}/{id}", {"field": names[0]})
    for beside, needs in ground.more.items():
        there = f"/api/{app}/{beside}"
        reference = next(key for key, value in needs.items() if value == "{id}")
        paths = ",".join(f"{reference}.{name}" for name in names)
        for query in (
            {"where": each(f"{reference}.{{name}} == 1")},
            {"order": paths},
            {"select": paths},
            {"expand": f"{reference}.{names[0]}"},
            {"group": paths},
            {"measures": each(f"max({reference}.{{name}})", ",")},
        ):
            yield Call("GET", there, query)
        yield Call("GET", f"{there}/{pair.records[beside][0]}", {"select": paths})


def calls_of_all(pair: Pair) -> Iterator[Call]:
    """What is answered as a whole, without a field that is named."""
    app, entity = pair.ground.app, pair.ground.entity
    at = f"/api/{app}/{entity}"
    for query in ({}, {"search": CANARY}, {"search": "8000"}, {"titles": "true"}, {"deleted": "true"}):
        yield Call("GET", at, query)
    yield Call("GET", f"{at}/changes", {})
    for id in pair.records[entity]:
        yield Call("GET", f"{at}/{id}", {"titles": "true"})
        yield Call("GET", f"{at}/{id}", {"as_at": "2026-03-02"})
        yield Call("GET", f"{at}/{id}/history", {})
        yield Call("GET", f"{at}/{id}/prints", {})
        yield Call("GET", f"{at}/{id}/process", {})
    for query in ({"format": "csv"}, {"format": "csv", "search": CANARY}):
        yield Call("GET", f"{at}/export", query)
    yield Call("GET", f"/odata/{app}/{entity}", {})
    yield Call("GET", f"/odata/{app}/$metadata", {})
    yield Call("GET", f"/api/apps/{app}/screens", {})
    yield Call("GET", f"/api/{app}/openapi.json", {})
    yield Call("GET", f"/api/apps/{app}/search", {"q": CANARY})
    yield Call("GET", f"/api/{app}/duplicates/{entity}", {})
    for report in pair.longer[app].app.reports:
        yield Call("GET", f"/api/{app}/reports/{report}", {})
    for beside in pair.ground.more:
        yield Call("GET", f"/api/{app}/{beside}", {"expand": "customer", "titles": "true"})

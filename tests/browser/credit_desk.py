"""Corporate credit on the running demo: published, with posts and limits for its people and one rated company."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from forms_dsl.folder import read_folder
from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.context import SYSTEM, Context
from runtime.identity.holdings import Given, grant_role, hold_post
from runtime.identity.organisation import set_limit
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.records.write import insert_record
from runtime.settings import Settings
from runtime.start import open_releases
from runtime.store.database import Database, open_database
from runtime.store.identifiers import new_id
from runtime.store.tables import org_branch, org_person

APP = "corporate_credit"
FOLDER = Path(__file__).resolve().parents[2] / "app_definitions" / APP
COMPANY = "钱江精密"
#: Who does what beside his work for the other app.
ROLES = {
    "clerk": "relationship_manager",
    "analyst": "legal_officer",
    "publisher": "aml_specialist",
    "credit": "risk_reviewer",
    "auditor": "risk_reviewer",
    "admin": "risk_reviewer",
}


def open_credit_desk(data: Path, customer_no: str) -> None:
    """Publish the app beside the running server, as `qiqiao publish` does, and give its people what they need."""
    settings = Settings(f"sqlite:///{data / 'qiqiao.db'}", data, demo=True)
    database = open_database(settings.database_url, SQLITE_SETUP)
    releases = open_releases(database)
    now = dt.datetime.now(dt.UTC)
    if APP not in releases.current():
        context = Context(SYSTEM, releases.current(), now, settings.business_date(now), new_id(now), demo=True)
        publish(database, releases, Publication(APP, read_folder(FOLDER), Consent("system", alone=True), None), context)
        releases.refresh(database)
        _staff(database, now)
        _company(database, replace(context, releases=releases.current()), customer_no)
    database.engine.dispose()


def _staff(database: Database, now: dt.datetime) -> None:
    with database.write() as connection:
        people = dict(connection.execute(sa.select(org_person.c.f_username, org_person.c.id)).all())
        branch = connection.scalar(sa.select(org_branch.c.id).where(org_branch.c.f_code == "CX"))
        for username, role in ROLES.items():
            grant_role(connection, people[username], APP, role, Given(now))
        hold_post(connection, people["checker"], str(branch), "复核岗", Given(now))
        set_limit(connection, people["head"], APP, Decimal("5000000.00"))


def _company(database: Database, context: Context, customer_no: str) -> None:
    with database.write() as connection:
        values = {
            "customer_no": customer_no,
            "name": COMPANY,
            "uscc": "91350100M000100Y43",
            "branch": str(connection.scalar(sa.select(org_branch.c.id).where(org_branch.c.f_code == "CX"))),
            "industry": "C",
            "size": "2",
            "rating": "A",
            "exposure": "0.00",
        }
        insert_record(connection, context, APP, "company", values, by_platform=True)

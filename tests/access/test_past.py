"""Who might see a record on a past day goes by the rules that were live then."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from forms_dsl.folder import read_folder
from runtime.commands.explain_access import Asked, explain_for
from runtime.compile.names import column_name
from runtime.context import SYSTEM
from runtime.failures import Conflict
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.records.explain import Explained
from runtime.store.database import Database
from tests.shipped_bank import APP, FOLDER, NOW, PUBLISHER, Bank, add_customer, open_bank

LATER = NOW + dt.timedelta(days=30)
_BEFORE = "customer: {read: branch.path in user.branch_tree, unmask: [id_no, mobile]}"
_THEN = "customer: {read: true, deny: 'employer == \"none\"', fields: {mobile: hidden}, override_reason: as it was}"


@pytest.fixture
def bank(database: Database, database_url: str, tmp_path: Path) -> Bank:
    """A bank whose checkers read all customers at first, and for the last days those of their own branch."""
    files = read_folder(FOLDER)
    assert _BEFORE in files["roles.yaml"]
    first = {**files, "roles.yaml": files["roles.yaml"].replace(_BEFORE, _THEN)}
    opened = open_bank(database, database_url, tmp_path, first)
    publish(database, opened.releases, Publication(APP, files, Consent("analyst"), 1), opened.context(PUBLISHER, LATER))
    opened.releases.refresh(database)
    return opened


def asked(bank: Bank, customer: str, day: dt.date | None) -> tuple[Explained, int | None]:
    """Why the checker of another branch may or may not read a customer, and by which release."""
    context = bank.context(SYSTEM, LATER + dt.timedelta(days=1))
    with bank.database.read() as connection:
        _, found, moments = explain_for(connection, context, bank.releases, Asked(APP, "customer", customer, on=day), "checker2")
    return found, moments.release


def test_the_rules_of_a_past_day_are_those_of_the_release_that_was_live(bank: Bank) -> None:
    """Rows and fields go by the rules of then, up to the last moment of the day on which they changed."""
    customer = add_customer(bank)

    found, release = asked(bank, customer, NOW.date())
    assert (True, 1, "nothing") == (found.may, release, next(f.shows for f in found.fields if f.name == "mobile"))
    assert (True, 1) == ((eve := asked(bank, customer, LATER.date() - dt.timedelta(days=1)))[0].may, eve[1])
    assert (False, 2) == ((now := asked(bank, customer, LATER.date()))[0].may, now[1])
    assert (False, 2) == ((now := asked(bank, customer, None))[0].may, now[1])


def test_rules_that_read_a_field_which_is_gone_are_not_guessed(bank: Bank) -> None:
    """A column that has been dropped since cannot be asked: that is said, and the present is told as ever."""
    customer = add_customer(bank)
    entity = bank.compiled.entities["customer"]
    with bank.database.write() as connection:
        column = column_name(entity.entity.fields["employer"])
        connection.execute(sa.text(f'ALTER TABLE "{entity.table.name}" DROP COLUMN "{column}"'))

    with pytest.raises(Conflict) as refused:
        asked(bank, customer, NOW.date())
    assert "P465" == refused.value.code
    assert not asked(bank, customer, None)[0].may

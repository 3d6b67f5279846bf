"""A bank's overlay of the shipped app from check to release, before and after its base goes to a new version."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from builder.cli import main
from builder.drafts import save_file
from builder.folder import open_folder
from forms_dsl.load import read_folder
from forms_dsl.reading import ReadOnce
from runtime.failures import Invalid
from runtime.start import open_releases
from runtime.store.database import Database
from tests.definitions import EXAMPLE, SHIPPED
from tests.releases.test_releases import activate

OVERLAY = {
    "app.yaml": "app: shop\nformat: 1\nversion: 1.1.0\nlabel: {zh: 本行, en: Our bank}\nlanguages: [zh, en]\nextends: {app: bank_customer, version: 1.0.0}\n",
    "entities/loan_application.yaml": (
        "extend: bank_customer.loan_application\nfields:\n"
        "  amount: {check: amount > 0 and amount <= 3000000}  # our limit\n"
        "  x_manager_no: {type: text, max: 8, label: {zh: 客户经理号, en: Manager no.}}\n"
    ),
    "forms/loan_application.intake.yaml": "extend: bank_customer.loan_application.intake\nlayout:\n  loan: {items: {x_manager_no: {after: amount}}}\n",
}


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped app and an overlay on it, side by side."""
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    shutil.copytree(SHIPPED / "bank_customer", tmp_path / "bank_customer")
    for path, text in OVERLAY.items():
        file = tmp_path / "shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "shop"


def test_check_finds_the_base_beside_the_overlay(overlay: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An overlay without mistakes is clean; a mistake in the base is told with the real path of the base's file, --base names another."""
    assert 0 == main(["check", str(overlay)])
    assert "nothing to complain about" in capsys.readouterr().out
    entity = overlay.parent / "bank_customer" / "entities" / "loan_application.yaml"
    clean = shutil.copytree(overlay.parent / "bank_customer", overlay.parent / "elsewhere" / "base")
    entity.write_text(entity.read_text().replace("annuity(amount,", "annuity(amuont,"))

    assert 1 == main(["check", str(overlay), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [("../bank_customer/entities/loan_application.yaml", "X005")] == [
        (each["file"], each["code"]) for each in found if each["severity"] == "error"
    ]
    assert 0 == main(["check", str(overlay), "--base", str(clean)])


def test_a_release_of_an_overlay_is_whole(database: Database, overlay: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The release holds the base's texts, so it lives without their folder; after an upgrade of the base both changes are in it."""
    releases = open_releases(database)
    activate(database, 1, dict(open_folder(overlay).files))
    releases.refresh(database)
    fields = releases.current()["shop"].app.entities["loan_application"].fields

    assert {"x_manager_no", "annual_rate"} <= fields.keys()
    assert "amount > 0 and amount <= 3000000" == fields["amount"].check.source  # type: ignore[union-attr]
    base = overlay.parent / "bank_customer"
    shutil.copytree(base, overlay.parent / "elsewhere" / "old_base")
    app, entity = base / "app.yaml", base / "entities" / "loan_application.yaml"
    app.write_text(app.read_text().replace("version: 1.0.0", "version: 1.1.0"))
    entity.write_text(
        entity.read_text().replace(
            "\nfields:\n", "\nfields:\n  campaign: {type: text, max: 20, label: {zh: 活动, en: Campaign}}\n", 1
        )
    )
    assert 1 == main(["check", str(overlay)])
    assert "O005" in capsys.readouterr().out
    assert 0 == main(["upgrade-app", str(overlay), str(base), "--from", str(overlay.parent / "elsewhere" / "old_base")])
    assert 0 == main(["check", str(overlay)])
    activate(database, 2, dict(open_folder(overlay).files))
    releases.refresh(database)
    fields = releases.current()["shop"].app.entities["loan_application"].fields

    assert {"x_manager_no", "annual_rate", "campaign"} <= fields.keys()
    assert "amount > 0 and amount <= 3000000" == fields["amount"].check.source  # type: ignore[union-attr]


def test_the_example_overlay_checks_clean(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The bank's overlay of the example app has neither errors nor warnings, its base neither."""
    monkeypatch.setenv("QIQIAO_LOCALE", "en")

    assert 0 == main(["check", str(EXAMPLE / "loan_bankx")])
    assert "0 error(s), 0 warning(s)" in capsys.readouterr().out


def test_nobody_edits_the_base_through_a_draft_of_the_overlay(database: Database) -> None:
    """The texts of the base are read in the builder and never saved: a seal could be broken there."""
    for path in ("extends/roles.yaml", "extends/entities/loan_application.yaml"):
        with pytest.raises(Invalid):
            save_file(database, None, "shop", path, "roles: {}\n", None, ReadOnce())  # type: ignore[arg-type]


def test_a_field_of_an_overlay_is_renamed_in_the_overlay_alone(overlay: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The overlay's own field and its references get the new name; the base is not touched, and its fields cannot be renamed here."""
    base = read_folder(overlay.parent / "bank_customer")

    assert 0 == main(["rename", str(overlay), "loan_application.x_manager_no", "x_manager"])
    assert "x_manager: {after: amount}" in (overlay / "forms" / "loan_application.intake.yaml").read_text()
    assert "x_manager: {id: x_manager_no, type: text" in (overlay / "entities" / "loan_application.yaml").read_text()
    assert 0 == main(["check", str(overlay)])
    before = read_folder(overlay)
    assert 1 == main(["rename", str(overlay), "loan_application.amount", "x_sum"])
    assert before == read_folder(overlay)
    assert base == read_folder(overlay.parent / "bank_customer")

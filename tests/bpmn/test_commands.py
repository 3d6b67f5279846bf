"""`qiqiao bpmn` and `qiqiao dmn` as a person calls them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from builder.cli import main
from tests.bpmn.sources import CAMUNDA
from tests.dmn.test_dmn import CAMUNDA as TABLE

ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "app_definitions/bank_customer"


def test_a_workflow_goes_out_and_comes_back_into_its_app(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exported, imported over itself: the app has no difference and no error."""
    app = tmp_path / "bank_customer"
    shutil.copytree(BANK, app)
    flow = app / "workflows/loan_approval.yaml"

    assert 0 == main(["bpmn", "export", str(flow), "--out", str(tmp_path / "f.bpmn"), "--language", "zh"])
    assert 1 == main(["bpmn", "import", str(tmp_path / "f.bpmn"), "--into", str(app)])
    assert "--replace" in capsys.readouterr().err
    assert 0 == main(["bpmn", "import", str(tmp_path / "f.bpmn"), "--into", str(app), "--replace"])
    assert 0 == main(["check", str(app)])


def test_a_model_of_another_product_is_shown_with_what_is_to_be_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a folder the workflow goes to the output and the findings beside it; --json has both."""
    (tmp_path / "m.bpmn").write_text(CAMUNDA)

    assert 0 == main(["bpmn", "import", str(tmp_path / "m.bpmn"), "--for", "loan_application"])
    shown = capsys.readouterr()
    assert "workflow: loan_approval" in shown.out
    assert "m.bpmn:45:5" in shown.err
    assert 0 == main(["bpmn", "import", str(tmp_path / "m.bpmn"), "--json"])
    assert ["workflows/loan_approval.yaml"] == list(json.loads(capsys.readouterr().out)["files"])


def test_tables_go_out_come_back_and_are_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """export, import and eval of a table; a question that no row answers has exit code 1."""
    table = ROOT / "tests/example_app/loan/decisions/loan_authority.yaml"
    out = tmp_path / "t.dmn"

    assert 0 == main(["dmn", "export", str(table), "--out", str(out)])
    capsys.readouterr()
    given = {"exposure": 300000, "grade": "A", "product": "consumer"}
    assert 0 == main(["dmn", "eval", str(out), "--given", json.dumps(given)])
    assert {"rows": ["officers_general"], "outputs": {"level": "credit_officers"}} == json.loads(capsys.readouterr().out)
    assert 1 == main(["dmn", "eval", str(out), "--given", "{}"])
    assert 1 == main(["dmn", "eval", str(out), "--given", '{"colour": 1}'])
    assert 1 == main(["dmn", "eval", str(out), "--given", "[]"])
    capsys.readouterr()
    assert 0 == main(["dmn", "import", str(out)])
    assert "decision: loan_authority" in capsys.readouterr().out
    (tmp_path / "o.dmn").write_text(TABLE)
    assert 1 == main(["dmn", "import", str(tmp_path / "o.dmn")])
    assert "I401" in capsys.readouterr().err


def test_calls_that_lead_nowhere_are_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there, one outside of an app, and a scorecard."""
    assert 1 == main(["bpmn", "import", str(tmp_path / "none.bpmn")])
    assert 1 == main(["bpmn", "export", str(tmp_path / "x.yaml")])
    assert 1 == main(["dmn", "export", str(ROOT / "tests/example_app/loan/decisions/loan_score.yaml")])
    assert "loan_score" in capsys.readouterr().err

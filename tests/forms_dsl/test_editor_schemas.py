"""The schemas that editors use accept every file that the loader accepts, and the command writes them with their places."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from builder.cli import main
from forms_dsl.folder import read_folder
from forms_dsl.jsonschema import schemas
from forms_dsl.kinds import kind_of
from forms_dsl.yaml_source import read_document

ROOT = Path(__file__).resolve().parents[2]
APPS = ("app_definitions/bank_customer", "app_definitions/customer360", "tests/example_app/loan")
FILES = [(app, path, text) for app in APPS for path, text in read_folder(ROOT / app).items()]


def schema_name(path: str) -> str:
    found = kind_of(path)
    assert found is not None
    return found[0].folder or found[0].file or found[0].name


@pytest.mark.parametrize(("app", "path", "text"), FILES, ids=[f"{app}/{path}" for app, path, _ in FILES])
def test_every_file_is_valid(app: str, path: str, text: str) -> None:
    """A file of a shipped app, read as an editor reads it, has nothing against its schema; with a foreign key it has."""
    validator = Draft202012Validator(schemas()[schema_name(path)])
    data = yaml.safe_load(text)

    assert [] == [error.message for error in validator.iter_errors(data)]
    if schema_name(path) != "i18n":  # its keys are the labels of the app
        assert list(validator.iter_errors({**data, "foreign_key": 1}))


@pytest.mark.parametrize(("locale", "words"), [("en", "The size of the paper."), ("zh", "纸张大小。")])
def test_the_command_writes_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, words: str) -> None:
    """Each file of an app, overlay or not, finds exactly one schema by its path, which accepts it and speaks the language."""
    monkeypatch.setenv("QIQIAO_LOCALE", locale)
    assert 0 == main(["schema", "--into", str(tmp_path / "new" / "schemas")])
    settings = json.loads((tmp_path / "new/schemas/settings.json").read_text())["yaml.schemas"]

    overlay = [("tests/example_app/loan_bankx", *pair) for pair in read_folder(ROOT / "tests/example_app/loan_bankx").items()]
    for app, path, text in [*FILES, *overlay]:
        names = [uri for uri, patterns in settings.items() if any(fnmatch(f"{app}/{path}", each) for each in patterns)]
        assert 1 == len(names), path
        schema = json.loads(Path(names[0].removeprefix("file://")).read_text())
        assert read_document(path, text)[0] is not None
        assert [] == [error.message for error in Draft202012Validator(schema).iter_errors(yaml.safe_load(text))], path
    template = json.loads((tmp_path / "new/schemas/templates.json").read_text())
    assert words == template["$defs"]["PageShape"]["properties"]["size"]["description"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path below a file is a mistake of the call, told in a sentence."""
    (tmp_path / "file").write_text("")
    assert 0 != main(["schema", "--into", str(tmp_path / "file" / "schemas")])
    assert "Traceback" not in capsys.readouterr().err

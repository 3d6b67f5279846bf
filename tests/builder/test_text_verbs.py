"""The verbs that work on texts alone: fmt, merge, diff, rename, upgrade; no database, no server."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest

from builder.cli import main

ROOT = Path(__file__).resolve().parents[2]
Qiqiao = Callable[..., tuple[int, str, str]]


@pytest.fixture
def qiqiao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Qiqiao:
    """Runs one verb; gives its exit code and what it wrote."""
    monkeypatch.setenv("QIQIAO_LOCALE", "en")

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder with an app of two files, one of them not canonical."""
    folder = tmp_path / "small"
    (folder / "lists").mkdir(parents=True)
    (folder / "app.yaml").write_text("app: small\nformat: 1\nversion: 1.0.0\nlabel: {zh: 小}\nlanguages: [zh]\n")
    (folder / "lists" / "orders.yaml").write_text("list: orders\nlabel:   {zh: 单}   # why\nentity: order\ncolumns: [a]\n")
    return folder


def test_fmt_check_tells_and_writes_nothing(qiqiao: Qiqiao, app: Path) -> None:
    """--check names file and line of what is not canonical, and leaves it."""
    before = (app / "lists" / "orders.yaml").read_text()
    code, out, _ = qiqiao("fmt", "--check", app)

    assert 1 == code
    assert "orders.yaml:2:1: Y010 warning" in out
    assert "1 of 2 file(s) are not in canonical form." in out
    assert before == (app / "lists" / "orders.yaml").read_text()


def test_fmt_rewrites_once(qiqiao: Qiqiao, app: Path) -> None:
    """The file is rewritten with its comment; a second run has nothing to do."""
    assert (0, "1 of 2 file(s) rewritten.\n", "") == qiqiao("fmt", app)
    assert "list: orders\nlabel: {zh: 单}     # why\nentity: order\ncolumns: [a]\n" == (app / "lists" / "orders.yaml").read_text()
    assert (0, "0 of 2 file(s) rewritten.\n", "") == qiqiao("fmt", app)
    assert 0 == qiqiao("fmt", "--check", app)[0]


def test_fmt_leaves_what_it_cannot_read(qiqiao: Qiqiao, app: Path) -> None:
    """A syntax error is a finding with exit code 1, as JSON too; the file stays."""
    broken = app / "lists" / "broken.yaml"
    broken.write_text("list: [x\n")
    code, out, _ = qiqiao("fmt", "--json", broken)

    assert 1 == code
    assert ["Y001"] == [finding["code"] for finding in json.loads(out)]
    assert "list: [x\n" == broken.read_text()


def test_fmt_filters_standard_input(qiqiao: Qiqiao, app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --stdin the text comes in and goes out, as a filter of Git or an editor needs it."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"list: a\ncolumns: [ b ]\n")))

    assert (0, "list: a\ncolumns: [b]\n", "") == qiqiao("fmt", "--stdin", app / "lists" / "a.yaml")


def test_fmt_says_when_there_is_nothing(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """A path that is not there is a sentence, not a traceback."""
    code, _, err = qiqiao("fmt", tmp_path / "nowhere")

    assert 1 == code
    assert "There is no file or folder" in err


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "QIQIAO_LOCALE": "en",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    return subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A Git repository with one definition on two branches, and qiqiao as its merge driver."""
    folder = tmp_path / "bank"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "main")
    for key, value in (
        ("user.name", "a"),
        ("user.email", "a@example.com"),
        ("merge.qiqiao.driver", f"{sys.executable} -m builder.cli merge %O %A %B --output %A --path %P"),
    ):
        _git(folder, "config", key, value)
    (folder / ".gitattributes").write_text("*.yaml merge=qiqiao\n")
    (folder / "customer.yaml").write_text(CUSTOMER)
    _git(folder, "add", "-A")
    assert 0 == _git(folder, "commit", "-qm", "base").returncode
    return folder


CUSTOMER = """\
entity: customer
label: {zh: 客户, en: Customer}
fields:
  # who it is
  name: {type: text, label: {zh: 姓名, en: Name}}
"""


def _commit_on(folder: Path, branch: str, text: str) -> None:
    _git(folder, "checkout", "-q", "-B", branch, "main" if branch != "main" else "HEAD")
    (folder / "customer.yaml").write_text(text)
    assert 0 == _git(folder, "commit", "-qam", branch).returncode


def test_git_merges_two_branches_that_add_a_field_at_one_place(repository: Path) -> None:
    """Plain Git has a conflict there; with the driver both fields are in, with their comments."""
    _commit_on(repository, "phones", CUSTOMER + "  phone: {type: text, label: {zh: 电话, en: Phone}}  # as dialled\n")
    _commit_on(repository, "cities", CUSTOMER + "  city: {type: text, label: {zh: 城市, en: City}}\n")
    merged = _git(repository, "merge", "-q", "phones")

    assert 0 == merged.returncode, merged.stderr + merged.stdout
    assert (repository / "customer.yaml").read_text() == CUSTOMER + (
        "  city: {type: text, label: {zh: 城市, en: City}}\n  phone: {type: text, label: {zh: 电话, en: Phone}}  # as dialled\n"
    )
    assert "" == _git(repository, "status", "--porcelain").stdout


def test_git_is_told_of_a_true_conflict(repository: Path) -> None:
    """One label, two words: exit code 1, a sentence with the place on both sides, and marks around this line only."""
    _commit_on(repository, "one", CUSTOMER.replace("姓名", "名称") + "  phone: {type: text, label: {zh: 电话, en: Phone}}\n")
    _commit_on(repository, "two", CUSTOMER.replace("姓名", "全名"))
    merged = _git(repository, "merge", "-q", "one")
    text = (repository / "customer.yaml").read_text()

    assert 1 == merged.returncode
    assert (
        "customer.yaml: conflict: both sides changed fields.name.label.zh (ours:5:30, theirs:5:30)"
        in merged.stderr + merged.stdout
    )
    assert text == CUSTOMER[: CUSTOMER.index("  name:")] + (
        "<<<<<<< ours\n"
        "  name: {type: text, label: {zh: 全名, en: Name}}\n"
        "=======\n"
        "  name: {type: text, label: {zh: 名称, en: Name}}\n"
        ">>>>>>> theirs\n"
        "  phone: {type: text, label: {zh: 电话, en: Phone}}\n"
    )
    assert "UU customer.yaml\n" == _git(repository, "status", "--porcelain").stdout


def test_merge_writes_to_standard_output(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Without --output the result goes to standard output; a file that is not there is a sentence."""
    for name, text in (("base", "a: 1\n"), ("ours", "a: 1\nb: 2\n"), ("theirs", "a: 3\n")):
        (tmp_path / name).write_text(text)
    code = main(["merge", *(str(tmp_path / name) for name in ("base", "ours", "theirs"))])

    assert 0 == code
    assert b"a: 3\nb: 2\n" == capfdbinary.readouterr().out


def test_rename_rewrites_definitions_and_import_mappings(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """The verb tells each place, keeps the id, and leaves an app without errors, its import mappings included."""
    folder = tmp_path / "bank_customer"
    shutil.copytree(ROOT / "app_definitions" / "bank_customer", folder)
    code, out, _ = qiqiao("rename", folder, "customer.full_name", "whole_name")

    assert 0 == code
    assert "customer.full_name is now whole_name;" in out and "Its id stays full_name" in out
    assert f"{folder}/imports/berka.yaml:" in out
    assert 0 == qiqiao("check", folder)[0]


def test_rename_says_why_it_does_nothing(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """A name that is no name: the finding that it would cause, exit code 1, no file changed."""
    folder = tmp_path / "bank_customer"
    shutil.copytree(ROOT / "app_definitions" / "bank_customer", folder)
    before = (folder / "entities" / "customer.yaml").read_text()
    code, _, err = qiqiao("rename", folder, "customer.full_name", "class")

    assert 1 == code
    assert "S005" in err and "cannot be renamed" in err
    assert before == (folder / "entities" / "customer.yaml").read_text()


def test_diff_tells_in_words(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """The meaning is compared: a comment is no difference, a new limit is told from what to what, a dangerous change is marked."""
    shipped = ROOT / "app_definitions" / "bank_customer"
    folder = tmp_path / "bank_customer"
    shutil.copytree(shipped, folder)
    flow, entity = folder / "workflows" / "loan_approval.yaml", folder / "entities" / "loan_application.yaml"
    flow.write_text("# a remark\n" + flow.read_text())

    assert (0, "Nothing is different.\n", "") == qiqiao("diff", shipped, folder)
    entity.write_text(entity.read_text().replace("amount <= 5000000", "amount <= 3000000"))
    flow.write_text(flow.read_text().replace("limit: amount\n", "limit: amount + 1\n"))
    code, out, _ = qiqiao("diff", shipped, folder)

    assert 0 == code
    assert "check amount > 0 and amount <= 5000000 → amount > 0 and amount <= 3000000\n" in out
    assert "limit amount → amount + 1" in out and "[somebody may do more]" in out
    assert [None, "widened"] == [change["flag"] for change in json.loads(qiqiao("diff", shipped, folder, "--json")[1])]


def test_diff_needs_apps_without_errors(qiqiao: Qiqiao, app: Path) -> None:
    """What cannot be loaded cannot be compared; the sentence says what to do."""
    code, _, err = qiqiao("diff", app, app)

    assert 1 == code and "run qiqiao check" in err


#: Required keys and value spaces of SARIF 2.1.0 (OASIS standard, its JSON schema), of the objects that are written here.
SARIF = {
    "log": {"version", "runs"},
    "run": {"tool"},
    "tool": {"driver"},
    "driver": {"name"},
    "rule": {"id"},
    "result": {"message"},
    "description": {"text"},
}


def test_check_writes_sarif(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """The log has what the standard's schema requires, places that count from 1, levels and addresses that it knows."""
    folder = tmp_path / "bank customer"
    shutil.copytree(ROOT / "app_definitions" / "bank_customer", folder)
    form = folder / "forms" / "loan_application.intake.yaml"
    form.write_text(form.read_text().replace("visible: amount > 500000", "visible: amuont > 500000", 1))
    code, out, _ = qiqiao("check", folder, "--sarif")
    log = json.loads(out)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]

    assert 1 == code
    assert SARIF["log"] <= log.keys() and "2.1.0" == log["version"]
    assert SARIF["run"] <= run.keys() and SARIF["tool"] <= run["tool"].keys() and SARIF["driver"] <= run["tool"]["driver"].keys()
    assert "unicodeCodePoints" == run["columnKind"]
    assert all(SARIF["rule"] <= rule.keys() and SARIF["description"] <= rule["shortDescription"].keys() for rule in rules)
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]

        assert SARIF["result"] <= result.keys() and result["message"]["text"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert " " not in place["artifactLocation"]["uri"]
        assert 1 <= region["startLine"] <= region["endLine"] and 1 <= region["startColumn"] and 1 <= region["endColumn"]
    wrong = next(result for result in run["results"] if "X005" == result["ruleId"])
    line = form.read_text().split("\n")[wrong["locations"][0]["physicalLocation"]["region"]["startLine"] - 1]
    assert "amuont" in line
    assert wrong["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith(
        "bank%20customer/forms/loan_application.intake.yaml"
    )
    assert {"version": "2.1.0", "results": []} == {
        "version": "2.1.0",
        "results": json.loads(qiqiao("check", ROOT / "app_definitions" / "bank_customer", "--sarif")[1])["runs"][0]["results"],
    }


def test_check_watches(tmp_path: Path) -> None:
    """With --watch a change is checked at once, an error comes and goes, and Ctrl-C ends it."""
    folder = tmp_path / "bank_customer"
    shutil.copytree(ROOT / "app_definitions" / "bank_customer", folder)
    entity = folder / "entities" / "loan.yaml"
    text = entity.read_text()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QIQIAO_LOCALE": "en", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "builder.cli", "check", str(folder), "--watch"]
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        # Where the tests themselves run without Ctrl-C, their children would ignore it too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stdout is not None
        try:
            _until(process.stdout, "nothing to complain about")
            entity.write_text(text.replace("fields:", "feilds:"))
            assert "S001" in _until(process.stdout, "error(s)")
            entity.write_text(text)
            _until(process.stdout, "nothing to complain about")
            process.send_signal(signal.SIGINT)
            assert 130 == process.wait(timeout=20)
        finally:
            process.kill()


def _until(stream: TextIO, words: str) -> str:
    """What is written up to a line with these words."""
    told = ""
    for line in stream:
        told += line
        if words in line:
            return told
    raise AssertionError(told)

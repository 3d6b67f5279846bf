"""The command line: every mistake with its place, plans, publishing by two people, and sentences instead of tracebacks."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from builder.cli import main, make_parser
from forms_dsl.bundle import write_bundle
from runtime.identity.holdings import Given, grant_role
from runtime.identity.organisation import add_person
from runtime.identity.tokens import create_token
from runtime.store.database import Database
from runtime.store.tables import org_person
from tests.publish.desk import FILES, NOW, TICKET, add_people, with_field
from tests.publish.test_requires import VISIT

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "app_definitions" / "bank_customer"
URGENCY = "urgency: {type: integer, label: {zh: 紧急度, en: Urgency}}"
Qiqiao = Callable[..., tuple[int, str, str]]


@pytest.fixture
def qiqiao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Qiqiao:
    """Runs one verb; gives its exit code and what it wrote."""
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    monkeypatch.delenv("QIQIAO_DATABASE_URL", raising=False)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The desk in a folder."""
    return write(tmp_path / "desk", FILES)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


#: Ten ways to break the shipped app: file, what stands there, what is put there; the finding must stand at the very line.
BREAKS = [
    ("app.yaml", "format: 1", "format: one", "S002"),
    ("app.yaml", "version:", "versoin:", "S001"),
    ("entities/customer.yaml", "type: date", "type: dat", "S002"),
    ("entities/customer.yaml", "full_name:", "full_name: &name", "Y002"),
    ("entities/customer.yaml", "  customer_no:", "\tcustomer_no:", "Y004"),
    ("entities/loan_application.yaml", "to: customer", "to: custumer", "R001"),
    ("roles.yaml", "label:", "lable:", "S001"),
    ("lists/customers.yaml", "entity: customer", "entity: custmer", "R001"),
    ("workflows/loan_approval.yaml", "workflow:", "wrkflow:", "S001"),
    ("forms/loan_application.intake.yaml", " == ", " = ", "X002"),
]


@pytest.mark.parametrize(("file", "old", "new", "code"), BREAKS)
def test_every_break_of_the_shipped_app_is_found_at_its_line(
    qiqiao: Qiqiao, tmp_path: Path, file: str, old: str, new: str, code: str
) -> None:
    """A broken copy gives exit code 1 and a finding with code, file and the very line."""
    copy = tmp_path / "bank_customer"
    shutil.copytree(SHIPPED, copy)
    lines = (copy / file).read_text(encoding="utf-8").split("\n")
    line = next(number for number, text in enumerate(lines) if old in text)
    lines[line] = lines[line].replace(old, new, 1)
    (copy / file).write_text("\n".join(lines), encoding="utf-8")
    exit_code, out, _ = qiqiao("check", copy, "--json")
    found = json.loads(out)

    assert 1 == exit_code
    assert (code, file, line + 1) in {(one["code"], one["file"], one["line"]) for one in found}


def test_all_mistakes_come_at_once_with_their_places(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """file:line:column, code, sentence and hint of every mistake, and their number."""
    broken = TICKET.replace("max: 80", "mx: 80").replace("type: decimal", "type: decimall")
    folder = write(tmp_path / "desk", {**FILES, "entities/ticket.yaml": broken})
    code, out, _ = qiqiao("check", folder)

    assert 1 == code
    assert f"{folder}/entities/ticket.yaml:5:25: S001 error:" in out
    assert f"{folder}/entities/ticket.yaml:13:16: S002 error:" in out
    assert "Did you mean" in out
    assert "2 error(s)" in out


def test_a_clean_folder_is_said_to_be_clean(qiqiao: Qiqiao, folder: Path) -> None:
    """No finding: exit code 0, and an empty list as JSON."""
    assert (0, f"{folder}: nothing to complain about.\n", "") == qiqiao("check", folder)
    assert (0, []) == (qiqiao("check", folder, "--json")[0], json.loads(qiqiao("check", folder, "--json")[1]))


def test_messages_are_chinese_where_the_machine_is(qiqiao: Qiqiao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QIQIAO_LOCALE chooses the language of every sentence."""
    monkeypatch.setenv("QIQIAO_LOCALE", "zh")

    assert f"{folder}：没有发现问题。\n" == qiqiao("check", folder)[1]
    assert "首次发布" in qiqiao("plan", folder)[1]


def test_a_plan_is_what_a_person_reads(qiqiao: Qiqiao, folder: Path, tmp_path: Path) -> None:
    """Words, SQL with reasons and locks, findings; nothing is changed by looking."""
    first = qiqiao("plan", folder)
    unmade = (tmp_path / "data").exists()
    qiqiao("publish", folder)
    changed = write(tmp_path / "changed", with_field(URGENCY))
    code, out, _ = qiqiao("plan", changed)
    table = next(word for word in out.split() if word.startswith("d_"))

    assert "desk 1.0.0: the first release" in first[1]
    assert not unmade
    assert (
        0,
        f"""\
desk 1.0.0: release 2, on top of release 1

Changes
  entity     New field Urgency (Ticket)

Tables
   1 expand    ALTER TABLE {table} ADD COLUMN f_urgency BIGINT
               The new field Urgency of Ticket needs a column. · lock: write lock

Nobody's access changes.
""",
    ) == (code, out)
    assert qiqiao("plan", changed)[1] == out
    assert 1 == json.loads(qiqiao("plan", changed, "--json")[1])["from"]


def test_a_broken_folder_is_neither_planned_nor_published(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """Both say all findings and end with code 1."""
    broken = write(tmp_path / "desk", {**FILES, "entities/ticket.yaml": TICKET.replace("type: decimal", "type: decimall")})
    for verb in ("plan", "publish"):
        code, out, _ = qiqiao(verb, broken)
        assert 1 == code
        assert "S002 error  entities/ticket.yaml:13:16" in out
        assert "nothing was compared" in out
        assert "No table changes" not in out
        assert "This cannot be published as it is." in out


def test_publishing_again_takes_two_people(
    qiqiao: Qiqiao, folder: Path, tmp_path: Path, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first time the operator is enough; then two people are named, are two, and the second one agrees in person."""
    with database.write() as connection:
        add_people(connection)
        both = add_person(connection, "he", "何敏", NOW)
        for role in ("designer", "publisher"):
            grant_role(connection, both, "", role, Given(NOW))
    changed, at = write(tmp_path / "changed", with_field(URGENCY)), ("--database", database_url)
    first = qiqiao("publish", folder, *at)
    same = qiqiao("publish", folder, *at)
    alone = qiqiao("publish", changed, *at)
    half = qiqiao("publish", changed, "--author", "shen", *at)
    nobody = qiqiao("publish", changed, "--author", "shen", "--approver", "ghost", *at)
    himself = qiqiao("publish", changed, "--author", "he", "--approver", "he", *at)
    unfit = qiqiao("publish", changed, "--author", "he", "--approver", "shen", *at)
    named = ("publish", changed, "--author", "shen", "--approver", "zhao", "--note", "urgent", *at)
    greedy = write(
        tmp_path / "greedy" / "desk",
        {**FILES, "roles.yaml": FILES["roles.yaml"].replace("update: true", "update: true, delete: true")},
    )
    gives_himself = qiqiao("publish", greedy, *named[2:])
    unasked = qiqiao(*named)
    with database.write() as connection:
        tokens = {name: token_of(connection, name) for name in ("shen", "zhao")}
    monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", tokens["shen"])
    foreign = qiqiao(*named)
    monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", tokens["zhao"])
    done = qiqiao(*named)

    assert 0 == first[0]
    assert "the first publication of an app allows" in first[1]
    assert "nothing to publish" in same[1]
    assert (1, "qiqiao: desk is live already") == (alone[0], alone[2][:28])
    assert (1, "qiqiao: Name both: --author and --approver.\n") == (half[0], half[2])
    assert (1, "qiqiao: There is no active person 'ghost'.\n") == (nobody[0], nobody[2])
    assert [1, 1] == [himself[0], unfit[0]]
    assert (1, True) == (gives_himself[0], "P007" in gives_himself[1])
    assert (1, True) == (unasked[0], "zhao must agree: give an API token of theirs" in unasked[2])
    assert (1, "qiqiao: QIQIAO_APPROVER_TOKEN is no valid token of zhao.\n") == (foreign[0], foreign[2])
    assert (0, "") == (done[0], done[2])
    assert "desk 1.0.0 is live as release 2." in done[1]


def token_of(connection: Connection, username: str) -> str:
    """A new API token of a person."""
    person = connection.execute(sa.select(org_person.c.id).where(org_person.c.f_username == username)).scalar_one()
    return create_token(connection, person, "release", dt.timedelta(days=30), dt.datetime.now(dt.UTC))[1]


def test_what_a_folder_would_take_away_is_asked_about_and_can_be_fetched(
    qiqiao: Qiqiao, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without a field that is live does not remove it unasked; pull brings the live texts, byte for byte."""
    monkeypatch.setenv("QIQIAO_DEMO", "1")
    changed = write(tmp_path / "changed", with_field(URGENCY))
    write(folder, {"notes/later.yaml": "mine: 1\n", "imports/berka.yaml": "kept: 1\n"})
    (folder / "notes" / "later.yaml").unlink()
    qiqiao("publish", changed)
    refused = qiqiao("publish", folder)
    pulled = qiqiao("pull", "desk", folder)
    same = qiqiao("publish", folder)
    again = qiqiao("pull", "desk", folder)
    agreed = qiqiao("publish", write(tmp_path / "older", FILES), "--destructive")
    older = qiqiao("pull", "desk", tmp_path / "first", "--release", 1)

    assert 1 == refused[0]
    assert "This takes away 1 thing(s) that release 1 has." in refused[1]
    assert (0, "  written   entities/ticket.yaml\n") == pulled[:2]
    assert "nothing to publish" in same[1]
    assert f"{folder} holds release 1 already.\n" == again[1]
    assert (0, True) == (agreed[0], "is live as release 2." in agreed[1])
    assert 0 == older[0]
    assert with_field(URGENCY)["entities/ticket.yaml"] == (tmp_path / "first/entities/ticket.yaml").read_text(encoding="utf-8")
    assert "There is no release of nothing." in qiqiao("pull", "nothing", tmp_path / "none")[2]
    assert (folder / "imports/berka.yaml").exists()


def test_what_is_wrong_with_a_call_is_one_sentence(qiqiao: Qiqiao, tmp_path: Path, folder: Path) -> None:
    """No folder, no app in it, no database, no such database: each a sentence that says what to do."""
    cases = {
        ("check", str(tmp_path / "nowhere")): "There is no folder",
        ("check", str(tmp_path)): "holds no app.yaml",
        ("check", str(folder / "app.yaml")): "app.yaml is a file. Give the folder of the app",
        ("plan", str(folder), "--database", "nonsense://x"): "This is no database URL.",
        ("plan", str(folder), "--database", "not a url"): "This is no database URL.",
        ("plan", str(folder), "--database", "postgresql://127.0.0.1:1/x"): "The database does not answer now",
        ("plan", str(folder), "--database", f"sqlite:///{tmp_path}/no/such/folder.db"): "The database does not answer now",
        ("serve", "--port", "99999"): "Cannot listen on 127.0.0.1:99999",
    }
    for arguments, sentence in cases.items():
        code, _, err = qiqiao(*arguments)
        assert (1, True, 1) == (code, sentence in err, err.count("\n")), err


def test_the_findings_about_a_zip_name_it_once(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """The place is the zip itself, not a file of its name in it."""
    (tmp_path / "x.zip").write_text("no zip")
    code, out, _ = qiqiao("check", tmp_path / "x.zip")
    assert (1, True) == (code, out.startswith(f"{tmp_path}/x.zip:1:1: B001 error:")), out


def test_what_is_no_plain_file_is_found(qiqiao: Qiqiao, folder: Path) -> None:
    """Links, folders called like a definition and pipes: one finding each, all at once, and no wait for the pipe."""
    (folder / "entities" / "link.yaml").symlink_to(folder / "app.yaml")
    (folder / "entities" / "dd.yaml").mkdir()
    os.mkfifo(folder / "entities" / "pipe.yaml")
    code, out, _ = qiqiao("check", folder)

    assert 1 == code
    for name, words in (("link", "is a link"), ("dd", "is a folder"), ("pipe", "is no plain file")):
        assert f"{folder}/entities/{name}.yaml:1:1: S004 error: entities/{name}.yaml {words}" in out
    assert "3 error(s)" in out
    wrong = folder / "entities" / "ticket.yaml"
    wrong.write_text(wrong.read_text(encoding="utf-8").replace("max: 80", "mxa: 80"), encoding="utf-8")
    assert ("S001" in qiqiao("check", folder)[1], 1) == (True, qiqiao("check", folder)[0])
    assert 1 == qiqiao("plan", folder)[0]


def test_an_app_is_called_as_its_folder(qiqiao: Qiqiao, folder: Path) -> None:
    """Other apps look for it under its name, so a folder of another name is a mistake, at the name itself."""
    other = folder.rename(folder.parent / "desk_2")
    code, out, _ = qiqiao("check", other)

    assert (0, True) == (code, f"{other}/app.yaml:1:6: S004 hint: The folder is called 'desk_2', the app 'desk'." in out), out


def test_help_names_every_verb_with_an_example() -> None:
    """The help lists the verbs in words, and each has a help of its own that shows how to call it."""
    parser = make_parser()
    [actions] = [action for action in parser._actions if hasattr(action, "choices") and isinstance(action.choices, dict)]

    assert {"check", "plan", "publish", "serve", "worker", "import-data", "demo"} <= set(actions.choices)
    for name, verb in actions.choices.items():
        text = verb.format_help()
        assert "examples:" in text, name
        assert f"qiqiao {name}" in text, name


def test_the_command_is_installed_and_quick() -> None:
    """`qiqiao check` runs as a program of its own and loads neither the server nor the database."""
    script = (
        "import sys\nfrom builder.cli import main\n"
        f"code = main(['check', {str(SHIPPED)!r}])\n"
        "print(sorted({'uvicorn', 'fastapi', 'runtime.http.routes'} & set(sys.modules)), code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "QIQIAO_LOCALE": "en"}
    )

    assert "[] 0" == done.stdout.split("\n")[-2], done.stderr


def test_bytes_that_are_no_text_do_not_break_the_messages(tmp_path: Path) -> None:
    """A file that is not UTF-8, and a terminal that knows no Chinese, still give whole findings."""
    folder = write(tmp_path / "desk", FILES)
    (folder / "entities" / "ticket.yaml").write_bytes(TICKET.encode("gbk"))
    environment = {**os.environ, "QIQIAO_LOCALE": "zh", "PYTHONIOENCODING": "ascii"}
    for more in ([], ["--json"]):
        command = [sys.executable, "-m", "builder.cli", "check", str(folder), *more]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)
        assert (1, "") == (done.returncode, done.stderr)
        assert "entities/ticket.yaml" in done.stdout


def test_required_apps_are_found_beside_the_folder_and_in_named_ones(qiqiao: Qiqiao, folder: Path, tmp_path: Path) -> None:
    """A sibling needs no word; another place is named with --apps; a plan waits until the other app is live."""
    visits = write(tmp_path / "visits", VISIT)
    alone = write(tmp_path / "elsewhere" / "visits", VISIT)

    assert 0 == qiqiao("check", visits)[0]
    assert 1 == qiqiao("check", alone)[0]
    assert 0 == qiqiao("check", alone, "--apps", tmp_path)[0]
    assert "M415" in qiqiao("plan", visits)[1]
    assert 0 == qiqiao("publish", folder)[0]
    assert 0 == qiqiao("publish", alone)[0]


def test_cases_pass_or_fail_with_their_place(qiqiao: Qiqiao, folder: Path) -> None:
    """`qiqiao test` is silent about what passes, names the line of what fails, and ends with 1 then."""
    write(
        folder,
        {
            "tests/own.yaml": "tests: own\nentity: ticket\ncases:\n  named:\n    given: {subject: x}\n    expect: {fields: {subject: x}}\n"
        },
    )
    assert qiqiao("test", folder) == (0, "1 passed, 0 failed, 0 not run.\n", "")
    write(
        folder,
        {
            "tests/own.yaml": "tests: own\nentity: ticket\ncases:\n  named:\n    given: {subject: x}\n    expect: {fields: {subject: y}}\n"
        },
    )
    code, out, _ = qiqiao("test", folder)
    assert code == 1
    assert out == f"{folder}/tests/own.yaml:4:3: FAILED named\n    6:23 subject is x, not y.\n0 passed, 1 failed, 0 not run.\n"
    code, out, _ = qiqiao("test", folder, "--json")
    assert [(each["state"], each["case"], each["line"]) for each in json.loads(out)] == [("failed", "named", 4)]


def test_a_bundle_is_checked_and_published_like_its_folder(qiqiao: Qiqiao, tmp_path: Path) -> None:
    """A zip stands for the folder in it; a hostile one is a finding, and nothing of it is written or published."""
    good, bad = tmp_path / "desk.zip", tmp_path / "bad.zip"
    good.write_bytes(write_bundle(FILES))
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("../escaped.yaml", "app: desk")
        archive.writestr("app.yaml", "app: desk")
    found = json.loads(qiqiao("check", bad, "--json")[1])

    assert (0, f"{good}: nothing to complain about.\n") == qiqiao("check", good)[:2]
    assert [("B002", "BND-PATH", "bad.zip")] == [(one["code"], one["refusal"], one["file"]) for one in found]
    assert (1, True) == (qiqiao("publish", bad)[0], "B002" in qiqiao("publish", bad)[2])
    assert not (tmp_path / "escaped.yaml").exists()
    assert "is live as release 1." in qiqiao("publish", good)[1]


@pytest.mark.parametrize("verb", ["serve", "demo"])
def test_a_port_in_the_environment_that_is_no_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    """PORT=abc is told as a mistake of the call; other verbs do not mind."""
    monkeypatch.setenv("PORT", "abc")
    with pytest.raises(SystemExit) as stopped:
        main([verb])

    assert 2 == stopped.value.code
    assert "abc" in capsys.readouterr().err

"""`qiqiao pull | diff | push` against a running server: byte-stable files, other people's edits, consent to what goes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.cli import main
from builder.commands import Mistake
from builder.remote import checked_url
from builder.three_way import wish_of
from tests.builder.conftest import Workshop
from tests.builder.test_builder_http import PATH, WITH_URGENCY, save
from tests.builder.test_cli import token_of
from tests.publish.desk import FILES, LIST, ROLES, TICKET, put_live

Verb = Callable[..., tuple[int, str, str]]
NOTES = "  notes: {type: text, max: 200, label: {zh: 备注, en: Notes}}\n"


@pytest.fixture
def qiqiao(workshop: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Verb:
    """Runs one verb as shen against the server; gives its exit code and what it wrote."""
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    secret = tmp_path / "token"
    with workshop.services.database.write() as connection:
        secret.write_text(token_of(connection, "shen") + "\n", encoding="utf-8")

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([*map(str, arguments), "--server", workshop.url, "--token-file", str(secret)])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


@pytest.fixture
def folder(qiqiao: Verb, tmp_path: Path) -> Path:
    """The desk as it was pulled from the server."""
    assert 0 == qiqiao("pull", "desk", tmp_path / "desk")[0]
    return tmp_path / "desk"


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_pulling_is_stable_and_pushing_what_was_pulled_does_nothing(qiqiao: Verb, folder: Path, workshop: Workshop) -> None:
    """The texts arrive byte for byte, a second pull changes no byte, and there is nothing to push."""
    before = everything(folder)
    again = qiqiao("pull", "desk", folder)
    pushed, compared = qiqiao("push", folder), qiqiao("diff", folder)

    assert {path: text.encode() for path, text in FILES.items()} == {
        path: data for path, data in before.items() if not path.startswith(".qiqiao/")
    }
    assert (0, before) == (again[0], everything(folder))
    assert (0, True) == (pushed[0], "nothing to do" in pushed[1])
    assert (0, pushed[1]) == compared[:2]
    assert [] == workshop.client("shen").get(f"{PATH}/draft").json()["changed"]


def test_what_changed_is_told_and_saved_as_a_draft_only(qiqiao: Verb, folder: Path, workshop: Workshop) -> None:
    """Diff and push say the same words; the draft has the text, the live app has not; a second push has nothing to do."""
    (folder / "entities/ticket.yaml").write_text(WITH_URGENCY, encoding="utf-8")
    compared, pushed, again = qiqiao("diff", folder), qiqiao("push", folder), qiqiao("push", folder)
    shen = workshop.client("shen")

    assert "Urgency" in compared[1]
    assert (0, True) == (pushed[0], pushed[1].startswith(compared[1]))
    assert "a second person reviews it" in pushed[1]
    assert "nothing to do" in again[1]
    assert WITH_URGENCY == shen.get(f"{PATH}/draft").json()["files"]["entities/ticket.yaml"]
    assert 422 == workshop.client("zhou").post("/api/desk/ticket", json={"subject": "a", "urgency": 3}).status_code
    assert [1] == [one["release"] for one in shen.get(f"{PATH}/releases").json()["items"]]

    # Edited further: what this folder pushed itself stands in nobody's way.
    (folder / "entities/ticket.yaml").write_text(WITH_URGENCY + NOTES, encoding="utf-8")
    assert 0 == qiqiao("push", folder)[0]
    assert 0 == qiqiao("push", folder, "--ask-review", "please")[0]
    [asked] = workshop.client("zhao").get("/api/builder/reviews").json()["items"]
    assert ("please", "shen 先生") == (asked["note"], asked["author"]["name"])

    # Published from the review, the folder is what is live: no pull is needed to go on.
    assert 200 == workshop.client("zhao").post(f"/api/builder/reviews/{asked['id']}/approve", json={}).status_code
    (folder / "roles.yaml").write_text(ROLES.replace("Agent", "Clerk"), encoding="utf-8")
    assert 0 == qiqiao("push", folder)[0]
    assert ["roles.yaml"] == shen.get(f"{PATH}/draft").json()["changed"]


def test_what_others_edit_in_the_draft_stays(qiqiao: Verb, folder: Path, workshop: Workshop) -> None:
    """Another file is left alone; the same file is refused, with the command that merges both, and nothing is saved."""
    he = workshop.client("he")
    assert 200 == save(he, WITH_URGENCY).status_code
    (folder / "roles.yaml").write_text(ROLES.replace("Agent", "Clerk"), encoding="utf-8")
    beside = qiqiao("push", folder)
    (folder / "entities/ticket.yaml").write_text(TICKET.replace("en: Phone", "en: Telephone"), encoding="utf-8")
    refused = qiqiao("push", folder)
    draft = he.get(f"{PATH}/draft").json()["files"]

    assert (0, WITH_URGENCY) == (beside[0], draft["entities/ticket.yaml"])
    assert "Clerk" in draft["roles.yaml"]
    assert 1 == refused[0]
    assert "  entities/ticket.yaml\n" in refused[1]
    assert f"qiqiao pull desk {folder} --server {workshop.url} --merge" in refused[1]

    merged, after = qiqiao("pull", "desk", folder, "--merge"), qiqiao("push", folder)
    text = he.get(f"{PATH}/draft").json()["files"]["entities/ticket.yaml"]
    assert (0, "  merged    entities/ticket.yaml\n", 0) == (*merged[:2], after[0])
    assert all(part in text for part in ("Telephone", "Urgency"))
    assert "has everything" in qiqiao("pull", "desk", folder, "--merge")[1]


def test_a_folder_behind_what_is_live_is_refused(qiqiao: Verb, folder: Path, workshop: Workshop) -> None:
    """Somebody published another file: what was checked here is not what would be reviewed, so that is taken in first."""
    services = workshop.services
    put_live(services.database, services.releases, {**FILES, "entities/ticket.yaml": WITH_URGENCY})
    (folder / "roles.yaml").write_text(ROLES.replace("Agent", "Clerk"), encoding="utf-8")
    refused, compared = qiqiao("push", folder), qiqiao("diff", folder)
    merged, done = qiqiao("pull", "desk", folder, "--merge"), qiqiao("push", folder)

    assert (1, True) == (refused[0], "  entities/ticket.yaml\n" in refused[1])
    assert (0, True) == (compared[0], compared[1].startswith(refused[1]))
    assert (0, "  written   entities/ticket.yaml\n") == merged[:2]
    assert 0 == done[0]
    assert ["roles.yaml"] == workshop.client("shen").get(f"{PATH}/draft").json()["changed"]


def test_both_sides_at_one_place_is_a_conflict_with_marks(qiqiao: Verb, folder: Path, workshop: Workshop) -> None:
    """What nobody can merge stands between marks, the exit code says so, and such a text is not pushed."""
    assert 200 == save(workshop.client("he"), TICKET.replace("en: Phone", "en: Mobile")).status_code
    (folder / "entities/ticket.yaml").write_text(TICKET.replace("en: Phone", "en: Telephone"), encoding="utf-8")
    merged, pushed = qiqiao("pull", "desk", folder, "--merge"), qiqiao("push", folder)

    assert (1, "  conflict  entities/ticket.yaml: 1 place(s) that both sides changed stand between marks\n") == merged[:2]
    assert "<<<<<<< folder" in (folder / "entities/ticket.yaml").read_text(encoding="utf-8")
    assert (1, True) == (pushed[0], "Nothing was saved." in pushed[1])


def test_what_goes_is_named_and_takes_its_own_consent(qiqiao: Verb, folder: Path, workshop: Workshop) -> None:
    """A file that is missing, or a field, is named and not taken away until --delete says so."""
    shen = workshop.client("shen")
    (folder / "lists/tickets.yaml").unlink()
    (folder / "app.yaml").write_text(FILES["app.yaml"].replace("menu: [lists.tickets]\n", "menu: []\n"), encoding="utf-8")
    refused = qiqiao("push", folder)
    kept = shen.get(f"{PATH}/draft").json()
    agreed = qiqiao("push", folder, "--delete")
    gone = shen.get(f"{PATH}/draft").json()["files"]

    assert (1, True, []) == (refused[0], "  removed   lists/tickets.yaml\n" in refused[1], kept["changed"])
    assert (0, False) == (agreed[0], "lists/tickets.yaml" in gone)

    (folder / "lists/tickets.yaml").write_text(LIST, encoding="utf-8")
    line = "  cost: {type: decimal, scale: 2, label: {zh: 费用, en: Cost}}\n"
    (folder / "entities/ticket.yaml").write_text(TICKET.replace(line, ""), encoding="utf-8")
    (folder / "lists/tickets.yaml").write_text(LIST.replace(", cost", ""), encoding="utf-8")
    field = qiqiao("push", folder)
    assert (1, True) == (field[0], "[data may be lost]" in field[1])
    assert 0 == qiqiao("push", folder, "--delete")[0]


def test_a_new_app_becomes_a_draft(qiqiao: Verb, tmp_path: Path, workshop: Workshop) -> None:
    """A folder of an app that the server does not have is a draft there; errors are told first and nothing is saved."""
    folder = tmp_path / "till"
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text.replace("app: desk", "app: till"), encoding="utf-8")
    (folder / "roles.yaml").write_text("roles: {agent: {label: {zh: 坐席}, acess: {}}}\n", encoding="utf-8")
    broken = qiqiao("push", folder)
    (folder / "roles.yaml").write_text(ROLES, encoding="utf-8")
    done, again = qiqiao("push", folder), qiqiao("push", folder)

    assert (1, True, True) == (broken[0], "roles.yaml:1:" in broken[1], "Nothing was saved." in broken[1])
    assert (0, True) == (done[0], "First publication" in done[1])
    assert "nothing to do" in again[1]
    assert 4 == len(workshop.client("shen").get("/api/builder/apps/till/draft").json()["changed"])


def test_a_draft_that_changed_under_the_push_is_not_overwritten(workshop: Workshop) -> None:
    """The bundle names the draft that it was made from: another one by now is a conflict."""
    shen = workshop.client("shen")
    draft, bundle = shen.get(f"{PATH}/draft").json(), shen.get(f"{PATH}/releases/1/bundle")
    assert 200 == save(workshop.client("he"), WITH_URGENCY).status_code
    late = shen.put(f"{PATH}/draft/bundle", json={"zip": b64encode(bundle.content).decode(), "checksum": draft["checksum"]})

    assert (409, "M435") == (late.status_code, late.json()["code"])
    assert 404 == shen.get(f"{PATH}/releases/9/bundle").status_code
    assert 403 == workshop.client("zhou").get(f"{PATH}/releases/1/bundle").status_code
    assert 403 == workshop.client("zhou").post(f"{PATH}/changes", json={"files": {}}).status_code


@pytest.mark.parametrize(
    "url",
    ["http://bank.example", "http://127.0.0.1.bank.example", "ftp://127.0.0.1", "https://a:b@x", "https://", "x", "http://[::1"],
)
def test_a_token_goes_nowhere_without_tls(url: str) -> None:
    """Plain http is for this machine only, and what is no address is said to be none."""
    with pytest.raises(Mistake):
        checked_url(url)


def test_an_address_is_taken_as_it_is() -> None:
    """TLS anywhere, plain http on loopback, also below a path."""
    assert ["https://x/qiqiao", "http://127.0.0.1:8000", "http://[::1]:1"] == [
        checked_url(url) for url in ("https://x/qiqiao/", "http://127.0.0.1:8000", "http://[::1]:1")
    ]


def test_calls_that_cannot_work_are_one_sentence(
    qiqiao: Verb, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No server named, no token, a wrong token, nobody there, a note that is damaged."""
    monkeypatch.delenv("QIQIAO_TOKEN", raising=False)
    (tmp_path / "wrong").write_text("qqt_nobody", encoding="utf-8")
    note = folder / ".qiqiao/pulled.json"

    def said(*arguments: object) -> str:
        assert 1 == main([str(argument) for argument in arguments])
        return capsys.readouterr().err

    assert "Name the server" in said("push", folder)
    assert "Give an API token" in said("push", folder, "--server", "http://127.0.0.1:1")
    assert "does not answer" in said("push", folder, "--server", "http://127.0.0.1:1", "--token-file", tmp_path / "wrong")
    note.write_text("[", encoding="utf-8")
    assert "Remove it and pull again" in qiqiao("push", folder)[2]
    assert "Name two folders" in said("diff", folder)


def test_nothing_that_the_folder_does_not_know_is_overwritten() -> None:
    """Each case of the three ways, with the text of the server known (a) or not (b)."""

    def known(path: str, text: str | None) -> bool:
        return text in ("a", None)

    wish = wish_of({"x": "c", "y": "a", "z": "c"}, {"x": "a", "y": "b", "z": "b"}, {"x": "a"}, known)

    assert ({"x": "c"}, ("z",)) == (dict(wish.texts), wish.moved)

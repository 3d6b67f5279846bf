"""The builder's REST paths: drafts saved one file at a time, plans, reviews by a second person, releases and the way back."""

from __future__ import annotations

import io
import threading
import zipfile
from base64 import b64encode
from collections.abc import Mapping

import httpx
import sqlalchemy as sa

from builder.drafts import text_checksum
from forms_dsl.bundle import write_bundle
from runtime.store.tables import audit_event, draft_file
from tests.builder.conftest import Workshop
from tests.publish.desk import FILES, TICKET, with_field
from tests.serving import PLAIN

URGENCY = "urgency: {type: integer, label: {zh: 紧急度, en: Urgency}}"
WITH_URGENCY = with_field(URGENCY)["entities/ticket.yaml"]
PATH = "/api/builder/apps/desk"
FILE = f"{PATH}/draft/files/entities/ticket.yaml"


def save(client: httpx.Client, text: str | None, over: str | None = TICKET, path: str = FILE) -> httpx.Response:
    return client.put(path, json={"text": text, "checksum": text_checksum(over) if over is not None else None})


def submit(client: httpx.Client, note: str = "please") -> httpx.Response:
    checksum = client.get(f"{PATH}/draft").json()["checksum"]
    return client.post(f"{PATH}/submit", json={"note": note, "checksum": checksum})


def test_an_untouched_draft_is_the_active_release(workshop: Workshop) -> None:
    """Before anybody edits, the draft has the texts of the release and no change."""
    draft = workshop.client("shen").get(f"{PATH}/draft").json()

    assert dict(FILES) == draft["files"]
    assert (1, []) == (draft["base"], draft["changed"])
    assert {path: text_checksum(text) for path, text in FILES.items()} == draft["checksums"]


def test_a_file_is_saved_only_over_the_text_it_was_made_from(workshop: Workshop) -> None:
    """The second of two editors of one text is told, and neither's edit is lost."""
    shen, he = workshop.client("shen"), workshop.client("he")
    first = save(shen, WITH_URGENCY)
    second = save(he, TICKET.replace("主题", "标题"))
    draft = shen.get(f"{PATH}/draft").json()

    assert 200 == first.status_code
    assert (text_checksum(WITH_URGENCY), draft["checksum"], []) == (
        first.json()["checksum"],
        first.json()["draft_checksum"],
        [d for d in first.json()["diagnostics"] if d["severity"] == "error"],
    )
    assert (409, "M435") == (second.status_code, second.json()["code"])
    assert (["entities/ticket.yaml"], WITH_URGENCY) == (draft["changed"], draft["files"]["entities/ticket.yaml"])


def test_of_many_editors_at_once_one_saves(workshop: Workshop) -> None:
    """However many save over one text at the same moment, exactly one wins."""
    clients = [workshop.client(name) for name in ("shen", "he") * 4]
    start, answers = threading.Barrier(len(clients)), []

    def attempt(position: int, client: httpx.Client) -> None:
        start.wait()
        answers.append(save(client, TICKET.replace("主题", f"主题{position}")).status_code)

    threads = [threading.Thread(target=attempt, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [200, *[409] * 7] == sorted(answers)


def test_a_file_can_be_added_and_removed(workshop: Workshop) -> None:
    """A new file is saved over nothing; saving no text removes it from the draft."""
    shen, text = (
        workshop.client("shen"),
        "choices:\n  colour: {label: {zh: 色, en: Colour}, values: {red: {label: {zh: 红, en: Red}}}}\n",
    )
    added = save(shen, text, None, f"{PATH}/draft/files/choices.yaml")
    removed = save(shen, None, text, f"{PATH}/draft/files/choices.yaml")

    assert (200, 200) == (added.status_code, removed.status_code)
    assert dict(FILES) == shen.get(f"{PATH}/draft").json()["files"]


def test_saving_the_published_text_again_leaves_no_draft(workshop: Workshop) -> None:
    """A draft that was edited back is no draft."""
    shen = workshop.client("shen")
    save(shen, WITH_URGENCY)
    save(shen, TICKET, WITH_URGENCY)

    assert [] == shen.get(f"{PATH}/draft").json()["changed"]
    assert 404 == shen.delete(f"{PATH}/draft").status_code


def test_saving_what_is_there_edits_nothing(workshop: Workshop) -> None:
    """Who saves a published text unchanged leaves no draft and may still be the second person for the others' edits."""
    shen, he = workshop.client("shen"), workshop.client("he")
    same = save(he, TICKET)
    absent = save(he, None, None, f"{PATH}/draft/files/choices.yaml")
    none_yet = he.delete(f"{PATH}/draft").status_code
    roles = FILES["roles.yaml"]
    assert 200 == save(shen, roles + "# seen\n", roles, f"{PATH}/draft/files/roles.yaml").status_code
    save(shen, WITH_URGENCY)
    review = submit(shen).json()["id"]

    assert (200, 200, 404) == (same.status_code, absent.status_code, none_yet)
    assert ["approve", "return"] == he.get(f"/api/builder/reviews/{review}").json()["can"]


def test_paths_and_sizes_are_held(workshop: Workshop) -> None:
    """A path that no definition can have, an app that cannot be, and a text too large are refused."""
    shen = workshop.client("shen")
    big = save(shen, "x" * (1024 * 1024 + 1), TICKET)
    strange = [
        shen.put(f"{PATH}/draft/files/{path}", json={"text": "a: b", "checksum": None}).status_code
        for path in ("..%2f..%2fetc/passwd", "a/b/c.yaml", "entities/Ticket.yaml", "entities/ticket.py")
    ]
    org = shen.put("/api/builder/apps/org/draft/files/app.yaml", json={"text": "a: b", "checksum": None})

    assert (422, "M439") == (big.status_code, big.json()["code"])
    assert {422} == set(strange)
    assert 404 == org.status_code


def test_checking_texts_saves_nothing(workshop: Workshop) -> None:
    """Findings come with their place, in the reader's language, and the draft is as before."""
    shen = workshop.client("shen")
    found = shen.post(f"{PATH}/check", json={"files": {"entities/ticket.yaml": TICKET.replace("max: 80", "mx: 80")}})
    [mistake] = [d for d in found.json()["diagnostics"] if d["severity"] == "error"]

    assert ("S001", "entities/ticket.yaml", 5) == (mistake["code"], mistake["file"], mistake["line"])
    assert "max" in mistake["hint"]
    assert [] == shen.get(f"{PATH}/draft").json()["changed"]


def test_a_preview_draws_the_draft(workshop: Workshop) -> None:
    """The new field stands on the previewed screens while the live ones know nothing of it."""
    shen = workshop.client("shen")
    drawn = shen.post(f"{PATH}/preview", json={"files": {"entities/ticket.yaml": WITH_URGENCY}}).json()
    broken = shen.post(f"{PATH}/preview", json={"files": {"entities/ticket.yaml": "entity: ticket\n"}})
    live = shen.get("/api/apps/desk/screens").json()

    assert "urgency" in drawn["entities"]["ticket"]["fields"]
    assert "urgency" not in live["entities"]["ticket"]["fields"]
    assert 422 == broken.status_code
    assert broken.json()["errors"]

    # What a text must look like goes along as the automaton that the server follows, with its name.
    card = with_field("card: {type: text, max: 18, pattern: id_card, label: {zh: 证件, en: Card}}")["entities/ticket.yaml"]
    seen = shen.post(f"{PATH}/preview", json={"files": {"entities/ticket.yaml": card}}).json()["entities"]["ticket"]["fields"][
        "card"
    ]
    assert ("id_card", {"zh": "身份证号", "en": "an ID card number"}) == (seen["form"][0], seen["form_label"])
    assert 18 == sum(read is not None for read in seen["form"][3])


def test_the_plan_says_what_would_happen(workshop: Workshop) -> None:
    """Words, files, statements and checksum stand in the plan of the draft."""
    shen = workshop.client("shen")
    save(shen, WITH_URGENCY)
    plan = shen.get(f"{PATH}/plan").json()

    assert (1, 2, False) == (plan["from"], plan["to"], plan["blocked"])
    assert [("entities/ticket.yaml", TICKET, WITH_URGENCY)] == [(f["path"], f["before"], f["after"]) for f in plan["files"]]
    assert ["expand"] == [step["phase"] for step in plan["steps"]]
    assert "Urgency" in plan["changes"][0]["words"]["en"]
    assert {"kind", "thing", "label", "words", "flag", "file"} == set(plan["changes"][0])


def test_the_page_of_an_app_counts_its_pieces(workshop: Workshop) -> None:
    """Counts, changes with person and time, problems and the entity map."""
    shen = workshop.client("shen")
    save(shen, WITH_URGENCY)
    home = shen.get(PATH).json()
    kinds = {kind["kind"]: kind for kind in home["kinds"]}
    [change] = home["changes"]

    assert ["entity", "form", "workflow", "rule", "report", "role", "connector"] == list(kinds)
    assert (1, 1, 0) == (kinds["entity"]["count"], kinds["entity"]["changes"], kinds["entity"]["errors"])
    assert (1, 0) == (kinds["role"]["count"], kinds["role"]["changes"])
    assert ("shen 先生", "entities/ticket.yaml") == (change["by"]["name"], change["file"])
    assert ({"changes": 1}, 1) == (home["draft"], home["live"]["release"])
    assert ["desk.ticket"] == [node["name"] for node in home["map"]["nodes"]]
    assert ["desk"] == [item["app"] for item in shen.get("/api/builder/apps").json()["items"]]


def test_the_page_of_a_broken_draft_still_shows_its_problems(workshop: Workshop) -> None:
    """While a draft cannot be read as an app, its pieces, files and findings are there."""
    shen = workshop.client("shen")
    save(shen, "entity: ticket\nlabel: [\n")
    home = shen.get(PATH).json()
    kinds = {kind["kind"]: kind for kind in home["kinds"]}

    assert kinds["entity"]["errors"] >= 1
    assert ["entities/ticket.yaml"] == [change["file"] for change in home["changes"]]


def test_the_catalog_names_what_can_be_built_with(workshop: Workshop) -> None:
    """Field types with their options, functions with their signatures, and a schema for each kind of file."""
    catalog = workshop.client("shen").get("/api/builder/catalog").json()

    assert "money" in {type["name"] for type in catalog["field_types"]}
    assert "round" in {function["name"] for function in catalog["functions"]}
    assert 7 == len(catalog["kinds"])
    assert catalog["schemas"]


def test_the_builder_is_closed_to_everybody_else(workshop: Workshop) -> None:
    """A clerk may do none of it, and a publisher may not edit."""
    zhou, zhao = workshop.client("zhou"), workshop.client("zhao")
    asked = [
        zhou.get("/api/builder/apps"),
        zhou.get(PATH),
        zhou.get(f"{PATH}/draft"),
        zhou.get(f"{PATH}/plan"),
        zhou.get("/api/builder/reviews"),
        zhou.get(f"{PATH}/releases"),
        save(zhou, WITH_URGENCY),
        save(zhao, WITH_URGENCY),
    ]

    assert {403} == {answer.status_code for answer in asked}
    assert 401 == httpx.get(f"{workshop.url}{PATH}", timeout=30, verify=PLAIN).status_code


def test_every_act_leaves_an_event(workshop: Workshop) -> None:
    """Saving, submitting, returning, throwing away: each by whom, in order."""
    shen, zhao = workshop.client("shen"), workshop.client("zhao")
    save(shen, WITH_URGENCY)
    zhao.post(f"/api/builder/reviews/{submit(shen).json()['id']}/return", json={"note": "no"})
    shen.delete(f"{PATH}/draft")
    with workshop.services.database.read() as connection:
        query = sa.select(audit_event.c.kind, audit_event.c.actor).where(audit_event.c.app == "desk").order_by(audit_event.c.at)
        events = [tuple(event) for event in connection.execute(query)]
        left = connection.scalar(sa.select(sa.func.count()).select_from(draft_file))
    id = workshop.people

    assert [
        ("draft_saved", id["shen"]),
        ("review_submitted", id["shen"]),
        ("review_returned", id["zhao"]),
        ("draft_discarded", id["shen"]),
    ] == [event for event in events if event[0] != "published"]
    assert 0 == left


def test_a_bundle_becomes_the_draft_or_is_refused_whole(workshop: Workshop) -> None:
    """A zip replaces all texts of the draft and comes back as it was; a hostile one changes nothing."""
    shen = workshop.client("shen")
    files = {**with_field(URGENCY), "lists/more.yaml": FILES["lists/tickets.yaml"].replace("list: tickets", "list: more")}
    files.pop("lists/tickets.yaml")
    put = shen.put(f"{PATH}/draft/bundle", json={"zip": b64encode(write_bundle(files)).decode()})
    fetched = shen.get(f"{PATH}/bundle")
    bad = {
        "B001": b"no zip",
        "B002": _zip({"../app.yaml": "app: desk"}),
        "Y002": _zip({**files, "app.yaml": "app: &a desk"}),
        "S007": _zip({**files, "app.yaml": "app: " + "[" * 5000}),
        "M438": _zip({**files, "ENTITIES/x.yaml": "entity: x"}),
        "Y004": _zip({**files, "app.yaml": "app: desk\nnote: caf\udce9"}),
    }
    answers = {code: shen.put(f"{PATH}/draft/bundle", json={"zip": b64encode(data).decode()}) for code, data in bad.items()}
    after = shen.get(f"{PATH}/draft").json()

    assert 200 == put.status_code, put.text
    assert files == put.json()["files"] == after["files"]
    assert {"entities/ticket.yaml", "lists/more.yaml", "lists/tickets.yaml"} == set(after["changed"])
    assert (write_bundle(files), "application/zip") == (fetched.content, fetched.headers["content-type"])
    assert {code: (422, code) for code in bad} == {code: (one.status_code, one.json()["code"]) for code, one in answers.items()}
    assert 422 == shen.put(f"{PATH}/draft/bundle", json={"zip": "???"}).status_code
    assert 403 == workshop.client("zhou").get(f"{PATH}/bundle").status_code


def _zip(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(path, text.encode("utf-8", "surrogateescape"))
    return buffer.getvalue()

"""Reviews by a second person, releases and the way back, over REST."""

from __future__ import annotations

from tests.builder.conftest import Workshop
from tests.builder.test_builder_http import PATH, WITH_URGENCY, save, submit
from tests.publish.desk import FILES, TICKET


def test_a_second_person_publishes_what_was_submitted(workshop: Workshop) -> None:
    """From the edit to the clerk's next screen: submitted by one, approved by another, live at once, draft gone."""
    shen, zhao, zhou = (workshop.client(name) for name in ("shen", "zhao", "zhou"))
    save(shen, WITH_URGENCY)
    asked = submit(shen, "urgency for the desk").json()
    [listed] = zhao.get("/api/builder/reviews").json()["items"]
    review = zhao.get(f"/api/builder/reviews/{asked['id']}").json()
    done = zhao.post(f"/api/builder/reviews/{asked['id']}/approve", json={"note": "fine"})
    made = zhou.post("/api/desk/ticket", json={"subject": "a", "urgency": 3})

    assert ("open", 1, 2, "shen 先生") == (asked["state"], asked["base"], asked["to"], asked["author"]["name"])
    assert asked["id"] == listed["id"]
    assert (["approve", "return"], ["withdraw"]) == (listed["can"], asked["can"])
    assert (False, False) == (review["plan_changed"], review["plan"]["blocked"])
    assert 200 == done.status_code, done.text
    assert ("approved", "fine", "zhao 先生") == (
        done.json()["review"]["state"],
        done.json()["review"]["decision_note"],
        done.json()["review"]["decided_by"]["name"],
    )
    assert (2, "active", "urgency for the desk") == tuple(done.json()["release"][k] for k in ("release", "state", "note"))
    assert all(step["done_at"] for step in done.json()["steps"])
    assert 201 == made.status_code, made.text
    assert [] == shen.get(f"{PATH}/draft").json()["changed"]
    assert [] == zhao.get("/api/builder/reviews").json()["items"]
    assert 409 == zhao.post(f"/api/builder/reviews/{asked['id']}/approve", json={}).status_code

    # Looked at afterwards it says what was approved, not that nothing differs from now.
    after = zhao.get(f"/api/builder/reviews/{asked['id']}").json()["plan"]
    assert (review["plan"]["changes"], review["plan"]["files"]) == (after["changes"], after["files"])
    assert [step["sql"] for step in review["plan"]["steps"]] == [step["sql"] for step in after["steps"]]
    assert (1, 2) == (after["from"], after["to"])


def test_comments_alone_are_published_too(workshop: Workshop) -> None:
    """A text in which only a comment changed is another release: submitted, approved, and read back with its comment."""
    shen, zhao = (workshop.client(name) for name in ("shen", "zhao"))
    save(shen, f"# why this is so\n{TICKET}")
    home, plan = shen.get(PATH).json(), shen.get(f"{PATH}/plan").json()
    asked = submit(shen, "say why")
    done = zhao.post(f"/api/builder/reviews/{asked.json()['id']}/approve", json={})

    assert ["entities/ticket.yaml"] == [change["file"] for change in home["changes"]]
    assert ([], ["entities/ticket.yaml"], [], False) == (
        plan["changes"],
        [one["path"] for one in plan["files"]],
        plan["steps"],
        plan["blocked"],
    )
    assert 201 == asked.status_code, asked.text
    assert 200 == done.status_code, done.text
    assert 2 == done.json()["release"]["release"]
    assert shen.get(f"{PATH}/draft").json()["files"]["entities/ticket.yaml"].startswith("# why this is so\n")


def test_who_submitted_takes_it_back(workshop: Workshop) -> None:
    """Only the author, only while it is open; the draft stays and what was asked for can be read again."""
    shen, he, zhao = (workshop.client(name) for name in ("shen", "he", "zhao"))
    save(shen, WITH_URGENCY)
    asked = submit(shen).json()
    path = f"/api/builder/reviews/{asked['id']}"
    other, publisher = he.post(f"{path}/withdraw"), zhao.post(f"{path}/withdraw")
    back = shen.post(f"{path}/withdraw")

    assert ["withdraw"] == asked["can"]
    assert (403, "M440") == (other.status_code, other.json()["code"])
    assert 403 == publisher.status_code
    assert (200, "withdrawn", []) == (back.status_code, back.json()["state"], back.json()["can"])
    assert [] == zhao.get("/api/builder/reviews").json()["items"]
    assert "Urgency" in shen.get(path).json()["plan"]["changes"][0]["words"]["en"]
    assert ["entities/ticket.yaml"] == shen.get(f"{PATH}/draft").json()["changed"]
    assert [409, 409] == [shen.post(f"{path}/withdraw").status_code, zhao.post(f"{path}/approve", json={}).status_code]
    assert 201 == submit(shen).status_code


def test_whoever_edited_or_submitted_cannot_decide(workshop: Workshop) -> None:
    """An editor who is a publisher cannot approve or return, also when somebody else submitted."""
    shen, he = workshop.client("shen"), workshop.client("he")
    save(he, WITH_URGENCY)
    review = submit(shen).json()["id"]
    approve = he.post(f"/api/builder/reviews/{review}/approve", json={})
    give_back = he.post(f"/api/builder/reviews/{review}/return", json={"note": "no"})
    designer = shen.post(f"/api/builder/reviews/{review}/approve", json={})

    assert [(403, "M420"), (403, "M420")] == [(a.status_code, a.json()["code"]) for a in (approve, give_back)]
    assert 403 == designer.status_code
    assert [] == he.get(f"/api/builder/reviews/{review}").json()["can"]


def test_a_returned_draft_stays_with_its_reason(workshop: Workshop) -> None:
    """Returning needs a reason and leaves the draft to be mended."""
    shen, zhao = workshop.client("shen"), workshop.client("zhao")
    save(shen, WITH_URGENCY)
    review = submit(shen).json()["id"]
    silent = zhao.post(f"/api/builder/reviews/{review}/return", json={"note": ""})
    returned = zhao.post(f"/api/builder/reviews/{review}/return", json={"note": "label is unclear"})

    assert 422 == silent.status_code
    assert ("returned", "label is unclear") == (returned.json()["state"], returned.json()["decision_note"])
    assert ["entities/ticket.yaml"] == shen.get(f"{PATH}/draft").json()["changed"]


def test_a_broken_or_empty_draft_is_not_submitted(workshop: Workshop) -> None:
    """Nothing to publish is a conflict; errors are refused with all of them; another draft than the one seen too."""
    shen = workshop.client("shen")
    empty = submit(shen)
    save(shen, TICKET.replace("type: decimal", "type: decimall").replace("max: 20", "mx: 20"))
    broken = submit(shen)
    other = shen.post(f"{PATH}/submit", json={"note": None, "checksum": "0" * 64})

    assert (409, "M436") == (empty.status_code, empty.json()["code"])
    assert (422, "M400", 2) == (broken.status_code, broken.json()["code"], len(broken.json()["errors"]))
    assert (409, "M435") == (other.status_code, other.json()["code"])


def test_a_draft_edited_after_it_was_submitted_builds_on_what_was_published(workshop: Workshop) -> None:
    """What is published is what was submitted; the later edit stays as a draft on the new base, without a conflict."""
    shen, zhao = workshop.client("shen"), workshop.client("zhao")
    save(shen, WITH_URGENCY)
    review = submit(shen).json()["id"]
    later = WITH_URGENCY.replace("Urgency", "Priority")
    save(shen, later, WITH_URGENCY)
    assert 200 == zhao.post(f"/api/builder/reviews/{review}/approve", json={}).status_code
    draft = shen.get(f"{PATH}/draft").json()
    plan = shen.get(f"{PATH}/plan").json()

    assert (2, ["entities/ticket.yaml"], later) == (draft["base"], draft["changed"], draft["files"]["entities/ticket.yaml"])
    assert (False, []) == (plan["blocked"], plan["steps"])


def test_a_moved_base_is_a_conflict_only_where_it_matters(workshop: Workshop) -> None:
    """A file that somebody else published over is a finding; a draft of other files goes along."""
    shen, zhao = workshop.client("shen"), workshop.client("zhao")
    save(shen, WITH_URGENCY)
    review = submit(shen).json()["id"]
    roles = FILES["roles.yaml"].replace("坐席", "座席")
    services = workshop.services
    from tests.publish.desk import put_live

    put_live(services.database, services.releases, {**FILES, "entities/ticket.yaml": TICKET.replace("主题", "标题")})
    moved = shen.get(f"{PATH}/draft").json()
    blocked = shen.get(f"{PATH}/plan").json()
    late = zhao.post(f"/api/builder/reviews/{review}/approve", json={})
    shen.delete(f"{PATH}/draft")
    save(shen, roles, FILES["roles.yaml"], f"{PATH}/draft/files/roles.yaml")
    put_live(services.database, services.releases, {**FILES, "entities/ticket.yaml": TICKET})
    along = shen.get(f"{PATH}/draft").json()

    assert ["M408"] == [d["code"] for d in moved["diagnostics"] if d["severity"] == "error"]
    assert blocked["blocked"]
    assert 409 == late.status_code
    assert ([], 3) == ([d for d in along["diagnostics"] if d["code"] == "M408"], along["base"])


def test_releases_are_listed_and_gone_back_to(workshop: Workshop) -> None:
    """The history names its people; one click makes an earlier release active, and the process serves it at once."""
    shen, zhao, zhou = (workshop.client(name) for name in ("shen", "zhao", "zhou"))
    save(shen, WITH_URGENCY)
    zhao.post(f"/api/builder/reviews/{submit(shen).json()['id']}/approve", json={})
    back = zhao.post(f"{PATH}/releases/1/activate")
    listed = zhao.get(f"{PATH}/releases").json()["items"]
    refused = zhou.post("/api/desk/ticket", json={"subject": "a", "urgency": 3})

    assert (200, "active") == (back.status_code, back.json()["state"])
    assert [(2, "superseded"), (1, "active")] == [(one["release"], one["state"]) for one in listed]
    assert ("shen 先生", "zhao 先生") == (listed[0]["author"]["name"], listed[0]["approver"]["name"])
    assert 422 == refused.status_code
    assert 403 == shen.post(f"{PATH}/releases/2/activate").status_code

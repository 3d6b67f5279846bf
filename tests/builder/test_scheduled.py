"""Publications that wait for their time: done then by a worker, looked at again first, cancelled until then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from builder.cli import main
from runtime.identity.holdings import Given, revoke_role
from runtime.publish.history import active_release
from runtime.store.tables import audit_event
from runtime.worker import Worker, run_jobs, run_long_jobs, run_publications, run_short_jobs
from tests.builder.conftest import Workshop
from tests.builder.test_builder_http import PATH, WITH_URGENCY, save
from tests.builder.test_cli import token_of, write
from tests.publish.desk import FILES, TICKET, put_live, with_field

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def at() -> dt.datetime:
    """An hour from now."""
    return (dt.datetime.now(dt.UTC) + HOUR).replace(microsecond=0)


def ask(client: httpx.Client, at: dt.datetime | str) -> httpx.Response:
    checksum = client.get(f"{PATH}/draft").json()["checksum"]
    said = at if isinstance(at, str) else at.isoformat()
    return client.post(f"{PATH}/submit", json={"note": "at night", "checksum": checksum, "at": said})


def scheduled(workshop: Workshop, at: dt.datetime) -> str:
    """A field more, submitted by shen for a time and approved by zhao; the id of the review."""
    shen, zhao = workshop.client("shen"), workshop.client("zhao")
    assert 200 == save(shen, WITH_URGENCY).status_code
    asked = ask(shen, at)
    assert 201 == asked.status_code, asked.text
    done = zhao.post(f"/api/builder/reviews/{asked.json()['id']}/approve", json={"note": "fine"})
    assert (200, None) == (done.status_code, done.json()["release"]), done.text
    assert "scheduled" == done.json()["review"]["state"]
    return str(asked.json()["id"])


def work(workshop: Workshop, now: dt.datetime) -> None:
    """One look of a worker at a moment."""
    services = workshop.services
    run_jobs(Worker(services.settings, services.database, services.releases, None, None, lambda: now))  # type: ignore[arg-type]


def live(workshop: Workshop) -> int:
    with workshop.services.database.read() as connection:
        active = active_release(connection, "desk")
    assert active is not None
    return active.release


def told(workshop: Workshop, person: str) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = workshop.client(person).get("/api/notices").json()["items"]
    return found


def test_it_is_published_at_its_time_and_not_before(workshop: Workshop, at: dt.datetime) -> None:
    """Approved, it waits; at its time a worker publishes it once, by the person who approved it, and both people are told."""
    review = scheduled(workshop, at)
    zhao = workshop.client("zhao")
    listed = zhao.get(f"{PATH}/releases").json()
    work(workshop, at - MINUTE)
    before = live(workshop)
    work(workshop, at + MINUTE)
    work(workshop, at + MINUTE)
    after = zhao.get(f"{PATH}/releases").json()

    assert [(review, "scheduled")] == [(one["id"], one["state"]) for one in listed["scheduled"]]
    assert at.strftime("%Y-%m-%dT%H:%M:%S.000Z") == listed["scheduled"][0]["publish_at"]
    assert ["cancel"] == listed["scheduled"][0]["can"]
    assert (1, 2) == (before, live(workshop))
    assert (2, "zhao 先生", []) == (after["items"][0]["release"], after["items"][0]["approver"]["name"], after["scheduled"])
    shown = zhao.get(f"/api/builder/reviews/{review}").json()
    assert ("approved", "fine", "zhao 先生") == (shown["state"], shown["decision_note"], shown["decided_by"]["name"])
    assert [] == workshop.client("shen").get(f"{PATH}/draft").json()["changed"]
    assert [[("published", "Desk", review)]] * 2 == [
        [(one["kind"], one["record_title"], one["record_id"]) for one in told(workshop, name)] for name in ("shen", "zhao")
    ]
    kinds = sa.select(audit_event.c.kind).where(audit_event.c.app == "desk").order_by(audit_event.c.id)
    with workshop.services.database.read() as connection:
        assert ["published", "draft_saved", "review_submitted", "publication_scheduled", "published"] == list(
            connection.execute(kinds).scalars()
        )


def roles_gone(workshop: Workshop, at: dt.datetime) -> None:
    with workshop.services.database.write() as connection:
        revoke_role(connection, workshop.people["zhao"], "", "publisher", Given(dt.datetime.now(dt.UTC)))


def moved(workshop: Workshop, at: dt.datetime) -> None:
    services = workshop.services
    put_live(services.database, services.releases, {**FILES, "roles.yaml": FILES["roles.yaml"].replace("Agent", "Clerk")})


@pytest.mark.parametrize(
    ("meanwhile", "late", "code"),
    [(moved, MINUTE, "M408"), (roles_gone, MINUTE, "M420"), (lambda workshop, at: None, 2 * HOUR, "M466")],
    ids=["base moved", "no publisher", "too late"],
)
def test_what_no_longer_fits_is_not_done(
    workshop: Workshop, at: dt.datetime, meanwhile: Callable[[Workshop, dt.datetime], None], late: dt.timedelta, code: str
) -> None:
    """Another release, a second person who may not any more, nobody there at the time: nothing changes, both are told why."""
    review = scheduled(workshop, at)
    meanwhile(workshop, at)
    before = live(workshop)
    work(workshop, at + late)
    work(workshop, at + late)
    shen = workshop.client("shen")
    shown = shen.get(f"/api/builder/reviews/{review}").json()

    assert (before, "not_started", code) == (live(workshop), shown["state"], shown["failure"]["code"])
    assert shown["failure"]["message"]["zh"] and shown["failure"]["message"]["en"]
    assert [["not_published"]] * 2 == [[one["kind"] for one in told(workshop, name)] for name in ("shen", "zhao")]
    assert shown["failure"]["message"]["en"] == told(workshop, "shen")[0]["detail"]
    assert [review] == [one["id"] for one in shen.get(f"{PATH}/releases").json()["scheduled"]]
    assert [] == workshop.client("he").get("/api/builder/reviews").json()["items"]


def missed(workshop: Workshop, at: dt.datetime) -> str:
    """A publication whose time passed while no worker was there."""
    review = scheduled(workshop, at)
    work(workshop, at + 2 * HOUR)
    return review


def test_what_no_worker_did_in_time_is_done_by_choice(workshop: Workshop, at: dt.datetime) -> None:
    """The second person publishes it now, once, after all checks; who made it cannot."""
    review = missed(workshop, at)
    he, zhao = workshop.client("he"), workshop.client("zhao")
    path = f"/api/builder/reviews/{review}"
    offered = [workshop.client(name).get(path).json()["can"] for name in ("zhao", "shen")]
    maker = workshop.client("shen").post(f"{path}/late", json={})
    done = zhao.post(f"{path}/late", json={"note": "after the outage"})
    again = he.post(f"{path}/late", json={})

    assert [["cancel", "late"], ["cancel"]] == offered
    assert 403 == maker.status_code
    assert (200, 2, "approved", None) == (
        done.status_code,
        done.json()["release"]["release"],
        done.json()["review"]["state"],
        done.json()["review"]["failure"],
    ), done.text
    assert (409, 2) == (again.status_code, live(workshop))
    kinds = sa.select(audit_event.c.kind).where(audit_event.c.app == "desk").order_by(audit_event.c.id)
    with workshop.services.database.read() as connection:
        # The worker's clock was two hours ahead, so its event is the last by its id.
        assert ["publication_reopened", "published", "publication_not_started"] == list(connection.execute(kinds).scalars())[-3:]


def test_what_no_worker_did_in_time_is_left_by_choice(workshop: Workshop, at: dt.datetime) -> None:
    """Left, it is not offered any more; what was not done for another reason, or beside another request, is not offered at all."""
    left = missed(workshop, at)
    shen, zhao = workshop.client("shen"), workshop.client("zhao")
    cancelled = shen.post(f"/api/builder/reviews/{left}/cancel")
    late = zhao.post(f"/api/builder/reviews/{left}/late", json={})
    second = scheduled_again(workshop, at)
    work(workshop, at + 2 * HOUR)
    ask(shen, at + HOUR)
    beside = zhao.post(f"/api/builder/reviews/{second}/late", json={})

    assert (200, "cancelled", []) == (cancelled.status_code, cancelled.json()["state"], cancelled.json()["can"])
    assert [(409, "M437"), (409, "M437")] == [(one.status_code, one.json()["code"]) for one in (late, beside)]
    assert 1 == live(workshop)


def test_it_is_cancelled_until_its_time(workshop: Workshop, at: dt.datetime) -> None:
    """Who submitted it or a publisher cancels; nothing is published then, and the draft can be submitted again."""
    review = scheduled(workshop, at)
    shen, zhou, zhao = (workshop.client(name) for name in ("shen", "zhou", "zhao"))
    path = f"/api/builder/reviews/{review}/cancel"
    nobody, cancelled, again = zhou.post(path), shen.post(path), zhao.post(path)
    work(workshop, at + MINUTE)

    assert [403, 200, 409] == [one.status_code for one in (nobody, cancelled, again)]
    assert ("cancelled", []) == (cancelled.json()["state"], cancelled.json()["can"])
    assert (1, []) == (live(workshop), told(workshop, "shen"))
    second = scheduled_again(workshop, at)
    assert 200 == workshop.client("he").post(f"/api/builder/reviews/{second}/cancel").status_code


def scheduled_again(workshop: Workshop, at: dt.datetime) -> str:
    asked = ask(workshop.client("shen"), at).json()["id"]
    assert 200 == workshop.client("zhao").post(f"/api/builder/reviews/{asked}/approve", json={}).status_code
    return str(asked)


def test_a_time_is_ahead_within_a_year_and_of_one_publication(workshop: Workshop, at: dt.datetime) -> None:
    """What is no time, over, or too far is refused at the field; two publications of one app do not wait side by side."""
    shen, zhao = workshop.client("shen"), workshop.client("zhao")
    save(shen, WITH_URGENCY)
    for wrong in ("soon", "2020-01-01T00:00", "0001-01-01T00:00", "9999-12-31T23:59:59", (at + 400 * 24 * HOUR).isoformat()):
        refused = ask(shen, wrong)
        assert (422, "M464", "/at") == (refused.status_code, refused.json()["code"], refused.json()["errors"][0]["pointer"])
    where_the_bank_is = at.astimezone(dt.timezone(8 * HOUR)).strftime("%Y-%m-%dT%H:%M:%S")
    first = ask(shen, where_the_bank_is).json()
    assert at.strftime("%Y-%m-%dT%H:%M:%S.000Z") == first["publish_at"]
    zhao.post(f"/api/builder/reviews/{first['id']}/approve", json={})
    save(shen, with_field("more: {type: integer, label: {zh: 多, en: More}}")["entities/ticket.yaml"], WITH_URGENCY)
    second = zhao.post(f"/api/builder/reviews/{ask(shen, at + HOUR).json()['id']}/approve", json={})

    assert (409, "M465") == (second.status_code, second.json()["code"])
    work(workshop, at + MINUTE)
    assert 2 == live(workshop)


def test_what_changed_before_the_approval_is_refused_then(workshop: Workshop, at: dt.datetime) -> None:
    """The second person approves the plan that was submitted, or nothing."""
    shen, zhao = workshop.client("shen"), workshop.client("zhao")
    save(shen, WITH_URGENCY)
    asked = ask(shen, at).json()["id"]
    services = workshop.services
    put_live(services.database, services.releases, {**FILES, "entities/ticket.yaml": TICKET.replace("en: Phone", "en: Tel")})
    late = zhao.post(f"/api/builder/reviews/{asked}/approve", json={})

    assert 409 == late.status_code
    work(workshop, at + MINUTE)
    assert 2 == live(workshop)


def test_the_command_line_schedules_lists_and_cancels(
    workshop: Workshop, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`qiqiao publish --at` by two people, the line of `qiqiao releases`, and its `--cancel`."""
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    with workshop.services.database.write() as connection:
        monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", token_of(connection, "zhao"))
    folder = write(tmp_path / "desk", {**FILES, "entities/ticket.yaml": WITH_URGENCY})
    day = (dt.datetime.now(dt.UTC) + 48 * HOUR).strftime("%Y-%m-%d")
    two, at = ["--author", "shen", "--approver", "zhao"], ["--database", database_url]

    def qiqiao(*arguments: object) -> tuple[int, str]:
        code = main([*map(str, arguments), *at])
        written = capsys.readouterr()
        return code, written.out + written.err

    over = qiqiao("publish", folder, *two, "--at", "2020-01-01")
    asked = qiqiao("publish", folder, *two, "--at", f"{day}T22:00")
    listed = qiqiao("releases", "desk")
    cancelled = qiqiao("releases", "desk", "--cancel", "--approver", "zhao")
    nobody = qiqiao("releases", "desk", "--late", "--approver", "zhao")
    nothing = qiqiao("releases", "desk", "--cancel", "--approver", "zhao")

    assert (1, True) == (over[0], "ahead, and within a year" in over[1])
    assert (0, True) == (asked[0], f"desk 1.0.0 waits for {day}T22:00" in asked[1])
    assert f"desk 1.0.0 waits for {day} 22:00\n" in listed[1]
    assert (0, f"desk 1.0.0 is not published at {day} 22:00\n") == cancelled
    assert (1, True) == (nobody[0], "Nothing of desk waits" in nobody[1])
    assert (1, True) == (nothing[0], "Nothing of desk waits" in nothing[1])
    assert 1 == live(workshop)


def test_the_command_line_does_or_leaves_what_no_worker_did(
    workshop: Workshop, at: dt.datetime, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--cancel` leaves it, `--late` publishes it now."""
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path / "data"))
    with workshop.services.database.write() as connection:
        monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", token_of(connection, "zhao"))
    ours = ("--approver", "zhao", "--database", database_url)
    missed(workshop, at)
    left = main(["releases", "desk", "--cancel", *ours])
    scheduled_again(workshop, at)
    work(workshop, at + 2 * HOUR)
    done = main(["releases", "desk", "--late", *ours])

    assert (0, 0, 2) == (left, done, live(workshop))


def test_a_day_alone_is_its_beginning_where_the_bank_is(workshop: Workshop) -> None:
    """What holds from a day on is published at its first moment, in the bank's zone."""
    save(workshop.client("shen"), WITH_URGENCY)
    day = (dt.datetime.now(dt.UTC) + 72 * HOUR).date()
    asked = ask(workshop.client("shen"), day.isoformat())

    midnight = dt.datetime.combine(day, dt.time(), dt.timezone(8 * HOUR)).astimezone(dt.UTC)
    assert midnight.strftime("%Y-%m-%dT%H:%M:%S.000Z") == asked.json()["publish_at"]


def test_a_publication_that_takes_long_holds_up_no_other_job(workshop: Workshop, at: dt.datetime) -> None:
    """The looks of a worker for jobs of one transaction do not wait for a publication: they do not even take it."""
    scheduled(workshop, at)
    services = workshop.services
    worker = Worker(services.settings, services.database, services.releases, None, None, lambda: at + MINUTE)  # type: ignore[arg-type]
    run_short_jobs(worker)
    run_long_jobs(worker)
    before = live(workshop)
    run_publications(worker)

    assert (1, 2) == (before, live(workshop))

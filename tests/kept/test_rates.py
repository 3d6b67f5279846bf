"""Exchange rates: who enters them, what is refused, and that Python, both databases and the browser's window read the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.cli import main
from runtime.compile.app import compile_app
from runtime.compile.window import draw_tables
from runtime.kept import read_kept, with_kept
from runtime.publish.history import active_release
from tests.kept.conftest import Bank
from tests.publish import desk

FILES = desk.edited("app.yaml", "languages: [zh, en]\n", "languages: [zh, en]\ncurrency: CNY\n")
FILES = desk.with_field("paid_on: {type: date, label: {zh: 付款日, en: Paid on}}", FILES)
FILES = desk.with_field("coin: {type: text, max: 3, label: {zh: 币种, en: Currency}}", FILES)
FILES = desk.with_field(
    "base: {type: decimal, scale: 2, compute: 'round(in_base(cost, coin, paid_on), 2)', label: {zh: 本位币, en: Base}}", FILES
)
RATES = [
    {"currency": "USD", "base": "CNY", "valid_from": "2026-01-01", "rate": "7.1", "source": "CFETS"},
    {"currency": "USD", "base": "CNY", "valid_from": "2026-11-01", "rate": "7.25"},
    {"currency": "EUR", "base": "CNY", "valid_from": "2026-01-01", "rate": "8.123456789"},
]


def test_an_amount_is_converted_by_the_rate_of_its_day(bank: Bank) -> None:
    """Computed when written, read and filtered by the database alike; without a rate there is no amount, the base is itself."""
    bank.publish(FILES)
    treasurer, agent = bank.caller("han", platform=("treasurer",)), bank.caller("zhou", "agent")
    assert {"created": 3, "changed": 0, "unchanged": 0} == treasurer.post("/api/rates", json={"items": RATES}).json()

    for number, (coin, day) in enumerate(
        [("USD", "2026-10-31"), ("USD", "2026-11-01"), ("USD", "2025-12-31"), ("CNY", "2000-01-01"), ("JPY", "2026-11-01")]
    ):
        body = {"subject": f"{number}", "cost": "10.00", "coin": coin, "paid_on": day}
        assert 201 == agent.post("/api/desk/ticket", json=body).status_code
    listed = agent.get("/api/desk/ticket", params={"order": "subject", "select": "base"}).json()["items"]
    assert ["71.00", "72.50", None, "10.00", None] == [each["base"] for each in listed]
    found = agent.get("/api/desk/ticket", params={"where": "base > 71", "select": "subject"}).json()["items"]
    assert ["1"] == [each["subject"] for each in found]


def test_a_changed_rate_counts_at_once_and_leaves_both_values_in_the_trail(bank: Bank) -> None:
    """What is computed while reading follows the rate; the event holds what stood there before."""
    bank.publish(FILES)
    treasurer, agent = bank.caller("han", platform=("treasurer",)), bank.caller("zhou", "agent")
    treasurer.post("/api/rates", json={"items": RATES})
    agent.post("/api/desk/ticket", json={"subject": "a", "cost": "10.00", "coin": "USD", "paid_on": "2026-11-02"})

    answer = treasurer.post("/api/rates", json={"items": [{**RATES[1], "rate": "7.3"}]})

    assert {"created": 0, "changed": 1, "unchanged": 0} == answer.json()
    assert "73.00" == agent.get("/api/desk/ticket").json()["items"][0]["base"]
    auditor = bank.caller("sun", platform=("auditor",))
    events = auditor.get("/api/audit/events", params={"kind": "rates_entered"}).json()["items"]
    assert [("7.25", "7.3")] == [(each["before"], each["after"]) for each in events[0]["body"]["rates"]]


def test_every_fault_of_the_rates_is_named_and_nothing_is_entered(bank: Bank) -> None:
    """A pointer to each; a rate of zero, a JSON number, an unknown name, a day that is none, a pair that stands twice."""
    treasurer = bank.caller("han", platform=("treasurer",))
    wrong = [
        {**RATES[0], "rate": "0"}, {**RATES[0], "rate": 7.1}, {**RATES[0], "currency": "usd"}, {**RATES[0], "base": "USD"},
        {**RATES[0], "valid_from": "2026-02-30"}, {**RATES[0], "spread": "1"}, RATES[0], RATES[0],
    ]  # fmt: skip

    answer = treasurer.post("/api/rates", json={"items": wrong})

    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert 422 == answer.status_code
    assert [
        "/items/0/rate", "/items/1/rate", "/items/2/currency", "/items/3/currency", "/items/4/valid_from", "/items/5/spread", "/items/7",
    ] == pointers  # fmt: skip
    assert [] == treasurer.get("/api/rates").json()["items"]


def test_only_the_treasury_enters_rates_and_everybody_reads_them_by_pages(bank: Bank) -> None:
    """403 without the platform role; the newest day first, the pages without gap or repeat."""
    clerk, treasurer = bank.caller("zhou", "agent"), bank.caller("han", platform=("treasurer",))
    assert 403 == clerk.post("/api/rates", json={"items": RATES}).status_code
    treasurer.post("/api/rates", json={"items": RATES})

    first = clerk.get("/api/rates", params={"limit": 2}).json()
    second = clerk.get("/api/rates", params={"limit": 2, "cursor": first["next"]}).json()

    shown = [(each["valid_from"], each["currency"]) for each in (*first["items"], *second["items"])]
    assert [("2026-11-01", "USD"), ("2026-01-01", "EUR"), ("2026-01-01", "USD")] == shown
    assert second["next"] is None


def test_a_form_gets_a_window_and_asks_the_server_beyond_it(bank: Bank) -> None:
    """Screens carry the rates that hold in the last hundred days; what lies before is computed by the server over what is filled in."""
    bank.publish(FILES)
    treasurer, agent = bank.caller("han", platform=("treasurer",)), bank.caller("zhou", "agent")
    treasurer.post("/api/rates", json={"items": [*RATES, {**RATES[0], "valid_from": "2025-01-01", "rate": "7"}]})

    screens = agent.get("/api/apps/desk/screens").json()
    computed = agent.post(
        "/api/desk/ticket/compute", json={"fields": {"cost": "10.00", "coin": "USD", "paid_on": "2025-06-01", "base": "1.00"}}
    )

    expected = {"EUR": [["2026-01-01", "8.123456789"]], "USD": [["2026-01-01", "7.1"], ["2026-11-01", "7.25"]]}
    assert {"base": "CNY", "rates": expected, "since": "2026-08-16"} == screens["tables"]["rates"]
    assert screens["entities"]["ticket"]["fields"]["base"]["compute"][0] == "fn"
    assert {"values": {"base": "70.00"}} == computed.json()
    assert 404 == bank.caller("nobody").post("/api/desk/ticket/compute", json={"fields": {}}).status_code


@pytest.mark.parametrize("head", ["currency,base,valid_from,rate,source", "币种,本位币,生效日,汇率,来源"])
def test_the_command_line_enters_a_file_and_lists(
    bank: Bank, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, head: str
) -> None:
    """All rows of a file or none; a second time nothing changes."""
    monkeypatch.setenv("QIQIAO_LOCALE", "en")
    monkeypatch.setenv("QIQIAO_DATA", str(tmp_path))
    file, database = tmp_path / "rates.csv", ["--database", bank.database.url]
    file.write_text(f"{head}\nUSD,CNY,2026-11-28,7.0812,CFETS\nJPY,CNY,2026-11-28,0.0456,\n", "utf-8")

    assert [0, 0, 0] == [main(["rates", str(file), *database]), main(["rates", str(file), *database]), main(["rates", *database])]
    said = capsys.readouterr().out.splitlines()
    assert ["2 new, 0 changed, 0 unchanged.", "0 new, 0 changed, 2 unchanged."] == said[:2]
    assert "2026-11-28  USD/CNY  7.0812  CFETS" in said

    file.write_text("currency,base,rate\nUSD,CNY,7\n", "utf-8")
    assert 1 == main(["rates", str(file), *database])
    assert "valid_from" in capsys.readouterr().err


def test_the_calendar_of_a_form_is_cut_around_today(bank: Bank) -> None:
    """Far from both ends only a window goes to the browser, which says that it is one."""
    calendar = "calendar: bank\nlabel: {zh: 银行, en: Bank}\nfrom: 2020-01-01\nto: 2035-12-31\nmake_up_days: [2026-11-28]\n"
    due = desk.with_field("due: {type: date, default: 'add_business_days(today(), 5)', label: {zh: 期限, en: Due}}")
    app = {**due, "app.yaml": desk.APP + "calendar: bank\n", "calendars/bank.yaml": calendar}
    bank.publish(app)
    agent = bank.caller("zhou", "agent")

    screens = agent.get("/api/apps/desk/screens").json()

    window = screens["tables"]["calendar"]
    assert ("2025-10-20", True, 1501) == (window["first"], window["cut"], len(window["days"]))
    assert "default" in screens["entities"]["ticket"]["fields"]["due"]


def test_a_running_release_of_the_past_reads_the_rates_of_today(bank: Bank) -> None:
    """What is kept belongs to no release: each one that is compiled gets it."""
    bank.publish(FILES)
    treasurer = bank.caller("han", platform=("treasurer",))
    treasurer.post("/api/rates", json={"items": RATES})
    with bank.database.read() as connection:
        data, active = read_kept(connection), active_release(connection, "desk")
    assert active is not None

    live = bank.releases.current()["desk"]
    alone = with_kept(compile_app(live.app, live.release), data)

    assert live.kept == alone.kept == bank.releases.at("desk", active.release).kept
    assert "rates" in draw_tables(live, desk.NOW.date())

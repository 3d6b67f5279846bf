"""Calendars, segments, reports, dashboards, templates, further languages, upgrades and cases: one mistake, one finding."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from forms_dsl.diagnostics import has_errors
from forms_dsl.load import load_app
from forms_dsl.working_days import business_days
from tests.forms_dsl.kinds_app import FILES, with_change
from tests.forms_dsl.small_app import places

REPORT = FILES["reports/by_kind.yaml"]

#: Code, file, what is replaced, by what, and a text of the line (after the change) where the finding must stand.
CASES = [
    ("S002", "params.yaml", "by: [branch]", "by: [city]", "by:"),
    # Calendars
    ("S002", "calendars/bank.yaml", "to: 2026-12-31", "to: 2025-12-31", "to: 2025"),
    ("S002", "calendars/bank.yaml", "to: 2026-02-23", "to: 2027-02-23", "  spring"),
    ("S002", "calendars/bank.yaml", "2026-02-14", "2026-02-16, 2026-03-02", "make_up_days"),
    ("S002", "calendars/bank.yaml", "2026-02-14", "2026-02-30", "make_up_days"),
    ("S002", "calendars/bank.yaml", '"13:30"', '"11:30"', '"11:30"'),
    ("S002", "calendars/bank.yaml", '"12:00"', '"08:00"', '"08:00"'),
    ("S002", "calendars/bank.yaml", '"17:30"', '"25:30"', '"25:30"'),
    ("S003", "calendars/bank.yaml", "from: 2026-01-01\nto:", "to:", "calendar"),
    # Segments
    ("R001", "segments/sleeping.yaml", "{of: orders, at: created_on, last: 90d}", "{of: ordres, at: created_on, last: 90d}", "ordres"),
    ("S002", "segments/sleeping.yaml", "at: created_on, last: 90d}", "at: amount, last: 90d}", "at: amount"),
    ("S002", "segments/sleeping.yaml", "at: created_on, last: 90d}", "at: created_on, last: 90m}", "last: 90m"),
    ("S003", "segments/sleeping.yaml", "at: created_on, last: 90d}", "at: created_on}", "recent:"),
    ("S002", "segments/sleeping.yaml", "at: created_at, last", "at: created_on, last", "nightly:"),
    ("S003", "segments/sleeping.yaml", ', to: "05:00"', "", "nightly:"),
    ("S005", "segments/sleeping.yaml", "  recent:", "  orders:", "  orders:"),
    ("X005", "segments/sleeping.yaml", "exclude: is_missing(phone)", "exclude: is_missing(phne)", "exclude"),
    ("S002", "segments/sleeping.yaml", "top: 10%", "top: 110%", "rank:"),
    ("R001", "segments/sleeping.yaml", "within: branch", "within: brnch", "rank:"),
    ("S002", "segments/sleeping.yaml", "mode: snapshot", "mode: live", "every:"),
    ("S002", "segments/sleeping.yaml", "sample: 5%", "sample: 0", "sample:"),
    ("X302", "segments/sleeping.yaml", "exclude: is_missing(phone)", "exclude: 1 > 2", "exclude"),
    # Reports
    ("R001", "reports/by_kind.yaml", "type: date", "type: dat", "  since"),
    ("S002", "reports/by_kind.yaml", "default: 100.00", "default: lots", "  at_least"),
    ("S005", "reports/by_kind.yaml", REPORT, REPORT.replace("at_least", "most"), "  most:"),
    ("X005", "reports/by_kind.yaml", "param.since", "param.sinc", "filter:"),
    ("X011", "reports/by_kind.yaml", "created_on >= param.since", "amount >= param.since", "filter:"),
    ("S002", "reports/by_kind.yaml", "[role.checker]", "[owner]", "send:"),
    ("R001", "reports/by_kind.yaml", "[role.checker]", "[role.cheker]", "send:"),
    ("S002", "reports/by_kind.yaml", "08:00 monday", "8 on monday", "send:"),
    ("Q001", "reports/by_kind.yaml", "created_on >= param.since and ", "", "report:"),
    # Dashboards
    ("R001", "dashboards/home.yaml", "measure: orders", "measure: ordrs", "tile: orders"),
    ("R001", "dashboards/home.yaml", "report: by_kind, show: chart", "report: by_kin, show: chart", "tile: kinds"),
    ("R001", "dashboards/home.yaml", "target: 100", "target: goal", "tile: orders"),
    ("R001", "dashboards/home.yaml", "limit: param.most", "limit: param.mst", "tile: amount"),
    ("R001", "dashboards/home.yaml", "owner: role.checker", "owner: role.chekcer", "tile: orders"),
    ("S003", "dashboards/home.yaml", "measure: orders, show: number, span: 3, target: 100, compare: previous_year", "show: number, span: 3", "tile: orders"),
    ("S003", "dashboards/home.yaml", ", list: orders", "", "tile: open_orders"),
    ("S002", "dashboards/home.yaml", "list: orders", "list: orders, show: chart", "tile: open_orders"),
    ("S002", "dashboards/home.yaml", "span: 6", "span: 13", "tile: kinds"),
    ("S002", "dashboards/home.yaml", "refresh: daily", "refresh: often", "tile: kinds"),
    ("S005", "dashboards/home.yaml", "tile: kinds", "tile: orders", "report: by_kind, show: chart"),
    ("X005", "dashboards/home.yaml", "user.roles", "user.rolls", "visible"),
    # Templates
    ("R001", "templates/late.yaml", "{{number}} 金额", "{{numbr}} 金额", "numbr"),
    ("R001", "templates/late.yaml", "{{created_on|date}}", "{{created_on|dat}}", "|dat}}"),
    ("S002", "templates/late.yaml", "{{created_on|date}}", "{{created_on|money}}", "|money}}, is"),
    ("S002", "templates/late.yaml", "{{created_on|date}}", "{created_on|date}", "{created_on"),
    ("S002", "templates/late.yaml", "{{created_on|date}}", "{{lines}}", "{{lines"),
    ("T001", "templates/late.yaml", "{{customer.phone|last4}}", "{{customer.phone}}", "customer.phone"),
    ("S003", "templates/sheet.yaml", ", steps: [decide]", "", "opinions"),
    ("W013", "templates/sheet.yaml", "[decide@head]", "[decide@haed]", "signatures"),
    ("R001", "templates/sheet.yaml", "items: [number", "items: [numer", "facts"),
    ("R001", "templates/sheet.yaml", "totals: [price]", "totals: [count]", "table"),
    ("S002", "templates/sheet.yaml", "table: lines", "table: amount", "table"),
    ("S001", "templates/sheet.yaml", "when:", "subject: {zh: 题, en: x}\nwhen:", "subject"),
    ("S001", "templates/sheet.yaml", "- {facts:", "- {fcats:", "fcats"),
    ("X005", "templates/sheet.yaml", "visible: amount", "visible: amont", "table"),
    ("S011", "automations/late_orders.yaml", "  - send: {channel: sms, to: owner, template: late}", "  - set: {size: S}", ""),
    # Further languages
    ("L302", "i18n/fr.yaml", "entities.order.fields.amount", "entities.order.fields.amunt", "amunt"),
    ("L302", "i18n/fr.yaml", "forms.order.intake.lines", "forms.order.intake.lins", "lins"),
    ("L305", "i18n/fr.yaml", "Montant", "Mon\u200btant", "tant"),
    # Upgrades
    ("R001", "upgrades/1.0.0.yaml", "set: {size: S}", "set: {sise: S}", "sise"),
    ("S002", "upgrades/1.0.0.yaml", "set: {size: S}", "set: {size: M}", "size: M"),
    ("X020", "upgrades/1.0.0.yaml", "{c: b}", "{c: d}", "{c: d}"),
    ("S002", "upgrades/1.0.0.yaml", "map_codes: {kind:", "map_codes: {amount:", "map_codes"),
    ("X005", "upgrades/1.0.0.yaml", "coalesce(amount, 0)", "coalesce(amuont, 0)", "convert"),
    ("S002", "upgrades/1.0.0.yaml", "<1.0\"", "<2.0\"", "from"),
    ("S002", "upgrades/1.0.0.yaml", "convert: {field: amount", "convert: {field: total", "convert"),
    ("S004", "upgrades/1.0.0.yaml", "upgrade: 1.0.0", "upgrade: 1.0.1", "upgrade"),
    # Cases
    ("R001", "tests/orders.yaml", "given: {kind: a, amount: 600}", "given: {kinds: a, amount: 600}", "kinds"),
    ("R001", "tests/orders.yaml", "rule: large_needs_size", "rule: large", "rule: large,"),
    ("R001", "tests/orders.yaml", "role: clerk", "role: clrk", "user"),
    ("R001", "tests/orders.yaml", "cannot_read: [ours]", "cannot_read: [theirs]", "cannot_read"),
    ("R001", "tests/orders.yaml", "{entity: order, kind", "{entity: order, knd", "ours:"),
    ("R001", "tests/orders.yaml", "fields: {total: 60}", "fields: {totl: 60}", "totl"),
    ("R001", "tests/orders.yaml", "entity: order\ncases", "entity: ordr\ncases", "ordr"),
    ("S003", "tests/orders.yaml", "entity: order\ncases", "cases", "  large_needs_size:"),
    ("D003", "tests/orders.yaml", "[{run: score}]", "[]", ""),
]  # fmt: skip


def test_one_of_every_kind_is_clean() -> None:
    loaded = load_app(FILES)
    assert loaded.diagnostics == ()
    assert loaded.app is not None


@pytest.mark.parametrize(("code", "path", "old", "new", "text"), CASES)
def test_one_mistake_is_one_finding(code: str, path: str, old: str, new: str, text: str) -> None:
    files = with_change(path, old, new)
    found = [place for place in places(load_app(files).diagnostics) if place[0] != "S011" or code == "S011"]
    assert {each[0] for each in found} == {code}, found
    if text:
        line = files[path][: files[path].index(text)].count("\n") + 1
        assert (code, path, line) in found
        assert len(found) == 1


def test_working_days_know_holidays_and_make_up_days() -> None:
    """Sunday 28 February 2026 is worked for the Spring Festival; the festival's Monday is free."""
    app = load_app(FILES).app
    assert app is not None
    table = business_days(app.calendars["bank"])
    days = set(table.days)
    assert dt.date(2026, 2, 28) in days and dt.date(2026, 2, 16) not in days and dt.date(2026, 1, 1) not in days
    assert dt.date(2026, 3, 2) in days and dt.date(2026, 3, 1) not in days
    assert (table.first, table.last) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def test_translations_stand_in_the_labels_and_the_rest_falls_back() -> None:
    app = load_app(FILES).app
    assert app is not None
    order = app.entities["order"]
    assert order.label["fr"] == "Commande" and order.fields["amount"].label["fr"] == "Montant"
    assert order.rules[0].message["fr"] == "Une grande commande a une taille"
    assert "fr" not in order.fields["customer"].label
    choices = {each.code: each.label for each in order.fields["kind"].options.choices}
    assert choices["a"]["fr"] == "Type A" and "fr" not in choices["b"]
    assert {each.label.get("fr") for each in order.fields["size"].options.choices} == {"Petit", None}
    assert app.forms["order.intake"].layout[1].label["fr"] == "Lignes"
    assert app.label["fr"] == "Petite application"
    assert len(app.i18n["fr"].texts) == 8


def test_a_language_is_written_inline_or_in_a_file_not_both() -> None:
    found = load_app({**FILES, "i18n/en.yaml": "i18n: en\napp: Small\n"}).diagnostics
    assert places(found) == [("L301", "i18n/en.yaml", 1)]


def test_segments_keep_windows_rank_and_sample() -> None:
    app = load_app(FILES).app
    assert app is not None
    segment = app.segments["sleeping"]
    assert segment.windows["nightly"].begin == dt.time(22) and segment.windows["nightly"].end == dt.time(5)
    assert segment.rank is not None and str(segment.rank.percent) == "10" and segment.rank.within == "branch"
    assert str(segment.sample) == "5"


def test_a_broken_file_of_one_kind_hides_nothing_in_the_others() -> None:
    files = {
        **with_change("segments/sleeping.yaml", "where:", "were:"),
        "templates/late.yaml": FILES["templates/late.yaml"].replace("{{number}} 金额", "{{numbr}} 金额"),
    }
    found = load_app(files).diagnostics
    assert has_errors(found)
    assert {("S001", "segments/sleeping.yaml"), ("R001", "templates/late.yaml")} <= {
        (each.code, each.span.file) for each in found
    }


_WORDS = [
    "true", "null", "[]", "{}", "-1", "9" * 30, "2026-02-30", "''", "missing", "x: y", "~", "0.1", "- a", "{{", "}}",
    "date(2026, 13, 45)", "[a, [b]]", "param.x", "size", *"{}[]:,#&*!|>%@",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_written_ends_in_findings_and_never_in_a_failure(seed: int) -> None:
    """Lines lost, doubled, moved and overwritten, three at a time."""
    pick = random.Random(seed)
    kinds = ("segments", "calendars", "dashboards", "templates", "i18n", "upgrades", "tests", "reports", "decisions")
    path = pick.choice([path for path in FILES if path.startswith(kinds)])
    lines = FILES[path].split("\n")
    for _ in range(3):
        at = pick.randrange(len(lines))
        key, colon, _ = lines[at].partition(": ")
        word = pick.choice(_WORDS)
        lines[at] = pick.choice(
            [lines[pick.randrange(len(lines))], f"{key}{colon}{word}", lines[at][: len(lines[at]) // 2] + word]
        )
    for finding in load_app({**FILES, path: "\n".join(lines)}).diagnostics:
        assert finding.message and finding.message_zh, finding

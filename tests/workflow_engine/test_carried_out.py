"""What this version does not carry out is refused by name when an app is published, and is one hint when it is checked."""

from __future__ import annotations

import sqlalchemy as sa

from forms_dsl.diagnostics import Diagnostic, has_errors
from forms_dsl.load import load_app
from runtime.compile.app import compile_app
from runtime.publish.lint import Proposal
from runtime.publish.rules.automations import check
from runtime.publish.state import DatabaseState
from tests.forms_dsl.flow_app import FILES
from workflow_engine.verify import load_verified

CREDIT = "workflows/credit.yaml"

#: Every key of the credit flow that the engine would have to leave aside, with the line on which it stands.
REFUSED = [
    "within: 4 working hours",
    "every: 2 working hours",
    "open_for: 1 working day",
    "for: 10 working days",
    "do: [submit",
    "user: {role: clerk",
    "expect: {at",
]


def text_at(found: Diagnostic) -> str:
    """The text of the file from where a finding stands."""
    line = FILES[found.span.file].split("\n")[found.span.line - 1]
    return line[found.span.column - 1 :]


def test_publishing_names_each_key_at_its_place() -> None:
    """No key of the language is accepted and then ignored: each is an error at the very key."""
    loaded = load_verified(FILES)
    refused = [found for found in loaded.diagnostics if found.code == "W102" and found.span.file == CREDIT]

    assert loaded.app is None
    assert {"error"} == {found.severity for found in refused}
    said = [text_at(found) for found in refused]
    assert [] == [text for text in said if not any(text.startswith(each) for each in REFUSED)]
    assert [] == [each for each in REFUSED if not any(text.startswith(each) for text in said)]


def test_working_time_needs_its_calendar() -> None:
    """Once the app holds the calendar that it names, working time is carried out."""
    calendar = "calendar: cn_bank\nlabel: {zh: 中国, en: China}\nfrom: 2026-01-01\nto: 2026-12-31\nworking_days: [monday]\n"
    loaded = load_verified({**FILES, "calendars/cn_bank.yaml": calendar})

    assert [] == [found.message for found in loaded.diagnostics if "cn_bank" in found.message]
    assert not any("working" in text_at(found) for found in loaded.diagnostics if found.pointer[-1:] == ("within",))


def test_checking_tells_it_once() -> None:
    """Whoever only checks gets one hint a file, and the app."""
    # In a trial nobody has a role of his own: where one role both weighs and may refuse for all, its votes are not found.
    credit = FILES[CREDIT].replace("veto: role.checker", "veto: role.clerk")
    loaded = load_verified({**FILES, CREDIT: credit}, publishing=False)
    hints = [found for found in loaded.diagnostics if found.code == "W102"]

    assert loaded.app is not None
    assert not has_errors(loaded.diagnostics)
    assert [CREDIT] == sorted(found.span.file for found in hints)
    assert {"hint"} == {found.severity for found in hints}
    assert "open_for" in hints[0].message


def test_what_no_automation_does_is_refused() -> None:
    """Actions and values that nothing carries out are named; the others are left alone."""
    app = load_app(FILES).app
    assert app is not None
    state = DatabaseState(sa.create_engine("sqlite://").dialect, 1, {}, {})
    found = list(check(Proposal(None, compile_app(app, 1), state, (), ())))

    assert {"W102"} == {each.code for each in found}
    said = {(each.span.file.removeprefix("automations/"), each.message.split("'")[1]) for each in found}
    assert {
        ("on_change.yaml", "cooldown"),
        ("on_finish.yaml", "work_item.due"),
        ("fetch.yaml", "import"),
        ("tell.yaml", "send"),
    } == said

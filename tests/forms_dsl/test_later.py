"""The reference marks what is refused at publishing, and nothing else, out of the places that refuse it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from forms_dsl.kinds import KINDS
from forms_dsl.later import later
from forms_dsl.load import load_app
from forms_dsl.reference_page import page
from runtime.compile.app import compile_app
from runtime.publish.lint import Proposal
from runtime.publish.rules import later_kinds, not_carried_out
from runtime.publish.state import DatabaseState
from tests.forms_dsl.kinds_app import with_change


def test_what_an_app_is_refused_for_is_what_the_reference_says() -> None:
    """Every key for which an app with one of every kind is refused stands among the words of its kind."""
    files = with_change("lists/orders.yaml", "search: [number]", "search: [number]\nview: board\ngroup_by: status")
    app = load_app(files).app
    assert app is not None
    proposal = Proposal(None, compile_app(app, 1), DatabaseState(sa.create_engine("sqlite://").dialect, 1, {}, {}), (), ())
    refused = [*not_carried_out.check(proposal), *later_kinds.check(proposal)]
    words = {word.partition("…")[0] for each in later().values() for word in each}

    for finding in refused:
        said = finding.message.removeprefix("This version does not carry out ").rstrip(".")
        assert any(said.startswith(word) for word in words), said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_reference_names_what_is_not_carried_out(language: str) -> None:
    """Each word stands on the page, in the part of its kind."""
    text = page(language)
    parts = text.split("\n## ")

    assert set(later()) <= set(KINDS)
    for kind, words in later().items():
        (part,) = [
            each for each in parts if each.split("\n")[0].startswith(KINDS[kind].label[language]) and "`" in each.split("\n")[0]
        ]
        assert words == (kind,) or all(f"`{word}`" in part for word in words)

"""Other apps: found by name, in a version that fits, and referred to by `app.entity`."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from forms_dsl.load import load_app
from forms_dsl.model import App
from forms_dsl.required import first_of, load_required, required_names
from forms_dsl.versions import in_range
from tests.forms_dsl.small_app import places

BASE = {
    "app.yaml": """\
app: base
format: 1
version: 1.1.0
label: {zh: 底座, en: Base}
languages: [zh, en]
""",
    "entities/party.yaml": """\
entity: party
label: {zh: 主体, en: Party}
title: "{full_name}"
fields:
  full_name: {type: text, max: 60, label: {zh: 名称, en: Name}}
  born_on: {type: date, label: {zh: 生日, en: Born on}}
""",
    "roles.yaml": """\
roles:
  reader: {label: {zh: 读者, en: Reader}, access: {party: {read: true}}}
""",
}

TOP = {
    "app.yaml": """\
app: top
format: 1
version: 1.0.0
label: {zh: 上层, en: Top}
languages: [zh, en]
requires:
  runtime: ">=1.0"
  apps: {base: ">=1.1 <2"}
""",
    "entities/loan.yaml": """\
entity: loan
label: {zh: 贷款, en: Loan}
title: "{party.full_name}"
fields:
  party: {type: reference, to: base.party, label: {zh: 主体, en: Party}}
  age: {type: integer, compute: "years_between(party.born_on, today())", label: {zh: 年龄, en: Age}}
""",
    "roles.yaml": """\
roles:
  reader: {label: {zh: 读者, en: Reader}, access: {loan: {read: true}}}
""",
}


def _app(files: Mapping[str, str], others: Mapping[str, App] | None = None) -> App:
    loaded = load_app(files, others=others or {})
    assert loaded.app is not None, loaded.diagnostics
    return loaded.app


def _with(path: str, old: str, new: str, files: Mapping[str, str] = TOP) -> dict[str, str]:
    assert old in files[path]
    return {**files, path: files[path].replace(old, new)}


def test_a_reference_leads_into_a_required_app() -> None:
    """Fields of the other app are typed here like one's own."""
    app = _app(TOP, {"base": _app(BASE)})

    assert "base.party" == app.entities["loan"].fields["party"].options.to
    assert ["base"] == list(app.requires)


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("app.yaml", ">=1.1 <2", ">=1.2 <2", [("R004", "app.yaml", 8)]),
        ("app.yaml", ">=1.0", ">=7", [("R004", "app.yaml", 7)]),
        ("app.yaml", "{base:", "{bass:", [("R001", "app.yaml", 8), ("R003", "entities/loan.yaml", 5)]),
        ("app.yaml", '\n  apps: {base: ">=1.1 <2"}', "", [("R003", "entities/loan.yaml", 5)]),
        ("entities/loan.yaml", "base.party", "base.partie", [("R001", "entities/loan.yaml", 5)]),
        ("entities/loan.yaml", "party.born_on", "party.born_in", [("X005", "entities/loan.yaml", 6)]),
    ],
)
def test_what_does_not_fit_is_told_at_its_place(path: str, old: str, new: str, expected: list[tuple[str, str, int]]) -> None:
    """Versions, names of apps, entities and fields beyond a reference."""
    assert expected == places(load_app(_with(path, old, new), others={"base": _app(BASE)}).diagnostics)


def test_an_app_does_not_see_itself_as_another() -> None:
    """A live release of the same app among the others changes nothing."""
    base = _app(BASE)

    assert _app(TOP, {"base": base, "top": _app(TOP, {"base": base})}).requires == {"base": base}


def test_required_apps_are_loaded_with_what_they_require() -> None:
    """The finder is asked for each app once, over any number of steps."""
    third = {
        "app.yaml": TOP["app.yaml"].replace("app: top", "app: third").replace('base: ">=1.1 <2"', 'top: ">=1", base: ">=1"'),
        "entities/note.yaml": """\
entity: note
label: {zh: 备注, en: Note}
fields:
  loan: {type: reference, to: top.loan, label: {zh: 贷款, en: Loan}}
""",
    }
    asked: list[str] = []

    def find(name: str) -> Mapping[str, str] | None:
        asked.append(name)
        return {"base": BASE, "top": TOP}.get(name)

    assert ("top", "base") == required_names(third)
    assert ["top", "base"] == list(load_required(third, find))
    assert ["top", "base"] == asked


def test_a_circle_of_apps_ends() -> None:
    """Two apps that require each other: neither is available to the other."""
    circle = {**BASE, "app.yaml": BASE["app.yaml"] + 'requires: {apps: {top: ">=1"}}\n'}
    found = load_app(TOP, others=load_required(TOP, {"base": circle, "top": TOP}.get)).diagnostics

    assert "R001" in [one.code for one in found]


def test_an_app_with_errors_or_of_another_name_is_not_available() -> None:
    """Only a whole app under its own name can be referred to."""
    assert {} == load_required(TOP, {"base": {**BASE, "roles.yaml": "roles: 3\n"}}.get)
    assert {} == load_required(TOP, {"base": {**BASE, "app.yaml": BASE["app.yaml"].replace("app: base", "app: bass")}}.get)


def test_finders_are_asked_in_their_order() -> None:
    """The first that knows the name answers."""
    find = first_of({"a": {"x": "1"}}.get, {"a": {"x": "2"}, "b": {"x": "3"}}.get)

    assert [{"x": "1"}, {"x": "3"}, None] == [find("a"), find("b"), find("c")]


@pytest.mark.parametrize("text", ["", "app: [", "requires: 3\n", "requires: {apps: [a]}\n"])
def test_rubbish_requires_nothing(text: str) -> None:
    """What cannot be read names no app."""
    assert () == required_names({"app.yaml": text})


def test_ranges() -> None:
    """Every part of a range must hold."""
    assert in_range("1.2.0", ">=1.2 <2")
    assert not in_range("2.0.0", ">=1.2 <2")

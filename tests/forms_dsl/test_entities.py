"""Every key of entities, forms, lists and roles: read, resolved, typed; each mistake at its very place."""

from __future__ import annotations

import pytest

from forms_dsl.expr.tree import Expression
from forms_dsl.load import load_app
from forms_dsl.model import App, Duplicate, Transfer
from tests.forms_dsl.entity_app import FILES, changed


def app(files: dict[str, str] = FILES) -> App:
    loaded = load_app(files)
    assert loaded.app is not None, [(d.code, d.span, d.message) for d in loaded.diagnostics]
    return loaded.app


def test_the_whole_app_is_clean() -> None:
    """The good twin of all that follows."""
    assert [] == [(d.code, d.span.file, d.span.line, d.message) for d in load_app(FILES).diagnostics if d.severity == "error"]


def test_copied_fields_are_like_ones_own() -> None:
    """A fragment's fields come first, an entity's own ones last; another entity's come with all that it copies."""
    party, member = app().entities["party"], app().entities["member"]

    assert ["mobile", "mail", "full_name"] == list(party.fields)[:3]
    assert [*party.fields, "joined_on"] == list(member.fields)
    assert "fragments/contact.yaml" == party.fields["mobile"].span.file
    assert "member" == member.name


def test_an_own_field_stands_for_the_copied_one() -> None:
    """The same name written here counts."""
    field = "  mail: {type: url, label: {zh: 主页, en: Page}}\n  joined_on:"
    member = app(changed("entities/member.yaml", "  joined_on:", field)).entities["member"]

    assert "url" == member.fields["mail"].type


def test_short_forms_are_written_out() -> None:
    """A person is a reference, a percentage a decimal."""
    fields = app().entities["party"].fields

    assert ("reference", "org.person") == (fields["keeper"].type, fields["keeper"].options.to)
    assert ("reference", "org.branch") == (fields["unit"].type, fields["unit"].options.to)
    assert ("decimal", True, 4) == (fields["share"].type, fields["share"].options.percent, fields["share"].options.scale)


def test_what_the_keys_say_is_in_the_model() -> None:
    """Files, references of several kinds, duplicates, virtual entities, buttons, views, transfers."""
    made = app()
    party = made.entities["party"]
    [duplicate] = party.duplicates
    button = made.forms["party.edit"].layout[0].blocks[0].items[1]
    view = made.lists["parties"]
    rule = made.roles["clerk"].access["party"]

    papers = party.fields["papers"].options
    assert (("application/pdf",), 5, 1, 3) == (papers.accept, papers.max_mb, papers.count_min, papers.count_max)
    assert ("full.party", "org.branch") == party.fields["about"].options.targets
    assert isinstance(duplicate, Duplicate)
    assert (("full_name", "mobile"), "block") == (duplicate.fields, duplicate.then)
    assert isinstance(duplicate.where, Expression)
    assert ("core", "accounts") == made.entities["account"].external
    assert ("button", "core.find", ["full_name"]) == (button.kind, button.call, list(button.save))
    assert ("timeline", "kind", ("born_on", "ends_on")) == (view.view, view.group_by, view.dates)
    assert ("export", "assign", "delete") == view.bulk
    assert (Transfer(100, "chief", True), Transfer(), None) == (rule.export, rule.print, rule.import_)
    assert ("2020-01-01", "2030-12-31") == (
        party.fields["kind"].options.choices[0].valid_from,
        party.fields["kind"].options.choices[0].valid_to,
    )


PARTY, MEMBER, LIST, FORM, ROLES = (
    "entities/party.yaml", "entities/member.yaml", "lists/parties.yaml", "forms/party.edit.yaml", "roles.yaml",
)  # fmt: skip
#: Code, file, what stands there, what is put there, and the text at which the finding must stand.
CASES = [
    ("R001", PARTY, "use: [contact]", "use: [contcat]", "contcat"),
    ("R001", MEMBER, "like: party", "like: prty", "prty"),
    ("R002", MEMBER, "like: party", "like: member", "member\nfields"),
    ("R001", PARTY, "to: [party, org.branch]", "to: [party, org.brnch]", "org.brnch"),
    ("R001", "entities/account.yaml", "entity: accounts", "entity: acounts", "acounts"),
    ("R001", PARTY, "[full_name, mobile]", "[full_name, mobil]", "mobil]"),
    ("X020", PARTY, 'where: kind == "a"', 'where: kind == "c"', '"c"'),
    ("S002", PARTY, "then: block", "then: stop", "stop"),
    ("S001", PARTY, "type: person,", "type: person, to: party,", "to: party"),
    ("S001", PARTY, "type: branch,", "type: branch, max: 3,", "max: 3"),
    ("S002", PARTY, "accept: [application/pdf]", "accept: [pdf]", "pdf]"),
    ("F005", PARTY, "accept: [application/pdf], ", "", "papers"),
    ("F005", PARTY, "max_mb: 5, ", "", "papers"),
    ("S002", PARTY, "count: {min: 1, max: 3}", "count: {min: 4, max: 3}", "4, max"),
    ("S002", PARTY, '"P{yyyy}-{seq:4}"', '"P{yyyy}"', '"P{yyyy}"'),
    ("S003", PARTY, ', pattern: "P{yyyy}-{seq:4}"', "", "serial"),
    ("S002", PARTY, "valid_from: 2020-01-01", "valid_from: 2020", "2020"),
    ("S002", "entities/account.yaml", "fields:\n  code: {type: text, max: 20, label: {zh: 编号, en: Code}}", "fields: {}", "fields"),
    ("S001", PARTY, "use: [contact]", "uses: [contact]", "uses"),
    ("R001", FORM, "call: core.find", "call: core.fnd", "core.fnd"),
    ("S002", FORM, "call: core.find", "call: core.book", "core.book"),
    ("C004", FORM, "send: {code: full_name}", "send: {kode: full_name, code: full_name}", "kode"),
    ("R001", FORM, "save: {full_name", "save: {fullname", "result.name"),
    ("X011", FORM, "save: {full_name", "save: {unit", "result.name"),
    ("S002", LIST, "view: timeline", "view: map", "map"),
    ("S003", LIST, "view: timeline\ngroup_by: kind\ndates: [born_on, ends_on]", "view: timeline\ndates: [born_on]", "timeline"),
    ("S002", LIST, "[born_on, ends_on]", "[born_on, full_name]", "full_name]\nopen"),
    ("S003", LIST, "view: timeline\ngroup_by: kind\n", "view: board\n", "board"),
    ("R001", LIST, "group_by: kind", "group_by: kinds", "kinds"),
    ("S002", LIST, "group_by: kind", "group_by: papers", "papers"),
    ("R001", LIST, "bulk: [export,", "bulk: [exprt,", "exprt"),
    ("R001", ROLES, "role.chief", "role.chef", "role.chef"),
    ("S002", ROLES, "role.chief", "chief", "chief, water"),
    ("S002", ROLES, "rows: 100", "rows: many", "many"),
    ("Y005", ROLES, "import: false", "import: no", "no}"),
    ("R001", ROLES, "conflicts: [clerk]", "conflicts: [clrk]", "clrk"),
    ("N202", PARTY, "born_on: {type: date,", "born_on: {type: integer, max: 9999999999999999,", "9999999999999999"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "old", "new", "text"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_a_mistake_is_found_at_its_place(code: str, path: str, old: str, new: str, text: str) -> None:
    """The finding has its code, line and column."""
    files = changed(path, old, new)
    at = files[path].index(text, files[path].index(new) if new else 0)
    line, column = files[path][:at].count("\n") + 1, at - files[path].rfind("\n", 0, at)

    assert (code, path, line, column) in [(d.code, d.span.file, d.span.line, d.span.column) for d in load_app(files).diagnostics]


def test_a_field_of_a_broken_fragment_is_not_called_unknown() -> None:
    """What could not be read is not complained about again where it is used."""
    files = changed("fragments/contact.yaml", "mobile: {type: mobile_cn", "mobile: {type: mobil_cn")

    assert [("S002", "fragments/contact.yaml")] == [(d.code, d.span.file) for d in load_app(files).diagnostics]

"""Overlays: per key, by name, sealed, with places in both files; and the rules that an overlay is held to."""

from __future__ import annotations

import pytest

from forms_dsl.load import load_app, read_folder
from forms_dsl.overlay.effective import Effective, read_effective, with_base
from forms_dsl.positions import spans_within
from forms_dsl.required import required_names
from tests.definitions import EXAMPLE

BASE = {
    "app.yaml": "app: loan\nformat: 1\nversion: 2.0.0\nlabel: {zh: 贷款}\nlanguages: [zh]\nrequires: {apps: {org: '>=1.0'}}\n",
    "entities/loan.yaml": (
        "entity: loan\nlabel: {zh: 贷款}\nfields:\n"
        "  amount: {type: money, label: {zh: 金额}, check: amount > 0, message: {zh: 大于零}}\n"
        "  term: {type: integer, label: {zh: 期限}}\n"
        "  kind:\n    type: choice\n    label: {zh: 种类}\n    choices:\n      a: {label: {zh: 甲}}\n      b: {label: {zh: 乙}}\n"
        "retention: {after: created_on, years: 10, then: archive, sealed: true}\n"
    ),
    "forms/loan.edit.yaml": "form: loan.edit\nentity: loan\nlabel: {zh: 录入}\nlayout:\n  - section: main\n    label: {zh: 主要}\n    items: [amount, term]\n",
    "roles.yaml": "roles:\n  clerk:\n    label: {zh: 柜员}\n    access:\n      loan: {read: created_by == user.id, deny: amount > 5}\n",
    "workflows/flow.yaml": (
        "workflow: flow\ntitle: {zh: 审批}\nfor: loan\nstart: {by: role.clerk}\n"
        "controls:\n  four_eyes:\n    - name: two\n      different_people: [check, last]\n      sealed: true\n"
        "steps:\n  - approve: check\n    title: {zh: 复核}\n    by: {role: clerk}\n    due: {within: 4 hours, then: remind}\n"
        "  - choose: kind\n    a: []\n    b:\n      - approve: last\n        title: {zh: 终审}\n        by: {role: clerk}\n"
    ),
}
HEADER = "app: bank\nformat: 1\nversion: 1.0.0\nlabel: {zh: 本行贷款}\nlanguages: [zh]\nextends: {app: loan, version: 2.0.0}\n"


def laid(**files: str) -> Effective:
    """The effective app of an overlay with these files (`entity`, `flow`, `roles`, `form` or paths)."""
    paths = {
        "entity": "entities/loan.yaml",
        "flow": "workflows/flow.yaml",
        "roles": "roles.yaml",
        "form": "forms/loan.edit.yaml",
        "header": "app.yaml",
    }
    own = {paths.get(name, name): text for name, text in files.items()}
    return read_effective(with_base({"app.yaml": HEADER, **own}, BASE))


def found(**files: str) -> list[tuple[str, str, int, int]]:
    """Code and place of each finding."""
    return [(f.code, f.span.file, f.span.line, f.span.column) for f in laid(**files).findings]


def test_maps_merge_per_key_and_keep_their_places() -> None:
    """A changed key comes from the overlay, the keys beside it from the base, each with the file and line it was written in."""
    effective = laid(entity="extend: loan.loan\nfields:\n  amount: {check: amount > 10}\n  term: {required: true}\n")
    document = effective.documents["entities/loan.yaml"]
    amount = document.data["fields"]["amount"]  # type: ignore[index]

    assert [] == effective.findings
    assert {"type": "money", "label": {"zh": "金额"}, "check": "amount > 10", "message": {"zh": "大于零"}} == amount
    check, message = document.span(("fields", "amount", "check")), document.span(("fields", "amount", "message"))
    assert ("entities/loan.yaml", 3, 19) == (check.file, check.line, check.column)
    assert ("extends/entities/loan.yaml", 4) == (message.file, message.line)
    assert ("entities/loan.yaml", 4) == (
        document.key_span(("fields", "term", "required")).file,
        document.key_span(("fields", "term", "required")).line,
    )


def test_places_within_a_text_of_the_base() -> None:
    """A finding inside an expression of the base points into the base's text, also through quotes."""
    base = {**BASE, "entities/loan.yaml": BASE["entities/loan.yaml"].replace("check: amount > 0", "check: 'amount > nil'")}
    own = {"app.yaml": HEADER, "entities/loan.yaml": "extend: loan.loan\nfields:\n  term: {required: true}\n"}
    document = read_effective(with_base(own, base)).documents["entities/loan.yaml"]
    span = spans_within(document, ("fields", "amount", "check"), "amount > nil")(9, 12)
    line = base["entities/loan.yaml"].split("\n")[span.line - 1]

    assert "extends/entities/loan.yaml" == span.file
    assert "nil" == line[span.column - 1 : span.end_column - 1]


def test_new_entries_find_their_place() -> None:
    """after, before and first; without a marker at the end; a removed entry is gone."""
    choices = "extend: loan.loan\nfields:\n  kind:\n    choices:\n"
    for entry, order in (
        ("      x_c: {after: a, label: {zh: 丙}}\n", ["a", "x_c", "b"]),
        ("      x_c: {before: a, label: {zh: 丙}}\n", ["x_c", "a", "b"]),
        ("      x_c: {first: true, label: {zh: 丙}}\n", ["x_c", "a", "b"]),
        ("      x_c: {label: {zh: 丙}}\n", ["a", "b", "x_c"]),
        ("      b: {remove: true}\n      x_c: {label: {zh: 丙}}\n", ["a", "x_c"]),
    ):
        effective = laid(entity=choices + entry)

        assert [] == effective.findings
        made = effective.documents["entities/loan.yaml"].data["fields"]["kind"]["choices"]  # type: ignore[index]
        assert order == list(made)
        assert {"label": {"zh": "丙"}} == made["x_c"]


def test_lists_are_addressed_by_the_names_of_their_elements() -> None:
    """A bare item gets keys, a new one stands behind its neighbour; a plain list replaces."""
    effective = laid(
        form="extend: loan.loan.edit\nlayout:\n  main:\n    items:\n      amount: {span: 2}\n      x_no: {after: amount}\nactions: [submit]\n",
        entity="extend: loan.loan\nfields:\n  x_no: {type: text, label: {zh: 号}}\n",
    )
    form = effective.documents["forms/loan.edit.yaml"]

    assert [] == effective.findings
    assert [{"field": "amount", "span": "2"}, {"field": "x_no"}, "term"] == form.data["layout"][0]["items"]  # type: ignore[index]
    assert "forms/loan.edit.yaml" == form.span(("layout", 0, "items", 1, "field")).file
    assert ["submit"] == form.data["actions"]  # type: ignore[index, call-overload]


def test_steps_are_found_at_any_depth() -> None:
    """A nested step is changed by its name; a new one lands in the list of its neighbour."""
    effective = laid(
        flow="extend: loan.flow\nsteps:\n  last: {due: {within: 2 hours}}\n  x_more: {before: last, approve: x_more, title: {zh: 加审}, by: {role: clerk}}\n"
        "  check: {due: {within: 1 hour}}\n"
    )
    steps = effective.documents["workflows/flow.yaml"].data["steps"]  # type: ignore[index, call-overload]

    assert [] == effective.findings
    assert {"within": "1 hour", "then": "remind"} == steps[0]["due"]
    assert ["x_more", "last"] == [step["approve"] for step in steps[1]["b"]]
    assert {"within": "2 hours"} == steps[1]["b"][1]["due"]


@pytest.mark.parametrize(
    ("files", "code", "line", "hint"),
    [
        ({"entity": "extend: loan.loans\nfields: {}\n"}, "O001", 1, None),
        ({"entity": "fields: {}\n"}, "O001", 1, "extend: loan.loan"),
        ({"entities/lone.yaml": "extend: loan.lone\nfields: {}\n"}, "O001", 1, "loan.loan"),
        ({"entity": "extend: loan.loan\nfields:\n  amuont: {required: true}\n"}, "O001", 3, "amount"),
        ({"entity": "extend: loan.loan\nfields:\n  kind: {choices: {z: {remove: true}}}\n"}, "O001", 3, None),
        ({"flow": "extend: loan.flow\nsteps:\n  chekc: {remove: true}\n"}, "O001", 3, "check"),
        ({"flow": "extend: loan.flow\nsteps:\n  x_a: {after: nowhere, fill: x_a}\n"}, "O001", 3, None),
        ({"header": HEADER.replace("app: loan,", "app: lone,")}, "O001", 6, "--base"),
        (
            {"entity": "extend: loan.loan\nfields:\n  phone_number: {type: text, label: {zh: 电话}}\n"},
            "O002",
            3,
            "x_phone_number",
        ),
        ({"entities/other.yaml": "entity: other\nlabel: {zh: 其他}\nfields: {}\n"}, "O002", 1, None),
        ({"flow": "extend: loan.flow\nsteps:\n  more: {after: check, approve: more}\n"}, "O002", 3, "x_more"),
        ({"entity": "extend: loan.loan\nfields:\n  amount: {type: integer}\n"}, "O003", 3, "x_"),
        ({"entity": "extend: loan.loan\nfields:\n  amount: {id: sum}\n"}, None, 0, None),
        ({"entity": "extend: loan.loan\nretention: {years: 5}\n"}, "O003", 2, None),
        ({"flow": "extend: loan.flow\ncontrols:\n  four_eyes:\n    two: {different_people: [check]}\n"}, "O003", 4, None),
        ({"flow": "extend: loan.flow\ncontrols:\n  four_eyes:\n    two: {remove: true}\n"}, "O003", 4, None),
        ({"flow": "extend: loan.flow\ncontrols:\n  four_eyes: []\n"}, "O003", 3, None),
        ({"flow": "extend: loan.flow\ncontrols: {remove: true}\n"}, "O003", 2, None),
        ({"flow": "extend: loan.flow\ncontrols: none\n"}, "O003", 2, None),
        ({"flow": "extend: loan.flow\nremove: true\n"}, "O003", 2, None),
        ({"entity": "extend: loan.loan\nretention: {remove: true}\n"}, "O003", 2, None),
        ({"entity": "extend: loan.loan\nretention: {sealed: false}\n"}, "O003", 2, None),
        ({"entity": "extend: loan.loan\nretention: ''\n"}, "O003", 2, None),
        ({"entity": "extend: loan.loan\nfields:\n  amount: {check: amount > 0}\n"}, "O004", 3, None),
        ({"header": HEADER.replace("2.0.0", "1.9.0")}, "O005", 6, "upgrade-app"),
        ({"roles": "extend: loan.roles\nroles:\n  clerk: {access: {loan: {read: true}}}\n"}, "P006", 3, "override_reason"),
        ({"roles": "extend: loan.roles\nroles:\n  clerk: {access: {loan: {deny: amount > 9}}}\n"}, "P006", 3, "override_reason"),
    ],
)
def test_what_an_overlay_is_held_to(files: dict[str, str], code: str | None, line: int, hint: str | None) -> None:
    """Each rule has its code, at the line of the overlay, with a hint."""
    findings = laid(**files).findings
    if code is None:
        return
    assert [(code, line)] == [(f.code, f.span.line) for f in findings], findings
    assert not findings[0].span.file.startswith("extends/")
    if hint is not None:
        assert hint in (findings[0].hint or ""), findings


def test_row_rules_may_be_narrowed_or_widened_with_a_reason() -> None:
    """A further condition needs no reason; a reason is asked for what lets more be seen, and is kept."""
    narrowed = laid(roles="extend: loan.roles\nroles:\n  clerk: {access: {loan: {read: created_by == user.id and amount < 9}}}\n")
    reasoned = laid(roles="extend: loan.roles\nroles:\n  clerk: {access: {loan: {read: true, override_reason: head office}}}\n")

    assert [] == narrowed.findings == reasoned.findings
    access = reasoned.documents["roles.yaml"].data["roles"]["clerk"]["access"]["loan"]  # type: ignore[index]
    assert {"read": "true", "deny": "amount > 5", "override_reason": "head office"} == access


def test_sealed_things_stay() -> None:
    """What the base sealed is in the effective app as the base has it."""
    for change in ("{years: 5}", "{remove: true}", "''", "[]", "{sealed: false, years: 5}"):
        effective = laid(entity=f"extend: loan.loan\nretention: {change}\n")

        assert "10" == effective.documents["entities/loan.yaml"].data["retention"]["years"]  # type: ignore[index]
    for change in (
        "four_eyes: []",
        "four_eyes: {two: {remove: true}}",
        "remove: true",
        "four_eyes: {two: {different_people: []}}",
    ):
        effective = laid(flow=f"extend: loan.flow\ncontrols:\n  {change}\n")
        rules = effective.documents["workflows/flow.yaml"].data["controls"]["four_eyes"]  # type: ignore[index]

        assert [["check", "last"]] == [rule["different_people"] for rule in rules]


def test_files_without_differences_and_removed_ones() -> None:
    """What the overlay leaves out comes from the base; a file may be removed as a whole; own files are there too."""
    effective = laid(
        form="extend: loan.loan.edit\nremove: true\n",
        **{"lists/x_mine.yaml": "list: x_mine\nentity: loan\nlabel: {zh: 我的}\ncolumns: [amount]\n"},
    )

    assert [] == effective.findings
    assert "forms/loan.edit.yaml" not in effective.documents
    assert {"lists/x_mine.yaml", "roles.yaml", "entities/loan.yaml"} <= effective.documents.keys()


def test_an_overlay_of_an_overlay() -> None:
    """A base may itself extend an app; places lead to all three."""
    middle = with_base(
        {"app.yaml": HEADER, "entities/loan.yaml": "extend: loan.loan\nfields:\n  x_a: {type: text, label: {zh: 甲}}\n"}, BASE
    )
    top = {
        "app.yaml": HEADER.replace("app: bank", "app: branch").replace("app: loan, version: 2.0.0", "app: bank, version: 1.0.0"),
        "entities/loan.yaml": "extend: bank.loan\nfields:\n  x_a: {required: true}\n",
    }
    effective = read_effective(with_base(top, middle))
    document = effective.documents["entities/loan.yaml"]

    assert [] == effective.findings
    assert ["entities/loan.yaml", "extends/entities/loan.yaml", "extends/extends/entities/loan.yaml"] == [
        document.span(("fields", *path)).file for path in (("x_a", "required"), ("x_a", "type"), ("term", "type"))
    ]


def test_the_loader_takes_an_overlay() -> None:
    """The app of an overlay is built, and a finding in the base's expression points into the base."""
    files = {"app.yaml": HEADER, "entities/loan.yaml": "extend: loan.loan\nfields:\n  term: {required: true}\n"}
    loaded = load_app(with_base(files, {path: text for path, text in BASE.items() if "workflow" not in path}))
    broken = {**BASE, "entities/loan.yaml": BASE["entities/loan.yaml"].replace("check: amount > 0", "check: amuont > 0")}

    assert [] == [f for f in loaded.diagnostics if f.severity == "error"]
    assert loaded.app is not None and "bank" == loaded.app.name and loaded.app.entities["loan"].fields["term"].required
    findings = [f for f in load_app(with_base(files, broken)).diagnostics if f.severity == "error"]
    assert [("X005", "extends/entities/loan.yaml", 4)] == [(f.code, f.span.file, f.span.line) for f in findings]


def test_an_overlay_requires_what_its_base_requires() -> None:
    """The apps that the base names are looked for, and those that the overlay adds."""
    base = {**BASE, "app.yaml": BASE["app.yaml"].replace("apps: {", "apps: {customer360: '>=1', ")}
    header = HEADER + "requires: {apps: {green: '>=1'}}\n"

    assert {"customer360", "green"} == set(required_names(with_base({"app.yaml": header}, base)))


def test_the_example_overlay_has_no_finding_of_its_own() -> None:
    """The bank's overlay of the example app keeps every rule of overlays."""
    files = with_base(read_folder(EXAMPLE / "loan_bankx"), read_folder(EXAMPLE / "loan"))
    effective = read_effective(files)
    codes = {finding.code for finding in effective.findings if finding.code[0] in "OP"}
    flow = effective.documents["workflows/loan_approval.yaml"].data

    assert set() == codes
    assert ["check", "x_green_check"] == [step["approve"] for step in flow["steps"] if "approve" in step]  # type: ignore[index, call-overload]
    assert ["consumer", "mortgage", "x_green"] == list(
        effective.documents["entities/loan_application.yaml"].data["fields"]["product"]["choices"]  # type: ignore[index]
    )


def test_a_long_label_is_told_where_it_was_written() -> None:
    """A label that an overlay makes too long is its own; the key that it changes is one of the base."""
    label = "本行个人住房按揭贷款与经营性贷款一体化管理平台测试版本"
    files = with_base({"app.yaml": HEADER.replace("本行贷款", label)}, BASE)

    assert [("L304", "app.yaml", 4, 13)] == [
        (f.code, f.span.file, f.span.line, f.span.column) for f in load_app(files).diagnostics if f.code == "L304"
    ]

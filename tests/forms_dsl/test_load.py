"""Loading as a whole: all mistakes at once, no file hides another, nothing raises, nothing takes long."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from forms_dsl.diagnostics import CODES, has_errors
from forms_dsl.expr.tree import Call
from forms_dsl.load import load_app, read_folder
from forms_dsl.model import ChooseStep, HumanStep
from forms_dsl.source import Document
from tests.forms_dsl.small_app import FILES, changed, line_of, load, places
from tests.yardstick import in_time

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(path.parent for path in (ROOT / "app_definitions").glob("*/app.yaml"))


def test_there_is_a_shipped_app() -> None:
    """The folder of shipped apps is found."""
    assert SHIPPED


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_app_is_clean(folder: Path) -> None:
    """An app that we ship has not even a hint."""
    loaded = load_app(read_folder(folder))

    assert [] == places(loaded.diagnostics)
    assert loaded.app is not None


def test_the_model_is_resolved() -> None:
    """References are full names, expressions are typed trees, groups of steps are written out."""
    app = load_app(FILES).app
    assert app is not None
    order, flow = app.entities["order"], app.workflows["approval"]

    assert "small.customer" == order.fields["customer"].options.to
    assert ("S", "L") == order.fields["size"].value_type.codes
    assert order.fields["size"].options.ordered
    assert order.fields["total"].compute is not None
    assert isinstance(order.fields["total"].compute.tree, Call)
    assert ("apply", "decide@branch", "decide@head") == flow.four_eyes[0].different_people
    assert ["apply", "choose_1", "booking"] == [step.name for step in flow.steps]
    assert ("clerk",) == app.roles["checker"].includes
    assert (("list", "orders"), ("report", "by_kind")) == app.menu
    assert ["org"] == list(app.requires)
    assert [("kind", "种类"), ("month", "月份")] == [(g.name, g.label["zh"]) for g in app.reports["by_kind"].rows]


def test_a_block_of_steps_keeps_its_branches() -> None:
    """A choose over conditions has its last case as otherwise."""
    app = load_app(FILES).app
    assert app is not None
    choose = app.workflows["approval"].steps[1]
    assert isinstance(choose, ChooseStep)
    assert choose.otherwise is not None

    assert ["case_1"] == [branch.name for branch in choose.branches]
    assert ["decide@head"] == [step.name for step in choose.otherwise]
    assert isinstance(choose.otherwise[0], HumanStep)
    assert (2, 2) == (choose.otherwise[0].by.count_min, choose.otherwise[0].by.count_max)


def test_the_menu_has_everything_when_none_is_written() -> None:
    """Without a menu all lists and reports stand in it by label."""
    app = load("app.yaml", "menu: [lists.orders, reports.by_kind]\n", "").app
    assert app is not None

    assert (("list", "customers"), ("list", "orders"), ("report", "by_kind")) == app.menu


def test_a_json_file_is_as_good_as_yaml() -> None:
    """A definition may be written in JSON."""
    text = '{"list": "customers", "entity": "customer", "label": {"zh": "客户", "en": "Customers"},\n "columns": ["full_name"], "open_with": "customer.edit"}'
    files = {path: each for path, each in FILES.items() if path != "lists/customers.yaml"}

    assert () == load_app({**files, "lists/customers.json": text}).diagnostics
    broken = load_app({**files, "lists/customers.json": text.replace('"columns"', '"colums"')})
    assert [("S001", "lists/customers.json", 2)] == places(broken.diagnostics)


def test_all_mistakes_are_told_at_once() -> None:
    """Mistakes of every kind in many files give one finding each."""
    files = dict(FILES)
    wanted = []
    for code, path, old, new in (
        ("S001", "entities/order.yaml", "    required: true\n    label: {zh: 种类", "    requird: true\n    label: {zh: 种类"),
        ("S002", "entities/order.yaml", "count: {type: integer", "count: {type: integr"),
        ("X005", "entities/order.yaml", "when: amount > 500", "when: amout > 500"),
        ("Y004", "forms/customer.edit.yaml", "    label: {zh: 基本", "\tlabel: {zh: 基本"),
        ("R001", "lists/orders.yaml", "columns: [number", "columns: [nummer"),
        ("X002", "lists/orders.yaml", "filter: amount > 500", "filter: amount > "),
        ("R001", "workflows/approval.yaml", "assign: role.checker", "assign: role.cheker"),
        ("L301", "reports/by_kind.yaml", "{zh: 笔数, en: Orders}", "{zh: 笔数}"),
        ("P005", "roles.yaml", "update: true}", "update: true, export: true, unmask: [phone]}"),
        ("R001", "app.yaml", "lists.orders", "lists.oders"),
    ):
        assert old in files[path], old
        files[path] = files[path].replace(old, new, 1)
        wanted.append((code, path, new.strip().split("\n")[0]))
    expected = sorted((code, path, line_of(path, text, files)) for code, path, text in wanted)
    loaded = load_app(files)

    assert expected == sorted(places(loaded.diagnostics))
    assert loaded.app is None


@pytest.mark.parametrize("path", sorted(FILES))
def test_an_unreadable_file_hides_nothing_and_causes_nothing(path: str) -> None:
    """When one file is rubbish, its own finding and those of another file are told, and no more."""
    other = "lists/customers.yaml" if path != "lists/customers.yaml" else "lists/orders.yaml"
    files = {**FILES, path: "a: [b\n", other: FILES[other].replace("columns", "colums")}
    found = places(load_app(files).diagnostics)

    assert ("Y001", path, 1) in found
    assert ("S001", other, line_of(other, "colums", files)) in found
    assert 2 == len(found)


@pytest.mark.parametrize(
    ("path", "text", "hint"),
    [
        ("entitys/thing.yaml", "entity: thing\n", "entities/"),
        ("entities/deep/thing.yaml", "entity: thing\n", None),
        ("rolls.yaml", "roles: {}\n", "roles.yaml"),
        ("entities/thing.yml", "entity: thing\n", "thing.yaml"),
        ("notes.txt", "x", None),
    ],
)
def test_a_file_without_a_place_is_refused_by_name(path: str, text: str, hint: str | None) -> None:
    """Nothing in the folder is ignored silently; a near name is offered."""
    found = load_app({**FILES, path: text}).diagnostics

    assert [("S004", path, 1)] == places(found)
    assert hint is None or hint in (found[0].hint or "")


def test_two_files_of_one_thing_are_refused() -> None:
    """x.yaml and x.json cannot both be the list x."""
    found = load_app({**FILES, "lists/orders.json": "{}"}).diagnostics

    assert "S005" in [finding.code for finding in found]


def test_a_folder_is_read_without_what_is_no_definition(tmp_path: Path) -> None:
    """Hidden files, pages for readers, data and import mappings are left; bytes that are no UTF-8 are seen."""
    for name in (".git/x.yaml", "README.md", "data/rows.csv", "imports/a.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a: b")
    (tmp_path / "app.yaml").write_bytes(b"app: x\nlabel: \xff\n")
    files = read_folder(tmp_path)

    assert ["app.yaml"] == list(files)
    assert ("Y004", "app.yaml", 2) in places(load_app(files).diagnostics)


def test_nothing_at_all_is_an_app_without_app_yaml() -> None:
    """An empty folder is told what it lacks."""
    assert [("S003", "app.yaml", 1)] == places(load_app({}).diagnostics)


def test_the_checksum_is_that_of_the_texts() -> None:
    """The same texts have the same identity, any other text another one."""
    first, again = load_app(FILES).app, load_app(dict(reversed(FILES.items()))).app
    other = load_app({**FILES, "app.yaml": FILES["app.yaml"] + "# remark\n"}).app
    assert first and again and other

    assert first.checksum == again.checksum
    assert first.checksum != other.checksum


def test_findings_speak_chinese() -> None:
    """Each finding of the loader and its checks has a sentence in Chinese, and so have its hints."""
    for path, old, new in (
        ("entities/customer.yaml", "max: 60", "mxa: 60"),
        ("entities/order.yaml", "to: customer", "to: custmer"),
        ("forms/order.intake.yaml", "      - amount\n", "      - kind\n"),
        ("workflows/approval.yaml", "- else: true", "- if: amount > 300"),
    ):
        for finding in load(path, old, new).diagnostics:
            assert finding.message_in("zh") != finding.message
            assert finding.hint is None or finding.hint_in("zh") != finding.hint


def test_rubbish_never_raises() -> None:
    """Whatever is done to the texts, there is an answer, in time, with places inside of the texts."""
    chance = random.Random(20261124)
    marks = "{}[]:,#&*!|>'\"%@`-?\t \n\x00\ufeff\u2028中aZ0._()=<>~"
    for _ in range(100):
        files = dict(FILES)
        for _ in range(chance.choice((1, 1, 2, 5))):
            path = chance.choice(sorted(files))
            text = files[path]
            lines, at = text.split("\n"), chance.randrange(len(text))
            match chance.randrange(5):
                case 0:
                    text = text[:at] + chance.choice(marks) + text[at:]
                case 1:
                    text = text[:at] + text[at + 1 :]
                case 2:
                    del lines[chance.randrange(len(lines))]
                    text = "\n".join(lines)
                case 3:
                    lines.insert(chance.randrange(len(lines)), chance.choice(files[chance.choice(sorted(files))].split("\n")))
                    text = "\n".join(lines)
                case _:
                    number = chance.randrange(len(lines))
                    lines[number] = "  " + lines[number]
                    text = "\n".join(lines)
            files[path] = text or "x"
        loaded = load_app(files)
        assert (loaded.app is None) == has_errors(loaded.diagnostics)
        for finding in loaded.diagnostics:
            assert finding.code in CODES.codes
            assert 1 <= finding.span.line <= files[finding.span.file].count("\n") + 2


def _big(fields: int) -> str:
    one = "  f{n}:\n    type: choice\n    required: true\n    label: {{zh: 类型, en: Kind}}\n    choices: {{a: {{label: {{zh: 甲, en: A}}}}}}\n"
    return "entity: big\nlabel: {zh: 大, en: Big}\nfields:\n" + "".join(one.format(n=n) for n in range(fields))


def test_a_file_of_5000_lines_is_read_fast() -> None:
    """Time of this process only: 0.2 s on a quiet machine, with a margin for a loaded one."""
    from forms_dsl.yaml_source import read_document

    text = _big(1000)
    assert 5000 < text.count("\n")
    start = time.process_time()
    document, findings = read_document("entities/big.yaml", text)

    assert () == findings
    assert isinstance(document, Document)
    assert in_time(time.process_time() - start, 0.6)


def test_too_many_fields_are_refused() -> None:
    """An entity has at most 300 fields."""
    found = places(load_app({**FILES, "entities/big.yaml": _big(301)}).diagnostics)

    assert ("S007", "entities/big.yaml", 4) in found


def test_a_hundred_entities_load_in_time() -> None:
    """A large app is checked in the time of one breath."""
    files = dict(FILES)
    for n in range(100):
        text = FILES["entities/order.yaml"].replace("entity: order", f"entity: order_{n}")
        start, end = text.index("  status:"), text.index("rows:")
        files[f"entities/order_{n}.yaml"] = (text[:start] + text[end:]).replace("index: [[status]]\n", "")
    files["roles.yaml"] = FILES["roles.yaml"].replace(
        "      order:\n", "".join(f"      order_{n}: {{read: amount > 5}}\n" for n in range(100)) + "      order:\n"
    )
    start_time = time.process_time()
    loaded = load_app(files)

    assert [] == places(loaded.diagnostics)
    assert in_time(time.process_time() - start_time, 4)


def test_changed_texts_are_really_changed() -> None:
    """The means of these tests refuse to change what is not there."""
    with pytest.raises(AssertionError):
        changed("app.yaml", "no such text", "x")

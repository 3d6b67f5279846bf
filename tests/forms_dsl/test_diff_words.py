"""A difference is told from what to what, what came and what went, in words of both languages."""

from __future__ import annotations

import pytest

from forms_dsl.diff import diff_apps
from forms_dsl.load import load_app, read_folder
from forms_dsl.model import App
from forms_dsl.required import load_required
from tests.definitions import EXAMPLE, SHIPPED
from tests.forms_dsl.small_app import FILES, changed


def _words(path: str, old: str, new: str) -> list[tuple[str, str]]:
    before, after = load_app(FILES).app, load_app(changed(path, old, new)).app
    assert before is not None and after is not None
    return [(change.words["en"], change.words["zh"]) for change in diff_apps(before, after)]


@pytest.mark.parametrize(
    ("path", "old", "new", "english", "chinese"),
    [
        ("workflows/approval.yaml", "{within: 2 days}", "{within: 3 days}", "within 2 days → 3 days", "限时 2 天 → 3 天"),
        ("workflows/approval.yaml", "count: 2", "count: 3", "number of people 2 → 3", "人数 2 → 3"),
        ("automations/old_orders.yaml", "> 30", "> 40", "> 40", "> 40"),
        ("lists/orders.yaml", "[number]", "[number, kind]", "added kind", "新增 kind"),
        ("params.yaml", "1000.00", "2000.00", "value 1000.00 → 2000.00", "值 1000.00 → 2000.00"),
        ("entities/customer.yaml", "zh: 生日", "zh: 出生日期", "label zh: 生日 → 出生日期", "名称 生日 → 出生日期"),
        ("entities/customer.yaml", "max: 60", "max: 50", "maximum 60 → 50", "最大值 60 → 50"),
        ("bindings.yaml", 'version: ">=1.0"', 'version: ">=1.1"', "version >=1.0 → >=1.1", "版本 >=1.0 → >=1.1"),
        ("roles.yaml", "update: true}", "update: false}", "access changed", "权限 修改"),
        ("app.yaml", "version: 1.0.0", "version: 1.0.1", "version", "版本"),
    ],
)
def test_the_words_say_what_happened(path: str, old: str, new: str, english: str, chinese: str) -> None:
    """The sentence holds the value before and after, or the names that came and went."""
    told = _words(path, old, new)

    assert any(english in en and chinese in zh for en, zh in told), told


def test_every_mapping_of_things_in_the_app_is_compared() -> None:
    """A kind of thing that the model gets is compared thing by thing without anybody adding it to a list."""
    from dataclasses import fields

    from forms_dsl.diff import _GROUPS

    things = {each.name for each in fields(App) if str(each.type).startswith("Mapping[str,")} - {
        "entities",
        "requires",
        "choices",
    }

    assert things <= _GROUPS.keys()


def _example(**changes: tuple[str, str]) -> App:
    files = read_folder(EXAMPLE / "loan")
    for old, new in changes.values():
        path = next(path for path, text in files.items() if old in text)
        files[path] = files[path].replace(old, new, 1)
    others = load_required(files, lambda name: read_folder(SHIPPED / name) if (SHIPPED / name).is_dir() else None)
    loaded = load_app(files, others=others)
    assert loaded.app is not None, [f for f in loaded.diagnostics if f.severity == "error"]
    return loaded.app


@pytest.mark.parametrize(
    ("old", "new", "thing"),
    [
        ("span: 6, refresh: 15m", "span: 12, refresh: 15m", "Dashboard Branch home: tiles changed by_branch"),
        ("points: 120", "points: 130", "Decision Application score: factors changed dti"),
        ("Prêt", "Crédit", "fr"),
        ("then: {level: committee}", "then: {level: credit_officers}", "Retail loan authority"),
    ],
)
def test_kinds_of_the_example_app(old: str, new: str, thing: str) -> None:
    """Dashboards, decisions, languages and the rest are told thing by thing, in both languages."""
    changes = diff_apps(_example(), _example(one=(old, new)))

    told = [change for change in changes if thing in change.words["en"]]
    assert 1 == len(told), changes
    assert told[0].words["zh"] != told[0].words["en"]

"""A second import: nothing changes that people wrote, new things are added, renamed things are found again."""

from __future__ import annotations

import pytest
import yaml

from tests.importers.sources import assert_clean, codes, entity, fields, found, imported, workbook

HEAD = ["客户号", "等级", "余额"]
ROWS = [["a", "高", 1.5], ["b", "低", 2.5], ["c", "高", 3.5], ["d", "低", 4.5]]


def book(head: list[str] = HEAD, rows: list[list[object]] = ROWS) -> bytes:
    return workbook({"客户": [head, *rows]})


def test_a_second_import_changes_nothing() -> None:
    first = imported("excel", "t.xlsx", book())
    assert_clean(first)
    again = imported("excel", "t.xlsx", book(), first.files)
    assert again.files == {}
    assert not [finding for finding in again.findings if finding.severity == "error"]


def test_comments_and_edits_stay_and_new_columns_are_added() -> None:
    files = dict(imported("excel", "t.xlsx", book()).files)
    path, form = "entities/ke_hu.yaml", "forms/ke_hu.edit.yaml"
    files[path] = (
        files[path]
        .replace("  ke_hu_hao:", "  # the number on the card\n  ke_hu_hao:")
        .replace("label: 余额}", "label: 账户余额}   # as the core calls it")
    )
    files[form] = files[form] + "# checked by the branch\n"
    new = [[*row, "x"] for row in [*ROWS, ["e", "中", 5.5], ["f", "中", 6.5]]]
    again = imported("excel", "t.xlsx", book([*HEAD, "备注"], new), files)
    assert_clean(again, files)
    text = again.files[path]
    assert "# the number on the card\n" in text and "label: 账户余额}   # as the core calls it\n" in text
    assert "中" in yaml.safe_load(text)["fields"]["deng_ji"]["choices"]
    assert "bei_zhu" in yaml.safe_load(text)["fields"]
    assert again.files[form].endswith("# checked by the branch\n") and "bei_zhu" in again.files[form]
    assert set(again.files) == {path, form}
    removed = set(files[path].split("\n")) - set(text.split("\n"))
    assert not removed or all("choices" in line for line in removed)
    assert len(found(again, "I302")) == 2
    (kept,) = found(again, "I301")
    assert "账户余额" in kept.message and kept.severity == "hint"


def test_renamed_fields_are_found_by_label_and_id() -> None:
    files = dict(imported("excel", "t.xlsx", book()).files)
    files = {path: text.replace("ke_hu_hao", "customer_no").replace("yu_e", "balance") for path, text in files.items()}
    files["entities/ke_hu.yaml"] = files["entities/ke_hu.yaml"].replace(
        "balance: {type: money, label: 余额", "balance: {id: yu_e, type: money, label: 结余"
    )
    assert "id: yu_e" in files["entities/ke_hu.yaml"]
    again = imported("excel", "t.xlsx", book(), files)
    assert again.files == {}


def test_what_the_source_no_longer_has_stays() -> None:
    files = imported("excel", "t.xlsx", book()).files
    again = imported("excel", "t.xlsx", book(HEAD[:2], [row[:2] for row in ROWS]), files)
    assert again.files == {}
    assert "yu_e" in found(again, "I303")[0].message


def test_an_import_into_an_app_with_two_languages() -> None:
    app = "app: demo\nformat: 1\nversion: 1.0.0\nlabel: {en: Demo, zh: 演示}\nlanguages: [en, zh]\n"
    result = imported("excel", "t.xlsx", book(), {"app.yaml": app})
    assert_clean(result, {"app.yaml": app})
    assert entity(result, "ke_hu")["label"] == {"en": "客户", "zh": "客户"}
    assert "app.yaml" not in result.files


def test_a_broken_definition_stops_the_import() -> None:
    files = {**imported("excel", "t.xlsx", book()).files, "entities/other.yaml": "entity: [\n"}
    again = imported("excel", "t.xlsx", book([*HEAD, "备注"], [[*row, 1] for row in ROWS]), files)
    assert again.files == {} and found(again, "I304")[0].severity == "error"


@pytest.mark.parametrize("name", ["deleted form", "deleted list"])
def test_what_people_deleted_does_not_come_back(name: str) -> None:
    files = dict(imported("excel", "t.xlsx", book()).files)
    files["forms/ke_hu.mine.yaml"] = files.pop("forms/ke_hu.edit.yaml").replace("ke_hu.edit", "ke_hu.mine")
    files["lists/mine.yaml"] = (
        files.pop("lists/ke_hu_list.yaml").replace("ke_hu_list", "mine").replace("ke_hu.edit", "ke_hu.mine")
    )
    assert imported("excel", "t.xlsx", book(), files).files == {}


def test_fields_of_the_second_import_use_the_new_names() -> None:
    rows = [["单价", "数量", "总价"]] + [[2, n, f"=A{n}*B{n}"] for n in range(2, 6)]
    files = dict(imported("excel", "t.xlsx", workbook({"单": [row[:2] for row in rows]})).files)
    files = {path: text.replace("dan_jia", "price") for path, text in files.items()}
    again = imported("excel", "t.xlsx", workbook({"单": rows}), files)
    assert_clean(again, files)
    assert fields(again, "dan")["zong_jia"]["compute"] == "round(price * shu_liang, 4)"


def test_a_second_import_tells_nothing_of_names_and_roles_that_are_there() -> None:
    files = dict(imported("excel", "t.xlsx", book()).files)
    assert {"I108", "I207"} <= codes(imported("excel", "t.xlsx", book()))
    for path, text in list(files.items()):
        files[path] = text.replace("deng_ji", "grade")
    again = imported("excel", "t.xlsx", book(), files)
    assert again.files == {} and not {"I108", "I207"} & codes(again)
    more = imported("excel", "t.xlsx", book([*HEAD, "备注"], [[*row, "x"] for row in ROWS]), files)
    assert [finding.pointer[-1] for finding in found(more, "I108")] == ["D1"]
    assert "I207" in codes(imported("excel", "t.xlsx", book(), {**files, "roles.yaml": "roles: {}\n"}))


def test_protection_and_notes_that_are_not_taken_over_are_told() -> None:
    head = ["身份证号", "序"]
    files = dict(imported("excel", "t.xlsx", book(head, [["1", 1], ["2", 2]])).files)
    path = "entities/ke_hu.yaml"
    files[path] = files[path].replace(", class: C2, mask: 6****4", "")
    again = imported("excel", "t.xlsx", book(head, [["1", 1], ["2", 2]]), files)
    assert again.files == {} and "class – (C2), mask – (6****4)" in found(again, "I301")[0].message
    plain = {"title": "T", "type": "object", "properties": {"n": {"type": "integer"}}}
    files = dict(imported("jsonschema", "t.json", plain).files)
    more = {**plain, "minProperties": 1, "properties": {"n": {"type": "integer", "multipleOf": 5}}}
    again = imported("jsonschema", "t.json", more, files)
    assert again.files == {} and len(found(again, "I301")) == 2
    assert not found(imported("jsonschema", "t.json", more, imported("jsonschema", "t.json", more).files), "I301")

"""Workbooks and separated values: what a column becomes, and what is said about it."""

from __future__ import annotations

import datetime as dt

import openpyxl
import openpyxl.comments
import openpyxl.worksheet.datavalidation
import pytest

from forms_dsl.importers.report import shortened
from tests.importers.sources import assert_clean, codes, entity, fields, found, imported, saved, workbook
from tests.real_data import DATA, absent

CARD = "110101199003071233"  # its check digit is computed below


def id_card(stem: str) -> str:
    """A card number with a right check digit."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return stem + "10X98765432"[sum(int(d) * w for d, w in zip(stem, weights, strict=True)) % 11]


def column(values: list[object], header: str = "列", format: str | None = None) -> tuple[dict, object]:
    """The field that a column becomes, and the import."""
    rows = [[header, "序"], *([value, n] for n, value in enumerate(values))]
    formats = {f"A{n}": format for n in range(2, len(rows) + 1)} if format else {}
    result = imported("excel", "t.xlsx", workbook({"表格": rows}, **formats))
    assert_clean(result)
    return next(iter(fields(result, "biao_ge").values())), result


def test_long_numbers_have_lost_digits() -> None:
    field, result = column([110101199003071234, 110101199003071235])
    assert field["type"] == "text"
    (finding,) = found(result, "I101")
    assert finding.severity == "error"
    assert finding.pointer == ("表格", "A2") and finding.span.line == 2
    assert "15" in finding.message and finding.hint


def test_separated_values_show_lost_digits_too() -> None:
    result = imported("excel", "t.csv", b"card,n\n1.10101E+17,1\n6.22202E+18,2\n")
    assert found(result, "I101")[0].span.line == 2


@pytest.mark.parametrize(
    ("values", "format", "expected"),
    [
        (["001", "002", "003"], None, {"type": "text", "max": 10}),
        ([1, 2, 30], None, {"type": "integer"}),
        ([1.5, 2.25, 3.125], None, {"type": "decimal", "scale": 3}),
        ([0.1 + 0.2, 0.7, 1.1], None, {"type": "decimal", "scale": 1}),
        ([0.05, 0.1], "0.00%", {"type": "decimal", "scale": 4, "percent": True}),
        ([12, 13.5], "¥#,##0.00", {"type": "money"}),
        ([dt.date(2024, 1, 2), dt.date(2024, 2, 3)], None, {"type": "date"}),
        ([dt.datetime(2024, 1, 2, 3, 4), dt.datetime(2024, 2, 3, 4, 5)], None, {"type": "datetime"}),
        (["是", "否", "是"], None, {"type": "boolean"}),
        (["2024-01-02", "2024-11-30"], None, {"type": "date"}),
        (["2024年1月2日", "2024年3月4日"], None, {"type": "date"}),
        (["1,234.50", "2,000.00"], None, {"type": "decimal", "scale": 1}),
        (["5.25%", "6%"], None, {"type": "decimal", "scale": 4, "percent": True}),
        ([True, False, True], None, {"type": "boolean"}),
        ([None, None], None, {"type": "text", "max": 100}),
    ],
)
def test_types_by_value_and_format(values: list[object], format: str | None, expected: dict) -> None:
    field, _ = column(values, format=format)
    assert {key: value for key, value in field.items() if key in ("type", "scale", "percent", "max")} == expected


def test_what_a_number_would_lose_and_broken_cells_are_told() -> None:
    """Leading zeros keep the field a text (I102); cells that hold an error are told with the first of them (I114)."""
    assert "I102" in codes(column(["001", "002", "003"])[1])
    (broken,) = found(column([1, 2, "#DIV/0!"])[1], "I114")
    assert ("表格", "A4") == broken.pointer


def test_repeated_values_are_a_choice() -> None:
    field, result = column(["高 风险", "低", "高 风险", "低", "低", "中"])
    assert field["type"] == "choice"
    assert list(field["choices"]) == ["高_风险", "低", "中"]
    assert field["choices"]["高_风险"] == {"label": "高 风险"}
    assert {"I109", "I206"} <= codes(result)


def test_codes_that_fold_together_stay_apart() -> None:
    field, _ = column(["Yes!", "yes", "Yes!", "yes", "YES", "YES", "maybe", "maybe"])
    assert len(field["choices"]) == 4


def test_mixed_values_are_told_with_their_cell() -> None:
    field, result = column([1, 2, 3, "n/a", 5])
    assert field["type"] == "text"
    assert found(result, "I103")[0].pointer == ("表格", "A5")
    _, result = column(["2024-01-02", "2024/1/3", "2024-01-04"])
    assert found(result, "I103")[0].pointer == ("表格", "A3")


def test_day_and_month_that_cannot_be_told_apart() -> None:
    _, result = column(["03/04/2024", "05/06/2024"])
    assert "I111" in codes(result)
    _, result = column(["13/04/2024", "05/06/2024"])
    assert "I111" not in codes(result)


def test_personal_data_is_masked() -> None:
    cards = [id_card(f"1101011990030712{n}") for n in range(1, 4)]
    field, result = column(cards, "证件")
    assert (field["type"], field["class"], field["mask"]) == ("id_card", "C2", "6****4")
    assert found(result, "I110")
    field, _ = column(["13800138000", "13900139001", "15012345678"], "电话")
    assert (field["type"], field["class"], field["mask"]) == ("mobile_cn", "C2", "3****4")
    field, _ = column(["张三", "李四", "王五"], "客户姓名")
    assert (field["type"], field["class"]) == ("text", "C2")


@pytest.mark.parametrize(
    ("header", "values", "mask"),
    [
        ("身份证号", [id_card("11010119900307123"), "110101199003071230", "1234"], "6****4"),
        ("证件号码", ["A1", "B2", "A1", "B2", "A1", "B2"], "last4"),
        ("对方账号", ["62220001", "62220002", "62220001", "62220002"], "last4"),
        ("卡号", [62220001, 62220002, "n/a"], "last4"),
        ("手机号", [13800138000, 13900139001, 1], "3****4"),
        ("ID number", ["A1", "B2"], "6****4"),
        ("Account No", [None, None], "last4"),
        ("身份证号", [110101199003071234, 110101199003071235], "6****4"),
    ],
)
def test_a_header_of_personal_numbers_masks_broken_values_too(header: str, values: list[object], mask: str) -> None:
    field, result = column(values, header)
    assert (field["type"], field["class"], field["mask"]) == ("text", "C2", mask)
    assert found(result, "I110") and "search" not in result.files["lists/biao_ge_list.yaml"]


def test_the_share_of_broken_values_is_told() -> None:
    _, result = column([id_card("11010119900307123"), "110101199003071230", "1234"], "身份证号")
    assert "2 of 3 values" in found(result, "I110")[0].message


def test_a_header_about_personal_numbers_is_none() -> None:
    field, _ = column(["借记卡", "信用卡", "借记卡", "信用卡"], "卡号类型")
    assert field["type"] == "choice" and "class" not in field


def test_headers_become_labels_and_names() -> None:
    rows = [
        ["*客户号", "客户名称", "客户名称", None, "id", "class", "2024余额"],
        ["a1", "x", "y", "z", 1, "q", 5],
        ["a2", "u", "v", "w", 2, "r", 6],
    ]
    result = imported("excel", "客户.xlsx", workbook({"Sheet1": rows}))
    assert_clean(result)
    made = entity(result, "ke_hu")
    assert made["label"] == "客户"
    assert list(made["fields"]) == [
        "ke_hu_hao", "ke_hu_ming_cheng", "ke_hu_ming_cheng_c", "column_4", "ke_hu_id", "class_field", "field_2024_yu_e",
    ]  # fmt: skip
    assert made["fields"]["ke_hu_hao"]["required"] is True
    assert {"I104", "I106", "I108"} <= codes(result)
    assert found(result, "I104")[0].pointer == ("Sheet1", "C1")


def test_rows_above_the_header_blank_rows_and_totals() -> None:
    rows = [["2024 年一季度贷款台账"], [], ["合同号", "金额"], ["a", 1], ["b", 2], [], ["c", 3], ["合计", 6]]
    result = imported("excel", "t.xlsx", workbook({"台账": rows}))
    assert list(fields(result, "tai_zhang")) == ["he_tong_hao", "jin_e"]
    assert len(found(result, "I112")) == 3


def test_merged_headings_become_sections() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "客户"
    for row in (["基本信息", None, "贷款", None], ["姓", "名", "金额", "期限"], ["a", "b", 1, 2], ["c", "d", 3, 4]):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("C1:D1")
    result = imported("excel", "t.xlsx", saved(book))
    assert_clean(result)
    assert "section: ji_ben_xin_xi" in result.files["forms/ke_hu.edit.yaml"]
    assert len(found(result, "I105")) == 2


def test_a_merged_title_is_no_heading() -> None:
    book = openpyxl.Workbook()
    for row in (["2024 台账"], ["合同", "金额", "期限"], ["a", 1, 2], ["b", 3, 4]):
        book.active.append(row)
    book.active.merge_cells("A1:B1")
    result = imported("excel", "t.xlsx", saved(book))
    assert_clean(result)
    assert not found(result, "I105") and len(found(result, "I112")) == 1


def test_formulas_are_proposed_or_kept() -> None:
    rows = [["单价", "数量", "总价", "比例"]] + [[2, n, f"=ROUND(A{n}*B{n},2)", f"=VLOOKUP(A{n},X:Y,2)"] for n in range(2, 6)]
    result = imported("excel", "t.xlsx", workbook({"订单": rows}))
    assert_clean(result)
    made = fields(result, "ding_dan")
    assert made["zong_jia"]["compute"] == "round(dan_jia * shu_liang, 2)"
    assert "VLOOKUP" in made["bi_li"]["note"]
    assert len(found(result, "I107")) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_encodings(encoding: str) -> None:
    text = "客户号,客户等级\nA001,高\nA002,低\nA003,高\nA004,低\nA005,高\n"
    result = imported("excel", "客户.csv", text.encode(encoding))
    assert_clean(result)
    assert fields(result, "ke_hu")["ke_hu_deng_ji"]["choices"] == {"高": {"label": "高"}, "低": {"label": "低"}}


def test_allowed_values_of_the_workbook_are_choices() -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    book.active.append(["等级", "金额"])
    book.active.append(["高", 1])
    rule = DataValidation(type="list", formula1='"高,中,低"')
    book.active.add_data_validation(rule)
    rule.add("A2:A100")
    result = imported("excel", "t.xlsx", saved(book))
    assert list(fields(result, "t")["deng_ji"]["choices"]) == ["高", "中", "低"]


@pytest.mark.parametrize("source", ["$D$1:$D$3", "'码 表'!$A$1:$A$3", "码表2!A1:C1"])
def test_allowed_values_in_cells_are_choices(source: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    book.active.title = "台账"
    for row in (["等级", "金额", None, "高"], ["高", 1, None, "中"], ["低", 2, None, "低"]):
        book.active.append(row)
    down, across = book.create_sheet("码 表"), book.create_sheet("码表2")
    across.append(["高", "中", "低"])
    for value in ("高", "中", "低"):
        down.append([value])
    down.sheet_state = across.sheet_state = "hidden"
    rule = DataValidation(type="list", formula1=source)
    book.active.add_data_validation(rule)
    rule.add("A2:A100")
    result = imported("excel", "t.xlsx", saved(book))
    assert list(fields(result, "tai_zhang")["deng_ji"]["choices"]) == ["高", "中", "低"]


@pytest.mark.parametrize("source", ["Levels", "INDIRECT($B$1)", "[1]other!$A$1:$A$9", "gone!$A$1:$A$9", "$A$1:$B$9"])
def test_allowed_values_elsewhere_are_said(source: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    for row in (["等级", "金额"], ["高", 1], ["低", 2]):
        book.active.append(row)
    rule = DataValidation(type="list", formula1=source)
    book.active.add_data_validation(rule)
    rule.add("A2:A100")
    result = imported("excel", "t.xlsx", saved(book))
    assert any(source in finding.message and finding.pointer[-1] == "A2" for finding in found(result, "I208"))


def test_rare_values_of_a_long_file_are_seen() -> None:
    lines = ["kind,n"] + [f"a,{n}" for n in range(9_000)] + ["rare,1"] + [f"b,{n}" for n in range(9_000)]
    result = imported("excel", "t.csv", "\n".join(lines).encode())
    assert set(fields(result, "t")["kind"]["choices"]) == {"a", "b", "rare"}
    assert "I113" in codes(result)


@pytest.mark.parametrize(
    "name",
    [
        "uci_bank_marketing/bank-full.csv",
        "german_credit/german.data",
        "berka/loan.asc",
        "berka/trans.asc",
        "iso/country-codes.csv",
        "ofac_2021/sdn.csv",
    ],
)
def test_files_of_banks(name: str) -> None:
    path = DATA / name
    if not path.is_file():
        pytest.skip(absent(name))
    result = imported("excel", path.name, path.read_bytes())
    assert_clean(result)
    assert not [finding for finding in result.findings if finding.severity == "error"]


def test_values_outside_of_the_allowed_ones_are_told() -> None:
    """A list of allowed values that the column does not keep to is a finding at the first value outside."""
    book = openpyxl.Workbook()
    for row in (["状态"], ["正常"], ["x"], ["关注"]):
        book.active.append(row)
    rule = openpyxl.worksheet.datavalidation.DataValidation(type="list", formula1='"正常,关注"')
    rule.add("A2:A9")
    book.active.add_data_validation(rule)
    result = imported("excel", "t.xlsx", saved(book))

    assert [(3, 1)] == [(one.span.line, one.span.column) for one in found(result, "I103")]


def test_what_stands_beside_cells_is_told_at_the_cell() -> None:
    """A comment and a condition on what may be typed in are no part of a definition; each is told with its words."""
    book = openpyxl.Workbook()
    for row in (["no", "term"], ["a", 12], ["b", 24]):
        book.active.append(row)
    book.active["B1"].comment = openpyxl.comments.Comment("in months", "me")
    rule = openpyxl.worksheet.datavalidation.DataValidation(type="whole", operator="between", formula1="1", formula2="360")
    rule.add("B2:B9")
    book.active.add_data_validation(rule)
    result = imported("excel", "t.xlsx", saved(book))

    said = {(one.span.line, one.span.column): one.message for one in found(result, "I208")}
    assert said[1, 2].endswith("in months")
    assert said[2, 2].endswith("whole between 1 360.")


@pytest.mark.parametrize(
    ("header", "format", "expected"),
    [
        ("price", "[$$-409]#,##0.00", {"type": "money", "currency": "USD"}),
        ("price", "[$€-2] #,##0.00", {"type": "money", "currency": "EUR"}),
        ("price", "[$HKD] #,##0.00", {"type": "money", "currency": "HKD"}),
        ("price", "[$¥-411]#,##0", {"type": "money", "currency": "JPY", "scale": 2}),
        ("price", "¥#,##0.00", {"type": "money"}),
        ("余额(USD)", None, {"type": "money", "currency": "USD"}),
        ("美元余额", None, {"type": "money", "currency": "USD"}),
    ],
)
def test_the_currency_of_amounts(header: str, format: str | None, expected: dict) -> None:
    """The sign in the format, else the header, says the currency; that of the app is not written."""
    formats = {f"A{row}": format for row in range(2, 5)} if format else {}
    result = imported("excel", "t.xlsx", workbook({"t": [[header], [1.25], [2.5], [3]]}, **formats))
    (field,) = fields(result, "t").values()

    assert expected == {key: value for key, value in field.items() if key != "label"}


def test_every_finding_is_given_to_programs() -> None:
    """A terminal counts what there is too much of; the findings themselves are all there."""
    result = imported("excel", "t.xlsx", workbook({"t": [[f"列{n}" for n in range(90)], list(range(90))]}))

    assert 90 <= len(found(result, "I108"))
    assert 61 == len([one for one in shortened(result.findings) if one.code == "I108"])

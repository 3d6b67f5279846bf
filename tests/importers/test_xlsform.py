"""XLSForm: questions, groups, repeats, and the XPath in them."""

from __future__ import annotations

import pytest

from forms_dsl.importers.expressions.printer import translated
from forms_dsl.importers.expressions.tree import Known, Untranslatable
from forms_dsl.importers.xlsform.xpath import XPATH, Repeated, resolver
from tests.importers.sources import assert_clean, codes, entity, fields, found, imported, workbook

HEAD = [
    "type",
    "name",
    "label::English (en)",
    "label::中文 (zh)",
    "relevant",
    "constraint",
    "required",
    "calculation",
    "choice_filter",
    "default",
]
SURVEY = [
    HEAD,
    ["start", "start"],
    ["text", "full_name", "Name", "姓名", None, "string-length(.) > 1", "yes"],
    ["integer", "age", "Age", "年龄", None, ". >= 18", "yes"],
    ["select_one prov", "province", "Province", "省"],
    ["select_one city", "city", "City", "市", "${province} != ''", None, "yes", None, "prov = ${province}"],
    ["begin group", "job", "Job", "工作", "${age} < 65"],
    ["text", "employer", "Employer", "单位", None, None, "yes"],
    ["begin repeat", "incomes", "Incomes", "收入"],
    ["decimal", "amount", "Amount", "金额", None, ". > 0"],
    ["end repeat"],
    ["calculate", "total", None, None, None, None, None, "sum(${amount})"],
    ["end group"],
    ["note", "thanks", "Thank you", "谢谢"],
    ["geotrace", "way", "Way", "路"],
    ["text", "pulled", "Pulled", "取数", None, None, None, "pulldata('a','b')"],
]
CHOICES = [
    ["list_name", "name", "label::English (en)", "label::中文 (zh)", "prov"],
    ["prov", "bj", "Beijing", "北京"],
    ["prov", "gd", "Guangdong", "广东"],
    ["city", "chao yang", "Chaoyang", "朝阳", "bj"],
    ["city", "gz", "Guangzhou", "广州", "gd"],
]
SETTINGS = [["form_title", "form_id"], ["Visit", "visit"]]


def form() -> bytes:
    return workbook({"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS})


def test_a_whole_form() -> None:
    result = imported("xlsform", "visit.xlsx", form())
    assert_clean(result)
    made = entity(result, "visit")
    assert made["fields"]["full_name"]["label"] == {"en": "Name", "zh": "姓名"}
    assert made["fields"]["age"]["check"] == "age >= 18"
    assert made["fields"]["city"]["visible"] == "not is_missing(province)"
    assert made["fields"]["city"]["required_when"] == "not is_missing(province)" and "required" not in made["fields"]["city"]
    assert (
        made["fields"]["city"]["choices_where"]
        == 'province == "bj" and code in ["chao_yang"] or province == "gd" and code in ["gz"]'
    )
    assert made["fields"]["total"]["compute"] == "round(sum(incomes.amount), 4)"
    assert made["fields"]["employer"]["visible"] == "age < 65"
    assert made["rows"]["incomes"]["fields"]["amount"]["check"] == "amount > 0"
    assert "pulldata" in made["fields"]["pulled"]["note"]
    assert {"I202", "I203", "I206", "I208"} <= codes(result)
    assert found(result, "I202")[0].pointer == ("survey", "H16")
    layout = result.files["forms/visit.edit.yaml"]
    assert layout.index("section: main") < layout.index("section: job") < layout.index("text: thanks")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (". > 5 and . <= 10", "own > 5 and own <= 10"),
        ("${kind} = 'y es'", 'kind == "y_es"'),
        ("selected(${many}, 'q') or not(selected(${kind}, 'b'))", '"q" in many or kind != "b"'),
        ("${own} != ''", "not is_missing(own)"),
        ("${flag} = true()", "flag"),
        ("if(${own} > 3, 'x', 'y') = 'x'", '("x" if own > 3 else "y") == "x"'),
        ("${own} div 2 mod 3 = 1", "own / 2 % 3 == 1"),
        ("sum(${inner}) > 10", "sum(lines.inner) > 10"),
        ("count(${repeat}) > 1", "count(lines) > 1"),
        ("${day} >= '2020-01-05'", "day >= date(2020, 1, 5)"),
        ("regex(., '^[0-9]{3}$')", 'matches(own, "[0-9]{3}")'),
        ("not(${own} = 1 or ${own} = 2)", "not (own == 1 or own == 2)"),
        ("(1 + 2) * -${own} > 0", "(1 + 2) * -own > 0"),
        ("1 - (2 - ${own}) > 0", "1 - (2 - own) > 0"),
    ],
)
def test_xpath(source: str, expected: str) -> None:
    known = {
        "own": Known("own", "integer"), "kind": Known("kind", "choice", {"y es": "y_es", "b": "b"}), "many": Known("many", "multi_choice"),
        "flag": Known("flag", "boolean"), "day": Known("day", "date"),
    }  # fmt: skip
    names = resolver(known, {"inner": Repeated("lines", "inner", "money")}, {"repeat": "lines"}, None, known["own"])
    assert translated(source, XPATH, names, condition=True) == expected


@pytest.mark.parametrize(
    "source",
    ["pulldata('x')", "${unknown} = 1", "/data/x = 1", "../x = 1", "${own}", "${own} = 1 ;", "(" * 200, "jr:choice-name(${own})"],
)
def test_xpath_without_counterpart(source: str) -> None:
    with pytest.raises(Untranslatable):
        translated(source, XPATH, resolver({"own": Known("own", "integer")}, {}, {}, None, None), condition=True)


def test_a_repeat_within_a_repeat_is_kept_as_a_note() -> None:
    rows = [
        ["type", "name", "label"],
        ["begin repeat", "a", "A"],
        ["text", "x", "X"],
        ["begin repeat", "b", "B"],
        ["text", "y", "Y"],
        ["end repeat"],
        ["end repeat"],
    ]
    result = imported("xlsform", "f.xlsx", workbook({"survey": rows}))
    assert_clean(result)
    assert "text y" in entity(result, "f")["note"]
    assert found(result, "I201")


def test_an_unknown_type_is_told() -> None:
    result = imported("xlsform", "f.xlsx", workbook({"survey": [["type", "name", "label"], ["intger", "a", "A"]]}))
    assert_clean(result)
    assert fields(result, "f")["a"]["note"] == "type: intger"
    assert found(result, "I201")[0].pointer == ("survey", "A2")


def test_a_workbook_without_survey_is_refused() -> None:
    assert codes(imported("xlsform", "f.xlsx", workbook({"x": [["a"]]}))) == {"I005"}


def test_what_stands_beside_a_question_is_kept() -> None:
    """Bounds of a range are min and max; other parameters, words for a missing answer and columns of choices are told."""
    survey = [
        ["type", "name", "label", "parameters", "required", "required_message", "relevant"],
        ["range", "mark", "Mark", "start=1 end=10 step=1"],
        ["image", "photo", "Photo", "max-pixels=1024"],
        ["text", "who", "Who", None, "yes", "Say who", "${age} > 20"],
        ["integer", "age", "Age"],
        ["text", "age", "Age again"],
        ["select_one l", "pick", "Pick"],
    ]
    choices = [["list_name", "name", "label", "colour"], ["l", "a", "A", "red"]]
    result = imported("xlsform", "t.xlsx", workbook({"survey": survey, "choices": choices, "settings": [["version"], ["7"]]}))
    made = fields(result, "t")

    assert ("1", "10") == (str(made["mark"]["min"]), str(made["mark"]["max"]))
    assert "parameters: max-pixels=1024" == made["photo"]["note"]
    assert "required_message: Say who" == made["who"]["note"]
    assert "age > 20" == made["who"]["visible"]
    assert "version: 7" == entity(result, "t")["note"]
    assert ["The column 'colour' of the choices is not imported."] == [one.message for one in found(result, "I208")]
    assert_clean(result)

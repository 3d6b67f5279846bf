"""Frappe DocTypes and form-js forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from forms_dsl.importers.expressions.printer import translated
from forms_dsl.importers.expressions.tree import Known, Untranslatable
from forms_dsl.importers.formjs.feel import FEEL, resolver
from forms_dsl.importers.frappe.javascript import condition_of
from forms_dsl.importers.kinds import Options, import_source
from tests.importers.sources import assert_clean, codes, entity, fields, found, imported

CHILD = {
    "doctype": "DocType",
    "name": "Loan Collateral",
    "istable": 1,
    "fields": [{"fieldname": "amount", "fieldtype": "Currency", "label": "Amount", "reqd": 1}],
}
CUSTOMER = {
    "doctype": "DocType",
    "name": "Customer",
    "fields": [{"fieldname": "customer_name", "fieldtype": "Data", "label": "Name"}],
    "title_field": "customer_name",
}


def loan(verbose: bool) -> dict[str, Any]:
    """A DocType in the compact form, or in the old one that writes every zero."""
    zeros = (
        {
            "allow_on_submit": 0,
            "bold": 0,
            "collapsible": 0,
            "hidden": 0,
            "in_filter": 0,
            "permlevel": 0,
            "print_hide": 0,
            "read_only": 0,
            "reqd": 0,
            "unique": 0,
            "depends_on": None,
            "default": "",
        }
        if verbose
        else {}
    )
    made = [
        {"fieldname": "naming_series", "fieldtype": "Select", "options": "LA-.YYYY.-.#####", "label": "Series"},
        {"fieldname": "customer", "fieldtype": "Link", "options": "Customer", "label": "Customer", "reqd": 1, "in_list_view": 1, "in_standard_filter": 1},
        {"fieldname": "customer_name", "fieldtype": "Data", "fetch_from": "customer.customer_name", "label": "Customer name"},
        {"fieldname": "column_break_1", "fieldtype": "Column Break"},
        {"fieldname": "loan_type", "fieldtype": "Select", "options": "\nHome Loan\nCar Loan", "label": "Type", "oldfieldname": "ltype"},
        {"fieldname": "secured", "fieldtype": "Check", "default": "1", "label": "Secured"},
        {"fieldname": "amount", "fieldtype": "Currency", "label": "Amount", "reqd": 1, "permlevel": 1},
        {"fieldname": "section_1", "fieldtype": "Section Break", "label": "Collateral", "depends_on": "eval:doc.secured==1 && doc.loan_type=='Home Loan'"},
        {"fieldname": "collaterals", "fieldtype": "Table", "options": "Loan Collateral", "label": "Collaterals"},
        {"fieldname": "valuer", "fieldtype": "Link", "options": "Valuer", "label": "Valuer", "reqd": 1},
        {"fieldname": "weird", "fieldtype": "Data", "depends_on": "eval:frappe.call('x')", "label": "Weird"},
        {"fieldname": "tab_1", "fieldtype": "Tab Break", "label": "More"},
        {"fieldname": "words", "fieldtype": "HTML", "options": "<p>Hello<script>alert(1)</script></p>"},
    ]  # fmt: skip
    permissions = [
        {"role": "Loan Manager", "read": 1, "write": 1, "create": 1},
        {"role": "Loan Manager", "permlevel": 1, "read": 1, "write": 1},
        {"role": "Clerk", "read": 1, "if_owner": 1},
    ]
    return {"doctype": "DocType", "name": "Loan Application", "autoname": "naming_series:", "is_submittable": 1, "sort_field": "modified", "sort_order": "DESC", "fields": [{**zeros, **one} for one in made], "permissions": permissions}  # fmt: skip


@pytest.mark.parametrize("verbose", [False, True])
def test_a_doc_type(verbose: bool) -> None:
    sources = [(f"{one['name']}.json", json.dumps(one, indent=1).encode()) for one in (loan(verbose), CHILD, CUSTOMER)]
    result = import_source("frappe", sources, Options("demo"))
    assert_clean(result)
    made = entity(result, "loan_application")
    assert made["number"] == "LA-{yyyy}-{seq:5}"
    assert made["fields"]["customer"] == {"type": "reference", "label": "Customer", "required": True, "to": "customer"}
    assert made["fields"]["customer_name"]["compute"] == "customer.customer_name"
    assert made["fields"]["loan_type"]["id"] == "ltype"
    assert made["fields"]["docstatus"]["default"] == '"draft"'
    assert made["fields"]["valuer"]["required_when"] == '(secured and loan_type == "Home_Loan")'
    assert made["rows"]["loan_collateral"]["fields"]["amount"]["required"] is True
    assert "frappe.call" in made["fields"]["weird"]["note"]
    form = yaml.safe_load(result.files["forms/loan_application.edit.yaml"])
    assert [block["tab"] for block in form["layout"]] == ["details", "tab_1"]
    assert form["layout"][0]["items"][0]["columns"] == 2
    assert form["layout"][0]["items"][1]["visible"] == 'secured and loan_type == "Home_Loan"'
    assert "script" not in result.files["forms/loan_application.edit.yaml"]
    roles = yaml.safe_load(result.files["roles.yaml"])["roles"]
    assert roles["clerk"]["access"]["loan_application"] == {"read": "created_by == user.id", "fields": {"amount": "hidden"}}
    listing = yaml.safe_load(result.files["lists/loan_application_list.yaml"])
    assert listing["columns"] == ["customer"] and listing["quick_filters"] == ["customer"] and listing["sort"] == ["-changed_at"]
    assert {"I202", "I204", "I205", "I206", "I209"} <= codes(result)
    assert found(result, "I202")[0].pointer[-1] == "fieldname"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("secured", "secured"),
        ("eval:doc.kind", "not is_missing(kind)"),
        ("eval:!doc.secured", "not secured"),
        ("eval:doc.kind=='A B'", 'kind == "A_B"'),
        ("eval:doc.kind!=='A B' || doc.n>3", 'kind != "A_B" or n > 3'),
        ("eval:in_list(['A B','C'], doc.kind)", 'kind in ["A_B", "C"]'),
        ("eval:['C'].includes(doc.kind) && doc.secured==0", 'kind in ["C"] and not secured'),
        ("eval:doc.n", "not is_missing(n) and n != 0"),
        ("eval:(doc.n > 1 ? doc.secured : true);", "secured if n > 1 else true"),
    ],
)
def test_javascript(source: str, expected: str) -> None:
    known = {
        "kind": Known("kind", "choice", {"A B": "A_B", "C": "C"}),
        "secured": Known("secured", "boolean"),
        "n": Known("n", "integer"),
    }
    assert condition_of(source, lambda text: known[text.removeprefix("doc.")]) == expected


def test_javascript_without_counterpart() -> None:
    for source in (
        "eval:frappe.user.has_role('x')",
        "eval:doc.items.length > 0",
        "eval:doc.a = 1",
        "eval:function(){}",
        "eval:`x`",
    ):
        with pytest.raises((Untranslatable, KeyError)):
            condition_of(source, lambda text: {"doc.a": Known("a", "integer")}[text])


FORM: dict[str, Any] = {
    "type": "default", "id": "Loan_Request", "schemaVersion": 16, "components": [
        {"type": "text", "id": "t1", "text": "# Loan <script>x</script> request"},
        {"type": "textfield", "key": "name", "label": "Name", "validate": {"required": True, "minLength": 2, "pattern": "^[A-Z].*$"}, "layout": {"columns": 8}},
        {"type": "number", "key": "amount", "label": "Amount", "decimalDigits": 2, "validate": {"min": 0, "max": 1000000}},
        {"type": "select", "key": "kind", "label": "Kind", "values": [{"label": "Home", "value": "home loan"}, {"label": "Car", "value": "car"}], "validate": {"required": True}},
        {"type": "taglist", "key": "tags", "label": "Tags", "valuesExpression": "=tags"},
        {"type": "group", "label": "Car", "path": "car", "conditional": {"hide": "=kind != \"car\""}, "components": [
            {"type": "textfield", "key": "plate", "label": "Plate", "validate": {"required": True}},
            {"type": "datetime", "subtype": "date", "key": "bought", "label": "Bought", "conditional": {"hide": "=name = null"}}]},
        {"type": "dynamiclist", "path": "incomes", "label": "Incomes", "components": [{"type": "number", "key": "value", "label": "Value", "decimalDigits": 2}]},
        {"type": "expression", "key": "total", "expression": "=sum(incomes.value)"},
        {"type": "expression", "key": "size", "expression": "=if amount between 1 and 10 then \"small\" else \"large\""},
        {"type": "expression", "key": "odd", "expression": "=for x in incomes return x"},
        {"type": "filepicker", "key": "paper", "label": "Paper", "accept": ".pdf,.png"},
        {"type": "iframe", "id": "frame_1", "url": "https://rates.example.com/today"}]}  # fmt: skip


def test_a_form_js_form() -> None:
    result = imported("form-js", "loan.form", FORM)
    assert_clean(result)
    made = fields(result, "loan_request")
    assert made["name"] == {"type": "text", "label": "Name", "required": True, "min": 2, "max": 255, "pattern": "[A-Z].*"}
    assert made["kind"]["required"] is True and list(made["kind"]["choices"]) == ["home_loan", "car"]
    assert made["car_plate"]["visible"] == 'kind == "car"' and made["car_plate"]["required_when"] == 'kind == "car"'
    assert made["car_bought"]["visible"] == '(kind == "car") and (not is_missing(name))'
    assert made["total"]["compute"] == "round(sum(incomes.value), 4)"
    assert made["size"]["compute"] == '"small" if amount >= 1 and amount <= 10 else "large"'
    assert made["odd"]["note"] == "expression: =for x in incomes return x"
    assert made["paper"]["accept"] == ["application/pdf", "image/png"]
    assert entity(result, "loan_request")["note"] == "iframe frame_1 https://rates.example.com/today"
    assert {"I201", "I202", "I205", "I206", "I209"} <= codes(result)
    assert "script" not in result.files["forms/loan_request.edit.yaml"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("not(a = 1)", "a != 1"),
        ('list contains(many, "x")', '"x" in many'),
        ('string length(name) > 3 and starts with(name, "A")', 'len(name) > 3 and starts_with(name, "A")'),
        ("a in [1, 2]", "a in [1, 2]"),
        ('day > date("2020-02-03")', "day > date(2020, 2, 3)"),
        ('name = null or name = ""', "is_missing(name) or is_missing(name)"),
    ],
)
def test_feel(source: str, expected: str) -> None:
    known = {
        "a": Known("a", "integer"),
        "many": Known("many", "multi_choice"),
        "name": Known("name", "text"),
        "day": Known("day", "date"),
    }
    assert translated(source, FEEL, resolver(known), condition=True) == expected


def test_no_key_of_a_component_is_lost() -> None:
    """Boxes that must be ticked, days that may not be past and labels of days are carried out; all else is a note with its place."""
    components: list[dict[str, Any]] = [
        {"type": "checkbox", "key": "agreed", "label": "Agreed", "validate": {"required": True}},
        {"type": "datetime", "subtype": "date", "key": "d", "dateLabel": "Due", "disallowPassedDates": True},
        {"type": "textfield", "key": "t", "label": "T", "appearance": {"suffixAdorner": "CNY"}, "validate": {"odd": 1}},
        {"type": "dynamiclist", "path": "rows", "label": "R", "components": [{"type": "text", "text": "Hello"}]},
    ]
    result = imported("form-js", "t.json", {"components": components})
    made = fields(result, "demo") if "entities/demo.yaml" in result.files else fields(result, "t")

    assert (True, "agreed") == (made["agreed"]["required"], made["agreed"]["check"])
    assert ("Due", "d >= today()") == (made["d"]["label"], made["d"]["check"])
    assert "appearance: {'suffixAdorner': 'CNY'}; validate.odd: 1" == made["t"]["note"]
    places = {one.pointer for one in (*found(result, "I201"), *found(result, "I208"))}
    assert {
        ("components", 2, "appearance"),
        ("components", 2, "validate", "odd"),
        ("components", 3, "components", 0, "type"),
    } <= places
    assert_clean(result)


def test_no_key_of_a_doc_type_is_lost() -> None:
    """A currency named by a field, the words for a table, and every key without counterpart, at its place."""
    doc_type = {
        "doctype": "DocType",
        "name": "Loan",
        "links": [{"link_doctype": "Payment"}],
        "fields": [
            {"fieldname": "code", "fieldtype": "Select", "options": "CNY\nUSD", "label": "Currency"},
            {"fieldname": "amount", "fieldtype": "Currency", "options": "code", "label": "Amount"},
            {"fieldname": "fee", "fieldtype": "Currency", "options": "elsewhere", "label": "Fee", "placeholder": "0.00"},
            {"fieldname": "pledges", "fieldtype": "Table", "options": "Loan Collateral", "label": "Pledges", "description": "All of them"},
        ],
    }  # fmt: skip
    sources = [("loan.json", json.dumps(doc_type).encode()), ("child.json", json.dumps(CHILD).encode())]
    result = import_source("frappe", sources, Options("demo"))
    made = fields(result, "loan")

    assert "code" == made["amount"]["currency"]
    assert "options: elsewhere; placeholder: 0.00" == "; ".join(sorted(made["fee"]["note"].split("; ")))
    assert "All of them" == made["pledges"]["help"]
    assert "link_doctype" in entity(result, "loan")["note"]
    assert {("links",), ("fields", 2, "options"), ("fields", 2, "placeholder")} == {one.pointer for one in found(result, "I201")}
    assert_clean(result)

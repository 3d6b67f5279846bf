"""The benchmark's app: one entity like the twin's table, with row rules, a mask, checks and the audit trail on."""

from __future__ import annotations

FILES = {
    "app.yaml": """\
app: bench
format: 1
version: 1.0.0
label: {zh: 测量, en: Bench}
requires: {apps: {org: ">=1.0 <2"}}
languages: [zh, en]
""",
    "entities/customer.yaml": """\
entity: customer
label: {zh: 客户, en: Customer}
title: "{full_name}"
owner: {branch: branch}
fields:
  customer_no: {type: text, max: 20, required: true, unique: true, label: {zh: 客户号, en: Number}}
  full_name: {type: text, max: 60, required: true, label: {zh: 名称, en: Name}}
  branch: {type: reference, to: org.branch, required: true, label: {zh: 机构, en: Branch}}
  level:
    type: choice
    required: true
    label: {zh: 等级, en: Level}
    choices:
      "1": {label: {zh: 一, en: One}}
      "2": {label: {zh: 二, en: Two}}
      "3": {label: {zh: 三, en: Three}}
      "4": {label: {zh: 四, en: Four}}
      "5": {label: {zh: 五, en: Five}}
  mobile: {type: text, max: 11, pattern: phone_cn, class: C2, mask: "3****4", label: {zh: 手机, en: Mobile}}
  monthly_income: {type: money, min: 0, label: {zh: 月收入, en: Income}}
  opened_on: {type: date, label: {zh: 日期, en: Date}}
index: [[branch, level, customer_no]]
""",
    "lists/customers.yaml": """\
list: customers
entity: customer
label: {zh: 客户, en: Customers}
columns: [customer_no, full_name, level]
sort: [customer_no]
search: [full_name]
""",
    "roles.yaml": """\
roles:
  clerk:
    label: {zh: 柜员, en: Clerk}
    access:
      customer: {create: branch == user.branch, read: branch.path in user.branch_tree, update: branch == user.branch, import: true}
  headquarters:
    label: {zh: 总行, en: Head office}
    access:
      customer: {create: true, read: true, update: true, fields: {mobile: write}}
""",
}

#: What a publication under load brings: fields that everybody has from then on, one of them as the order of a list.
WITH_NEW_FIELDS = {
    **FILES,
    "app.yaml": FILES["app.yaml"].replace("1.0.0", "1.1.0"),
    "entities/customer.yaml": FILES["entities/customer.yaml"].replace(
        "index:",
        """\
  remark: {type: text, max: 80, label: {zh: 备注, en: Remark}}
  reviewed_on: {type: date, label: {zh: 复核日, en: Reviewed on}}
index:""",
    ),
    "lists/reviewed.yaml": """\
list: reviewed
entity: customer
label: {zh: 复核, en: Reviewed}
columns: [customer_no, full_name, reviewed_on]
sort: [-reviewed_on]
search: [full_name]
""",
}

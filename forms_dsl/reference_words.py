"""The words of `docs/reference.md` and `docs/reference.zh.md` that do not come from the shapes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: How each page begins.
HEAD: Mapping[str, str] = MappingProxyType(
    {
        "en": """\
# Reference of the definition language

Every kind of file, every key, what may stand there. A `!` marks a key that must be written; a key that is not listed is refused
(S001). `note` (a remark that every tool keeps) and `meta` (free data of other tools) may stand in every map and are left out of
the tables. Field types are in [field types](field-types.md), expressions in [expressions](expressions.md), how the parts of the rarer
kinds work together in [kinds](kinds.md), codes in [codes](codes.md). What `qiqiao check` takes and this version does not carry out is
refused by name at `qiqiao plan` (M416, W102) and marked here with ⏳. This page is made from the sources by `make docs`; [中文](reference.zh.md).
""",
        "zh": """\
# 定义语言参考

每一种文件、每一个键以及可填写的内容。`!` 表示必填；未列出的键一律拒绝（S001）。`note`（各工具都会保留的备注）与 `meta`（供其他工具使用的自由数据）
可写在任何映射中，表中从略。字段类型见[字段类型](field-types.md)，表达式见[表达式](expressions.md)，各部分如何配合见[其他种类](kinds.md)，
代码见[代码](codes.md)。`qiqiao check` 接受而当前版本尚不执行的内容，会在 `qiqiao plan` 时指名拒绝（M416、W102），此处以 ⏳ 标出。
本页由 `make docs` 根据源代码生成；[English](reference.md)。
""",
    }
)

#: How each page says what may be written.
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "table": "| key | value | default | meaning |\n|---|---|---|---|",
            "kinds": "| kind | file | first key | piece |\n|---|---|---|---|",
            "expression": "[expression](expressions.md)",
            "reference": "reference",
            "path": "path",
            "duration": "length of time, like `3 days`",
            "schedule": 'schedule, like `"06:00 day"`',
            "label": "text in each language, at most {} characters",
            "name": "name (`snake_case`)",
            "version": "version, like `1.0.0`",
            "people": "word for people, like `starter`",
            "boolean": "`true` or `false`",
            "string": "text",
            "number": "number",
            "integer": "whole number",
            "date": "day",
            "free": "anything",
            "list": "list: {}",
            "map": "{} → {}",
            "or": " or ",
            "further": "*any other key*",
            "stands": "Stands at {}.",
            "places": "Expressions stand in the places {} ([names known there](expressions.md#5-names-and-functions-by-place)).",
            "example": "From `{}`:",
            "form": "text of the form `{}`",
            "to": "{} to {}",
            "first": "The first key is `{}`.",
            "later": "Read and checked, but not carried out yet, or not in every case; publishing refuses by name what is not (M416, W102): {}.",
            "later_kind": "Files of this kind are read and checked, but not carried out yet; publishing refuses them (M416).",
            "mark": "⏳",
            "colon": ": ",
        },
        "zh": {
            "table": "| 键 | 值 | 默认 | 含义 |\n|---|---|---|---|",
            "kinds": "| 种类 | 文件 | 首个键 | 构件 |\n|---|---|---|---|",
            "expression": "[表达式](expressions.md)",
            "reference": "引用",
            "path": "路径",
            "duration": "时长，如 `3 days`",
            "schedule": '时间安排，如 `"06:00 day"`',
            "label": "各语言的文本，最多 {} 个字符",
            "name": "名称（`snake_case`）",
            "version": "版本号，如 `1.0.0`",
            "people": "表示人员的词，如 `starter`",
            "boolean": "`true` 或 `false`",
            "string": "文本",
            "number": "数字",
            "integer": "整数",
            "date": "日期",
            "free": "任意内容",
            "list": "列表：{}",
            "map": "{} → {}",
            "or": " 或 ",
            "further": "*其他任意键*",
            "stands": "位于 {}。",
            "places": "表达式所处的位置：{}（[可用的名称](expressions.md#5-names-and-functions-by-place)）。",
            "example": "摘自 `{}`：",
            "form": "形如 `{}` 的文本",
            "to": "{} 到 {}",
            "first": "首个键为 `{}`。",
            "later": "可读取、可检查，但尚不执行，或并非在所有情况下执行；不执行的内容发布时会被指名拒绝（M416、W102）：{}。",
            "later_kind": "此类文件可读取、可检查，但尚不执行，发布时拒绝（M416）。",
            "mark": "⏳",
            "colon": "：",
        },
    }
)

#: What expressions know in kinds whose places are their own.
OWN_PLACES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "decision": {
            "en": "An expression of a scorecard knows the fields of the entity, `related` in aggregates and `param`; one of a grade knows `score`; a cell knows its input.",
            "zh": "评分卡的表达式可用实体的字段、汇总中的 `related` 与 `param`；等级的表达式可用 `score`；单元格只可用其输入。",
        },
        "dashboard": {
            "en": "Expressions know `user`.",
            "zh": "表达式可用 `user`。",
        },
        "template": {
            "en": "Expressions know the fields of the entity and `user`.",
            "zh": "表达式可用实体的字段与 `user`。",
        },
    }
)

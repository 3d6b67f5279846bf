"""`app.yaml`, `choices.yaml`, `params.yaml`."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forms_dsl.currencies import CURRENCIES, MEANT
from forms_dsl.diagnostics import Sentence, suggestion
from forms_dsl.files.labels import Deprecated, LabelText
from forms_dsl.files.values import (
    ChoiceCode,
    Flag,
    Literal,
    Name,
    Reference,
    Shape,
    Text,
    Version,
    VersionRange,
    key,
    one_of,
    plain,
    text_of,
    whole,
    wrong,
)

#: Every label stands in each of them.
LANGUAGE_LIMIT = 20
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def _language(value: object) -> str:
    text = text_of(value)
    if not _LANGUAGE.match(text):
        raise wrong(
            f"{text!r} is not a language code.", f"“{text}”不是语言代码。", Sentence("Write zh or en.", "请写 zh 或 en。")
        )
    return text


def _timezone(value: object) -> str:
    text = text_of(value)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = Sentence("Write it like Asia/Shanghai.", "写法示例：Asia/Shanghai。")
        raise wrong(f"{text!r} is not a time zone.", f"“{text}”不是时区。", hint) from None
    return text


def currency_of(value: object) -> str:
    """An ISO 4217 code."""
    text = text_of(value)
    if text not in CURRENCIES:
        hint = Sentence("Write three capital letters: CNY", "请写三个大写字母：CNY")
        meant = MEANT.get(text.upper()) or (text.upper() if text.upper() in CURRENCIES else None)
        if meant is not None or _CURRENCY.match(text):
            hint = Sentence(f"Write {meant}.", f"请写 {meant}。") if meant else suggestion(text, CURRENCIES) or hint
        raise wrong(f"{text!r} is not a currency code of ISO 4217.", f"“{text}”不是 ISO 4217 货币代码。", hint)
    return text


def _day(value: object) -> str:
    text = text_of(value)
    try:
        is_day = bool(_DATE.match(text) and dt.date.fromisoformat(text))
    except ValueError:
        is_day = False
    if not is_day:
        raise wrong(
            f"{text!r} is not a date.", f"“{text}”不是日期。", Sentence("Write it like 2026-01-31.", "写法示例：2026-01-31。")
        )
    return text


Language = Annotated[str, plain(_language, {"type": "string"})]
Day = Annotated[str, plain(_day, {"type": "string", "format": "date"})]


class RequiresShape(Shape):
    """`requires` of an app."""

    runtime: Annotated[VersionRange | None, key("Versions of the platform it runs on.", "可运行的平台版本范围。")] = None
    apps: Annotated[
        dict[Name, VersionRange], key("Other apps it refers to, with their versions.", "引用的其他应用及其版本范围。")
    ] = {}


class ExtendsShape(Shape):
    """`extends` of an overlay."""

    app: Annotated[Name, key("The app that it changes.", "被覆盖的应用。")]
    version: Annotated[Version, key("The exact version it was last merged with.", "上次合并时的确切版本。")]


class AppShape(Shape):
    """`app.yaml`."""

    app: Annotated[Name, key("The app's name, equal to its folder.", "应用名称，与文件夹同名。")]
    format: Annotated[int, whole(1, 1), key("The version of this language.", "定义语言的版本。")]
    version: Annotated[Version, key("The version of the app.", "应用的版本。")]
    label: Annotated[LabelText, key("What people call the app.", "应用的显示名称。")]
    extends: Annotated[ExtendsShape | None, key("The app that this one is laid over.", "本应用所覆盖的基础应用。")] = None
    requires: Annotated[RequiresShape, key("What must be there beside it.", "依赖的平台与应用。")] = RequiresShape()
    languages: Annotated[
        list[Language],
        key(
            "Its languages; the first is the default.", "应用的语言，第一个为默认语言。", min_length=1, max_length=LANGUAGE_LIMIT
        ),
    ]
    timezone: Annotated[
        str, plain(_timezone, {"type": "string"}), key("The zone that decides what day it is.", "决定“今天”的时区。")
    ] = "Asia/Shanghai"
    calendar: Annotated[Name | None, key("The calendar of its working days and hours.", "应用使用的工作日历。")] = None
    currency: Annotated[
        str,
        plain(currency_of, {"type": "string"}),
        key("The currency of amounts that name none.", "未注明货币的金额所用的货币。"),
    ] = "CNY"
    menu: Annotated[
        list[Reference] | None, key("Lists, reports and dashboards in the menu, in order.", "菜单中的列表、报表与看板，按顺序。")
    ] = None


class ChoiceShape(Shape):
    """One code of a choice list."""

    label: Annotated[LabelText, key("What the code is shown as.", "代码的显示名称。")]
    valid_from: Annotated[Day | None, key("The first day on which it can be chosen.", "可选的起始日期。")] = None
    valid_to: Annotated[Day | None, key("The last day on which it can be chosen.", "可选的截止日期。")] = None
    deprecated: Deprecated = None


class ChoiceListShape(Shape):
    """A choice list that several fields use."""

    label: Annotated[LabelText, key("What the list is called.", "列表的名称。")]
    ordered: Annotated[Flag, key("Whether the order counts in comparisons.", "顺序是否参与比较。")] = False
    values: Annotated[dict[ChoiceCode, ChoiceShape], key("The codes, in order.", "代码，按顺序。", min_length=1)]
    deprecated: Deprecated = None


class ChoicesShape(Shape):
    """`choices.yaml`."""

    choices: Annotated[dict[Name, ChoiceListShape], key("Lists by name.", "按名称列出的选项列表。")]


class ParameterShape(Shape):
    """A value that a bank tunes at run time."""

    type: Annotated[Text, key("Its field type.", "字段类型。")]
    label: Annotated[LabelText, key("What it is called.", "显示名称。")]
    value: Annotated[Literal, key("The value that ships with the app.", "随应用发布的初始值。")]
    scale: Annotated[int | None, whole(0, 8), key("Decimals.", "小数位数。")] = None
    min: Annotated[Literal | None, key("The smallest value.", "最小值。")] = None
    max: Annotated[Literal | None, key("The largest value.", "最大值。")] = None
    by: Annotated[
        list[Annotated[str, one_of("branch", "segment")]],
        key("Where the value may differ: branch, segment.", "可按网点或客群取不同的值。"),
    ] = []
    changed_by: Annotated[Reference | None, key("The role that may propose a change: role.x", "可提出变更的角色：role.x")] = None
    deprecated: Deprecated = None


class ParametersShape(Shape):
    """`params.yaml`."""

    params: Annotated[dict[Name, ParameterShape], key("Parameters by name.", "按名称列出的参数。")]

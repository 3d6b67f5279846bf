"""Hit policies: ours, those that an order of the rows says as well, and those that are refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import cast

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import APPROXIMATED
from forms_dsl.importers.report import Report, refused
from workflow_engine.dmn.columns import Column
from workflow_engine.markup.codes import NOT_IN_SUBSET
from workflow_engine.markup.source import Element

Row = dict[str, object]
Order = Callable[[list[Row]], list[Row]]
_SHORT = {"U": "UNIQUE", "F": "FIRST", "A": "ANY", "P": "PRIORITY", "C": "COLLECT", "R": "RULE ORDER", "O": "OUTPUT ORDER"}


def own_hit(table: Element, title: str, outputs: list[Column], report: Report) -> tuple[str, Order]:
    """Our word for the hit policy of a table, and the order of rows that goes with it; raises ImportRefused."""
    policy = table.get("hitPolicy").upper() or "UNIQUE"
    policy = _SHORT.get(policy, policy)
    how = table.get("aggregation").upper()
    match policy, how:
        case "UNIQUE", _:
            return "unique", _as_written
        case "FIRST", _:
            return "first", _as_written
        case "ANY", _:
            _told(table, title, report, "ANY: the upper row counts, also where rows differ", "ANY：取上面的行，即使各行输出不同")
            return "first", _as_written
        case "PRIORITY", _ if all(column.codes for column in outputs) and all(
            each.first("outputValues") for each in table.all("output")
        ):
            _told(
                table,
                title,
                report,
                "PRIORITY: rows stand in the order of their outputs now",
                "PRIORITY：规则行已按输出优先级排列",
            )
            return "first", lambda rows: sorted(rows, key=lambda row: _ranks(row, outputs))
        case "COLLECT", "MIN" | "MAX" if len(outputs) == 1 and outputs[0].type == "number":
            _told(
                table,
                title,
                report,
                f"COLLECT {how}: rows stand in the order of their output now",
                f"COLLECT {how}：规则行已按输出大小排列",
            )
            name = outputs[0].name
            return "first", lambda rows: sorted(rows, key=lambda row: _number(row, name), reverse=how == "MAX")
        case "COLLECT", "" if all(column.codes for column in outputs):
            return "collect", _as_written
    said = f"{policy} {how}".strip()
    words = Sentence(f"{title} has the hit policy {said}, which no table of ours has.", f"“{title}”的命中策略 {said} 不受支持。")
    hint = Sentence(
        "Read are UNIQUE, FIRST, ANY, PRIORITY with listed output values, COLLECT of codes, and COLLECT MIN or MAX of one number.",
        "支持 UNIQUE、FIRST、ANY、列出输出值的 PRIORITY、输出代码的 COLLECT，以及单个数字的 COLLECT MIN/MAX。",
    )
    raise refused(NOT_IN_SUBSET, table.position, words, hint)


def _as_written(rows: list[Row]) -> list[Row]:
    return rows


def _ranks(row: Row, outputs: list[Column]) -> list[int]:
    then = cast("Mapping[str, str]", row["then"])
    return [column.codes.index(then[column.name]) for column in outputs]


def _number(row: Row, name: str) -> Decimal:
    return Decimal(cast("Mapping[str, str]", row["then"])[name])


def _told(table: Element, title: str, report: Report, en: str, zh: str) -> None:
    report.add(APPROXIMATED, table.position, Sentence(f"{title} has {en}.", f"“{title}”：{zh}。"))

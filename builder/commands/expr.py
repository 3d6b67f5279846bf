"""`qiqiao expr`: an expression over given rows, on one target or on all of them compared."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from builder.commands import Mistake, Verbs
from builder.expression_lab.checking import Checked, check_all
from builder.expression_lab.fields import read_fields
from builder.expression_lab.rows import read_context, read_rows
from builder.expression_lab.targets import TARGETS, Target, open_target
from forms_dsl.expr.available import targets_of
from forms_dsl.render import render_json, render_terminal

_EXAMPLES = """\
  qiqiao expr 'amount * rate / 1200' --fields fields.json --rows rows.json
  qiqiao expr 'sum(i.amount for i in incomes)' --fields fields.json --rows rows.json --target all
  qiqiao expr --expressions list.json --fields fields.json --rows rows.json --target postgresql

fields.json    {"fields": {"amount": {"type": "money"}, "incomes": {"type": "rows", "of": "income"}},
                "rows": {"income": {"fields": {"amount": {"type": "money"}}}}}
rows.json      [{"amount": "1200.00", "incomes": [{"amount": "5.00"}]}, {"amount": null}]
context.json   {"today": "2025-03-31", "user": {"branch": "b1"}, "param": {"limit": {"type": "money", "value": "10.00"}}}"""

_LINE_ENDS = {end: f"\\u{end:04x}" for end in (0x85, 0x2028, 0x2029)}
_DIFFERS = {
    "en": "row {row}: {target} gives {other}, python gives {value}",
    "zh": "第 {row} 行：{target} 得 {other}，python 得 {value}",
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "expr",
        "evaluate an expression over rows, on one target or on all compared",
        "Checks the expression over the fields of a file and prints its value for each row as JSON: numbers as text in\n"
        "canonical form, days in ISO form, missing as null. With --expressions one line for each expression of a JSON list:\n"
        '{"values": […]} or {"diagnostics": […]}. Exit code 1 when an expression is refused, or when targets differ.',
        _EXAMPLES,
        run,
    )
    parser.add_argument("expression", nargs="?", help="the expression; write -- before one that begins with a minus")
    parser.add_argument("--expressions", metavar="FILE", help="a JSON list of expressions instead of one")
    parser.add_argument("--fields", metavar="FILE", required=True, help="the fields, in the syntax of an entity")
    parser.add_argument("--rows", metavar="FILE", required=True, help="a JSON list of records")
    parser.add_argument("--context", metavar="FILE", help="today, now, user, param, old … as JSON")
    parser.add_argument("--target", choices=(*TARGETS, "all"), default="python", help="who computes (default python)")
    parser.add_argument(
        "--database",
        metavar="URL",
        help="a PostgreSQL; default QIQIAO_TEST_POSTGRES, QIQIAO_DATABASE_URL, else a server of this machine for the moment",
    )


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Check, evaluate, compare and print."""
    if (arguments.expression is None) == (arguments.expressions is None):
        raise Mistake({"en": "Give an expression or --expressions FILE.", "zh": "请给出一个表达式，或 --expressions 文件。"})
    sources = [arguments.expression] if arguments.expressions is None else _list(arguments.expressions)
    fields = read_fields(_json(arguments.fields))
    context = read_context(_json(arguments.context) if arguments.context else {})
    records = read_rows(_json(arguments.rows), fields, context)
    target = None if arguments.target == "all" else TARGETS[arguments.target]
    checked = check_all(sources, fields, context, target)
    with ExitStack() as stack:
        names = TARGETS if target is None else (arguments.target,)
        targets = [stack.enter_context(open_target(name, records, _database(arguments, os.environ))) for name in names]
        answers = evaluate(checked, targets)
        if arguments.expressions is None:
            return _print_one(checked[0], next(answers), locale)
        return _print_all(checked, answers, locale)


def evaluate(checked: Sequence[Checked], targets: Sequence[Target]) -> Iterator[dict[str, list[object]]]:
    """For each expression its values by target; targets that lack one of its functions are left out."""
    found: list[dict[str, list[object]]] = [{} for _ in checked]
    for target in targets:
        places = [n for n, each in enumerate(checked) if each.expression and target.needs in targets_of(each.expression.tree)]
        values = target.values([each for n in places if (each := checked[n].expression)])
        for place, value in zip(places, values, strict=True):
            found[place][target.name] = value
    yield from found


def _print_one(checked: Checked, answers: Mapping[str, list[object]], locale: str) -> int:
    if checked.expression is None:
        sys.stderr.write(render_terminal(checked.findings, {checked.file: checked.source}, locale=locale) + "\n")
        return 1
    values = next(iter(answers.values()), [])
    for value in values:
        print(_said(value))
    different = False
    for target, row, other in _differences(answers):
        different = True
        words = _DIFFERS[locale].format(row=row, target=target, other=_said(other), value=_said(values[row]))
        sys.stderr.write(f"qiqiao: {words}\n")
    return int(different)


def _print_all(checked: Sequence[Checked], answers: Iterator[Mapping[str, list[object]]], locale: str) -> int:
    failed = 0
    for each, found in zip(checked, answers, strict=True):
        line: dict[str, Any] = {"values": next(iter(found.values()), [])}
        if each.expression is None:
            line, failed = {"diagnostics": render_json(each.findings, locale=locale)}, 1
        differences = [{"target": target, "row": row, "value": value} for target, row, value in _differences(found)]
        if differences:
            line["differences"], failed = differences, 1
        print(_said(line))
    return failed


def _differences(answers: Mapping[str, list[object]]) -> Iterator[tuple[str, int, object]]:
    """Target, row and value, where a target differs from the first one."""
    first, *others = answers.items() if answers else [("", [])]
    for target, values in others:
        for row, (expected, value) in enumerate(zip(first[1], values, strict=True)):
            # `1 == True` in Python, but not here.
            if _said(expected) != _said(value):
                yield target, row, value


def _said(value: object) -> str:
    """JSON on one line, whichever of Unicode's ends of lines a reader knows."""
    return json.dumps(value, ensure_ascii=False).translate(_LINE_ENDS)


def _database(arguments: argparse.Namespace, environment: Mapping[str, str]) -> str | None:
    given = (arguments.database, environment.get("QIQIAO_TEST_POSTGRES"), environment.get("QIQIAO_DATABASE_URL"))
    return next((url for url in given if url and not url.startswith("sqlite")), None)


def _list(path: str) -> list[str]:
    data = _json(path)
    if not isinstance(data, list) or not all(isinstance(each, str) for each in data):
        raise Mistake({"en": f"{path}: A JSON list of texts is expected.", "zh": f"{path}：应是文本的 JSON 列表。"})
    return data


def _json(path: str) -> Any:
    try:
        return json.loads(sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8"), parse_float=str)
    except OSError as failed:
        raise Mistake({"en": f"{path}: {failed.strerror}", "zh": f"{path}：无法读取（{failed.strerror}）"}) from None
    except (ValueError, RecursionError) as failed:
        raise Mistake({"en": f"{path}: This is no JSON: {failed}", "zh": f"{path}：不是 JSON：{failed}"}) from None

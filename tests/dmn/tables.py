"""Random tables in DMN, and a plain reading of DMN that shares nothing with ours: patterns over the text of each cell."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from random import Random

SPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
CODES = ("A", "B", "C")
NUMBERS = tuple(Decimal(text) for text in ("-5", "0", "0.5", "1", "2", "2.5", "10"))
DAYS = tuple(dt.date(2026, 1, day) for day in (1, 2, 5, 9))
WORDS = ("north", "south", "x < y", "missing", "region", "a b")
Given = dict[str, object]


def random_dmn(random: Random, policy: str = "FIRST", aggregation: str = "") -> str:
    """A table over a number, a day, a code, a text and a boolean."""
    rows = "".join(_row(random, number, policy) for number in range(1, random.randint(1, 6) + 1))
    how = f' aggregation="{aggregation}"' if aggregation else ""
    output = '<output id="o" name="level" typeRef="string"><outputValues><text>"hi","lo","mid"</text></outputValues></output>'
    if aggregation:
        output = '<output id="o" name="level" typeRef="number" />'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{SPACE}" id="d" name="trial" namespace="http://camunda.org/schema/1.0/dmn">
<decision id="trial_table" name="Trial"><decisionTable id="t" hitPolicy="{policy}"{how}>
<input id="i1"><inputExpression typeRef="number"><text>amount</text></inputExpression></input>
<input id="i2"><inputExpression typeRef="date"><text>openedOn</text></inputExpression></input>
<input id="i3"><inputExpression typeRef="string"><text>grade</text></inputExpression><inputValues><text>"A","B","C"</text></inputValues></input>
<input id="i4"><inputExpression typeRef="string"><text>region</text></inputExpression></input>
<input id="i5"><inputExpression typeRef="boolean"><text>vip</text></inputExpression></input>
{output}
{rows}
</decisionTable></decision></definitions>"""


def _row(random: Random, number: int, policy: str) -> str:
    cells = (_number(random), _day(random), _code(random), _word(random), random.choice(("-", "", "true", "false", "not(true)")))
    entries = "".join(f"<inputEntry><text>{_xml(cell)}</text></inputEntry>" for cell in cells)
    then = random.choice(("1", "2.5", "-3")) if policy == "NUMBER" else random.choice(('"hi"', '"mid"', '"lo"'))
    return f'<rule id="r{number}">{entries}<outputEntry><text>{_xml(then)}</text></outputEntry></rule>'


def with_numbers(text: str, random: Random) -> str:
    """The table with numbers in the place of its outputs."""
    return re.sub(r"(<outputEntry><text>)[^<]*", lambda found: found[1] + random.choice(("1", "2.5", "-3")), text)


def _number(random: Random) -> str:
    def one() -> str:
        low, high = sorted(random.sample(NUMBERS, 2))
        return random.choice((
            str(low), f"< {low}", f"<={low}", f"> {low}", f">= {low}", f"= {low}",
            f"[{low}..{high}]", f"[{low}..{high})", f"({low}..{high}]", f"]{low}..{high}[",
        ))  # fmt: skip

    return _listed(random, one)


def _day(random: Random) -> str:
    def one() -> str:
        low, high = sorted(random.sample(DAYS, 2))
        first, last = f'date("{low}")', f'@"{high}"'
        return random.choice((first, f"< {first}", f">= {last}", f"[{first}..{last})", f"({first}..{last}]"))

    return _listed(random, one)


def _code(random: Random) -> str:
    return _listed(random, lambda: f'"{random.choice(CODES)}"')


def _word(random: Random) -> str:
    return _listed(random, lambda: f'"{random.choice(WORDS)}"')


def _listed(random: Random, one) -> str:
    pick = random.random()
    if pick < 0.35:
        return "-"
    tests = ", ".join(one() for _ in range(random.choice((1, 1, 2, 3))))
    return f"not({tests})" if pick > 0.85 else tests


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# The plain reading ------------------------------------------------------------------------------------------------------


def rules_that_apply(text: str, given: Given) -> list[object]:
    """The outputs of all rules that apply, in order; a value that is not there fits only `-` and `null`."""
    table = ET.fromstring(text).find(f".//{{{SPACE}}}decisionTable")
    assert table is not None
    asked = [each.findtext(f"{{{SPACE}}}inputExpression/{{{SPACE}}}text") for each in table.findall(f"{{{SPACE}}}input")]
    found = []
    for rule in table.findall(f"{{{SPACE}}}rule"):
        cells = [each.findtext(f"{{{SPACE}}}text") or "" for each in rule.findall(f"{{{SPACE}}}inputEntry")]
        if all(fits(cell.strip(), given.get(name or "")) for name, cell in zip(asked, cells, strict=True)):
            found.append(_literal(rule.findtext(f"{{{SPACE}}}outputEntry/{{{SPACE}}}text") or ""))
    return found


def fits(cell: str, value: object) -> bool:
    if cell in ("", "-"):
        return True
    if cell.startswith("not("):
        return not any(_fits_one(part, value) for part in _split(cell[4:-1]))
    return any(_fits_one(part, value) for part in _split(cell))


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.findall(r'(?:"[^"]*"|[^,"])+', text)]


def _fits_one(test: str, value: object) -> bool:
    if test == "null":
        return value is None
    if value is None:
        return False
    interval = re.fullmatch(r"([\[\](])(.+)\.\.(.+)([\])\[])", test)
    if interval:
        low, high = _literal(interval[2]), _literal(interval[3])
        above = low <= value if interval[1] == "[" else low < value  # type: ignore[operator]
        below = value <= high if interval[4] == "]" else value < high  # type: ignore[operator]
        return above and below
    compared = re.fullmatch(r"(<=|>=|<|>|=)\s*(.+)", test)
    if compared:
        bound = _literal(compared[2])
        return {
            "<": lambda: value < bound, "<=": lambda: value <= bound, ">": lambda: value > bound,  # type: ignore[operator]
            ">=": lambda: value >= bound, "=": lambda: value == bound,  # type: ignore[operator]
        }[compared[1]]()  # fmt: skip
    return type(_literal(test)) is type(value) and _literal(test) == value


def _literal(text: str) -> object:
    text = text.strip()
    day = re.fullmatch(r'(?:date\(|@)"(\d+)-(\d+)-(\d+)"\)?', text)
    if day:
        return dt.date(int(day[1]), int(day[2]), int(day[3]))
    if text in ("true", "false"):
        return text == "true"
    return text[1:-1] if text.startswith('"') else Decimal(text)

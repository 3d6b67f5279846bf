"""An expression said in words, for chips, plans and explanations: `amount > 500000` is 贷款金额 > 500,000."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import assert_never

from forms_dsl.expr.functions import FUNCTIONS
from forms_dsl.expr.numbers import canonical
from forms_dsl.expr.tree import Aggregate, Call, Constant, Expr, Expression, Ref
from forms_dsl.model import Label


@dataclass(frozen=True, slots=True)
class WordLabels:
    """The labels of names by dotted path: `amount`, `customer.birth_date`, `incomes.amount` for a row's field, `user.branch`,
    `param.limit`; and of the codes of choices by the path of their field. What has no label is said by its name.
    """

    fields: Mapping[str, Label] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, Label]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Speaker:
    labels: WordLabels
    locale: str
    rows: str = ""

    @property
    def chinese(self) -> bool:
        return self.locale == "zh"

    def pick(self, en: str, zh: str) -> str:
        return zh if self.chinese else en

    def label(self, label: Label, name: str) -> str:
        return label.get(self.locale) or label.get("en") or label.get("zh") or name


_SIGNS = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "="}
_ARITHMETIC = {"add": "+", "sub": "-", "mul": "×", "div": "÷", "mod": "mod"}
#: How strongly an operator binds; what binds less than its surroundings stands in brackets.
_STRENGTH = {"or": 1, "and": 2, "not": 3, "add": 5, "sub": 5, "mul": 6, "div": 6, "fdiv": 6, "mod": 6}
_ROOTS = {"row": "", "record": "", "outer": "record."}
_USER = {
    "user.id": ("the user", "本人"),
    "user.name": ("the user's name", "本人姓名"),
    "user.branch": ("the user's branch", "本人机构"),
    "user.branch_code": ("the user's branch code", "本人机构代码"),
    "user.branch_name": ("the user's branch name", "本人机构名称"),
    "user.branch_tree": ("the user's units", "本人机构及下级"),
    "user.roles": ("the user's roles", "本人角色"),
    "user.line": ("the people below the user", "本人管理线上的下属"),
    "user.team": ("the people of the user's unit", "本人机构的人员"),
    "user.units": ("the units in which the user holds a post", "本人任职的机构"),
    "user.cases": ("what the user works or worked on", "本人经办的事项"),
}
_AGGREGATES = {
    "sum": ("the sum of {0}", "{0}合计"),
    "avg": ("the average of {0}", "{0}平均"),
    "min": ("the smallest {0}", "{0}最小值"),
    "max": ("the largest {0}", "{0}最大值"),
    "any": ("some {1} with {0}", "任一{1}满足{0}"),
    "all": ("every {1} with {0}", "每个{1}都满足{0}"),
    "count": ("the number of {1}", "{1}数"),
}


def in_words(expression: Expression | Expr, labels: WordLabels, locale: str) -> str:
    """The expression in the words of a language (zh or en)."""
    tree = expression.tree if isinstance(expression, Expression) else expression
    speaker = _Speaker(labels, locale)
    return _condition(speaker, tree) if tree.type.name == "boolean" else _say(speaker, tree)


def _say(speaker: _Speaker, tree: Expr) -> str:
    match tree:
        case Constant():
            return _constant(speaker, tree)
        case Ref():
            return _name(speaker, tree)
        case Call():
            return _call(speaker, tree)
        case Aggregate():
            return _aggregate(speaker, tree)
    assert_never(tree)


def _condition(speaker: _Speaker, tree: Expr) -> str:
    """A condition; a bare field is said as "is yes"."""
    if isinstance(tree, Ref):
        return speaker.pick(f"{_name(speaker, tree)} is yes", f"{_name(speaker, tree)}为是")
    return _say(speaker, tree)


def _inside(speaker: _Speaker, tree: Expr, strength: int, *, right: bool = False) -> str:
    """A part, in brackets where it binds less than what is around it."""
    said = _condition(speaker, tree) if tree.type.name == "boolean" else _say(speaker, tree)
    own = _STRENGTH.get(tree.function, 9) if isinstance(tree, Call) else 9
    return f"({said})" if own < strength or (right and own == strength) else said


def _constant(speaker: _Speaker, constant: Constant, choices: str = "") -> str:
    match constant.value:
        case None:
            return speaker.pick("nothing", "空")
        case bool():
            return speaker.pick("yes", "是") if constant.value else speaker.pick("no", "否")
        case Decimal():
            return f"{Decimal(canonical(constant.value)):,f}"
        case str():
            label = speaker.labels.choices.get(choices, {}).get(constant.value)
            if label is not None:
                return speaker.label(label, constant.value)
            return (
                constant.value if constant.type.name == "choice" else speaker.pick(f'"{constant.value}"', f"“{constant.value}”")
            )
    assert_never(constant.value)


def _key(speaker: _Speaker, ref: Ref) -> str:
    """The dotted path under which a name's label stands."""
    path = ".".join(ref.path)
    if ref.root == "row":
        return f"{speaker.rows}.{path}"
    return _ROOTS.get(ref.root, f"{ref.root}.") + path if path else ref.root


def _name(speaker: _Speaker, ref: Ref) -> str:
    key = _key(speaker, ref)
    label = speaker.labels.fields.get(key)
    if label is not None:
        said = speaker.label(label, key)
        return speaker.pick(f"{said} before the change", f"原{said}") if ref.root == "old" else said
    if ref.root == "old" and (label := speaker.labels.fields.get(".".join(ref.path))) is not None:
        return speaker.pick(f"{speaker.label(label, key)} before the change", f"原{speaker.label(label, key)}")
    if key in _USER:
        return speaker.pick(*_USER[key])
    return key


def _beside(speaker: _Speaker, tree: Expr, others: tuple[Expr, ...]) -> str:
    """A part of a comparison; a code is said by the label in the list of the field beside it."""
    if isinstance(tree, Constant) and isinstance(tree.value, str):
        keys = [_key(speaker, other) for other in others if isinstance(other, Ref)]
        return _constant(speaker, tree, keys[0] if keys else "")
    return _inside(speaker, tree, 4)


def _call(speaker: _Speaker, call: Call) -> str:
    name, arguments = call.function, call.arguments
    match name:
        case "and" | "or":
            word = speaker.pick(f" {name} ", " 且 " if name == "and" else " 或 ")
            return word.join(_inside(speaker, a, _STRENGTH[name]) for a in arguments)
        case "not":
            return _negated(speaker, arguments[0])
        case "eq" | "lt" | "le" | "gt" | "ge":
            return _comparison(speaker, call)
        case "in":
            items = speaker.pick(", ", "、").join(_beside(speaker, item, arguments[:1]) for item in arguments[1:])
            return speaker.pick(f"{_say(speaker, arguments[0])} is one of {items}", f"{_say(speaker, arguments[0])}属于{items}")
        case "has":
            code = _beside(speaker, arguments[0], arguments[1:])
            return speaker.pick(f"{_say(speaker, arguments[1])} includes {code}", f"{_say(speaker, arguments[1])}包含{code}")
        case "in_tree":
            unit = _unit(speaker, arguments[0])
            return speaker.pick(f"{unit} is among the user's units", f"{unit}在本人机构及下级内")
        case "in_set":
            one, of = (_say(speaker, each) for each in arguments)
            return speaker.pick(f"{one} is among {of}", f"{one}属于{of}")
        case "if":
            condition, then, otherwise = (
                _condition(speaker, arguments[0]),
                _say(speaker, arguments[1]),
                _say(speaker, arguments[2]),
            )
            return speaker.pick(f"{then} if {condition}, else {otherwise}", f"若{condition}则{then}，否则{otherwise}")
        case "neg":
            return f"-{_inside(speaker, arguments[0], 7)}"
        case "dadd":
            return _days_later(speaker, *arguments)
        case "dsub":
            first, last = _say(speaker, arguments[1]), _say(speaker, arguments[0])
            return speaker.pick(f"days from {first} to {last}", f"{first}至{last}的天数")
        case "fdiv":
            return f"⌊{_inside(speaker, arguments[0], 6)} ÷ {_inside(speaker, arguments[1], 6, right=True)}⌋"
    if name in _ARITHMETIC:
        strength = _STRENGTH[name]
        left, right = _inside(speaker, arguments[0], strength), _inside(speaker, arguments[1], strength, right=True)
        return f"{left} {_ARITHMETIC[name]} {right}"
    return _function(speaker, call)


def _function(speaker: _Speaker, call: Call) -> str:
    if call.function == "date" and all(isinstance(a, Constant) and a.value is not None for a in call.arguments):
        year, month, day = (int(a.value) for a in call.arguments if isinstance(a, Constant) and isinstance(a.value, Decimal))
        return f"{year:04}-{month:02}-{day:02}"
    said = [_inside(speaker, a, 4) for a in call.arguments]
    function = FUNCTIONS["len" if call.function == "len_set" else call.function]
    template = function.words["zh" if speaker.chinese else "en"]
    return template.replace("{*}", speaker.pick(", ", "、").join(said)).format(*said)


def _negated(speaker: _Speaker, inner: Expr) -> str:
    """`not x`, with the usual words where the opposite has some."""
    match inner:
        case Call(function="eq"):
            return _comparison(speaker, inner, negated=True)
        case Call(function="is_missing", arguments=(tree,)):
            return speaker.pick(f"{_say(speaker, tree)} is given", f"{_say(speaker, tree)}不为空")
        case Call(function="in"):
            said = _call(speaker, inner)
            return said.replace(" is one of ", " is none of ", 1) if not speaker.chinese else said.replace("属于", "不属于", 1)
        case Call(function="contains", arguments=(tree, part)):
            return speaker.pick(
                f"{_say(speaker, tree)} does not contain {_say(speaker, part)}",
                f"{_say(speaker, tree)}不包含{_say(speaker, part)}",
            )
        case Ref():
            return speaker.pick(f"{_name(speaker, inner)} is not yes", f"{_name(speaker, inner)}不为是")
    return speaker.pick(f"not ({_condition(speaker, inner)})", f"并非（{_condition(speaker, inner)}）")


def _comparison(speaker: _Speaker, call: Call, *, negated: bool = False) -> str:
    left, right = call.arguments
    if isinstance(right, Constant) and right.value is None:
        said = _say(speaker, left)
        return speaker.pick(f"{said} is given", f"{said}不为空") if negated else speaker.pick(f"{said} is missing", f"{said}为空")
    sign = "≠" if negated else _SIGNS[call.function]
    return f"{_beside(speaker, left, (right,))} {sign} {_beside(speaker, right, (left,))}"


def _unit(speaker: _Speaker, tree: Expr) -> str:
    """The unit whose path stands in a condition over units."""
    if isinstance(tree, Ref) and tree.path[-1:] == ("path",) and len(tree.path) > 1:
        return _name(speaker, replace(tree, path=tree.path[:-1]))
    return _say(speaker, tree)


def _days_later(speaker: _Speaker, day: Expr, days: Expr) -> str:
    before = isinstance(days, Call) and days.function == "neg"
    if isinstance(days, Call) and before:
        days = days.arguments[0]
    start, count = _say(speaker, day), _say(speaker, days)
    if before:
        return speaker.pick(f"{count} days before {start}", f"{start}前{count}天")
    return speaker.pick(f"{count} days after {start}", f"{start}后{count}天")


def _aggregate(speaker: _Speaker, tree: Aggregate) -> str:
    path = ".".join(tree.rows.path)
    inner = replace(speaker, rows=path)
    rows = speaker.pick("records", "记录") if tree.rows.root == "group" else _name(speaker, tree.rows)
    value = (
        ""
        if tree.value is None
        else _condition(inner, tree.value)
        if tree.value.type.name == "boolean"
        else _say(inner, tree.value)
    )
    en, zh = _AGGREGATES[tree.function]
    said = speaker.pick(en, zh).format(value, rows)
    if tree.condition is None:
        return said
    condition = _condition(inner, tree.condition)
    return speaker.pick(f"{said} where {condition}", f"{condition}的{said}")

"""The functions of the language: one entry each, found by name by the checker, the targets and the builder.

Operators and the functions whose types need a rule of their own (coalesce, min, max, text, len, rank …) are checked in
`calls`; their entries here carry the signature, the targets and the words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol, cast

from forms_dsl import patterns
from forms_dsl.expr import calendars, days, numbers, texts
from forms_dsl.expr.scope import Target

#: Types of parameters and results; "T" is any one type, the same for all arguments that say T.
Kind = Literal["number", "text", "boolean", "date", "datetime", "choice", "any", "T", "field", "literal"]

ALL: frozenset[Target] = frozenset({"P", "S", "J"})
NO_SQL: frozenset[Target] = frozenset({"P", "J"})
SQL_ONLY: frozenset[Target] = frozenset({"S"})
SERVER: frozenset[Target] = frozenset({"P", "S"})
PYTHON_ONLY: frozenset[Target] = frozenset({"P"})


class Clock(Protocol):
    """The part of the facts that functions of time and person read."""

    @property
    def today(self) -> dt.date | None: ...
    @property
    def now(self) -> dt.datetime | None: ...
    @property
    def business_date(self) -> dt.date | None: ...
    @property
    def timezone(self) -> dt.tzinfo: ...
    @property
    def user(self) -> Mapping[str, object]: ...


#: Values come typed by the checker; the signature of each function is its own.
Implementation = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Function:
    """One function: what it takes and gives, where it runs, how it is computed in Python and said in words."""

    name: str
    parameters: tuple[Kind, ...]
    result: Kind
    meaning: Mapping[str, str]
    #: A sentence part per language with {0}, {1} … for the arguments.
    words: Mapping[str, str]
    #: None: the targets have a rule of their own.
    python: Implementation | None = None
    optional: int = 0
    variadic: bool = False
    targets: frozenset[Target] = ALL
    #: A missing argument gives missing without a call; False: the implementation takes missing arguments itself.
    strict: bool = True
    #: The implementation takes the facts as its first argument.
    needs_facts: bool = False
    #: Positions of arguments that must be written as literals.
    literals: frozenset[int] = frozenset()
    #: Positions of arguments that are whole numbers; a fraction makes the result missing, a literal one is refused.
    whole: frozenset[int] = frozenset()
    #: The table of the facts that the implementation takes as its last argument.
    table: Literal["calendar", "rates"] | None = None

    @property
    def signature(self) -> str:
        """How it is written, like `round(number, literal?)`."""
        names = [*self.parameters]
        shown = [f"{kind}?" if position >= len(names) - self.optional else str(kind) for position, kind in enumerate(names)]
        return f"{self.name}({', '.join(shown)}{'…' if self.variadic else ''})"


def _has_role(clock: Clock, role: str) -> bool:
    roles = clock.user.get("roles")
    return isinstance(roles, tuple | list | frozenset | set) and role in roles


def _entry(
    name: str,
    parameters: str,
    result: Kind,
    python: Implementation | None,
    meaning: tuple[str, str],
    words: tuple[str, str],
    **options: Any,
) -> Function:
    kinds = tuple(cast("Kind", kind) for kind in parameters.split())
    en, zh = meaning
    words_en, words_zh = words
    return Function(name, kinds, result, {"en": en, "zh": zh}, {"en": words_en, "zh": words_zh}, python, **options)


_K = frozenset({1})

_ENTRIES = (
    _entry("is_missing", "any", "boolean", None, ("Whether nothing is there", "是否为空"), ("{0} is missing", "{0}为空"), strict=False),
    _entry("coalesce", "T", "T", None, ("The first value that is there", "第一个非空值"), ("the first of {*}", "{*}中第一个非空值"), strict=False, variadic=True),
    _entry("abs", "number", "number", numbers.absolute, ("Absolute value", "绝对值"), ("|{0}|", "|{0}|")),
    _entry("round", "number literal", "number", numbers.round_half_up, ("Rounded half away from zero", "四舍五入"), ("{0} rounded to {1} places", "{0}四舍五入到{1}位小数"), optional=1, literals=_K),
    _entry("round_even", "number literal", "number", numbers.round_half_even, ("Rounded half to even", "四舍六入五成双"), ("{0} rounded half-even to {1} places", "{0}五成双修约到{1}位小数"), literals=_K),
    _entry("round_up", "number literal", "number", numbers.round_up, ("Rounded away from zero", "向上进位"), ("{0} rounded up to {1} places", "{0}进位到{1}位小数"), literals=_K),
    _entry("round_down", "number literal", "number", numbers.round_down, ("Rounded toward zero", "截去尾数"), ("{0} cut to {1} places", "{0}截到{1}位小数"), literals=_K),
    _entry("floor", "number", "number", numbers.floor, ("Whole number below", "向下取整"), ("{0} rounded down", "{0}向下取整")),
    _entry("ceil", "number", "number", numbers.ceiling, ("Whole number above", "向上取整"), ("{0} rounded up", "{0}向上取整")),
    _entry("min", "T", "T", None, ("The smallest value that is there", "最小值"), ("the smallest of {*}", "{*}中的最小值"), strict=False, variadic=True),
    _entry("max", "T", "T", None, ("The largest value that is there", "最大值"), ("the largest of {*}", "{*}中的最大值"), strict=False, variadic=True),
    _entry("number", "text", "number", numbers.spelled, ("The number that a text spells", "文本转数字"), ("{0} as a number", "{0}转为数字")),
    _entry("annuity", "number number number", "number", numbers.annuity, ("Payment per period of a loan with equal payments: principal, rate per period, periods", "等额本息每期还款额：本金、每期利率、期数"), ("equal payment on {0} at {1} over {2} periods", "本金{0}、每期利率{1}、{2}期的等额本息还款额"), whole=frozenset({2})),
    _entry("len", "any", "number", None, ("Number of characters, or of codes in a set", "字符数或选项个数"), ("length of {0}", "{0}的长度"), strict=False),
    _entry("lower", "text", "text", texts.lower, ("Small letters", "转小写"), ("{0} in small letters", "{0}转小写")),
    _entry("upper", "text", "text", texts.upper, ("Capital letters", "转大写"), ("{0} in capital letters", "{0}转大写")),
    _entry("trim", "text", "text", texts.trim, ("Without white space at both ends", "去除首尾空白"), ("{0} trimmed", "{0}去除首尾空白")),
    _entry("concat", "text", "text", texts.concat, ("Texts joined", "文本连接"), ("{*} joined", "{*}相连"), strict=False, variadic=True),
    _entry("left", "text number", "text", texts.left, ("First characters", "前若干字符"), ("the first {1} characters of {0}", "{0}的前{1}个字符")),
    _entry("right", "text number", "text", texts.right, ("Last characters", "后若干字符"), ("the last {1} characters of {0}", "{0}的后{1}个字符")),
    _entry("mid", "text number number", "text", texts.middle, ("Characters from a position", "从某位起的字符"), ("{2} characters of {0} from position {1}", "{0}第{1}位起的{2}个字符")),
    _entry("replace", "text text text", "text", texts.replace, ("A part replaced everywhere", "替换"), ("{0} with {1} replaced by {2}", "{0}中的{1}替换为{2}"), strict=False),
    _entry("contains", "text text", "boolean", texts.contains, ("Whether a part stands in a text", "是否包含"), ("{0} contains {1}", "{0}包含{1}"), strict=False),
    _entry("starts_with", "text text", "boolean", texts.starts_with, ("Whether a text begins so", "是否以此开头"), ("{0} begins with {1}", "{0}以{1}开头"), strict=False),
    _entry("ends_with", "text text", "boolean", texts.ends_with, ("Whether a text ends so", "是否以此结尾"), ("{0} ends with {1}", "{0}以{1}结尾"), strict=False),
    _entry("matches", "text literal", "boolean", lambda text, pattern: patterns.matches(text or "", pattern), ("Whether a whole text has a form: a named pattern with its check digits, or a checked one", "是否符合格式"), ("{0} has the form {1}", "{0}符合格式{1}"), targets=NO_SQL, strict=False),
    _entry("text", "any", "text", None, ("A number, date or choice as text", "转为文本"), ("{0} as text", "{0}的文本")),
    _entry("today", "", "date", lambda clock: clock.today, ("The day of the request", "今天"), ("today", "今天"), needs_facts=True),
    _entry("now", "", "datetime", lambda clock: clock.now, ("The moment of the request", "现在"), ("now", "现在"), needs_facts=True),
    _entry("business_date", "", "date", lambda clock: clock.business_date, ("The accounting date", "会计日期"), ("the business date", "会计日期"), needs_facts=True),
    _entry("date", "number number number", "date", days.day, ("The day of year, month, day", "由年月日得日期"), ("{0}-{1}-{2}", "{0}年{1}月{2}日"), whole=frozenset({0, 1, 2})),
    _entry("date_of", "datetime", "date", lambda clock, value: days.day_of(value, clock.timezone), ("The day of an instant", "时间的日期"), ("the day of {0}", "{0}的日期"), needs_facts=True),
    _entry("year", "date", "number", days.year, ("Year", "年份"), ("the year of {0}", "{0}的年份")),
    _entry("month", "date", "number", days.month, ("Month, 1 to 12", "月份"), ("the month of {0}", "{0}的月份")),
    _entry("day", "date", "number", days.day_of_month, ("Day of the month", "日"), ("the day of the month of {0}", "{0}的日")),
    _entry("weekday", "date", "number", days.weekday, ("Day of the week, Monday is 1", "星期几，周一为1"), ("the weekday of {0}", "{0}的星期")),
    _entry("add_months", "date number", "date", days.add_months, ("Months later, at most the month's end", "加若干月"), ("{1} months after {0}", "{0}之后{1}个月"), whole=frozenset({1})),
    _entry("month_end", "date", "date", days.month_end, ("Last day of the month", "月末"), ("the month end of {0}", "{0}的月末")),
    _entry("months_between", "date date", "number", days.months_between, ("Full months from one day to another", "整月数"), ("full months from {0} to {1}", "{0}至{1}的整月数")),
    _entry("years_between", "date date", "number", days.years_between, ("Full years from one day to another: the age", "整年数（年龄）"), ("full years from {0} to {1}", "{0}至{1}的整年数")),
    _entry("hours_between", "datetime datetime", "number", days.hours_between, ("Hours from one instant to another", "小时数"), ("hours from {0} to {1}", "{0}至{1}的小时数")),
    _entry("add_business_days", "date number", "date", calendars.add_business_days, ("The n-th business day after a day, before it when n is negative", "加若干工作日"), ("{1} business days after {0}", "{0}之后{1}个工作日"), table="calendar", whole=frozenset({1})),
    _entry("business_days_between", "date date", "number", calendars.business_days_between, ("Business days after one day up to another", "工作日天数"), ("business days from {0} to {1}", "{0}至{1}的工作日天数"), table="calendar"),
    _entry("is_business_day", "date", "boolean", calendars.is_business_day, ("Whether a day is a business day", "是否为工作日"), ("{0} is a business day", "{0}是工作日"), table="calendar"),
    _entry("in_base", "number any date", "number", calendars.in_base, ("An amount in the base currency by the rate of a day", "折算为本位币"), ("{0} in the base currency ({1}, {2})", "{0}折本位币（{1}，{2}）"), table="rates"),
    _entry("lookup", "literal any", "any", None, ("What a decision table gives for these keys", "查表"), ("what the table {0} gives for {1}", "按{1}查表{0}的结果"), targets=SERVER, strict=False, variadic=True),
    _entry("any_where", "any literal any", "boolean", None, ("Whether an element of an answer's list has this value in a field", "返回列表中是否有某字段等于某值的元素"), ("{0} has an element whose {1} is {2}", "{0}中有{1}等于{2}的元素"), targets=PYTHON_ONLY, strict=False),
    _entry("rank", "choice", "number", None, ("Position in an ordered choice list, the first is 1", "选项的顺序，第一个为1"), ("the position of {0}", "{0}的顺序")),
    _entry("has_role", "literal", "boolean", _has_role, ("Whether the person has a role", "是否具有角色"), ("the person has the role {0}", "用户具有角色{0}"), needs_facts=True, strict=False, literals=frozenset({0})),
    _entry("changed", "field", "boolean", None, ("Whether a field differs from before the change", "字段是否已改变"), ("{0} has changed", "{0}已改变"), targets=NO_SQL, strict=False),
    _entry("count_if", "any", "number", None, ("Records of the group for which a condition is true", "组内满足条件的记录数"), ("number with {0}", "满足{0}的记录数"), targets=SQL_ONLY, strict=False),
)  # fmt: skip

FUNCTIONS: Mapping[str, Function] = MappingProxyType({function.name: function for function in _ENTRIES})

#: Functions over rows; they also have their own syntax.
AGGREGATES = ("sum", "avg", "min", "max", "any", "all", "count")

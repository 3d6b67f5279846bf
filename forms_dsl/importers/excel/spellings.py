"""How values are spelt in cells: numbers, days, yes and no, and what looks like personal data."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from forms_dsl.importers.words import is_chinese
from forms_dsl.patterns import matches

NUMBER = re.compile(r"[-+]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?\Z")
PERCENT = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?\s?[%％]\Z")
AMOUNT = re.compile(r"[¥￥$€£]\s?[-+]?[0-9][0-9,]*(\.[0-9]+)?\Z")
LEADING_ZERO = re.compile(r"0[0-9]+\Z")
#: What a spreadsheet makes of a long number when it saves separated values.
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?(1[5-9]|[2-9][0-9])\Z")

YES_NO: tuple[frozenset[str], ...] = tuple(
    frozenset(words)
    for words in (("是", "否"), ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("√", "×"), ("有", "无"), ("对", "错"))
)

_DAY = re.compile(r"(?P<y>[0-9]{4})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?P=s)(?P<d>[0-9]{1,2})\Z")
_CHINESE_DAY = re.compile(r"(?P<y>[0-9]{4})年(?P<m>[0-9]{1,2})月(?P<d>[0-9]{1,2})日?\Z")
_COMPACT_DAY = re.compile(r"(?P<y>(19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})\Z")
_SHORT_DAY = re.compile(r"(?P<y>[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})\Z")
_FOREIGN_DAY = re.compile(r"(?P<a>[0-9]{1,2})[-/.](?P<b>[0-9]{1,2})[-/.](?P<y>[0-9]{4})\Z")
_TIME = re.compile(r"[T ]\s*[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?\s*(Z|[-+][0-9]{2}:?[0-9]{2})?\Z")


@dataclass(frozen=True, slots=True)
class Personal:
    """A kind of personal data: the field type (or none: a text), its mask, words of headers, and what values look like.

    `by_header`: the header alone decides, whatever the values are, because what is broken in a number is no less personal.
    """

    name: str
    type: str | None
    mask: str
    header: re.Pattern[str]
    fits: Callable[[str], bool] | None = None
    by_header: bool = False

    def is_named(self, header: str) -> bool:
        """Whether a header calls its column so; one about such a thing (its kind, state, number of them) does not."""
        return bool(self.header.search(header)) and not _ABOUT.search(header)


_ABOUT = re.compile(
    r"类型|类别|种类|状态|标志|是否|有效期|到期|日期|地区|归属|数量|个数|长度|[_ ]?(types?|kinds?|status|flag|date|count|length)$",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[A-Za-z]{2,}\Z")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}\Z")

#: In the order in which they are tried.
PERSONAL: tuple[Personal, ...] = (
    Personal("id_card", "id_card", "6****4", re.compile(r"身份证(号|$)|公民身份号|\bid.?card|\bid(entity)?[ _-]?(number|num|no)\b", re.IGNORECASE),
             lambda v: matches(v.upper(), "id_card"), by_header=True),
    Personal("mobile", "mobile_cn", "3****4", re.compile(r"手机(号|电话|$)|mobile|cell.?phone", re.IGNORECASE),
             lambda v: matches(v, "phone_cn"), by_header=True),
    Personal("bank_card", "bank_card", "last4", re.compile(r"卡号|(bank|credit|debit).?card$|card[ _-]?(number|num|no)\b", re.IGNORECASE),
             lambda v: len(v) >= 16 and v[:1] in "3456" and matches(v, "bank_card"), by_header=True),
    Personal("email", "email", "hidden", re.compile(r"邮箱|电邮|e-?mail", re.IGNORECASE), lambda v: bool(_MAIL.match(v))),
    Personal("landline", None, "last4", re.compile(r"电话|固话|phone|\btel\b", re.IGNORECASE), lambda v: bool(_LANDLINE.match(v)), by_header=True),
    Personal("name", None, "1**0", re.compile(r"姓名|联系人|^(full|first|last|customer|client).?name$", re.IGNORECASE)),
    Personal("address", None, "hidden", re.compile(r"住址|地址|address", re.IGNORECASE)),
    Personal("identity", None, "last4", re.compile(r"证件号|护照号|护照$|passport|\bssn\b", re.IGNORECASE), by_header=True),
    Personal("account", None, "last4", re.compile(r"[账帐]号|账户号|帐户号|\b(account|acct)[ _-]?(number|num|no)\b", re.IGNORECASE), by_header=True),
)  # fmt: skip

COMPANY: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "uscc": ("uscc", lambda v: len(v) == 18 and matches(v.upper(), "uscc")),
}

MONEY_HEADER = re.compile(
    r"金额|余额|额度|价|费|收入|支出|工资|薪|利息|本金|月供|amount|balance|salary|income|price|payment|fee|credit", re.IGNORECASE
)
_CURRENCY_WORDS = {
    "美元": "USD", "港币": "HKD", "港元": "HKD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP", "人民币": "CNY",
    **{code: code for code in ("USD", "HKD", "EUR", "JPY", "GBP", "AUD", "CAD", "CHF", "SGD", "CNY")},
}  # fmt: skip
DAY_HEADER = re.compile(r"日期|时间|生日|日$|date|birth|day|issued|opened|_on$|_at$", re.IGNORECASE)
KEY_HEADER = re.compile(r"编号|客户号|账号|合同号|流水号|代码|(^|_)(id|no|code|key)$|^号$|号$", re.IGNORECASE)


def is_day(value: str, form: str) -> bool:
    """Whether the value is a day (perhaps with a time) in the form `iso`, `chinese`, `compact`, `short` or `foreign`."""
    bare = _TIME.sub("", value)
    pattern = {"iso": _DAY, "chinese": _CHINESE_DAY, "compact": _COMPACT_DAY, "short": _SHORT_DAY}.get(form)
    if pattern is None:
        match = _FOREIGN_DAY.match(bare)
        if not match:
            return False
        a, b = int(match["a"]), int(match["b"])
        return _exists(int(match["y"]), min(a, b), max(a, b)) or _exists(int(match["y"]), max(a, b), min(a, b))
    match = pattern.match(bare)
    if not match:
        return False
    return _exists(int(match["y"]) + (1900 if form == "short" else 0), int(match["m"]), int(match["d"]))


def without_time(value: str) -> str:
    """The value without a time of day."""
    return _TIME.sub("", value)


def has_time(value: str) -> bool:
    """Whether a time of day follows."""
    return bool(_TIME.search(value))


def day_comes_first(values: Iterable[str]) -> bool | None:
    """Of days like 03/04/2024: whether the day comes first; None when the values leave it open."""
    pairs = [(int(m["a"]), int(m["b"])) for v in values if (m := _FOREIGN_DAY.match(_TIME.sub("", v)))]
    first, second = any(a > 12 for a, _ in pairs), any(b > 12 for _, b in pairs)
    return None if first == second else first


def _exists(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def currencies_in(header: str) -> set[str]:
    """The currency that a header names beside its words, as in 余额(USD) or 美元金额."""
    words = set(re.findall(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])", header)) | {
        w for w in _CURRENCY_WORDS if is_chinese(w) and w in header
    }
    return {_CURRENCY_WORDS[word] for word in words if word in _CURRENCY_WORDS}

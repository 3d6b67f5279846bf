"""The query of a list: read once, every parameter by name; what is not understood is refused, never ignored."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from forms_dsl.diagnostics import Code
from forms_dsl.expr.tokens import split_list
from runtime.failures import BadRequest, Fault
from runtime.query.terms import asked_words
from runtime.records.codes import BAD_PARAMETER, UNKNOWN_NAME, UNKNOWN_PARAMETER

MOST = 200
USUAL = 50
#: More groups than this are no table that a person reads.
MOST_GROUPS = 5_000
#: Groups, or measures, of one question.
_MOST_PARTS = 20
#: As long as an expression may be.
_LONGEST_TEXT = 2_000
_LONGEST_SEARCH = 100
#: Records of each entity in a search through an app, when nothing is said.
_FOUND = 5
#: References whose records come along; each is a join, and a record of its own in every answer.
_MOST_EXPANSIONS = 5
#: As long as a day is written, and the years of moments that are asked for.
_DAY, _FIRST_YEAR, _LAST_YEAR = 10, 1900, 9000


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What a caller asks of a list, as text; names are resolved against what this person may know."""

    where: str | None = None
    order: tuple[str, ...] = ()
    select: tuple[str, ...] | None = None
    limit: int = USUAL
    cursor: str | None = None
    count: Literal["none", "exact", "estimate"] = "none"
    search: str | None = None
    titles: bool = False
    #: Whether the deleted records are asked for, and not the living.
    deleted: bool = False
    #: Records to pass over at the beginning; a cursor is quicker.
    offset: int = 0
    #: Only the members of this segment.
    segment: str | None = None
    #: References, by path, whose records come along.
    expand: tuple[str, ...] = ()

    @property
    def words(self) -> int | None:
        """How many words are searched for; None without a search."""
        return None if self.search is None else len(asked_words(self.search))


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """What a caller asks of groups of records: which records count, by what they are grouped, what is measured."""

    rows: ListRequest
    group: tuple[str, ...] = ()
    measures: tuple[str, ...] = ("count",)
    #: Groups and measures as they are written above, - before a falling one.
    order: tuple[str, ...] = ()
    limit: int = MOST_GROUPS


@dataclass(frozen=True, slots=True)
class GetRequest:
    """What a caller asks of one record."""

    select: tuple[str, ...] | None = None
    titles: bool = False
    #: References, by path, whose records come along.
    expand: tuple[str, ...] = ()
    #: The record as it was then; a day's moment is its last.
    as_at: dt.datetime | dt.date | None = None


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """What a caller asks of a change feed: how far it came, and how it wants each record."""

    cursor: str | None = None
    limit: int = USUAL
    select: tuple[str, ...] | None = None
    titles: bool = False


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a caller looks for in a whole app, and how many records of each entity he wants."""

    text: str
    limit: int


_SEARCH = frozenset({"q", "limit"})
_FEED = frozenset({"cursor", "limit", "select", "titles"})
_LIST = frozenset({"where", "order", "select", "limit", "cursor", "count", "search", "titles", "deleted", "segment", "expand"})
_GROUPS = frozenset({"group", "measures", "where", "order", "limit", "search", "deleted", "segment"})
_EXPORT = frozenset({"where", "order", "select", "search", "segment", "format", "labels"})
_GET = frozenset({"select", "titles", "expand", "as_at"})
#: Stands beside every request: the language of its messages.
_EVERYWHERE = frozenset({"locale"})


def parse_list(parameters: Iterable[tuple[str, str]]) -> ListRequest:
    """The list request of these query parameters; BadRequest names every fault."""
    values, faults = _known(parameters, _LIST)
    request = ListRequest(
        where=_text(values, "where", _LONGEST_TEXT, faults),
        order=_names(values, "order", faults) or (),
        select=_names(values, "select", faults),
        limit=_limit(values, faults),
        cursor=values.get("cursor") or None,
        count=cast("Literal['none', 'exact', 'estimate']", _word(values, "count", ("none", "exact", "estimate"), faults)),
        search=_search(values, "search", faults),
        titles=_word(values, "titles", ("false", "true"), faults) == "true",
        deleted=_word(values, "deleted", ("false", "true"), faults) == "true",
        segment=values.get("segment") or None,
        expand=_expand(values, faults),
    )
    _refuse(faults)
    return request


def parse_find(parameters: Iterable[tuple[str, str]]) -> ListRequest | GroupRequest:
    """The request of these query parameters: for records, or with `group` or `measures` for groups of them."""
    given = list(parameters)
    return parse_groups(given) if any(name in {"group", "measures"} for name, _ in given) else parse_list(given)


def parse_groups(parameters: Iterable[tuple[str, str]]) -> GroupRequest:
    """The request for groups of these query parameters; BadRequest names every fault."""
    values, faults = _known(parameters, _GROUPS)
    rows = ListRequest(
        where=_text(values, "where", _LONGEST_TEXT, faults),
        search=_search(values, "search", faults),
        deleted=_word(values, "deleted", ("false", "true"), faults) == "true",
        segment=values.get("segment") or None,
    )
    group, measures = _parts(values, "group", faults), _parts(values, "measures", faults)
    order = _parts(values, "order", faults)
    measures = measures or ("count",)
    names = {*group, *measures}
    for part in order:
        if part.removeprefix("-") not in names:
            zh, en = (
                f"order 只能写 group 或 measures 中的项，没有 {part}。",
                f"order takes what stands in group or measures: no {part}.",
            )
            faults.append(fault(UNKNOWN_NAME, "order", zh, en))
    if len(names) < len(group) + len(measures):
        zh, en = "group 与 measures 中同一项不能重复。", "Nothing stands twice in group and measures."
        faults.append(fault(BAD_PARAMETER, "measures", zh, en))
    request = GroupRequest(rows, group, measures, order, _limit(values, faults, MOST_GROUPS, MOST_GROUPS))
    _refuse(faults)
    return request


def parse_export(parameters: Iterable[tuple[str, str]], formats: tuple[str, ...]) -> tuple[ListRequest, dict[str, str]]:
    """The list that an export is of, and how its file is written: `format`, and whether it has `labels`."""
    values, faults = _known(parameters, _EXPORT)
    request = ListRequest(
        where=_text(values, "where", _LONGEST_TEXT, faults),
        order=_names(values, "order", faults) or (),
        select=_names(values, "select", faults),
        search=_search(values, "search", faults),
        segment=values.get("segment") or None,
    )
    options = {"format": _word(values, "format", formats, faults), "labels": _word(values, "labels", ("true", "false"), faults)}
    _refuse(faults)
    return request, options


def parse_get(parameters: Iterable[tuple[str, str]]) -> GetRequest:
    """The request for one record of these query parameters."""
    values, faults = _known(parameters, _GET)
    request = GetRequest(
        select=_names(values, "select", faults),
        titles=_word(values, "titles", ("false", "true"), faults) == "true",
        expand=_expand(values, faults),
        as_at=_moment(values, "as_at", faults),
    )
    _refuse(faults)
    return request


def parse_feed(parameters: Iterable[tuple[str, str]]) -> FeedRequest:
    """The request for a page of a change feed of these query parameters."""
    values, faults = _known(parameters, _FEED)
    request = FeedRequest(
        cursor=values.get("cursor") or None,
        limit=_limit(values, faults),
        select=_names(values, "select", faults),
        titles=_word(values, "titles", ("false", "true"), faults) == "true",
    )
    _refuse(faults)
    return request


def parse_search(parameters: Iterable[tuple[str, str]]) -> SearchRequest:
    """The request for a search through an app of these query parameters."""
    values, faults = _known(parameters, _SEARCH)
    text = _search(values, "q", faults)
    limit = _limit({"limit": str(_FOUND)} | values, faults)
    if text is None and not faults:
        faults.append(fault(BAD_PARAMETER, "q", "请用 q 给出要查找的内容。", "q says what to look for."))
    _refuse(faults)
    return SearchRequest(text or "", limit)


def parse_nothing(parameters: Iterable[tuple[str, str]], *known: str) -> dict[str, str]:
    """The parameters of a call that takes only the `known` ones."""
    values, faults = _known(parameters, frozenset(known))
    _refuse(faults)
    return values


def fault(code: Code, parameter: str, zh: str, en: str) -> Fault:
    """A fault of one query parameter."""
    return Fault(code.id, {"zh": zh, "en": en}, parameter=parameter)


def refused(faults: Iterable[Fault]) -> BadRequest:
    """The failure for these faults of a query."""
    found = tuple(faults)
    return BadRequest(found[0].message, code=found[0].code, faults=found)


def _known(parameters: Iterable[tuple[str, str]], known: frozenset[str]) -> tuple[dict[str, str], list[Fault]]:
    values: dict[str, str] = {}
    faults = []
    for name, value in parameters:
        if name in values:
            faults.append(fault(UNKNOWN_PARAMETER, name, f"参数 {name} 出现了两次。", f"The parameter {name} stands twice."))
        elif name not in known and name not in _EVERYWHERE:
            offered = "、".join(sorted(known)) or "无"
            listed = ", ".join(sorted(known)) or "none"
            faults.append(
                fault(
                    UNKNOWN_PARAMETER,
                    name,
                    f"没有参数 {name}；可用：{offered}。",
                    f"There is no parameter {name}; known are: {listed}.",
                )
            )
        values[name] = value
    return values, faults


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise refused(faults)


def _text(values: dict[str, str], name: str, longest: int, faults: list[Fault]) -> str | None:
    text = values.get(name) or None
    if text is not None and len(text) > longest:
        faults.append(fault(BAD_PARAMETER, name, f"{name} 最多 {longest} 个字符。", f"{name} has at most {longest} characters."))
    return text


def _names(values: dict[str, str], name: str, faults: list[Fault]) -> tuple[str, ...] | None:
    text = _text(values, name, _LONGEST_TEXT, faults)
    if text is None:
        return None
    names = tuple(part.strip() for part in text.split(","))
    if len(set(names)) != len(names) or "" in names:
        faults.append(
            fault(
                BAD_PARAMETER,
                name,
                f"{name} 是以逗号分隔且不重复的名称。",
                f"{name} is a list of different names with commas between.",
            )
        )
    return names


def _moment(values: dict[str, str], name: str, faults: list[Fault]) -> dt.datetime | dt.date | None:
    """A day, or an instant with its zone."""
    text = values.get(name)
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text) if len(text) > _DAY else dt.date.fromisoformat(text)
        if isinstance(moment, dt.datetime) and moment.tzinfo is None:
            raise ValueError(text)
        # The ends of the calendar have no next day and no other zone.
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(text)
    except ValueError:
        zh = f"{name} 写作日期 YYYY-MM-DD，或带时区的时刻 YYYY-MM-DDTHH:MM:SSZ。"
        en = f"{name} is a day, YYYY-MM-DD, or an instant with its zone, YYYY-MM-DDTHH:MM:SSZ."
        faults.append(fault(BAD_PARAMETER, name, zh, en))
        return None
    return moment


def _expand(values: dict[str, str], faults: list[Fault]) -> tuple[str, ...]:
    names = _names(values, "expand", faults) or ()
    if len(names) > _MOST_EXPANSIONS:
        zh, en = f"expand 最多 {_MOST_EXPANSIONS} 个引用。", f"expand takes at most {_MOST_EXPANSIONS} references."
        faults.append(fault(BAD_PARAMETER, "expand", zh, en))
    return names


def _parts(values: dict[str, str], name: str, faults: list[Fault]) -> tuple[str, ...]:
    """Expressions with commas between them."""
    text = _text(values, name, _LONGEST_TEXT, faults)
    parts = split_list(text) if text is not None else ()
    if len(set(parts)) != len(parts) or "" in parts or len(parts) > _MOST_PARTS:
        zh = f"{name} 是以逗号分隔且不重复的表达式，最多 {_MOST_PARTS} 个。"
        en = f"{name} is a list of different expressions with commas between, at most {_MOST_PARTS}."
        faults.append(fault(BAD_PARAMETER, name, zh, en))
    return tuple(dict.fromkeys(parts))


def _limit(values: dict[str, str], faults: list[Fault], most: int = MOST, usual: int = USUAL) -> int:
    text = values.get("limit", str(usual))
    if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most:
        return int(text)
    faults.append(fault(BAD_PARAMETER, "limit", f"limit 为 1 至 {most} 的整数。", f"limit is a whole number from 1 to {most}."))
    return usual


def _word(values: dict[str, str], name: str, words: tuple[str, ...], faults: list[Fault]) -> str:
    word = values.get(name, words[0])
    if word not in words:
        faults.append(fault(BAD_PARAMETER, name, f"{name} 只能是 {'、'.join(words)}。", f"{name} is one of: {', '.join(words)}."))
    return word


def _search(values: dict[str, str], name: str, faults: list[Fault]) -> str | None:
    text = values.get(name)
    if text is None:
        return None
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > _LONGEST_SEARCH or "\0" in text:
        faults.append(
            fault(
                BAD_PARAMETER,
                name,
                f"搜索词最多 {_LONGEST_SEARCH} 个字符。",
                f"{name} has at most {_LONGEST_SEARCH} characters.",
            )
        )
    return text or None

"""People of a step, of a work item and of a message."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Tag

from forms_dsl.diagnostics import Sentence
from forms_dsl.files.values import ChoiceCode, Expr, Reference, Shape, key, one_of, plain, text_of, whole, wrong
from forms_dsl.files.variants import by_kind, tag

WORDS = ("starter", "owner", "leader_of_holder")
SCOPES = ("own_branch", "starter.branch", "starter.region", "record.branch", "head_office")
LEADER_OF = ("starter.branch", "starter.department", "record.branch")
#: The keys that say who; exactly one of them stands in a map of people.
WHO = ("role", "post", "group", "leader_of", "field", "chosen_by")

_ROLE = re.compile(r"role\.(\S+)(?: in (\S+))?\Z")


def read_word(value: object) -> str:
    """`starter`, `owner`, `leader_of_holder`, `role.x` or `role.x in scope`."""
    text = text_of(value)
    match = _ROLE.match(text)
    if text in WORDS or (match and match[2] in (None, *SCOPES)):
        return text
    if match:
        raise wrong(
            f"There is no scope {match[2]!r}.",
            f"没有范围“{match[2]}”。",
            Sentence(f"Scopes are {', '.join(SCOPES)}.", f"可用范围：{'、'.join(SCOPES)}。"),
        )
    hint = Sentence(
        "Write starter, owner, role.NAME or role.NAME in SCOPE.", "请写 starter、owner、role.角色 或 role.角色 in 范围。"
    )
    raise wrong(f"{text!r} names nobody.", f"“{text}”没有指明人员。", hint)


def split_word(text: str) -> tuple[str, str | None, str | None]:
    """Kind, role and scope of a word that `read_word` accepted."""
    match = _ROLE.match(text)
    return ("role", match[1], match[2]) if match else (text, None, None)


class CountShape(Shape):
    """How many seats."""

    min: Annotated[int, whole(1, 100), key("At least.", "至少。")] = 1
    max: Annotated[int | None, whole(1, 100), key("At most.", "至多。")] = None


Count = Annotated[
    Annotated[CountShape, Tag(tag("map"))] | Annotated[int, whole(1, 100), Tag(tag("number"))], by_kind(dict, "map", "number")
]


class PeopleShape(Shape):
    """Who is asked."""

    role: Annotated[Reference | None, key("A role.", "角色。")] = None
    post: Annotated[ChoiceCode | None, key("A post of the organisation directory.", "组织目录中的岗位。")] = None
    group: Annotated[ChoiceCode | None, key("A group of the organisation directory.", "组织目录中的小组（如委员会）。")] = None
    leader_of: Annotated[str | None, one_of(*LEADER_OF), key("The leader of a unit.", "某机构的负责人。")] = None
    levels: Annotated[
        int | None, whole(1, 20), key("How many leaders one above the other, with leader_of.", "连续多级主管的级数。")
    ] = None
    stop_at: Annotated[ChoiceCode | None, key("The post at which leaders above end.", "逐级到哪个岗位为止。")] = None
    field: Annotated[Reference | None, key("A field that refers to a person.", "引用人员的字段。")] = None
    chosen_by: Annotated[
        Reference | None,
        key(
            "Chosen by starter or at a step, among the role, post or group beside it.",
            "自选：由发起人或某步骤在角色、岗位或小组中选定。",
        ),
    ] = None
    in_: Annotated[str | None, one_of(*SCOPES), key("Where the person belongs.", "人员所在范围。", alias="in")] = None
    count: Annotated[Count | None, key("How many seats.", "席位数。")] = None
    with_limit: Annotated[Expr | None, key("Only people whose limit covers it.", "仅限额度足够的人员。")] = None
    pick: Annotated[str, one_of("all", "claim", "first", "least_busy"), key("How seats find their people.", "如何选人。")] = "all"


People = Annotated[
    Annotated[PeopleShape, Tag(tag("map"))]
    | Annotated[str, plain(read_word, {"type": "string", "x-value": "people"}), Tag(tag("word"))],
    by_kind(dict, "map", "word"),
]


class ExpressionShape(Shape):
    """`{value: expression}` among literals."""

    value: Annotated[Expr, key("The expression.", "表达式。")]


SetValue = Annotated[
    Annotated[ExpressionShape, Tag(tag("map"))]
    | Annotated[str, plain(lambda value: value, {"type": ["string", "number", "boolean"]}), Tag(tag("literal"))],
    by_kind(dict, "map", "literal"),
]

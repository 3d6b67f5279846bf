"""How the seats of one step decide."""

from __future__ import annotations

import re
from typing import Annotated

from forms_dsl import codes
from forms_dsl.diagnostics import Sentence
from forms_dsl.files.values import Flag, Reference, Shape, fault, key, one_of, plain, text_of, whole, wrong

#: `2/3`, `2 of 3` with what it is a share of, or a number of votes beside weights.
SHARE = re.compile(r"(?P<above>[0-9]{1,3})(?P<sign>/| of )(?P<below>[0-9]{1,3})(?: of (?P<of>seats|voted|present))?\Z")
_VOTES = re.compile(r"[0-9]{1,6}\Z")


def _share(value: object) -> str:
    """A share above nothing and at most everything."""
    text = text_of(value)
    match = SHARE.match(text)
    if match is None:
        hint = Sentence("Write it like 2/3 of seats, or 2 of 3.", "写法示例：2/3 of seats，或 2 of 3。")
        raise wrong(f"{text!r} is not a share.", f"“{text}”不是比例。", hint)
    above, below = int(match["above"]), int(match["below"])
    if not 0 < above <= below:
        message = Sentence(f"{text!r} can never be met.", f"“{text}”永远无法满足。")
        hint = Sentence("A share is above 0 and at most the whole.", "比例应大于 0 且不超过全部。")
        raise fault(codes.UNMEETABLE, message, hint)
    return text


def _pass(value: object) -> str:
    text = text_of(value)
    if not _VOTES.match(text):
        return _share(text)
    if int(text) == 0:
        message = Sentence("No vote at all would be enough.", "零票即可通过。")
        raise fault(codes.UNMEETABLE, message)
    return text


class SeatRuleShape(Shape):
    """How seats decide."""

    all: Annotated[Flag, key("All must approve.", "会签：须全部同意。")] = False
    one_veto: Annotated[Flag, key("The first refusal decides.", "一票否决：首个拒绝即生效。")] = False
    count_at_end: Annotated[Flag, key("Counted when all have answered.", "全部表态后再计票。")] = False
    pass_: Annotated[
        str | None,
        plain(_pass, {"type": ["string", "integer"]}),
        key("The share that must approve, or the votes beside weights.", "通过比例；与 weights 同用时为票数。", alias="pass"),
    ] = None
    veto: Annotated[Reference | None, key("A role whose refusal decides at once: role.x", "可直接否决的角色：role.x")] = None
    first: Annotated[str | None, one_of("decides"), key("The first answer decides.", "或签：先答者定。")] = None
    any_approve: Annotated[Flag, key("One approval passes.", "一人同意即通过。")] = False
    in_turn: Annotated[Flag, key("One after the other.", "依次审批。")] = False
    weights: Annotated[
        dict[Reference, Annotated[int, whole(1, 1000)]],
        key("How many votes a role has: {role.x: 2}", "票签：各角色的票数，如 {role.x: 2}"),
    ] = {}
    quorum: Annotated[
        str | None, plain(_share, {"type": "string"}), key("The share that must be present, of a vote.", "表决：法定出席比例。")
    ] = None
    abstain: Annotated[
        str | None, one_of("counts_as_present", "forbidden"), key("What an abstention is, of a vote.", "表决：弃权如何处理。")
    ] = None
    secret_until_closed: Annotated[
        Flag, key("Whether ballots are hidden until the vote is closed.", "表决结束前是否隐藏票面。")
    ] = False

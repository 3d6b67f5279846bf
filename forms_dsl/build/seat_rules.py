"""How seats decide: from the words of a rule to one rule, and what can be said against it."""

from __future__ import annotations

from fractions import Fraction

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.people import role_name
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence, code
from forms_dsl.files.seat_rules import SHARE, SeatRuleShape
from forms_dsl.model import SeatRule

EARLY_SHARE = code("W015", "A share of the votes cast is not counted at the end, so a later vote could turn it.")

#: The words of which one says what kind of rule it is.
_KINDS = ("all", "pass", "first", "any_approve", "in_turn", "weights")
#: The words that only a ballot has.
_BALLOT = ("quorum", "abstain", "secret_until_closed")


def build_rule(bench: Workbench, place: Place, shape: SeatRuleShape, verb: str) -> SeatRule | None:
    """The one rule that a map of words says for an approve or vote step; None with a finding."""
    said = _said(shape)
    kinds = [kind for kind in said if not (kind == "pass" and shape.weights)]
    if len(kinds) != 1:
        _one_kind(bench, place)
        return None
    kind = kinds[0]
    if verb == "vote":
        return _ballot(bench, place, shape, kind)
    for key in _BALLOT:
        if getattr(shape, key):
            message = Sentence(f"{key} belongs to a vote step.", f"{key} 属于表决步骤（vote）。")
            bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)
    veto = role_name(bench, place.at("veto"), shape.veto) if shape.veto else None
    if kind == "weights":
        return _weights(bench, place, shape, veto)
    _modes(bench, place, shape, kind)
    threshold, of = _threshold(bench, place, shape, verb)
    if of == "voted" and not shape.count_at_end and place.file.is_whole(place.pointer):
        message = Sentence(
            "A share of the votes cast needs count_at_end: true.", "按已表态票数计算比例时须写 count_at_end: true。"
        )
        hint = Sentence("Otherwise a later vote could turn what was decided.", "否则后来的票可能推翻已得出的结果。")
        bench.find(EARLY_SHARE, place.at("pass"), message, hint)
    return SeatRule(kind, threshold, of, early=not shape.count_at_end, veto=veto)


def _said(shape: SeatRuleShape) -> list[str]:
    said = {
        "all": shape.all,
        "pass": shape.pass_ is not None,
        "first": shape.first is not None,
        "any_approve": shape.any_approve,
        "in_turn": shape.in_turn,
        "weights": bool(shape.weights),
    }
    return [kind for kind in _KINDS if said[kind]]


def _one_kind(bench: Workbench, place: Place) -> None:
    if place.file.is_whole(place.pointer):
        message = Sentence(f"Exactly one of {', '.join(_KINDS)} is needed.", f"{'、'.join(_KINDS)} 必须且只能有一个。")
        bench.find(codes.WRONG_TYPE, place, message, key=True)


def _modes(bench: Workbench, place: Place, shape: SeatRuleShape, kind: str) -> None:
    """When it is counted: a 会签 says which of its two modes it has."""
    if shape.one_veto and shape.count_at_end:
        message = Sentence("one_veto and count_at_end exclude each other.", "one_veto 与 count_at_end 不能同时使用。")
        bench.find(codes.WRONG_TYPE, place, message, key=True)
    if kind == "all" and not (shape.one_veto or shape.count_at_end) and place.file.is_whole(place.pointer):
        message = Sentence(
            "all: true needs one_veto: true or count_at_end: true.", "all: true 须写明 one_veto: true 或 count_at_end: true。"
        )
        bench.find(codes.MISSING_KEY, place.at("all"), message, key=True)
    if shape.one_veto and kind != "all":
        message = Sentence("one_veto goes only with all.", "one_veto 只能与 all 同用。")
        bench.find(codes.WRONG_TYPE, place.at("one_veto"), message, key=True)
    if shape.count_at_end and kind not in ("all", "pass"):
        message = Sentence("count_at_end goes only with all and pass.", "count_at_end 只能与 all、pass 同用。")
        bench.find(codes.WRONG_TYPE, place.at("count_at_end"), message, key=True)


def _weights(bench: Workbench, place: Place, shape: SeatRuleShape, veto: str | None) -> SeatRule | None:
    """票签 (#6): the approving weight against the node's own total."""
    found: dict[str, int] = {}
    for text, votes in shape.weights.items():
        role = role_name(bench, place.at("weights", text), text, key=True)
        if role is not None:
            found[role] = votes
    if shape.pass_ is None or not shape.pass_.isdigit():
        if place.file.is_whole(place.pointer):
            message = Sentence("Beside weights stands how many votes pass: pass: 3", "weights 须写明通过票数，如 pass: 3")
            bench.find(codes.WRONG_TYPE, place.at("weights"), message, key=True)
        return None
    return SeatRule("weights", of="weight", veto=veto, weights=found, votes=int(shape.pass_))


def _ballot(bench: Workbench, place: Place, shape: SeatRuleShape, kind: str) -> SeatRule | None:
    """表决 (#7): a quorum of the members, and a share of those present."""
    if kind != "pass" or shape.weights:
        message = Sentence("A vote passes by a share: pass: 2/3 of present", "表决按比例通过：pass: 2/3 of present")
        bench.find(codes.WRONG_TYPE, place.at(kind), message, key=True)
        return None
    for key in ("one_veto", "count_at_end"):
        if getattr(shape, key):
            message = Sentence(f"{key} is not for a vote; it is counted when it closes.", f"表决在结束时计票，不用 {key}。")
            bench.find(codes.WRONG_TYPE, place.at(key), message, key=True)
    if shape.quorum is None and place.file.is_whole(place.pointer):
        message = Sentence("A vote needs a quorum: quorum: 2/3", "表决须写明法定出席比例：quorum: 2/3")
        bench.find(codes.MISSING_KEY, place, message, key=True)
    veto = role_name(bench, place.at("veto"), shape.veto) if shape.veto else None
    threshold, of = _threshold(bench, place, shape, "vote")
    quorum = share_of(shape.quorum)[0] if shape.quorum else None
    abstain = shape.abstain or "counts_as_present"
    return SeatRule("vote", threshold, of, False, veto, quorum=quorum, abstain=abstain, secret=shape.secret_until_closed)


def _threshold(bench: Workbench, place: Place, shape: SeatRuleShape, verb: str) -> tuple[Fraction | None, str]:
    if shape.pass_ is None:
        return None, "seats"
    if shape.pass_.isdigit():
        message = Sentence("A number of votes goes only with weights.", "票数只能与 weights 同用。")
        hint = Sentence("Write a share like 2/3 of seats, or 2 of 3.", "请写比例，如 2/3 of seats，或 2 of 3。")
        bench.find(codes.WRONG_TYPE, place.at("pass"), message, hint)
        return None, "seats"
    threshold, of = share_of(shape.pass_)
    if of == "present" and verb != "vote":
        message = Sentence("A share of those present belongs to a vote step.", "“present”属于表决步骤（vote）。")
        bench.find(codes.WRONG_TYPE, place.at("pass"), message)
    return threshold, of


def share_of(text: str) -> tuple[Fraction, str]:
    """The share that a text says, and of what; the text was read by its shape."""
    match = SHARE.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no share")
    return Fraction(int(match["above"]), int(match["below"])), match["of"] or "seats"

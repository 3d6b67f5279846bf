"""Whoever could not read a field does not read it by its move alone: a role that sees more at the new place is said."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.model import Label, Role
from runtime.compile.access import RoleAccess
from runtime.publish.lint import Proposal
from runtime.publish.move_access import has_same_rows, rules_of, shown_at_best
from runtime.publish.moves import Group, groups_of
from runtime.publish.rules.widened import WIDENED
from runtime.publish.words import label_in, sentence

_CONFIRM = Sentence(
    "Give the role the rule that it had at the old place, or confirm that this is meant.",
    "请沿用原处的规则，或确认这是有意的放宽。",
)


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """One finding for each role and entity at which moved fields are seen by more or clearer than before."""
    if proposal.old is None:
        return
    sources = {compiled.entity.id: compiled for compiled in proposal.old.entities.values()}
    for group in groups_of(proposal.old, proposal.new):
        source, target = sources[group.from_entity.id], proposal.new.entities[group.to_entity.name]
        for role in proposal.new.app.roles.values():
            was, now = rules_of(proposal.old, source, (role.name,)), rules_of(proposal.new, target, (role.name,))
            if now:
                yield from _judged(role, was, now, group)


def _judged(role: Role, was: list[RoleAccess], now: list[RoleAccess], group: Group) -> Iterator[Diagnostic]:
    clearer = [
        one.after.label for one in group.fields if shown_at_best(now, one.after.name) > shown_at_best(was, one.before.name)
    ]
    if clearer:
        said = {
            "en": ", ".join(label_in(one, "en") for one in clearer),
            "zh": "".join(f"“{label_in(one, 'zh')}”" for one in clearer),
        }
        en, zh = "{0} sees more of {1} at {2} than before.", "“{0}”在“{2}”可看到的{1}比原处更多。"
        yield _at(role, said, group, en, zh)
    if was and not has_same_rows(was, now, group):
        en = "{0} reads {2} by another condition than {1}, where its moved fields stood."
        zh = "“{0}”读取“{2}”的条件与字段原所在的“{1}”不同。"
        yield _at(role, group.from_entity.label, group, en, zh)


def _at(role: Role, what: Label, group: Group, en: str, zh: str) -> Diagnostic:
    return WIDENED.at(role.span, sentence(role.label, what, group.to_entity.label, en=en, zh=zh), hint=_CONFIRM)

"""Nobody gives himself rights by publishing: a change grants its own makers no more than they hold already.

What a role may do with an entity that is new with the change counts not, for nobody holds anything of it yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.diff_access import NOTHING, is_rule_widened
from forms_dsl.model import AccessRule, App
from forms_dsl.renamed import renamed_fields, with_new_names
from runtime.publish.lint import Proposal

OWN_RIGHTS = code("P007", "A change grants a role more, and one of the people who made it holds that role.", refusal="PERM-GRANT")


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """Each role of a maker grants on each entity no more than all his roles did before."""
    if proposal.old is None:
        return
    old, new = proposal.old.app, proposal.new.app
    for held_now in proposal.makers:
        # What he may take in an emergency is his to take, but no measure of what he may hold at all times.
        taken = _taken(new, held_now) - held_now
        for name in sorted((held_now | taken) & new.roles.keys()):
            roles = held_now | _taken(old, held_now) if name in taken else held_now
            for entity, rule in _granted(new, frozenset({name})):
                before = _name_before(old, new, entity)
                names = renamed_fields(old, new, entity)
                held = [with_new_names(earlier, names) for each, earlier in _granted(old, roles) if each == before]
                if before is not None and all(is_rule_widened(earlier, rule) for earlier in held or [NOTHING]):
                    message = Sentence(
                        f"The role {name!r} would do more with {entity!r}, and somebody who made this change holds the role.",
                        f"角色“{name}”对“{entity}”的权限将扩大，而参与本次修改的人正持有该角色。",
                    )
                    hint = Sentence(
                        "Let somebody who does not hold the role make this change.", "请由不持有该角色的人来做这项修改。"
                    )
                    yield OWN_RIGHTS.at(new.roles[name].span, message, pointer=("roles", name, "access", entity), hint=hint)


def _taken(app: App, roles: frozenset[str]) -> frozenset[str]:
    """The roles that whoever holds these may take in an emergency."""
    held = roles | {each for name in roles if name in app.roles for each in app.roles[name].includes}
    return frozenset(role.name for role in app.roles.values() if role.emergency and held & set(role.emergency.taken_by))


def _granted(app: App, roles: frozenset[str]) -> list[tuple[str, AccessRule]]:
    """The rules of these roles and of all that they include, each with its entity."""
    held = [app.roles[name] for name in sorted(roles) if name in app.roles]
    names = {each for role in held for each in (role.name, *role.includes) if each in app.roles}
    return [(entity, rule) for name in sorted(names) for entity, rule in app.roles[name].access.items()]


def _name_before(old: App, new: App, entity: str) -> str | None:
    """What an entity was called before, None when it was not there."""
    id = new.entities[entity].id if entity in new.entities else None
    return next((each.name for each in old.entities.values() if each.id == id), None)

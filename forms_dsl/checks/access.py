"""Roles: what nobody can see, and what more people see than should."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.build.place import Place
from forms_dsl.checks.forms import must_be_typed
from forms_dsl.checks.registry import Site, check
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import AccessRule, Role

UNREADABLE = code("P001", "An entity that no role may read.", "warning")
OPEN_PERSONAL_DATA = code("P002", "A role reads all records of an entity with personal data in clear.", "warning")
CREATE_ONLY = code("P004", "A role may create records that it may not read.", "warning")
CANNOT_ENTER = code("P008", "A role may create records, but not enter a field of them that must be filled in.", "warning")
HELD_EMERGENCY = code("P009", "A role that is taken in an emergency would be held at all times, or by whoever reviews it.")
MERGE_ONLY = code("P011", "A role may merge records that it may not change.")
CLEAR_EXPORT = code("P005", "A role may export an entity and unmask a field of it; exports carry masked values only.")


def _rules(site: Site) -> Iterator[tuple[Role, AccessRule, Place]]:
    for role in site.app.roles.values():
        for entity, rule in role.access.items() if site.is_whole(role.span.file) else ():
            yield role, rule, site.place(role.span.file, "roles", role.name, "access", entity)


@check
def every_entity_has_a_reader(site: Site) -> Iterator[Diagnostic]:
    """An entity without any read rule can be seen by nobody."""
    if not site.is_all_whole:
        return
    readable = {rule.entity for _, rule, _ in _rules(site) if rule.read is not False}
    for entity in site.app.entities.values():
        if entity.name not in readable:
            message = Sentence(f"No role may read {entity.name!r}.", f"没有角色可以查看“{entity.name}”。")
            yield UNREADABLE.at(entity.span, message, pointer=("entity",))


@check
def personal_data_is_not_open(site: Site) -> Iterator[Diagnostic]:
    """Who reads every record sees personal data masked."""
    for role, rule, place in _rules(site):
        entity = site.app.entities.get(rule.entity)
        if entity is None or rule.read is not True:
            continue
        for field in entity.fields.values():
            levels = {rule.fields.get(field.name), *(each.level for each in rule.conditions if each.field == field.name)}
            if field.classification != "C1" and levels & {"read", "write"}:
                message = Sentence(
                    f"{role.name!r} reads {field.name!r} of every record in clear.",
                    f"“{role.name}”可查看所有记录的“{field.name}”明文。",
                )
                yield site.find(OPEN_PERSONAL_DATA, place.at("fields", field.name), message, key=True)


@check
def creators_can_read(site: Site) -> Iterator[Diagnostic]:
    """Who makes a record wants to see it."""
    for role, rule, place in _rules(site):
        included = [site.app.roles[name].access.get(rule.entity) for name in role.includes if name in site.app.roles]
        if rule.create is not False and rule.read is False and not any(each and each.read is not False for each in included):
            message = Sentence(
                f"{role.name!r} may create {rule.entity!r}, but not read it.", f"“{role.name}”可新建“{rule.entity}”，但不能查看。"
            )
            yield site.find(CREATE_ONLY, place.at("create"), message, key=True)


@check
def creators_can_enter_what_is_required(site: Site) -> Iterator[Diagnostic]:
    """Who makes a record may write the fields without which it is refused."""
    for role, rule, place in _rules(site):
        entity = site.app.entities.get(rule.entity)
        for field in entity.fields.values() if entity is not None and rule.create is not False else ():
            if any(each.field == field.name and each.level == "write" for each in rule.conditions):
                continue
            if must_be_typed(field) and rule.fields.get(field.name) in ("hidden", "masked", "read"):
                message = Sentence(
                    f"{role.name!r} may create {rule.entity!r}, but not enter {field.name!r}, which is required.",
                    f"“{role.name}”可新建“{rule.entity}”，但不能填写必填字段“{field.name}”。",
                )
                yield site.find(CANNOT_ENTER, place.at("fields", field.name), message)


@check
def emergencies_end(site: Site) -> Iterator[Diagnostic]:
    """What is for an emergency is in no other role, and whoever reviews its use does not take it by that very role."""
    for role in site.app.roles.values():
        if role.emergency is None or not site.is_whole(role.span.file):
            continue
        place = site.place(role.span.file, "roles", role.name, "emergency")
        holder = next((other.name for other in site.app.roles.values() if role.name in other.includes), None)
        if holder is not None or role.name in (*role.emergency.taken_by, role.emergency.reviewed_by):
            message = Sentence(
                f"{role.name!r} is for an emergency, but would be held at all times through {holder or role.name!r}.",
                f"“{role.name}”仅供紧急时启用，却经“{holder or role.name}”长期持有。",
            )
            yield site.find(HELD_EMERGENCY, place, message, key=True)
        elif role.emergency.reviewed_by in role.emergency.taken_by:
            message = Sentence(
                f"Whoever holds {role.emergency.reviewed_by!r} would both take {role.name!r} and review its use.",
                f"“{role.emergency.reviewed_by}”既可启用“{role.name}”又负责复核。",
            )
            hint = Sentence("Let another role review it.", "请由其他角色复核。")
            yield site.find(HELD_EMERGENCY, place.at("reviewed_by"), message, hint)


@check
def exports_stay_masked(site: Site) -> Iterator[Diagnostic]:
    """Export and unmask do not go together: an export is out of the platform's hands."""
    for role, rule, place in _rules(site):
        if rule.export and rule.unmask:
            message = Sentence(
                f"{role.name!r} may export and unmask {rule.unmask[0]!r}.",
                f"“{role.name}”既可导出又可解除“{rule.unmask[0]}”的脱敏。",
            )
            hint = Sentence("Give the two to different roles.", "请把两项权限分给不同角色。")
            yield site.find(CLEAR_EXPORT, place.at("export"), message, hint, key=True)


@check
def mergers_can_change(site: Site) -> Iterator[Diagnostic]:
    """Merging changes the record that stays and takes the others away: it is for whoever may change both."""
    for role, rule, place in _rules(site):
        if rule.merge and rule.update is False:
            message = Sentence(
                f"{role.name!r} may merge {rule.entity!r}, but not change it.",
                f"“{role.name}”可合并“{rule.entity}”，但不能修改。",
            )
            hint = Sentence("Say with update which records it may change.", "请用 update 说明可修改哪些记录。")
            yield site.find(MERGE_ONLY, place.at("merge"), message, hint, key=True)

"""Fields that move between entities: all that forbids it, and what would part the two places later on."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.checks.moves import NOT_MOVABLE, link_hint, unmovable
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import App, Field, Label
from forms_dsl.moved import fields_by_place, links_between, moved_fields
from runtime.compile.app import CompiledEntity
from runtime.compile.names import column_name
from runtime.compile.storages import reads_as, storage_text
from runtime.compile.tables import is_kept, storage_of
from runtime.publish.backfill import fills_existing
from runtime.publish.lint import Proposal
from runtime.publish.move_links import MoveLink
from runtime.publish.moves import Group, Move, groups_of, planned_moves
from runtime.publish.words import sentence

PARTED = code("M428", "A change would part the two places at which moved values are kept the same.")

_ONE_STEP = Sentence(
    "Publish a new entity with the fields that move there, or remove the entity that they all leave.",
    "请随迁移新建目标实体，或删除字段全部迁出的实体。",
)
_SAME_TYPE = Sentence("Keep the type while it moves; change it by another publication.", "迁移时请保持类型，再另行发布更改类型。")
_OTHER_ID = Sentence("Give the field another id.", "请为字段另取 id。")
_PURGE_FIRST = Sentence(
    "Purge the columns at the old place first; until then either place is needed to go back without a loss.",
    "请先清除原处的列；在此之前，两处都为无损回退所需。",
)


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """One finding for each thing that forbids a field to move, and for each that moved before and would be parted."""
    yield from _sources(proposal)
    groups = list(groups_of(proposal.old, proposal.new))
    for group in groups:
        yield from _of_group(group)
        for one in group.fields:
            why = unmovable(one.before) or unmovable(one.after) or _other_type(one.before, one.after)
            if why is not None:
                yield _at(one.after, why, _SAME_TYPE if one.before.type != one.after.type else None)
    if proposal.old is None:
        return
    for move in planned_moves(proposal.old, proposal.new, proposal.state):
        if not move.is_linked:
            yield from _of_move(move, proposal)
    for link in sorted(proposal.state.moves, key=lambda link: link.name):
        yield from _kept(link, proposal)


def _sources(proposal: Proposal) -> Iterator[Diagnostic]:
    """New fields whose source is not what it says: nothing would come with them."""
    if proposal.old is None:
        return
    before, now = fields_by_place(proposal.old.app), fields_by_place(proposal.new.app)
    moving = {(one.to_entity.id, one.after.id) for one in moved_fields(proposal.old.app, proposal.new.app)}
    for place, (entity, field) in now.items():
        source = field.moved_from
        if source is None or place in before or place in moving or source in now or source[0] == entity.id:
            continue
        table = proposal.new.entities[entity.name].table.name
        if proposal.state.columns_of(table, field.id):
            continue  # it moved in an earlier release and comes back
        said = ".".join(source)
        message = Sentence(
            f"The release before has no field {said}, so there is nothing to move.", f"前一版本没有字段 {said}，无可迁移。"
        )
        yield _at(field, message, _by_name(proposal.old.app, source))


def _by_name(old: App, source: tuple[str, str]) -> Sentence:
    entity = old.entities.get(source[0]) or next((one for one in old.entities.values() if one.id == source[0]), None)
    field = entity.fields.get(source[1]) if entity is not None else None
    if entity is None or field is None:
        return Sentence("Leave out moved_from where nothing moves.", "没有可迁移的值时请去掉 moved_from。")
    return Sentence(f"Its ids are  {entity.id}.{field.id} .", f"其标识为 {entity.id}.{field.id}。")


def _of_group(group: Group) -> Iterator[Diagnostic]:
    first = group.fields[0].after
    source, target = group.from_entity.label, group.to_entity.label
    if group.is_split is group.is_fold:
        en = "Values cannot move from {0} to {1}: either {1} is new and {0} stays, or {1} is there already and {0} goes."
        zh = "不能由“{0}”迁至“{1}”：要么“{1}”是新实体而“{0}”保留，要么“{1}”已存在而“{0}”删除。"
        yield _at(first, sentence(source, target, en=en, zh=zh), _ONE_STEP)
        return
    if len(group.links) != 1:
        message = sentence(
            group.detail.label,
            group.base.label,
            en="Not exactly one reference leads from each {0} to a {1} of its own, so values would be lost or doubled.",
            zh="“{0}”没有恰好一个指向“{1}”的一对一引用，值会丢失或重复。",
        )
        hint = link_hint(group.base.name)
        if group.is_fold:
            hint = Sentence(f"Publish that first, while both are there. {hint.en}", f"请先在两者并存时发布。{hint.zh}")
        yield _at(first, message, hint)
    for entity in (group.base, group.detail):
        if entity.external is not None:
            yield _at(first, _of(entity.label, "Records of {0} are kept elsewhere.", "“{0}”的记录存放在其他系统。"))
    if group.detail.number is not None:
        en = "Records of {0} have numbers of their own, which moving values would not give or keep."
        yield _at(first, _of(group.detail.label, en, "“{0}”的记录有各自的编号，迁移不会生成或保留编号。"))
    if group.is_split:
        moved = {one.after.id for one in group.fields} | {link.id for link in group.links}
        for field in group.detail.fields.values():
            if field.required and field.id not in moved and not fills_existing(field):
                en = "{0} is required, but the records that are made for moved values would have none."
                message = _of(field.label, en, "“{0}”为必填，但为迁移而生成的记录没有值。")
                hint = Sentence("Give it a default that is a constant, or make it optional.", "请给出常量默认值，或改为选填。")
                yield NOT_MOVABLE.at(field.span, message, hint=hint)


def _other_type(before: Field, after: Field) -> Sentence | None:
    was, now = storage_text(storage_of(before)), storage_text(storage_of(after))
    if before.type == after.type and reads_as(was, now):
        return None
    return Sentence(
        f"Its type is {before.type} ({was}) there and {after.type} ({now}) here.", f"原类型 {before.type}，现类型 {after.type}。"
    )


def _of_move(move: Move, proposal: Proposal) -> Iterator[Diagnostic]:
    """What stands there from earlier would be mixed with what comes."""
    taken = proposal.state.tables
    for one in move.group.fields:
        entity = move.detail if move.group.is_split else move.base
        present = taken.get(entity.name)
        if present is not None and (move.group.is_split or column_name(one.after) in present.columns):
            message = _of(one.after.label, "Where {0} goes there are values from earlier.", "“{0}”的目标处有早先留下的值。")
            yield _at(one.after, message, _OTHER_ID)


def _kept(link: MoveLink, proposal: Proposal) -> Iterator[Diagnostic]:
    """While the database keeps two places the same, their link stays and only one of them is in use."""
    entities = {compiled.table.name: compiled for compiled in proposal.new.entities.values()}
    base, detail = entities.get(link.base), entities.get(link.detail)
    if base is None or detail is None:
        return
    if not any(column_name(field) == link.link for field in links_between(detail.entity, base.entity)):
        message = sentence(
            detail.entity.label,
            base.entity.label,
            en="Fields of {1} moved to {0} and are still kept at both places, so each {0} belongs to one {1} only.",
            zh="“{1}”的字段已迁至“{0}”且两处仍保持一致，因此每条“{0}”只能属于一条“{1}”。",
        )
        yield PARTED.at(detail.entity.span, message, hint=_PURGE_FIRST)
    here, there = _columns(base), _columns(detail)
    for one, other in link.pairs:
        if one in here and other in there:
            message = _of(here[one].label, "{0} would be the same field as before it moved.", "“{0}”会与迁移前的字段相同。")
            yield PARTED.at(here[one].span, message, hint=_OTHER_ID)


def _columns(entity: CompiledEntity) -> dict[str, Field]:
    return {column_name(field): field for field in entity.entity.fields.values() if is_kept(field)}


def _of(label: Label, en: str, zh: str) -> Sentence:
    return sentence(label, en=en, zh=zh)


def _at(field: Field, message: Sentence, hint: Sentence | None = None) -> Diagnostic:
    return NOT_MOVABLE.at(field.span, message, hint=hint)

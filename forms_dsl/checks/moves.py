"""Fields that say where their values stood before: what can be known of that without the release before."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.build.place import Place
from forms_dsl.checks.registry import Site, check
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.model import Entity, Field
from forms_dsl.moved import links_between

NOT_MOVABLE = code("M426", "A field cannot move from one entity to another as the definition says.")

#: Types whose values belong to the record that they stand in: its number, its approval, its files, its rows.
OF_ONE_RECORD = frozenset({"rows", "sequence", "status", "file", "image", "signature"})
_LEAVE_OUT = Sentence("Leave out moved_from, or move another field.", "请去掉 moved_from，或迁移其他字段。")


@check
def moved_fields_can_move(site: Site) -> Iterator[Diagnostic]:
    """A field that moves is a plain one, of another entity, and along one reference."""
    for entity in site.app.entities.values():
        for row_type in entity.rows.values():
            for field in row_type.fields.values():
                if field.moved_from is not None:
                    message = Sentence("A field of child rows cannot move to or from another entity.", "明细行的字段不能迁移。")
                    yield site.find(NOT_MOVABLE, _at(site, field), message, _LEAVE_OUT)
        for field in entity.fields.values():
            if field.moved_from is not None:
                yield from _judged(site, entity, field, field.moved_from)


def unmovable(field: Field) -> Sentence | None:
    """Why the values of a field cannot stand in another record, if so."""
    if field.compute is not None:
        return Sentence("What is computed is not moved: it is computed anew.", "计算字段不迁移：会重新计算。")
    if field.encrypted:
        return Sentence("What is encrypted cannot be moved.", "加密字段不能迁移。")
    if field.unique:
        return Sentence("A unique field cannot be moved; make it plain first.", "不可重复的字段不能迁移，请先取消该限制。")
    if field.type in OF_ONE_RECORD:
        return Sentence(f"Values of type {field.type} belong to their record.", f"“{field.type}”类型的值属于所在记录，不能迁移。")
    return None


def _judged(site: Site, entity: Entity, field: Field, source: tuple[str, str]) -> Iterator[Diagnostic]:
    place = _at(site, field)
    why = unmovable(field)
    if why is not None:
        yield site.find(NOT_MOVABLE, place, why, _LEAVE_OUT)
    if source[0] == entity.id:
        message = Sentence("It stands in the entity that it is to come from.", "来源就是所在的实体。")
        hint = Sentence(f"To rename a field write  id: {source[1]} .", f"字段改名请写 id: {source[1]}。")
        yield site.find(NOT_MOVABLE, place, message, hint)
        return
    base = next((one for one in site.app.entities.values() if one.id == source[0]), None)
    if base is None or not site.is_known(base.name) or not site.is_known(entity.name):
        return
    if any(one.id == source[1] for one in base.fields.values()):
        message = Sentence(
            f"{'.'.join(source)} is still there, so its values would stand in two places.",
            f"{'.'.join(source)} 仍然存在，值会重复存放。",
        )
        yield site.find(NOT_MOVABLE, place, message, Sentence("Remove the field there.", "请删除原字段。"))
    if len(list(links_between(entity, base))) != 1:
        message = Sentence(
            f"Not exactly one reference leads from each record of {entity.name} to one of {base.name} of its own.",
            f"{entity.name} 没有恰好一个指向 {base.name} 的一对一引用。",
        )
        yield site.find(NOT_MOVABLE, place, message, link_hint(base.name))


def link_hint(base: str) -> Sentence:
    """How the reference is written along which fields move."""
    link = f"{base}: {{type: reference, to: {base}, required: true, unique: true, …}}"
    return Sentence(
        f"Write one like  {link} , or leave out moved_from if it moved before.",
        f"请写一个这样的引用：{link}；若早已迁移，请去掉 moved_from。",
    )


def _at(site: Site, field: Field) -> Place:
    return site.at_key(field.span).at("moved_from")

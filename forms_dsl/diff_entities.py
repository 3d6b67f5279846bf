"""Changes of entities, their row types and fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forms_dsl import changes as to
from forms_dsl.changes import Change, Flag
from forms_dsl.difference_words import changes_in_words
from forms_dsl.differences import called, changed_parts, parts_in_words
from forms_dsl.model import App, Entity, Field, FieldOptions, Label, RowType
from forms_dsl.moved import MovedField, moved_fields

_OWN_PARTS = frozenset({"id", "name", "app", "fields", "rows"})
_FIELD_PARTS = frozenset({"id", "name", "type", "options", "required", "unique"})
_CLASSES = ("C1", "C2", "C3")


def diff_entities(old: App, new: App) -> Iterator[Change]:
    """Changes of all entities, matched by id; what moves between them is told where it stands now."""
    moved = moved_fields(old, new)
    before = {entity.id: entity for entity in old.entities.values()}
    after = {entity.id: entity for entity in new.entities.values()}
    for identifier, was in before.items():
        if identifier not in after:
            yield to.EntityRemoved(**_entity(was, "删除实体", "Removed entity"), entity=was.name, flag="destructive")
    for identifier, now in after.items():
        if identifier not in before:
            yield to.EntityAdded(**_entity(now, "新增实体", "New entity"), entity=now.name)
            yield from (_moved(one) for one in moved if one.to_entity is now)
        else:
            yield from _changed(before[identifier], now, moved)


def _moved(one: MovedField) -> Change:
    en, zh = f", from {one.source}, with its values", f"，由 {one.source} 连同数据迁入"
    about = _field(one.to_entity, None, one.after, "迁移字段", "Moved field", zh, en)
    return to.FieldMoved(**about, added=one.after, source=one.source)


def _changed(was: Entity, now: Entity, moved: Sequence[MovedField]) -> Iterator[Change]:
    if was.name != now.name:
        about = _entity(now, f"实体改名（原 {was.name}）", f"Entity renamed from {was.name}:")
        yield to.EntityRenamed(**about, entity=now.name, before=was.name)
    parts = changed_parts(was, now, without=_OWN_PARTS)
    if parts:
        zh, en = f"：{changes_in_words(was, now, parts, 'zh')}", f": {changes_in_words(was, now, parts, 'en')}"
        yield to.EntityChanged(**_entity(now, "修改实体", "Entity", zh, en), entity=now.name, parts=parts)
    came = [one for one in moved if one.to_entity is now]
    left = {one.before.id for one in moved if one.from_entity is was}
    arrived = {one.after.id for one in came}
    yield from _fields(
        now,
        None,
        {name: field for name, field in was.fields.items() if field.id not in left},
        {name: field for name, field in now.fields.items() if field.id not in arrived},
    )
    yield from map(_moved, came)
    yield from _rows(now, was.rows, now.rows)


def _rows(entity: Entity, old: Mapping[str, RowType], new: Mapping[str, RowType]) -> Iterator[Change]:
    before = {row.id: row for row in old.values()}
    after = {row.id: row for row in new.values()}
    for identifier, was in before.items():
        if identifier not in after:
            about = _about(entity, was.name, was.label, "删除明细", "Removed rows")
            yield to.RowTypeRemoved(**about, entity=entity.name, row=was.name, flag="destructive")
    for identifier, now in after.items():
        earlier = before.get(identifier)
        if earlier is None:
            yield to.RowTypeAdded(**_about(entity, now.name, now.label, "新增明细", "New rows"), entity=entity.name, row=now.name)
            continue
        parts = changed_parts(earlier, now, without=frozenset({"id", "fields"}))
        if parts:
            about = _about(entity, now.name, now.label, "修改明细", "Rows")
            yield to.RowTypeChanged(**about, entity=entity.name, row=now.name, parts=parts)
        yield from _fields(entity, now.name, earlier.fields, now.fields)


def _fields(entity: Entity, row: str | None, old: Mapping[str, Field], new: Mapping[str, Field]) -> Iterator[Change]:
    before = {field.id: field for field in old.values()}
    after = {field.id: field for field in new.values()}
    for identifier, was in before.items():
        if identifier not in after:
            yield to.FieldRemoved(**_field(entity, row, was, "删除字段", "Removed field"), removed=was, flag="destructive")
    for identifier, now in after.items():
        if identifier not in before:
            yield to.FieldAdded(**_field(entity, row, now, "新增字段", "New field"), added=now)
        else:
            yield from _field_changes(entity, row, before[identifier], now)
    kept = [identifier for identifier in before if identifier in after]
    if kept != [identifier for identifier in after if identifier in before]:
        yield to.EntityChanged(**_entity(entity, "调整字段顺序：实体", "Order of fields:"), entity=entity.name, parts=("fields",))


def _field_changes(entity: Entity, row: str | None, was: Field, now: Field) -> Iterator[Change]:
    def about(zh: str, en: str, more_zh: str = "", more_en: str = "") -> dict[str, Any]:
        return _field(entity, row, now, zh, en, more_zh, more_en)

    if was.name != now.name:
        yield to.FieldRenamed(**about(f"字段改名（原 {was.name}）", f"Field renamed from {was.name}:"), before=was.name)
    if was.type != now.type:
        more = f"：{was.type} → {now.type}", f": {was.type} → {now.type}"
        yield to.FieldTypeChanged(
            **about("修改字段类型", "Type of field", *more), before=was.type, after=now.type, flag="destructive"
        )
    parts = changed_parts(was.options, now.options)
    if parts:
        zh, en = _options_in_words(was.options, now.options, parts)
        flag: Flag | None = "destructive" if _is_cut(was.options, now.options) else None
        changed = about("修改字段", "Field", f"：{zh}", f": {en}")
        yield to.FieldOptionsChanged(**changed, before=was.options, after=now.options, parts=parts, flag=flag)
    if was.required != now.required:
        zh, en = ("改为必填", "is now required") if now.required else ("不再必填", "is no longer required")
        yield to.FieldRequiredChanged(**about("字段", "Field", zh, f" {en}"), required=now.required)
    if was.unique != now.unique:
        zh, en = ("改为不可重复", "must now be unique") if now.unique else ("允许重复", "may now repeat")
        yield to.FieldUniqueChanged(**about("字段", "Field", zh, f" {en}"), unique=now.unique)
    rest = changed_parts(was, now, without=_FIELD_PARTS)
    if rest:
        more = f"：{changes_in_words(was, now, rest, 'zh')}", f": {changes_in_words(was, now, rest, 'en')}"
        yield to.FieldChanged(
            **about("修改字段", "Field", *more), parts=rest, flag="widened" if _is_shown_more(was, now) else None
        )


def _options_in_words(was: FieldOptions, now: FieldOptions, parts: tuple[str, ...]) -> tuple[str, str]:
    """The parts; of choices also which codes came and went."""
    told = tuple(part for part in parts if part != "choices")
    zh, en = (changes_in_words(was, now, told, language) if told else "" for language in ("zh", "en"))
    if "choices" in parts:
        zh, en = (
            f"{zh}；{parts_in_words(('choices',), 'zh')}".lstrip("；"),
            f"{en}; {parts_in_words(('choices',), 'en')}".lstrip("; "),
        )
    before, after = {c.code: c for c in was.choices}, {c.code: c for c in now.choices}
    added = [code for code in after if code not in before]
    removed = [code for code in before if code not in after]
    if added:
        zh += f"；新增选项 {'、'.join(called(after[code].label, 'zh', code) for code in added)}"
        en += f"; added {', '.join(called(after[code].label, 'en', code) for code in added)}"
    if removed:
        zh += f"；删除选项 {'、'.join(called(before[code].label, 'zh', code) for code in removed)}"
        en += f"; removed {', '.join(called(before[code].label, 'en', code) for code in removed)}"
    return zh, en


def _is_cut(was: FieldOptions, now: FieldOptions) -> bool:
    """Whether values may lose something: fewer decimals, or ids of another entity."""
    return (was.scale is not None and now.scale is not None and now.scale < was.scale) or was.to != now.to


def _is_shown_more(was: Field, now: Field) -> bool:
    """Whether a personal value is now seen by more people or more of it."""
    lowered = _CLASSES.index(now.classification) < _CLASSES.index(was.classification)
    return lowered or (was.classification != "C1" and was.mask != now.mask)


def _entity(entity: Entity, zh: str, en: str, more_zh: str = "", more_en: str = "") -> dict[str, Any]:
    return _about(entity, entity.name, entity.label, zh, en, more_zh, more_en)


def _field(
    entity: Entity, row: str | None, field: Field, zh: str, en: str, more_zh: str = "", more_en: str = ""
) -> dict[str, Any]:
    name = f"{row}.{field.name}" if row else field.name
    about = _about(entity, f"{entity.name}.{name}", field.label, zh, en, more_zh, more_en)
    return {**about, "entity": entity.name, "row": row, "field": field.name}


def _about(entity: Entity, thing: str, label: Label, zh: str, en: str, more_zh: str = "", more_en: str = "") -> dict[str, Any]:
    """What every change tells; the thing is called by its label, with its entity where it is a part of one."""
    words = {"zh": f"{zh} {called(label, 'zh', thing)}", "en": f"{en} {called(label, 'en', thing)}"}
    if thing != entity.name:
        words["zh"] += f"（{called(entity.label, 'zh', entity.name)}）"
        words["en"] += f" ({called(entity.label, 'en', entity.name)})"
    words = {"zh": words["zh"] + more_zh, "en": words["en"] + more_en}
    return {"kind": "entity", "thing": thing, "label": label, "words": words, "file": entity.span.file}

"""Changes of one form: items that came, went, moved or changed, and the blocks around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from forms_dsl import changes as to
from forms_dsl.changes import Change
from forms_dsl.difference_words import changes_in_words
from forms_dsl.differences import called, changed_parts, parts_in_words, same
from forms_dsl.model import Form, FormBlock, FormItem, Label

#: Kind and name of an item, and which of several alike it is.
_Key = tuple[str, str, int]


def diff_form(was: Form, now: Form, labels: Mapping[str, Label], renamed: Mapping[str, str] | None = None) -> Iterator[Change]:
    """Changes of a form's items and parts; `labels` are those of the entity's fields, `renamed` leads to their new names."""
    new_names = renamed or {}
    earlier_items = _items(was.layout)
    before = {(kind, new_names.get(name, name), number): found for (kind, name, number), found in earlier_items}
    after = dict(_items(now.layout))
    kept = [key for key in after if key in before]
    moved = _moved([key for key in before if key in after], kept)
    for key, (item, _) in before.items():
        if key not in after:
            yield to.FormItemRemoved(**_about(now, item, labels, "移除", "removed"), form=now.id, item=item.name)
    for key, (item, block) in after.items():
        if key not in before:
            shown_when = (
                ()
                if item.visible is None
                else (f"，仅当 {item.visible.source} 时显示", f", shown only when {item.visible.source}")
            )
            yield to.FormItemAdded(**_about(now, item, labels, "新增", "added", *shown_when), form=now.id, item=item.name)
            continue
        earlier, earlier_block = before[key]
        if block != earlier_block or key in moved:
            yield to.FormItemMoved(**_about(now, item, labels, "移动", "moved"), form=now.id, item=item.name)
        parts = changed_parts(earlier, item, without=frozenset({"kind", "name"}))
        if parts:
            zh, en = f"：{changes_in_words(earlier, item, parts, 'zh')}", f": {changes_in_words(earlier, item, parts, 'en')}"
            yield to.FormItemChanged(
                **_about(now, item, labels, "修改", "changed", zh, en), form=now.id, item=item.name, parts=parts
            )
    yield from _rest(was, now)


def _rest(was: Form, now: Form) -> Iterator[Change]:
    """What differs beside the items."""
    parts = changed_parts(was, now, without=frozenset({"id", "name", "layout"}))
    if not same(_blocks(was.layout), _blocks(now.layout)):
        parts = (*parts, "layout")
    if parts:
        words = {
            "zh": f"修改表单“{called(now.label, 'zh', now.id)}”：{parts_in_words(parts, 'zh')}",
            "en": f"Form {called(now.label, 'en', now.id)}: {parts_in_words(parts, 'en')}",
        }
        yield to.FormChanged(
            kind="form", thing=_name(now), label=now.label, words=words, file=now.span.file, form=now.id, parts=parts
        )


def _items(blocks: tuple[FormBlock, ...], around: str = "") -> Iterator[tuple[_Key, tuple[FormItem, str]]]:
    seen: dict[tuple[str, str], int] = {}

    def walk(inner: tuple[FormBlock, ...], path: str) -> Iterator[tuple[_Key, tuple[FormItem, str]]]:
        for block in inner:
            here = f"{path}/{block.name}"
            for item in block.items:
                number = seen.get((item.kind, item.name), 0)
                seen[item.kind, item.name] = number + 1
                yield (item.kind, item.name, number), (item, here)
            yield from walk(block.blocks, here)

    yield from walk(blocks, around)


def _blocks(blocks: tuple[FormBlock, ...]) -> tuple[FormBlock, ...]:
    return tuple(replace(block, items=(), blocks=_blocks(block.blocks)) for block in blocks)


def _moved(before: list[_Key], after: list[_Key]) -> set[_Key]:
    """The items outside of the longest common order."""
    stable = {
        before[at + n]
        for at, _, size in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        for n in range(size)
    }
    return set(after) - stable


def _about(
    form: Form, item: FormItem, labels: Mapping[str, Label], zh: str, en: str, more_zh: str = "", more_en: str = ""
) -> dict[str, Any]:
    title_zh, title_en = called(form.label, "zh", form.id), called(form.label, "en", form.id)
    label = item.label or labels.get(item.name, {})
    words = {
        "zh": f"表单“{title_zh}”{zh}“{called(label, 'zh', item.name)}”{more_zh}",
        "en": f"Form {title_en}: {called(label, 'en', item.name)} {en}{more_en}",
    }
    return {"kind": "form", "thing": _name(form), "label": form.label, "words": words, "file": form.span.file}


def _name(form: Form) -> str:
    return f"{form.entity}.{form.name}"

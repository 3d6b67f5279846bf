"""From one version of an app to the next: every difference as a change in words; none is ever left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from forms_dsl import changes as to
from forms_dsl.changes import Change
from forms_dsl.diff_access import is_widened, is_workflow_widened
from forms_dsl.diff_entities import diff_entities
from forms_dsl.diff_forms import diff_form
from forms_dsl.difference_words import changes_in_words
from forms_dsl.differences import called, changed_parts, parts_in_words
from forms_dsl.kinds import KINDS, path_of
from forms_dsl.model import App, Form, Label, Role, Workflow
from forms_dsl.renamed import renamed_fields, with_new_names

__all__ = ["Change", "diff_apps"]

_BY_GROUP = {kind.group: kind.name for kind in KINDS.values()}
#: Attribute of the app → kind of file of its things; entities have changes of their own.
_GROUPS: Mapping[str, str] = {
    each.name: _BY_GROUP[each.name] for each in fields(App) if each.name in _BY_GROUP and each.name != "entities"
}


def diff_apps(old: App | None, new: App) -> tuple[Change, ...]:
    """What becomes different when `new` follows `old`; everything is new when there was nothing before."""
    if old is None:
        words = {
            "zh": f"首次发布应用“{called(new.label, 'zh', new.name)}”",
            "en": f"First publication of {called(new.label, 'en', new.name)}",
        }
        first: tuple[Change, ...] = (to.AppAdded(kind="app", thing=new.name, label=new.label, words=words, file="app.yaml"),)
        empty = App(new.name, new.version, new.label, new.languages, new.timezone, new.currency, new.menu, requires=new.requires)
        # Nobody had any access before, so nothing is widened.
        return (*first, *_things(empty, new, is_first=True))
    return (*_app(old, new), *_things(old, new, is_first=False))


def _things(old: App, new: App, *, is_first: bool) -> Iterator[Change]:
    yield from diff_entities(old, new)
    yield from _forms(old, new)
    for group, kind in _GROUPS.items():
        earlier = {name: _with_new_names(old, new, thing) for name, thing in getattr(old, group).items()}
        yield from _group(earlier, getattr(new, group), kind, is_first=is_first)


def _with_new_names(old: App, new: App, thing: Any) -> Any:
    """A role or workflow of the earlier app with the names that fields have now: what follows from a rename is told there."""
    if isinstance(thing, Workflow):
        return with_new_names(thing, renamed_fields(old, new, _name_now(old, new, thing.entity)))
    if isinstance(thing, Role):
        access = {
            name: with_new_names(rule, renamed_fields(old, new, _name_now(old, new, name))) for name, rule in thing.access.items()
        }
        return replace(thing, access=access)
    return thing


def _name_now(old: App, new: App, entity: str) -> str:
    """What an entity of the earlier app is called now."""
    was = old.entities.get(entity)
    return next((each.name for each in new.entities.values() if was is not None and each.id == was.id), entity)


def _forms(old: App, new: App) -> Iterator[Change]:
    """What differs within forms that are there before and after; items are called as their fields."""
    before = {form.id: form for form in old.forms.values()}
    for form in new.forms.values():
        if form.id in before:
            labels = {
                name: field.label
                for app in (old, new)
                for entity in (app.entities.get(form.entity),)
                if entity is not None
                for name, field in entity.fields.items()
            }
            yield from diff_form(before[form.id], form, labels, renamed_fields(old, new, form.entity))


def _app(old: App, new: App) -> Iterator[Change]:
    parts = list(changed_parts(old, new, without=frozenset({"entities", "requires", *_GROUPS})))
    if list(old.requires) != list(new.requires):
        parts.append("requires")
    if parts:
        words = {
            "zh": f"修改应用“{called(new.label, 'zh', new.name)}”：{parts_in_words(tuple(parts), 'zh')}",
            "en": f"App {called(new.label, 'en', new.name)}: {parts_in_words(tuple(parts), 'en')}",
        }
        yield to.AppChanged(kind="app", thing=new.name, label=new.label, words=words, file="app.yaml", parts=tuple(parts))


def _group(old: Mapping[str, Any], new: Mapping[str, Any], kind: str, *, is_first: bool) -> Iterator[Change]:
    before = {_id(name, thing): (name, thing) for name, thing in old.items()}
    after = {_id(name, thing): (name, thing) for name, thing in new.items()}
    for identifier, (name, thing) in before.items():
        if identifier not in after:
            yield to.ThingRemoved(**_about(kind, name, thing, "删除", "Removed"), of=kind)
    for identifier, (name, thing) in after.items():
        if identifier not in before:
            widened: to.Flag | None = "widened" if kind == "roles" and not is_first and is_widened(None, thing, {}, {}) else None
            yield to.ThingAdded(**_about(kind, name, thing, "新增", "New"), of=kind, flag=widened)
            continue
        earlier, was = before[identifier]
        if earlier != name:
            yield to.ThingRenamed(
                **_about(kind, name, thing, f"改名（原 {earlier}）", f"Renamed from {earlier}:"), of=kind, before=earlier
            )
        yield from _changed(kind, name, was, thing)


def _changed(kind: str, name: str, was: Any, now: Any) -> Iterator[Change]:
    if isinstance(now, Form):  # told item by item, with the labels of its entity's fields
        return
    parts = changed_parts(was, now, without=frozenset({"name", "id"})) if type(was) is type(now) else ("kind",)
    if not parts:
        return
    noun = _noun(kind)
    label = _label(now)
    words = {
        "zh": f"修改{noun[1]}“{called(label, 'zh', name)}”：{changes_in_words(was, now, parts, 'zh')}",
        "en": f"{noun[0].capitalize()} {called(label, 'en', name)}: {changes_in_words(was, now, parts, 'en')}",
    }
    flag: to.Flag | None = None
    if isinstance(now, Role):
        flag = "widened" if is_widened(was, now, was.access, now.access) else None
    elif isinstance(now, Workflow):
        flag = "widened" if is_workflow_widened(was, now) else None
    yield to.ThingChanged(
        kind=_piece(kind), thing=name, label=label, words=words, file=_file(kind, name, now), of=kind, parts=parts, flag=flag
    )


def _about(kind: str, name: str, thing: Any, zh: str, en: str) -> dict[str, Any]:
    label, noun = _label(thing), _noun(kind)
    words = {"zh": f"{zh}{noun[1]}“{called(label, 'zh', name)}”", "en": f"{en} {noun[0]} {called(label, 'en', name)}"}
    return {"kind": _piece(kind), "thing": name, "label": label, "words": words, "file": _file(kind, name, thing)}


def _noun(kind: str) -> tuple[str, str]:
    """What a thing of a kind is called, in English and Chinese."""
    label = KINDS[kind].one or KINDS[kind].label
    return label["en"].lower(), label["zh"]


def _label(thing: Any) -> Label:
    """What a thing is called; some, like tests, have their name only."""
    label: Label = getattr(thing, "label", None) or getattr(thing, "title", None) or {}
    return label


def _piece(kind: str) -> str:
    return KINDS[kind].piece or "app"


def _file(kind: str, name: str, thing: Any) -> str:
    return thing.span.file if hasattr(thing, "span") else path_of(kind, name)


def _id(name: str, thing: Any) -> str:
    identifier: str = getattr(thing, "id", name)
    return identifier

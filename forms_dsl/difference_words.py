"""What became different in a thing, in words that somebody without YAML understands: from what to what, what came, what went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from typing import Any

from forms_dsl.differences import called, changed_parts, parts_in_words, same
from forms_dsl.expr.tree import Expression
from forms_dsl.model import AnyOfStep, ChooseStep, Duration, Label, TogetherStep, Workflow, WorkflowStep
from forms_dsl.workflow_tree import branches_of, steps_within

_LONGEST = 60
_LABELS = frozenset({"label", "title", "help", "message", "reason", "subject", "body"})
_UNITS = {
    "second": {"zh": "秒", "en": "seconds"},
    "minute": {"zh": "分钟", "en": "minutes"},
    "hour": {"zh": "小时", "en": "hours"},
    "day": {"zh": "天", "en": "days"},
}
_WORDS = {
    "zh": {
        "added": "新增",
        "removed": "删除",
        "changed": "修改",
        "none": "无",
        "yes": "是",
        "no": "否",
        "order": "顺序",
        "join": "、",
        "next": "；",
    },
    "en": {
        "added": "added",
        "removed": "removed",
        "changed": "changed",
        "none": "none",
        "yes": "yes",
        "no": "no",
        "order": "order",
        "join": ", ",
        "next": "; ",
    },
}


def changes_in_words(old: object, new: object, parts: tuple[str, ...], language: str) -> str:
    """The parts in which two things differ, each with what is told about it where that is short enough."""
    told = []
    for part in parts:
        name = parts_in_words((part,), language)
        if not hasattr(old, part) or not hasattr(new, part):
            told.append(name)
            continue
        before, after = getattr(old, part), getattr(new, part)
        if part in _LABELS and isinstance(before, Mapping) and isinstance(after, Mapping):
            more = _texts(before, after, language)
        elif isinstance(old, Workflow) and part == "steps":
            more = _steps(before, after, language)
        else:
            more = _difference(before, after, language)
        text = f"{name} {more}" if more else name
        if text not in told:
            told.append(text)
    return _WORDS[language]["next"].join(told)


def _texts(old: Label, new: Label, language: str) -> str:
    """From what to what in the reader's language, or in the one that changed."""
    changed = next((each for each in (language, *new) if old.get(each) != new.get(each)), language)
    told = _from_to(old.get(changed, ""), new.get(changed, ""))
    return told if changed == language else f"{changed}: {told}"


def _steps(old: tuple[WorkflowStep, ...], new: tuple[WorkflowStep, ...], language: str) -> str:
    """Steps at any depth that came, went or changed, and blocks whose conditions did."""
    before, after = ({step.name: step for step in steps_within(steps)} for steps in (old, new))
    words = _WORDS[language]
    told = []
    for kind, one, other in (("added", after, before), ("removed", before, after)):
        names = [_name(step, name, language) for name, step in one.items() if name not in other and not branches_of(step)]
        told += [f"{words[kind]} {words['join'].join(names)}"] if names else []
    for name, step in after.items():
        was = before.get(name)
        if was is None or type(was) is not type(step) or same(_bare(was), _bare(step)):
            continue
        told.append(f"{_name(step, name, language)}{_within(_bare(was), _bare(step), language)}")
    return words["join"].join(told) or words["order"]


def _bare(step: WorkflowStep) -> WorkflowStep:
    """A step without the steps inside it, which are told themselves."""
    if isinstance(step, ChooseStep):
        return replace(step, branches=tuple(replace(branch, steps=()) for branch in step.branches), otherwise=None)
    if isinstance(step, TogetherStep | AnyOfStep):
        return replace(step, branches=tuple(replace(branch, steps=()) for branch in step.branches))
    return step


def _within(old: object, new: object, language: str) -> str:
    """In brackets what differs between two things of one type."""
    told = changes_in_words(old, new, changed_parts(old, new), language)
    return f"（{told}）" if language == "zh" else f" ({told})"


def _difference(old: Any, new: Any, language: str) -> str:
    """From what to what; of maps and lists what came, went and changed; nothing where words would not help."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        was_there, is_there = ({_key(key): item for key, item in each.items()} for each in (old, new))
        return _members(was_there, is_there, language)
    if isinstance(old, tuple) and isinstance(new, tuple):
        before, after = _by_name(old), _by_name(new)
        return _members(before, after, language) if before is not None and after is not None else ""
    if is_dataclass(old) and type(old) is type(new) and not isinstance(old, Expression | Duration | type):
        return _within(old, new, language).strip()
    was, now = _plain(old, language), _plain(new, language)
    return _from_to(was, now) if was is not None and now is not None else ""


def _key(key: object) -> str:
    """A key for a reader; some are places, made of several parts."""
    return ".".join(_key(part) for part in key) if isinstance(key, tuple) else str(key)


def _members(old: dict[str, Any], new: dict[str, Any], language: str) -> str:
    words = _WORDS[language]
    groups = (
        ("added", [_name(new[key], key, language) for key in new if key not in old]),
        ("removed", [_name(old[key], key, language) for key in old if key not in new]),
        ("changed", [_name(new[key], key, language) for key in new if key in old and not same(old[key], new[key])]),
    )
    told = [f"{words[kind]} {_short(words['join'].join(names))}" for kind, names in groups if names]
    return ("，" if language == "zh" else ", ").join(told) or words["order"]


def _by_name(things: tuple[Any, ...]) -> dict[str, Any] | None:
    """The things of a list by name, or None where they have none or share one."""
    names = [_identity(thing) for thing in things]
    if any(name is None for name in names) or len(set(names)) < len(names):
        return None
    return {str(name): thing for name, thing in zip(names, things, strict=True)}


def _identity(thing: Any) -> str | None:
    if isinstance(thing, str):
        return thing
    if isinstance(thing, tuple) and thing and all(isinstance(each, str | bool) for each in thing):
        return ".".join(str(each) for each in thing if isinstance(each, str))
    for attribute in ("name", "code", "id"):
        found = getattr(thing, attribute, None)
        if isinstance(found, str) and found:
            return found
    return None


def _name(thing: Any, name: str, language: str) -> str:
    label = getattr(thing, "label", None) or getattr(thing, "title", None)
    return called(label, language, name) if isinstance(label, Mapping) and label else name


def _plain(value: Any, language: str) -> str | None:
    """A single value in words, or None for what has no short ones."""
    words = _WORDS[language]
    if value is None or value == ():
        return words["none"]
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, Expression):
        return value.source
    if isinstance(value, Duration):
        unit = _UNITS[value.unit][language]
        return (
            f"{value.amount} {'工作' if value.working else ''}{unit}"
            if language == "zh"
            else f"{value.amount} {'working ' if value.working else ''}{unit}"
        )
    return None if is_dataclass(value) or isinstance(value, Mapping | tuple) else str(value)


def _from_to(old: str, new: str) -> str:
    return f"{_short(old)} → {_short(new)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

"""What an overlay may not do: change sealed things, types and ids, widen row rules, take names of the base's space."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.files.values import Read
from forms_dsl.overlay import codes
from forms_dsl.shape_choice import members_of, shape_of
from forms_dsl.source import Document, Pointer


def is_own_name(name: str) -> bool:
    """Whether a name is of the space that belongs to overlays."""
    return name.startswith("x_")


def owns_names(annotation: Any, data: object, key: str) -> bool:
    """Whether keys of a map are names that its author chooses, so that an overlay's need their prefix."""
    if annotation is None or shape_of(annotation, data) is not None:
        return False
    for member in members_of(annotation):
        if get_origin(member) is dict:
            of_key, of_value = get_args(member)
            read = (
                next((each for each in get_args(of_key)[1:] if isinstance(each, Read)), None)
                if get_origin(of_key) is Annotated
                else None
            )
            is_reference = read is not None and read.schema.get("x-value") in ("reference", "path")
            holds_maps = any(isinstance(each, type) and issubclass(each, BaseModel) for each in members_of(of_value))
            return holds_maps and not is_reference
    return False


def refuse_sealed(findings: list[Diagnostic], over: Document, place: Pointer, old: object, new: Mapping[str, Any]) -> bool:
    """Whether the base sealed this thing, with the finding; a place alone may be given to it."""
    if not isinstance(old, Mapping) or old.get("sealed") != "true" or not (new.keys() - {"after", "before", "first", "extend"}):
        return False
    message = Sentence("The base has sealed this: an overlay cannot change it.", "基础应用已将其封存：覆盖层不能修改。")
    findings.append(codes.SEALED.at(over.key_span(place), message, pointer=place))
    return True


def takes_sealed(findings: list[Diagnostic], over: Document, place: Pointer, old: object) -> bool:
    """Whether replacing or removing a whole thing of the base would take something sealed away with it, with the finding."""
    if not _holds_sealed(old):
        return False
    message = Sentence(
        "The base has sealed something in this: an overlay can neither replace nor remove it as a whole.",
        "其中有基础应用封存的内容：覆盖层不能整体替换或删除。",
    )
    findings.append(codes.SEALED.at(over.key_span(place), message, pointer=place))
    return True


def _holds_sealed(value: object) -> bool:
    if isinstance(value, Mapping):
        return value.get("sealed") == "true" or any(_holds_sealed(item) for item in value.values())
    return isinstance(value, list) and any(_holds_sealed(item) for item in value)


def is_fixed(findings: list[Diagnostic], over: Document, place: Pointer, holder: Pointer, key: str, old: Any, new: Any) -> bool:
    """Whether the key is one that nobody may override and has another value, with the finding."""
    is_type = key == "type" and len(holder) >= 2 and holder[-2] == "fields"
    if old == new or not (is_type or key == "id"):
        return False
    message = Sentence(f"An overlay cannot change the {key} of what the base ships.", f"覆盖层不能修改基础应用的 {key}。")
    hint = Sentence("Add a field of your own: x_…", "请新增自有字段：x_…") if is_type else None
    findings.append(codes.SEALED.at(over.span(place), message, pointer=place, hint=hint))
    return True


def widened_rules(over: Document, place: Pointer, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Row rules of a role that an overlay widens without saying why."""
    if len(place) != 4 or place[0] != "roles" or place[2] != "access" or "override_reason" in new:
        return
    for key in ("read", "deny"):
        if key not in new or new[key] == old.get(key):
            continue
        narrower = _is_narrower(str(old.get(key, "false")), str(new[key])) if key == "read" else "deny" not in old
        if not narrower:
            message = Sentence(
                f"The overlay changes the {key} rule so that more rows may be seen.",
                f"覆盖层修改了 {key} 规则，可能看到更多记录。",
            )
            hint = Sentence("Say why: override_reason: …", "请说明理由：override_reason: …")
            yield codes.WIDENED.at(over.span((*place, key)), message, pointer=(*place, key), hint=hint)


def _is_narrower(old: str, new: str) -> bool:
    """Whether the new condition is false, or the old one with further conditions joined by `and`."""
    if new == "false" or old == "true":
        return True
    kept, wanted = _conjuncts(new), _conjuncts(old)
    return bool(wanted) and wanted <= kept


def _conjuncts(text: str) -> frozenset[str]:
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    return frozenset(ast.dump(part) for part in parts)


def is_own_thing(name: str, kind: str) -> bool:
    """Whether an overlay may add a file of this name: tests, languages and upgrades are its own in any case."""
    return kind in ("tests", "i18n", "upgrade") or is_own_name(name.rpartition(".")[2]) or is_own_name(name)

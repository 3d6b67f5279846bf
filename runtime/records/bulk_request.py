"""The body of a bulk request as its items: what is wrong with one of them is said at its place and stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from forms_dsl.diagnostics import code
from forms_dsl.model import Label
from forms_dsl.source import escape_pointer
from runtime.compile.openapi_bulk import MOST_ITEMS
from runtime.failures import Failure, Fault, Invalid, VersionRequired

BAD_BULK = code("Q320", "A bulk request without items, with too many of them, or with a key that it does not have.")
BAD_ITEM = code("Q321", "An item of a bulk request that is no object, or that lacks or does not take what is named.")

BulkAction = Literal["create", "change", "delete", "restore"]
#: What an item holds beside its action, and what of it may be left out.
_KEYS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "create": (frozenset({"values"}), frozenset({"submit"})),
    "change": (frozenset({"id", "version", "values"}), frozenset()),
    "delete": (frozenset({"id", "version"}), frozenset()),
    "restore": (frozenset({"id", "version"}), frozenset()),
}


@dataclass(frozen=True, slots=True)
class BulkItem:
    """One write of many, as a single request would ask for it."""

    action: BulkAction
    values: Mapping[str, object] = field(default_factory=dict)
    #: The record that is changed, deleted or restored, and the version that this is based on.
    id: str = ""
    version: int = 0
    #: Whether the approval of a new record starts.
    submit: bool = True


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """The items in their order, in the place of one that cannot be read why; and whether all of them are done or none."""

    items: tuple[BulkItem | Failure, ...]
    all_or_nothing: bool


def parse_bulk(body: Mapping[str, object]) -> BulkRequest:
    """The items of a body; raises Invalid for what concerns the request as a whole."""
    faults = [
        _fault(BAD_BULK.id, f"/{escape_pointer(name)}", "批量请求没有此项。", "A bulk request does not have this.")
        for name in body
        if name not in {"items", "all_or_nothing"}
    ]
    items, together = body.get("items"), body.get("all_or_nothing", False)
    if not isinstance(items, list) or not 0 < len(items) <= MOST_ITEMS:
        zh, en = f"应为 1 至 {MOST_ITEMS} 项的列表。", f"This is a list of 1 to {MOST_ITEMS} items."
        faults.append(_fault(BAD_BULK.id, "/items", zh, en))
    if not isinstance(together, bool):
        faults.append(_fault(BAD_BULK.id, "/all_or_nothing", "应为 true 或 false。", "This is true or false."))
    if faults:
        raise Invalid(faults[0].message, code=BAD_BULK.id, faults=tuple(faults))
    read = tuple(_item(item, f"/items/{index}") for index, item in enumerate(cast("list[object]", items)))
    return BulkRequest(read, together is True)


def _item(raw: object, place: str) -> BulkItem | Failure:
    if not isinstance(raw, dict):
        return _bad([_fault(BAD_ITEM.id, place, "每一项应为对象。", "An item is an object.")])
    action = raw.get("action")
    if not isinstance(action, str) or action not in _KEYS:
        zh, en = "操作只能是 create、change、delete、restore。", "An action is create, change, delete or restore."
        return _bad([_fault(BAD_ITEM.id, f"{place}/action", zh, en)])
    faults = tuple(_faults(action, raw, place))
    if [f"{place}/version"] == [fault.pointer for fault in faults] and "version" not in raw:
        # What a single request says without If-Match.
        return VersionRequired(faults[0].message, faults=faults)
    if faults:
        return _bad(faults)
    return BulkItem(**raw)


def _faults(action: str, raw: Mapping[str, object], place: str) -> Iterator[Fault]:
    needed, optional = _KEYS[action]
    for name in sorted(needed - raw.keys()):
        zh, en = f"{action} 须有 {name}。", f"To {action}, an item needs {name}."
        yield _fault(BAD_ITEM.id, f"{place}/{name}", zh, en)
    for name, value in raw.items():
        if name not in needed | optional | {"action"}:
            zh, en = f"{action} 没有此项。", f"To {action}, an item does not have this."
            yield _fault(BAD_ITEM.id, f"{place}/{escape_pointer(name)}", zh, en)
        elif (wrong := _wrong(name, value)) is not None:
            yield Fault(BAD_ITEM.id, wrong, pointer=f"{place}/{name}")


def _wrong(name: str, value: object) -> Label | None:
    """Why a value is none for its key."""
    match name:
        case "id" if not isinstance(value, str):
            return {"zh": "应为记录的标识。", "en": "This is the id of a record, a text."}
        case "version" if not isinstance(value, int) or isinstance(value, bool):
            return {"zh": "应为记录的版本号。", "en": "This is the version of the record, a whole number."}
        case "values" if not isinstance(value, dict):
            return {"zh": "应为字段与值的对象。", "en": "This is an object of fields with their values."}
        case "submit" if not isinstance(value, bool):
            return {"zh": "应为 true 或 false。", "en": "This is true or false."}
        case _:
            return None


def _bad(faults: tuple[Fault, ...] | list[Fault]) -> Invalid:
    return Invalid(faults[0].message, code=BAD_ITEM.id, faults=tuple(faults))


def _fault(code: str, pointer: str, zh: str, en: str) -> Fault:
    return Fault(code, {"zh": zh, "en": en}, pointer=pointer)

"""The table of cases that both splice engines run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from forms_dsl.edit.operations import (
    InsertItem,
    InsertKey,
    MoveItem,
    MoveKey,
    Operation,
    RemoveItem,
    RemoveKey,
    RenameKey,
    SetKey,
    SetValue,
)

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("splice_cases.yaml").read_text())


def operation_of(case: dict[str, Any]) -> Operation:
    """The operation of a case as a value."""
    given = case["operation"]
    match given["kind"]:
        case "insertItem":
            return InsertItem(tuple(given["list"]), given["index"], given["value"])
        case "removeItem":
            return RemoveItem(tuple(given["path"]))
        case "moveItem":
            return MoveItem(tuple(given["from"]), tuple(given["to"]))
        case "setValue":
            return SetValue(tuple(given["path"]), given["value"])
        case "setKey":
            return SetKey(tuple(given["map"]), given["key"], given["value"], tuple(given["order"]))
        case "insertKey":
            return InsertKey(tuple(given["map"]), given["key"], given["value"], given["index"])
        case "removeKey":
            return RemoveKey(tuple(given["path"]))
        case "moveKey":
            return MoveKey(tuple(given["path"]), given["index"])
        case "renameKey":
            return RenameKey(tuple(given["path"]), given["name"])
    raise AssertionError(given["kind"])

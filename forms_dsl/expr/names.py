"""Names and paths: what they mean in a scope, and the nearest known name where they mean nothing."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from forms_dsl.diagnostics import did_you_mean
from forms_dsl.expr import codes
from forms_dsl.expr.bounds import with_bounds
from forms_dsl.expr.checking import Checking, words
from forms_dsl.expr.scope import CONTEXT_WORDS
from forms_dsl.expr.tree import Ref, ValueType

MAX_HOPS = 3


def path_of(node: ast.expr) -> tuple[str, ...] | None:
    """The words of `a.b.c`, or None when the node is not a path."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        head = path_of(node.value)
        return None if head is None else (*head, node.attr)
    return None


def shorter(node: ast.expr, steps: int) -> ast.expr:
    """The path without its last words."""
    return shorter(node.value, steps - 1) if steps and isinstance(node, ast.Attribute) else node


def check_path(checking: Checking, node: ast.Name | ast.Attribute) -> Ref | None:
    """The reference that a name or path stands for; None after a finding."""
    path = path_of(node) or ()
    scope = checking.scope
    if len(path) - 1 > MAX_HOPS:
        checking.report(codes.TOO_LARGE, node, f"The path {'.'.join(path)!r} has more than {MAX_HOPS} steps.")
        return None
    head = path[0]
    if checking.loop is not None and head == checking.loop.name:
        return _loop_path(checking, node, path, checking.loop.rows)
    if len(path) == 1:
        if head == "code" and scope.code is not None:
            return Ref(scope.code, "code", (), checking.span(node))
        if head in scope.output:
            return Ref(with_bounds(scope.output[head]), "output", path, checking.span(node))
    elif head in CONTEXT_WORDS:
        return _context_path(checking, node, path)
    type = _walk(checking, node, scope.fields, path, position=0, suggestions=_bare_names(checking))
    if type is None:
        return None
    checking.reads.add(path)
    return Ref(type, "record", path, checking.span(node))


def _bare_names(checking: Checking) -> frozenset[str]:
    scope = checking.scope
    known = set(scope.fields) | set(scope.output)
    if scope.code is not None:
        known.add("code")
    if checking.loop is not None:
        known.add(checking.loop.name)
    return frozenset(known)


def _loop_path(checking: Checking, node: ast.expr, path: tuple[str, ...], rows: Ref) -> Ref | None:
    if len(path) == 1:
        checking.report(codes.TYPES, node, f"{path[0]!r} is a whole row.", f"Name one of its fields, like {path[0]}.x")
        return None
    type = _walk(checking, node, rows.type.rows or {}, path, position=1)
    if type is None:
        return None
    if rows.root == "record":
        checking.reads.add((*rows.path, *path[1:]))
    return Ref(type, "row", path[1:], checking.span(node))


def _context_path(checking: Checking, node: ast.expr, path: tuple[str, ...]) -> Ref | None:
    word, scope = path[0], checking.scope
    names = scope.root(word)
    if names is None:
        checking.report(codes.NOT_HERE, node, f"{word!r} is not available in {scope.place.words}.")
        return None
    type = _walk(checking, node, names, path, position=1)
    if type is None:
        return None
    if word != "record":
        return Ref(type, word, path[1:], checking.span(node))
    if scope.outer:
        return Ref(type, "outer", path[1:], checking.span(node))
    checking.reads.add(path[1:])
    return Ref(type, "record", path[1:], checking.span(node))


def _walk(
    checking: Checking,
    node: ast.expr,
    names: Mapping[str, ValueType],
    path: tuple[str, ...],
    *,
    position: int,
    suggestions: frozenset[str] | None = None,
) -> ValueType | None:
    """The type at the end of `path` from `position` on, through references."""
    word = path[position]
    if word not in names:
        _report_unknown(checking, node, path, position, suggestions if suggestions is not None else frozenset(names))
        return None
    type = with_bounds(names[word])
    if position == len(path) - 1:
        return _in_place(type, path[:position])
    if type.name == "rows":
        checking.report(codes.TYPES, node, f"{word!r} is {words(type)}.", f"Use an aggregate, like sum({'.'.join(path)}).")
        return None
    target = checking.scope.entities.get(type.entity or "") if type.name == "reference" else None
    if target is None:
        checking.report(codes.TYPES, node, f"{word!r} is {words(type)}; a path goes only through references.")
        return None
    return _walk(checking, node, target, path, position=position + 1)


def _in_place(type: ValueType, way: tuple[str, ...]) -> ValueType:
    """A currency that is named by a field belongs to the record where the field stands."""
    if type.currency is None or type.currency.isupper() or not way:
        return type
    return replace(type, currency=".".join((*way, type.currency)))


def _report_unknown(checking: Checking, node: ast.expr, path: tuple[str, ...], position: int, known: frozenset[str]) -> None:
    word = path[position]
    end = checking.parsed.end(shorter(node, len(path) - 1 - position))
    owner = f" in {'.'.join(path[:position])!r}" if position else ""
    hint = did_you_mean(word, known)
    if hint is None and not position and len(path) == 1:
        if word in CONTEXT_WORDS:
            hint = f"Name one of its parts, like {word}.x"
        elif word.lower() in ("true", "false", "none", "null"):
            hint = "Write True, False or None."
        else:
            hint = f'A text needs quotes: "{word}"'
    checking.report(codes.UNKNOWN_NAME, (end - len(word), end), f"Unknown name {word!r}{owner}.", hint)

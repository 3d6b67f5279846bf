"""Names and paths: what they mean in a scope, and the nearest known name where they mean nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from forms_dsl.codes import DEPRECATED
from forms_dsl.deprecation import deprecated_words
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr import codes
from forms_dsl.expr.bounds import with_bounds
from forms_dsl.expr.checking import Checking, words
from forms_dsl.expr.functions import FUNCTIONS
from forms_dsl.expr.scope import CONTEXT_WORDS
from forms_dsl.expr.tokens import write
from forms_dsl.expr.tree import Ref, ValueType

MAX_HOPS = 3

#: What a whole expression of a type is, where a bare word stands that means nothing.
_LITERALS = {
    "number": Sentence("A number is needed here, like 0.", "此处应为数字，如 0。"),
    "boolean": Sentence("Write true, false or a condition.", "请写 true、false 或一个条件。"),
    "date": Sentence("A day is written date(2025, 3, 31), this one today().", "日期写成 date(2025, 3, 31)，当天写成 today()。"),
    "datetime": Sentence("Write now(), or the name of a field.", "请写 now() 或字段名称。"),
}


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
        spelled = ".".join(path)
        message = Sentence(f"The path {spelled!r} has more than {MAX_HOPS} steps.", f"路径“{spelled}”超过 {MAX_HOPS} 步。")
        checking.report(codes.TOO_LARGE, node, message)
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
    type = _walk(checking, node, scope.fields, path, position=0, suggestions=_bare_names)
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
        message = Sentence(f"{path[0]!r} is a whole row.", f"“{path[0]}”是整行明细。")
        checking.report(codes.TYPES, node, message, _name_a_part(path[0]))
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
        place = scope.place.words
        checking.report(
            codes.NOT_HERE, node, Sentence(f"{word!r} is not available in {place.en}.", f"{place.zh}里不能用“{word}”。")
        )
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
    suggestions: Callable[[Checking], frozenset[str]] | None = None,
) -> ValueType | None:
    """The type at the end of `path` from `position` on, through references."""
    word = path[position]
    if word not in names:
        _report_unknown(checking, node, path, position, suggestions(checking) if suggestions else frozenset(names))
        return None
    type = with_bounds(names[word])
    if type.deprecated:
        end = checking.parsed.end(shorter(node, len(path) - 1 - position))
        checking.report(DEPRECATED, (end - len(word), end), *deprecated_words(word, type.deprecated))
    if position == len(path) - 1:
        return _in_place(type, path[:position])
    if type.name == "rows":
        spelled = f"sum({'.'.join(path)})"
        message = Sentence(f"{word!r} is {words(type).en}.", f"“{word}”是{words(type).zh}。")
        checking.report(codes.TYPES, node, message, Sentence(f"Use an aggregate, like {spelled}.", f"请用汇总，如 {spelled}。"))
        return None
    target = checking.scope.entities.get(type.entity or "") if type.name == "reference" else None
    if target is None:
        kind = words(type)
        message = Sentence(
            f"{word!r} is {kind.en}; a path goes only through references.", f"“{word}”是{kind.zh}；路径只能经过引用。"
        )
        if type.name == "reference":
            message = Sentence(
                f"The fields of what {word!r} refers to are not known here.", f"这里不知道“{word}”所引用实体的字段。"
            )
        checking.report(codes.TYPES, node, message)
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
    message = Sentence(f"Unknown name {word!r}.", f"没有名称“{word}”。")
    if position:
        owner = checking.shown(".".join(path[:position]))
        message = Sentence(f"Unknown name {word!r} in {owner!r}.", f"“{owner}”里没有名称“{word}”。")
    is_function = not position and len(path) == 1 and word in FUNCTIONS and not FUNCTIONS[word].parameters
    whole = not position and len(path) == 1
    hint = write(f"{word}()") if is_function else _name_a_part(word) if whole and word in CONTEXT_WORDS else None
    hint = hint or checking.suggest(word, known)
    if hint is None and whole:
        if word.lower() in ("true", "false", "none", "null"):
            hint = write("True / False / None")
        else:
            needed = checking.expected if node is checking.parsed.root else None
            hint = _LITERALS.get(needed.name if needed else "") or Sentence(
                f'A text needs quotes: "{word}"', f'文本要加引号："{word}"'
            )
    checking.report(codes.UNKNOWN_NAME, (end - len(word), end), message, hint)


def _name_a_part(word: str) -> Sentence:
    return Sentence(f"Name one of its parts, like {word}.x", f"请写它的一个部分，如 {word}.x")

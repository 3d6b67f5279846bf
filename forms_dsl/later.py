"""What the language has and this version does not carry out, read from the places that refuse it (M416, W102).

The sources are read, not imported, like those of the codes: whoever builds a part takes its line out there, and the mark goes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from forms_dsl.kinds import KINDS

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (
    "runtime/publish/rules/not_carried_out.py",
    "runtime/publish/rules/later_kinds.py",
    "workflow_engine/carried_out.py",
)

#: Class of the model that a function looks at → kind of file.
_BY_CLASS = {
    "Entity": "entity", "Field": "entity", "Form": "form", "ListView": "list", "AccessRule": "roles", "Role": "roles",
    "Tile": "dashboard", "Workflow": "workflow", "WorkflowStep": "workflow", "HumanStep": "workflow", "Automation": "automation",
}  # fmt: skip
#: A set of what is built, by its name in a source: the kind of file and everything that the set could hold.
_BUILT = {
    ("workflow_engine/carried_out.py", "FOUND_PEOPLE"): (
        "workflow",
        ("role", "post", "group", "leader_of", "field"),
    ),
    ("runtime/publish/rules/automations.py", "BUILT_ACTIONS"): (
        "automation",
        ("set", "create", "work_item", "send", "start", "call", "import", "refuse"),
    ),
}
_BY_GROUP = {kind.group: kind.name for kind in KINDS.values()}


@lru_cache(maxsize=1)
def later() -> Mapping[str, tuple[str, ...]]:
    """Kind of file → the words for what is not carried out, as the refusal names them; the kind's own name for all of it."""
    found: dict[str, list[str]] = {}
    for source in SOURCES:
        tree = ast.parse((ROOT / source).read_text(encoding="utf-8"))
        for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            for kind, word in _words(function, function, _kind_of(function), {}):
                found.setdefault(kind, []).append(word)
    for (source, name), (kind, all_words) in _BUILT.items():
        built = _set_in(ast.parse((ROOT / source).read_text(encoding="utf-8")), name)
        found.setdefault(kind, []).extend(word for word in all_words if word not in built)
    return {kind: tuple(dict.fromkeys(words)) for kind, words in found.items() if words}


def _set_in(tree: ast.Module, name: str) -> tuple[str, ...]:
    """The texts of a constant; raises StopIteration when it is not there any more, so that nobody forgets this page."""
    return next(
        _constants(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    )


def _kind_of(function: ast.FunctionDef) -> str | None:
    """The kind that a function looks at, by the class of its first argument."""
    annotation = function.args.args[0].annotation if function.args.args else None
    return _BY_CLASS.get(annotation.id) if isinstance(annotation, ast.Name) else None


def _words(
    function: ast.FunctionDef, node: ast.AST, kind: str | None, bound: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """The words that the yields below a node say, each with its kind; `bound` are names that run over constants."""
    for child in ast.iter_child_nodes(node):
        inner, names = kind, bound
        if isinstance(child, ast.For | ast.comprehension):
            group = next(
                (_BY_GROUP[a.attr] for a in ast.walk(child.iter) if isinstance(a, ast.Attribute) and a.attr in _BY_GROUP), None
            )
            inner = group or kind
            if isinstance(child.target, ast.Name) and isinstance(child.iter, ast.Tuple):
                names = {**bound, child.target.id: tuple(_constants(child.iter))}
        if isinstance(child, ast.Tuple) and _is_table_row(child):
            name = str(ast.literal_eval(child.elts[0]))
            yield name, name
        value = _yielded(child)
        group = _group_in(child)
        if value is not None and (group or inner) is not None:
            yield from ((str(group or inner), word) for word in _said(value, names))
        yield from _words(function, child, inner, names)


def _yielded(node: ast.AST) -> ast.expr | None:
    """What a statement yields, also through a generator."""
    if isinstance(node, ast.Yield):
        return node.value
    if isinstance(node, ast.YieldFrom) and isinstance(node.value, ast.GeneratorExp):
        return node.value.elt
    return None


def _group_in(node: ast.AST) -> str | None:
    """The group of things that a generator runs over."""
    if not isinstance(node, ast.YieldFrom):
        return None
    return next((_BY_GROUP[a.attr] for a in ast.walk(node) if isinstance(a, ast.Attribute) and a.attr in _BY_GROUP), None)


def _is_table_row(node: ast.Tuple) -> bool:
    """`("dashboard", app.dashboards)`: all of a kind."""
    return len(node.elts) == 2 and isinstance(node.elts[0], ast.Constant) and isinstance(node.elts[1], ast.Attribute)


def _said(value: ast.expr, bound: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The words of one yield: a text, a span with a text, or a path of keys."""
    match value:
        case ast.Tuple(elts=[first, ast.Constant() | ast.JoinedStr() as word]) if not isinstance(first, ast.Constant):
            yield from _said(word, bound)
        case ast.Tuple(elts=elements):
            paths: list[tuple[str, ...]] = [()]
            for each in elements:
                words = (
                    _constants(each)
                    if isinstance(each, ast.Constant)
                    else bound.get(each.id, ())
                    if isinstance(each, ast.Name)
                    else ()
                )
                paths = [(*path, word) for path in paths for word in words] if words else paths
            yield from (".".join(path) for path in paths if path)
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        case _:
            names = [each.id for each in ast.walk(value) if isinstance(each, ast.Name) and each.id in bound]
            yield from (word.rstrip("_") for name in names for word in bound[name])


def _constants(node: ast.expr) -> tuple[str, ...]:
    return tuple(str(each.value) for each in ast.walk(node) if isinstance(each, ast.Constant))

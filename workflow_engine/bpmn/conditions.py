"""Conditions of other products in our language: FEEL, and the expression language of Java engines; only what is simple."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from forms_dsl.importers.expressions.parser import call
from forms_dsl.importers.expressions.printer import translated
from forms_dsl.importers.expressions.tree import Called, Constant, Dialect, Known, Node, Resolve, Untranslatable
from forms_dsl.importers.formjs.feel import FEEL
from workflow_engine.bpmn.names import OWN_LANGUAGE
from workflow_engine.markup.source import Element

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WRAPPED = re.compile(r"[$#]\{(.*)\}\Z", re.DOTALL)


def _empty(arguments: tuple[Node, ...]) -> Node:
    return Called("is_missing", arguments)


#: What `${…}` holds in Camunda 7, Flowable and Activiti.
JAVA = Dialect(
    "${…}",
    (
        (r"&&|and\b", "and"), (r"\|\||or\b", "or"), (r"==|eq\b", "=="), (r"!=|ne\b", "!="), (r"<=|le\b", "<="), (r">=|ge\b", ">="),
        (r"<|lt\b", "<"), (r">|gt\b", ">"), (r"!|not\b", "!"), (r"\?", "?"), (r":", ":"), (r"\+", "+"), (r"-", "-"), (r"\*", "*"),
        (r"/", "/"), (r"\(", "("), (r"\)", ")"), (r",", ","), (r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*", "name"),
    ),
    MappingProxyType({"empty": _empty, "abs": call("abs", 1)}),
    literals=MappingProxyType({
        "true": Constant("true", "boolean"), "false": Constant("false", "boolean"), "null": Constant("", "missing"),
    }),
)  # fmt: skip


def own_condition(expression: Element, fields: Mapping[str, str], *, ours: bool) -> str:
    """A condition in our language; raises Untranslatable. `fields` are the entity's with their types, `ours` says who drew it."""
    text = expression.text.strip()
    if not text:
        raise Untranslatable("it is empty", "为空")
    wrapped = _WRAPPED.match(text)
    if expression.get("language") == OWN_LANGUAGE or (ours and not wrapped and not text.startswith("=")):
        return text

    def resolve(name: str) -> Known:
        snake = ".".join(_CAMEL.sub("_", part).lower() for part in name.split("."))
        path = name if name in fields else snake
        # A name that is no field stays: `qiqiao check` asks for it, at its place.
        return Known(path, fields.get(path))

    if wrapped:
        return _translated(wrapped[1], JAVA, resolve)
    if text.startswith("="):
        return _translated(text[1:], FEEL, resolve)
    try:
        return _translated(text, FEEL, resolve)
    except Untranslatable:
        return _translated(text, JAVA, resolve)


def _translated(text: str, dialect: Dialect, resolve: Resolve) -> str:
    bare = text.strip()
    negated = re.match(r"(?:!|not\s)\s*(?=[A-Za-z_][\w.]*\Z)", bare)
    name = bare[negated.end() :] if negated else bare
    if re.fullmatch(r"[A-Za-z_][\w.]*", name) and name not in dialect.literals:
        path = resolve(name).path
        return f"not {path}" if negated else path
    return translated(text, dialect, resolve, condition=True)


def negation(conditions: list[str]) -> str:
    """The condition of the way that is taken when none of the others is."""
    return f"not ({' or '.join(f'({one})' for one in conditions)})"

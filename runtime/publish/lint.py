"""The rules over a change: one file each in `rules/`, found by listing the folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.diff import Change
from runtime.compile.app import CompiledApp
from runtime.publish.state import DatabaseState
from runtime.publish.types import Misfit


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rule looks at: the app before and after, the database, and what was counted in it."""

    old: CompiledApp | None
    new: CompiledApp
    state: DatabaseState
    misfits: tuple[Misfit, ...]
    changes: tuple[Change, ...]
    #: The roles in the app that somebody who made the change holds, one set a person.
    makers: tuple[frozenset[str], ...] = ()


Rule = Callable[[Proposal], Iterator[Diagnostic]]


@cache
def publish_rules() -> tuple[Rule, ...]:
    """The `check` function of every module in `rules/`, by name."""
    package = importlib.import_module("runtime.publish.rules")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(importlib.import_module(f"runtime.publish.rules.{name}").check for name in names)


def lint(proposal: Proposal) -> tuple[Diagnostic, ...]:
    """What all rules find, in the order of the files."""
    found = [diagnostic for rule in publish_rules() for diagnostic in rule(proposal)]
    return tuple(sorted(found, key=lambda one: (one.span.file, one.span.line, one.span.column, one.code)))

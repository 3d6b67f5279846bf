"""What is different between two sets of texts of an app, in words, as far as both can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.diff import Change, diff_apps
from runtime.context import Context
from runtime.publish.types import Files
from workflow_engine.verify import load_verified


@dataclass(frozen=True, slots=True)
class Compared:
    """The changes between two versions, and what is wrong with the later one; no change is told of one with errors."""

    changes: tuple[Change, ...]
    diagnostics: tuple[Diagnostic, ...]


def changes_of(context: Context, before: Sequence[Files], after: Files) -> Compared:
    """The changes that lead to these texts, beside the live apps, from the first of some earlier ones that has no error."""
    new = load_verified(after, others=context.live_apps)
    loaded = (load_verified(files, others=context.live_apps).app for files in before if files)
    old = next((app for app in loaded if app is not None), None)
    return Compared(tuple(diff_apps(old, new.app)) if new.app is not None else (), new.diagnostics)

"""The verbs of `qiqiao`, one module each, found by listing this folder.

A module has `add(verbs)`, which describes the verb and names the function that runs it: `(arguments, locale) -> exit code`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from forms_dsl.model import Label

Run = Callable[[argparse.Namespace, str], int]


class Mistake(Exception):
    """Something in the call or on this machine is not as it must be; `words` says what, and what to do."""

    def __init__(self, words: Label) -> None:
        super().__init__(words["en"])
        self.words = words


@dataclass(frozen=True, slots=True)
class Verbs:
    """Where verbs are added to the command line."""

    actions: Any

    def add(self, name: str, help: str, description: str, examples: str, run: Run) -> argparse.ArgumentParser:
        """A verb with its help and examples; the caller adds its arguments."""
        parser: argparse.ArgumentParser = self.actions.add_parser(
            name,
            help=help,
            description=description,
            epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(run=run)
        return parser


def locale_of(environment: Mapping[str, str]) -> str:
    """The language of the command line: QIQIAO_LOCALE, else that of LANG where it is Chinese, else English."""
    asked: Any = environment.get("QIQIAO_LOCALE") or environment.get("LC_ALL") or environment.get("LANG") or ""
    return "zh" if asked.startswith("zh") else "en"

"""What an installation is for: development, test or production, with the name and colour by which people tell them apart.

It comes from the environment of the process, never from the database: a copy of a production database that is put under
a test server must not call itself production.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from forms_dsl.model import Label

Kind = Literal["development", "test", "production"]

KIND_LABELS: Mapping[Kind, Label] = {
    "development": {"zh": "开发环境", "en": "Development"},
    "test": {"zh": "测试环境", "en": "Test"},
    "production": {"zh": "生产环境", "en": "Production"},
}
_COLORS: Mapping[Kind, str] = {"development": "#2a7f5f", "test": "#b7791f", "production": "#b3261e"}
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Environment:
    """One installation: its kind, what the bank calls it, and the colour of its mark."""

    kind: Kind
    name: str | None
    color: str

    @property
    def label(self) -> Label:
        """What people call it: the bank's own name, else that of its kind."""
        return {"zh": self.name, "en": self.name} if self.name else KIND_LABELS[self.kind]


def is_kind(text: object) -> bool:
    """Whether a text names a kind of environment."""
    return text in get_args(Kind)


def read_environment(variables: Mapping[str, str]) -> Environment | None:
    """The environment that a process is told it is, None where it is told nothing; raises ValueError for what cannot be one."""
    kind = variables.get("QIQIAO_ENVIRONMENT")
    if not kind:
        return None
    name, color = variables.get("QIQIAO_ENVIRONMENT_NAME", "").strip(), variables.get("QIQIAO_ENVIRONMENT_COLOR")
    for known in get_args(Kind):
        if kind == known:
            chosen = color or _COLORS[known]
            if not _COLOR.fullmatch(chosen):
                raise ValueError(f"QIQIAO_ENVIRONMENT_COLOR is a colour like #b3261e, not {chosen!r}")
            if len(name) > _LONGEST_NAME or not name.isprintable():
                raise ValueError(f"QIQIAO_ENVIRONMENT_NAME is one line of at most {_LONGEST_NAME} characters")
            return Environment(known, name or None, chosen)
    raise ValueError(f"QIQIAO_ENVIRONMENT is development, test or production, not {kind!r}")

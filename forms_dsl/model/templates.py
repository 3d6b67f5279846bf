"""Templates: words of messages and printed pages, with placeholders only."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.expr.tree import Expression
from forms_dsl.model.entities import Label
from forms_dsl.source import Span


@dataclass(frozen=True, slots=True)
class TemplatePath:
    """One field that a template names: its path, the format it is shown in, and where that stands."""

    path: str
    format: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class PrintBlock:
    """One block of a page: `kind` text, facts, table, opinions, signatures or image."""

    kind: str
    name: str
    span: Span
    label: Label | None = None
    items: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    width: int = 1
    totals: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    visible: Expression | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A message (subject and body) or a printed page (blocks); `paths` are all fields that it names."""

    id: str
    name: str
    kind: str
    entity: str
    label: Label
    span: Span
    paths: tuple[TemplatePath, ...]
    when: Expression | None = None
    subject: Label | None = None
    body: Label | None = None
    size: str = "A4"
    orientation: str = "portrait"
    watermark: str | None = None
    blocks: tuple[PrintBlock, ...] = ()

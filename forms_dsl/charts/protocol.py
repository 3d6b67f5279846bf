"""What a chart is: one module per kind in this folder, found by listing it; the browser draws it."""

from __future__ import annotations

from dataclasses import dataclass

from forms_dsl.model import Label


@dataclass(frozen=True, slots=True)
class ChartKind:
    """A kind of chart; its name is the name of its module here and in ui/src/charts."""

    name: str
    label: Label

"""Pie."""

from forms_dsl.charts.protocol import ChartKind

CHART = ChartKind("pie", {"zh": "饼图", "en": "Pie"})

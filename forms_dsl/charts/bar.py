"""Bars."""

from forms_dsl.charts.protocol import ChartKind

CHART = ChartKind("bar", {"zh": "柱状图", "en": "Bars"})

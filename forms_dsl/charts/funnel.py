"""Funnel."""

from forms_dsl.charts.protocol import ChartKind

CHART = ChartKind("funnel", {"zh": "漏斗图", "en": "Funnel"})

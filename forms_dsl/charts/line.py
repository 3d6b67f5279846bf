"""Line."""

from forms_dsl.charts.protocol import ChartKind

CHART = ChartKind("line", {"zh": "折线图", "en": "Line"})

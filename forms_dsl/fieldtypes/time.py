"""A time of day on a 24-hour clock, as 09:30 or 09:30:15."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("time", {"zh": "时间", "en": "Time of day"}, "⏱", "time", 8, widget="time")

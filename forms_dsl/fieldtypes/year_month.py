"""A month without a day, as 2026-01."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("year_month", {"zh": "年月", "en": "Month"}, "月", "year_month", 7, widget="year_month")

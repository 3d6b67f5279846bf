"""Unified social credit code of an organisation, 18 characters with check digit."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("uscc", {"zh": "统一社会信用代码", "en": "Social credit code"}, "企", "uscc", 18)

"""Resident identity card number, 18 characters with check digit."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("id_card", {"zh": "身份证号", "en": "ID card number"}, "证", "id_card", 18)

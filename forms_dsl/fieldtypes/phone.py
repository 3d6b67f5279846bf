"""Telephone number: mobile, landline with area code, 400/800, short service number, or international with +."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("phone", {"zh": "电话号码", "en": "Telephone number"}, "☎", "phone", 24, ignored=" ")

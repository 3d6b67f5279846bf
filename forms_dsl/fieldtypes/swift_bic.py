"""Business identifier code of a bank (ISO 9362), 8 or 11 characters."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("swift_bic", {"zh": "SWIFT 代码", "en": "SWIFT code"}, "Ⓢ", "swift_bic", 11, ignored=" ")

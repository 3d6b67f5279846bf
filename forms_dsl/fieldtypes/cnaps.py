"""Number of a bank in the payment system of China (联行号), 12 digits."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("cnaps", {"zh": "联行号", "en": "CNAPS bank code"}, "行", "cnaps", 12)

"""International bank account number (ISO 13616), check digits by ISO 7064 MOD 97-10."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("iban", {"zh": "国际银行账号", "en": "IBAN"}, "账", "iban", 34, ignored=" ")

"""Number of a bank card, 12 to 19 digits, the last one by Luhn (ISO/IEC 7812-1)."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("bank_card", {"zh": "银行卡号", "en": "Bank card number"}, "卡", "bank_card", 19, ignored=" -")

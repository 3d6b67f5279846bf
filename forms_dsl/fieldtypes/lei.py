"""Legal entity identifier (ISO 17442), 20 characters, check digits by ISO 7064 MOD 97-10."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("lei", {"zh": "法人识别编码", "en": "Legal entity identifier"}, "法", "lei", 20)

"""Address of electronic mail, kept in small letters."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("email", {"zh": "电子邮箱", "en": "E-mail"}, "@", "email", 254, letters=str.lower)

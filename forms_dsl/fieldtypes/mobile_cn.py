"""Mobile number of mainland China, 11 digits."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("mobile_cn", {"zh": "手机号", "en": "Mobile number"}, "机", "phone_cn", 11)

"""A signature drawn on the screen, kept as one PNG picture."""

from forms_dsl.fieldtypes.attachments import Attachments
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = Attachments(
    "signature", {"zh": "手写签名", "en": "Signature"}, "签", "signature", frozenset(), accept=("image/png",), max_mb=1
)

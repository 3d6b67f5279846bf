"""Attached files of the kinds and size that the field allows."""

from forms_dsl.fieldtypes.attachments import Attachments
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = Attachments("file", {"zh": "附件", "en": "File"}, "附", "file")

"""Pictures; JPEG, PNG and WebP up to 5 MB where nothing is said."""

from forms_dsl.fieldtypes.attachments import Attachments
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = Attachments(
    "image", {"zh": "图片", "en": "Picture"}, "图", "file", accept=("image/jpeg", "image/png", "image/webp"), max_mb=5
)

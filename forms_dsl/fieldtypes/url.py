"""Address of a page, http or https only, so that no link runs a script."""

from forms_dsl.fieldtypes.pattern_text import PatternText
from forms_dsl.fieldtypes.protocol import FieldType

TYPE: FieldType = PatternText("url", {"zh": "网址", "en": "Web address"}, "🔗", "url", 2000, widget="url", letters=str)

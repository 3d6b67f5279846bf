"""A share, kept as a fraction: short for a decimal with `percent: true`, with 4 decimals where nothing is said."""

from forms_dsl.fieldtypes.protocol import ShortForm

SHORT_FORM = ShortForm(
    "percent", {"zh": "百分比", "en": "Percentage"}, "%", "percent", "decimal", {"percent": True}, {"scale": 4}
)

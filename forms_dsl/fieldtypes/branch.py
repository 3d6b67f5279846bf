"""A unit of the bank: short for a reference to `org.branch`."""

from forms_dsl.fieldtypes.protocol import ShortForm

SHORT_FORM = ShortForm("branch", {"zh": "机构", "en": "Branch"}, "构", "reference", "reference", {"to": "org.branch"})

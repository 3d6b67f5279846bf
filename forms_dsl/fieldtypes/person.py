"""A person of the bank: short for a reference to `org.person`."""

from forms_dsl.fieldtypes.protocol import ShortForm

SHORT_FORM = ShortForm("person", {"zh": "人员", "en": "Person"}, "人", "reference", "reference", {"to": "org.person"})

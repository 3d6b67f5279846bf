"""XLSForm workbooks (survey, choices, settings): a questionnaire to an entity with its form."""

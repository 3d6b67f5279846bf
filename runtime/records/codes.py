"""The kinds of fault that a request for records can have; the numbers are never reused."""

from __future__ import annotations

from forms_dsl.diagnostics import code

UNKNOWN_PARAMETER = code("Q201", "A query parameter that is not known here, or stands twice.")
BAD_PARAMETER = code("Q202", "A query parameter has a value that is not possible.")
UNKNOWN_NAME = code("Q203", "A name in select, expand or order that does not exist, or is not this person's to know.")
BAD_CURSOR = code("Q204", "A cursor that was not made for this very question.")
MASKED_NAME = code("Q205", "A masked field in a filter, order, search or group: its values may not be told apart.")
ENCRYPTED_NAME = code("Q214", "An encrypted field in an order, or in a filter that needs more than its whole value.")
NOT_SORTABLE = code("Q206", "An order by a field whose values have no order.")
TOO_SLOW = code("Q207", "The question takes longer than a page may; narrow the filter.")
NO_FEED = code("Q210", "A change feed of an entity whose definition keeps no trail.")
NO_PAST = code("Q229", "A record as at a moment, where its definition keeps no trail or the trail does not hold every write.")

UNKNOWN_FIELD = code("Q301", "A field in the body that does not exist, or is not this person's to know.")
NOT_WRITABLE = code("Q302", "A field in the body that this person may not enter, or that nobody enters.")
REQUIRED = code("Q303", "A required field is missing.")
NOT_VALID_NOW = code("Q304", "A choice that cannot be chosen here today.")
NO_SUCH_RECORD = code("Q305", "A reference to a record that is not there, not this person's to see, or not allowed here.")
DUPLICATE = code("Q315", "A record that a rule on duplicates does not let be there twice.")
NOT_UNIQUE = code("Q306", "A value that another record already has.")
RULE = code("Q307", "A check or rule of the definition is not kept.")
NOT_ASKED = code("Q308", "A value for a field that is not asked for under these values.")
BAD_ROWS = code("Q309", "Child rows that are no list of objects, too many, or refer to rows of another record.")
BAD_FILE = code("Q312", "A file that is empty, too large, or of a kind that its field does not take.")
NOT_TAKEN = code(
    "Q340", "A choice of a merge that names no field or record of it, or a value that this person may not take over."
)
LINKED = code("Q341", "Records to be merged refer to one another.")
MANY_REFERENCES = code("Q342", "More references lead to the records to be merged than one merge moves.")
REFERENCE_STAYS = code("Q343", "A record that refers to one of those to be merged cannot refer to the one that stays.")
IS_MERGED = code("Q344", "A record that was merged into another one: it only comes back when the merge is undone.")
NOT_MERGED = code("Q345", "A merge that cannot be undone: it was undone already, or the record that stayed is gone.")
NOT_ENOUGH = code("Q346", "A merge of one record, of too many, or of a record that stands twice.")
REFUSED_BY_RULE = code("Q313", "An automation of the definition refuses the write.")
STILL_REFERRED = code("Q310", "A record cannot be deleted while others refer to it.")
IN_APPROVAL = code("Q311", "A record cannot be deleted while an approval of it is running, nor changed but in its open step.")

NOT_THIS_REPORT = code("Q209", "A report that needs fields which this person may not read in clear.")
TOO_MANY_GROUPS = code("Q208", "A report with more groups than a table may have.")

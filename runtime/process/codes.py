"""The kinds of refusal that an approval can give; the numbers are never reused."""

from __future__ import annotations

from forms_dsl.diagnostics import code

NOT_YOURS = code("P403", "Four eyes, the own case, a second seat, or a role no longer held: this person may not act here.")
OVER_LIMIT = code("P404", "The amount is above the person's own limit.")
MAY_NOT_START = code("P405", "This person may not start the approval.")
DECIDED = code("P409", "Somebody else was first: decided or claimed, by whom and when.")
RUNNING = code("P410", "An approval of the record is running already.")
NOT_YOUR_TURN = code("P411", "The seats decide one after the other, and an earlier one is still open.")
NO_SUCH_DECISION = code("P412", "The step does not offer this decision.")
CALL_UNDER_WAY = code("P413", "A call to another system has no result yet, and a return would leave it behind.")
TOO_LATE_TO_RECALL = code("P414", "Somebody has acted, or another system was changed: the submission stays.")
NOTHING_HELD = code("P415", "The approval is not held, so there is nothing to try again.")
OUTCOME_UNKNOWN = code("P416", "Nobody knows how a call ended; it is not sent again before that is cleared up.")
NO_CLAIM = code("P417", "There is nothing to claim, or nothing to give back.")
NO_DRAFT = code("P418", "The record was submitted before; only a draft is.")
CALL_DONE = code("P419", "Another system did something, or may have; going back would have it done twice.")
UNSEEN_CHANGE = code("P420", "Material fields changed since the task was given, and the decision names no version.")
AUTHORITY_MOVED = code("P421", "The authority table sends the case elsewhere by now; here nobody may approve it.")
OPINION_MISSING = code("P422", "The decision needs a written opinion.")
NO_SUCH_TARGET = code("P423", "The case cannot be returned to this step.")
NO_FIELDS_HERE = code("P424", "Fields came with a decision that takes none.")
VALUE_MISSING = code("P425", "The step needs a value that is missing.")
COOLING = code("P427", "The pause after an earlier end of the same approval is not over yet: `until`.")
BAD_CURSOR = code("P426", "A cursor that was not given for this list of tasks.")

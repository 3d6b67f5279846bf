"""The codes of what is refused before or beside any route."""

from __future__ import annotations

from forms_dsl.diagnostics import code

NO_SUCH_METHOD = code("Q405", "The address does not support the method.").id
OTHER_ORIGIN = code("Q408", "A change with the browser's session that does not come from a page of this site.").id
OTHER_REQUEST = code("Q410", "An Idempotency-Key that was used for another request.").id
STILL_RUNNING = code("Q411", "The same request with this Idempotency-Key is running; try again shortly.").id
ANSWER_LOST = code("Q407", "A request that took effect before, whose answer was lost when the server stopped.").id
NOT_JSON = code("Q417", "The body is missing, not valid JSON, or nested too deeply.").id
NAME_TWICE = code("Q418", "A name stands twice in one object of the body.").id
BAD_CHARACTER = code("Q419", "A text of the body holds NUL or half a character.").id
UNEXPECTED = code("Q500", "Something unexpected happened and nothing was changed.").id
OVERTAKEN = code("Q504", "Another transaction stood in the way of this one, which was undone; try again.").id

"""Failures at run time, one class per decision the caller must make; each knows its code and status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_dsl.model import Label


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a request: where (`pointer` into the body or `parameter` of the query), code and message."""

    code: str
    message: Label
    pointer: str | None = None
    parameter: str | None = None


class Failure(Exception):
    """Base of all failures; never raised itself."""

    status = 500
    code = "Q500"

    def __init__(
        self, message: Label, *, code: str | None = None, faults: tuple[Fault, ...] = (), extra: Mapping[str, object] = {}
    ) -> None:
        super().__init__(message.get("en", ""))
        self.message = message
        self.code = code or type(self).code
        self.faults = faults
        self.extra = extra


class NotSignedIn(Failure):
    """Nobody is known: sign in."""

    status, code = 401, "Q401"


class NotAllowed(Failure):
    """The person may not do this here and may know that."""

    status, code = 403, "Q403"


class NotFound(Failure):
    """Not there, or not this person's to know: both answer alike."""

    status, code = 404, "Q404"


class Conflict(Failure):
    """The state does not allow it (already decided, already published): reload and look."""

    status, code = 409, "Q409"


class Changed(Failure):
    """Somebody changed it first: read again and repeat."""

    status, code = 412, "Q412"


class Gone(Failure):
    """The record was merged into another one that the reader may see; `extra` says which."""

    status, code = 410, "Q410"


class VersionRequired(Failure):
    """A change came without the version it is based on."""

    status, code = 428, "Q428"


class BadRequest(Failure):
    """The query cannot be understood; each fault names its parameter."""

    status, code = 400, "Q400"


class TooLarge(Failure):
    """The body is larger than anybody may send."""

    status, code = 413, "Q413"


class WrongContent(Failure):
    """The body is of a kind or encoding that is not read here."""

    status, code = 415, "Q415"


class Invalid(Failure):
    """The body breaks rules; each fault has its pointer."""

    status, code = 422, "Q422"


class TooMany(Failure):
    """Too many requests at once; wait."""

    status, code = 429, "Q429"


class Unavailable(Failure):
    """Something we need does not answer; the caller may retry later."""

    status, code = 503, "Q503"

"""Many writes to the records of one entity in one request, with a result for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson
from starlette.requests import Request
from starlette.responses import Response

from runtime.commands.write_in_bulk import Outcome, write_in_bulk
from runtime.http.admission import context_of
from runtime.http.body import json_object
from runtime.http.errors import problem_body
from runtime.http.idempotency import keep_in_commit
from runtime.http.routes import api_route
from runtime.http.services import services_of
from runtime.records.bulk_request import parse_bulk
from runtime.records.request import parse_nothing

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def bulk(request: Request) -> Response:
    """Do many writes; each item is answered in its order."""
    context = context_of(request)
    parse_nothing(request.query_params.multi_items())
    wanted = parse_bulk(json_object(request))

    def answer(connection: Connection, outcomes: Sequence[Outcome]) -> Response:
        body = {
            "items": [_item(request, index, outcome) for index, outcome in enumerate(outcomes)],
            "counts": Counter(outcome.status for outcome in outcomes),
        }
        made = Response(orjson.dumps(body), media_type="application/json")
        keep_in_commit(request, connection, made)
        return made

    app, entity = request.path_params["app"], request.path_params["entity"]
    return write_in_bulk(services_of(request).database, context, app, entity, wanted, answer)


def _item(request: Request, index: int, outcome: Outcome) -> dict[str, object]:
    said: dict[str, object] = {"index": index, "status": outcome.status, "id": outcome.id, "version": outcome.version}
    refusal = outcome.refusal
    if refusal is not None:
        said["problem"] = problem_body(
            request, refusal.status, refusal.code, refusal.message, faults=outcome.faults, extra=refusal.extra
        )
    return said


ROUTES = [api_route("POST", "/api/{app}/{entity}/bulk", bulk, context_of)]

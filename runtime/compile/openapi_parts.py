"""The parts that every path of an OpenAPI document is made of."""

from __future__ import annotations

from collections.abc import Mapping

JSON = "application/json"
PROBLEM = "application/problem+json"


def operation(
    name: str, summary: str, tag: str, answers: Mapping[str, object], parameters: list[dict[str, object]] | None = None
) -> dict[str, object]:
    """One operation of a path, with every refusal that a caller may meet."""
    refused = refusals("400", "401", "403", "404", "409", "410", "412", "422", "428", "429")
    return {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "parameters": parameters or [],
        "responses": {**answers, **refused},
    }


def answer(description: str, schema: Mapping[str, object]) -> dict[str, object]:
    """An answer with JSON."""
    return {"description": description, "content": {JSON: {"schema": schema}}}


def refusals(*statuses: str) -> dict[str, object]:
    """The refusals of these statuses."""
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _MEANINGS[status], "content": content} for status in statuses}


def parameter(name: str, place: str, schema: Mapping[str, object], *, required: bool = False) -> dict[str, object]:
    """One parameter."""
    return {"name": name, "in": place, "required": required, "schema": schema}


_MEANINGS = {
    "400": "The query cannot be understood; each fault names its parameter.",
    "401": "Not signed in.",
    "403": "Not allowed.",
    "404": "Not there, or not the caller's to know.",
    "409": "The state does not allow it.",
    "410": "Merged into another record, which `survivor` names.",
    "412": "Somebody changed it first.",
    "422": "The body is wrong; one entry per fault, with its pointer.",
    "428": "If-Match is missing.",
    "429": "Too many requests.",
}
IF_MATCH = parameter("If-Match", "header", {"type": "string"}, required=True)
IDEMPOTENCY = parameter("Idempotency-Key", "header", {"type": "string", "maxLength": 128})

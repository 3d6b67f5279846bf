"""Role by field by clause: a field that one may not know is answered like a field that does not exist, byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from runtime.records.access import takes_part
from runtime.store.database import Database
from tests.access.hidden_fields import (
    ALONE,
    CANARY,
    EXAMPLE,
    FIELDS,
    SHIPPED,
    Call,
    Ground,
    Pair,
    calls_for,
    calls_of_all,
    change_what_is_hidden,
    pair,
)

#: Of an answer's head, what differs from request to request or follows from the body.
_PASSING = {"date", "x-request-id", "server", "etag", "content-length"}
#: What differs between two requests, two servers and two releases without a word about a field.
_ALWAYS = re.compile(r'"request_id":"[^"]*"|"as_of":"[^"]*"|"checksum":"[0-9a-f]{64}"|Taken at: [0-9: -]+')
#: The minute of an export in the name of its file.
_MINUTE = re.compile(r"-[0-9]{12}\.")


def said(client: httpx.Client, call: Call) -> tuple[int, dict[str, str], str]:
    """What an answer tells: status, head and body, without what differs always."""
    answer = client.request(call.method, call.path, params=dict(call.query), json=call.body, headers=dict(call.headers))
    head = {name: _MINUTE.sub("", value) for name, value in answer.headers.items() if name not in _PASSING}
    return answer.status_code, head, _ALWAYS.sub("", answer.text.replace(str(client.base_url), ""))


def first_difference(one: tuple[object, ...], other: tuple[object, ...]) -> str:
    """Where two answers part, for whoever reads a failure."""
    left, right = str(one), str(other)
    at = next((place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    return f"{left[max(0, at - 60) : at + 60]!r} | {right[max(0, at - 60) : at + 60]!r}"


def is_by_rules(both: Pair, role: str) -> bool:
    """Whether a role knows of the entity by its own rules or not at all, and not by the cases that it is given."""
    compiled = both.longer[both.ground.app]
    entity = compiled.entities[both.ground.entity]
    held = compiled.role_closure[role]
    return bool(held & entity.access.keys()) or not takes_part(compiled, entity, held)


def has_nothing_of_its_own(both: Pair, role: str) -> bool:
    """Whether a role only includes another, which is asked for itself."""
    found = both.longer[both.ground.app].app.roles[role]
    return bool(found.includes) and not found.access


@pytest.mark.parametrize("ground", [SHIPPED, EXAMPLE], ids=["shipped", "example"])
def test_a_field_nobody_may_know_is_like_one_that_is_not_there(database: Database, tmp_path: Path, ground: Ground) -> None:
    """Two releases, one with eight fields more that all roles are denied: no answer tells which of them it comes from."""
    told: list[str] = []
    asked = 0
    with pair(database, tmp_path, ground) as both:
        for role, (longer, shorter) in both.callers.items():
            if not is_by_rules(both, role) or has_nothing_of_its_own(both, role):
                continue
            calls = [*calls_of_all(both)]
            if said(longer, Call("GET", f"/api/{ground.app}/{ground.entity}"))[0] == 200:
                calls += [*calls_for(both, *FIELDS), *(call for name in ALONE for call in calls_for(both, name))]
            for call in calls:
                asked += 1
                real, none = said(longer, call), said(shorter, call)
                named = str(call.query) + str(call.body)
                if real != none or (CANARY in real[2] and CANARY not in named):
                    told.append(f"{role} {call.method} {call.path} {named}: {first_difference(real, none)}")
    assert not told, f"{len(told)} of {asked}: " + "\n".join(told[:15])
    assert asked > 300


def is_the_same_twice(call: Call) -> bool:
    """Whether a call changes nothing, tells of values, and is not about the trail: that has one change more the second time."""
    if call.path.endswith(("/changes", "/history", "/screens", "/openapi.json", "/$metadata")) or "as_at" in call.query:
        return False
    # To look for duplicates is to enter a value: whoever may enter it hears who has it, as a unique field tells it him too.
    return call.method == "GET" or call.path.endswith("/compute")


@pytest.mark.parametrize("ground", [SHIPPED, EXAMPLE], ids=["shipped", "example"])
def test_no_clause_tells_apart_what_a_mask_hides(database: Database, tmp_path: Path, ground: Ground) -> None:
    """All roles ask everything twice, with other values behind the masks the second time: each answer is the same."""
    with pair(database, tmp_path, ground, "masked") as both:
        calls = [*calls_of_all(both), *calls_for(both, *FIELDS)]
        calls += [call for name in ground.masked for call in calls_for(both, name)]
        calls = [each for each in calls if is_the_same_twice(each)]
        readers = {
            role: caller
            for role, (caller, _) in both.callers.items()
            if not has_nothing_of_its_own(both, role)
            and said(caller, Call("GET", f"/api/{ground.app}/{ground.entity}"))[0] == 200
        }
        before = [(role, call, said(caller, call)) for role, caller in readers.items() for call in calls]
        change_what_is_hidden(both)
        told = [
            f"{role} {call.method} {call.path} {call.query} {call.body}: {first_difference(first, second)}"
            for role, call, first in before
            if first != (second := said(readers[role], call))
        ]
        leaked = [(role, call) for role, call, (_, _, text) in before if CANARY in text and CANARY not in str(call)]
    assert not told, f"{len(told)} of {len(before)}: " + "\n".join(told[:15])
    assert [] == leaked
    assert len(before) > 300

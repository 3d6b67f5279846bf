"""Hostile text in every clause of a question: it never breaks the server and never shows a row that is not the reader's."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.records.lab import add_client
from tests.records.served import Bank

#: What ends a text, a statement or a buffer somewhere, or means something to a database.
HOSTILE = (
    "'", '"', "''", "\\", "\\'", "`", ";", "--", "/*", "*/", "#", "%", "_", "%s", "%(row_limit)s", "$1", ":limit", "?", "{}", "[", "(", ")",
    "' OR '1'='1", '" OR "1"="1', "') OR ('1'='1", "1 OR 1=1", "1; DROP TABLE d_client", "'; SELECT pg_sleep(5)--", "1 UNION SELECT id FROM org_person",
    "code\" FROM org_person--", "(SELECT 1)", "pg_sleep(5)", "randomblob(1000000000)", "CAST(code AS INTEGER)", "code::int", "code || salary", "0x41", "1e999",
    "-1", "9" * 40, "9223372036854775808", "NaN", "null", "\x00", "a\x00b", "\n", "\r\n\r\nX: y", "\ufeff", "\u202e", "\ufffe", "\U0010ffff", "ａ", "é" * 500,
    "A" * 1999, "(" * 900, "not " * 450, "code == '" + "x" * 1900 + "'", ",".join(["code"] * 300), ",", ".", "..", "code.code", "branch.path.path", "__class__",
)  # fmt: skip
#: Where it is put, `{}` being the place.
QUESTIONS = (
    ("/api/lab/client", "where", "{}"), ("/api/lab/client", "where", 'code == "{}"'), ("/api/lab/client", "where", "starts_with(full_name, '{}')"),
    ("/api/lab/client", "order", "{}"), ("/api/lab/client", "select", "{}"), ("/api/lab/client", "search", "{}"), ("/api/lab/client", "cursor", "{}"),
    ("/api/lab/client", "limit", "{}"), ("/api/lab/client", "count", "{}"), ("/api/lab/client", "expand", "{}"), ("/api/lab/client", "segment", "{}"),
    ("/api/lab/client", "group", "{}"), ("/api/lab/client", "measures", "{}"), ("/api/lab/client", "{}", "1"),
    ("/api/lab/client/changes", "cursor", "{}"), ("/api/apps/lab/search", "q", "{}"), ("/api/lab/reports/by_level", "at", "{}"),
    ("/odata/lab/client", "$filter", "{}"), ("/odata/lab/client", "$filter", "code eq '{}'"), ("/odata/lab/client", "$orderby", "{}"),
    ("/odata/lab/client", "$select", "{}"), ("/odata/lab/client", "$top", "{}"), ("/odata/lab/client", "$skip", "{}"),
    ("/odata/lab/client", "$skiptoken", "{}"), ("/odata/lab/client/$count", "$filter", "{}"),
)  # fmt: skip
#: The name of a client of another unit, which this reader must never see.
ELSEWHERE = "Ursula Elsewhere"


@pytest.mark.parametrize(("path", "name", "text"), QUESTIONS, ids=[f"{path} {name} {text}" for path, name, text in QUESTIONS])
def test_hostile_text_breaks_nothing_and_shows_nobody_elses_rows(bank: Bank, path: str, name: str, text: str) -> None:
    """It is a value, or it is refused with a fault of its own; the rows stay those of the reader."""
    mine = add_client(bank.db, "MINE")
    add_client(bank.db, "OTHER", full_name=ELSEWHERE, branch="bj")
    tom = bank.caller("tom", "teller")

    for hostile in HOSTILE:
        answer = tom("GET", path, params={name.replace("{}", hostile): text.replace("{}", hostile)})
        assert answer.status_code in {200, 400, 404, 422}, (hostile, answer.text)
        assert ELSEWHERE not in answer.text, hostile

    assert [mine] == [item["id"] for item in tom("GET", "/api/lab/client").json()["items"]]


def test_hostile_names_of_records_are_not_there(bank: Bank) -> None:
    """An id, an entity and an app of any text are not there, whatever is in them."""
    add_client(bank.db, "OTHER", full_name=ELSEWHERE, branch="bj")
    tom = bank.caller("tom", "teller")

    for hostile in HOSTILE:
        for parts in (("lab", "client", hostile), ("lab", hostile, "x"), (hostile, "client", "x")):
            quoted = "/".join(quote(part, safe="") for part in parts)
            answer = tom("GET", f"/api/{quoted}")
            assert answer.status_code in {200, 400, 404, 405}, (hostile, answer.text)
            assert ELSEWHERE not in answer.text, hostile

"""One attempt over HTTP, against servers that do what real ones sometimes do."""

from __future__ import annotations

import gzip
import time
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.protocol import Outcome
from connectors.secrets import SecretStore
from tests.connectors.conftest import connection_to, context, make_engine
from tests.connectors.servers import Script, listening, pouring, saying, trickling
from tests.core_bank import running_core_bank

LOAN = {"request_id": "r-1", "customer_no": "C0001", "amount": Decimal("100.00")}
GOOD = b'{"request_id": "r-1", "loan_no": "LN1"}'
BALANCE = b'{"customer_no": "C0001", "balance": %b, "available": 1, "currency": "CNY", "accounts": 1}'
WRONG_ANSWERS = {
    "html": saying(b"<html>welcome</html>", Content_Type="text/html"),
    "empty": saying(b""),
    "list": saying(b"[]"),
    "no loan number": saying(b'{"request_id": "r-1"}'),
    "loan number is a number": saying(b'{"request_id": "r-1", "loan_no": 17}'),
    "another request": saying(b'{"request_id": "r-2", "loan_no": "LN1"}'),
    "key twice": saying(b'{"request_id": "r-1", "loan_no": "LN1", "loan_no": "LN2"}'),
    "not a number": saying(b'{"request_id": "r-1", "loan_no": "LN1", "x": NaN}'),
    "wrong charset": saying('{"request_id": "r-1", "loan_no": "贷"}'.encode("gb18030")),
    "deep": saying(b"[" * 100 + b"]" * 100),
    "very deep": saying(b"[" * 200_000),
    "long number": saying(b'{"request_id": "r-1", "loan_no": "LN1", "x": ' + b"9" * 5000 + b"}"),
    "gzip bomb": saying(gzip.compress(b" " * 50_000_000), Content_Encoding="gzip"),
    "500": saying(b'{"code": "oops"}', "500 Internal Server Error"),
    "503": saying(b"", "503 Service Unavailable"),
    "redirect": saying(b"", "302 Found", Location="http://127.0.0.1:1/other"),
    "hang up": lambda peer: None,
    "half an answer": lambda peer: peer.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"loan'),
    "no http": lambda peer: peer.sendall(b"220 mail.bank.example ESMTP\r\n"),
    "slow head": trickling(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "slow body": trickling(GOOD),
    "silence": lambda peer: time.sleep(3),
    "endless": pouring,
    "endless head": lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 200_000),
}


@pytest.mark.parametrize("script", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_a_command_with_a_useless_answer_is_unknown(script: Script, tmp_path: Path) -> None:
    """When the bytes may have left and the answer proves nothing, the outcome is UNKNOWN, soon, and within bounds."""
    engine = make_engine(tmp_path)
    with listening(script) as peer:
        started = time.monotonic()
        answer = engine.command(connection_to(peer.base_url), "create_loan", LOAN, context())
        took = time.monotonic() - started

    assert (Outcome.UNKNOWN, {}, True) == (answer.outcome, dict(answer.values), answer.sent)
    assert 1 == len(peer.requests)
    assert took < 1.2


def test_a_large_answer_is_cut_at_five_megabytes(tmp_path: Path) -> None:
    """An answer above the limit is not read to its end."""
    engine = make_engine(tmp_path)
    with listening(saying(b'"' + b"x" * 6_000_000 + b'"')) as peer:
        answer = engine.ask(connection_to(peer.base_url), "loan_by_request", {"request_id": "r-1"}, context())

    assert Outcome.TRANSIENT is answer.outcome
    assert "larger than 5242880" in str(answer.detail)


def test_a_refused_connection_is_not_sent(tmp_path: Path) -> None:
    """Nothing listens: nothing left, so the command may be tried again."""
    engine = make_engine(tmp_path)
    with listening(saying(GOOD)) as peer:
        address = peer.base_url
    answer = engine.command(connection_to(address), "create_loan", LOAN, context())

    assert (Outcome.UNAVAILABLE, False) == (answer.outcome, answer.sent)


@pytest.mark.parametrize(("status", "body", "outcome"), [
    ("401 Unauthorized", b"{}", Outcome.AUTH), ("401 Unauthorized", b"<html>", Outcome.AUTH), ("403 Forbidden", b"{}", Outcome.FORBIDDEN),
    ("422 Unprocessable", b'{"code": "amount.rule"}', Outcome.BUSINESS_REJECT), ("400 Bad Request", b"{}", Outcome.VALIDATION),
    ("409 Conflict", b'{"code": "request.known"}', Outcome.DUPLICATE), ("409 Conflict", b'{"code": "key.reused"}', Outcome.CONFLICT),
    ("429 Too Many", b"{}", Outcome.RATE_LIMITED), ("503 Busy", b'{"code": "busy"}', Outcome.RATE_LIMITED), ("202 Accepted", b"{}", Outcome.IN_PROGRESS),
    ("425 Too Early", b"{}", Outcome.IN_PROGRESS), ("404 Not Found", b"{}", Outcome.NOT_FOUND),
])  # fmt: skip
def test_an_answer_that_says_something_is_taken_at_its_word(status: str, body: bytes, outcome: Outcome, tmp_path: Path) -> None:
    """The error table comes first, then what HTTP means."""
    engine = make_engine(tmp_path)
    with listening(saying(body, status)) as peer:
        answer = engine.command(connection_to(peer.base_url), "create_loan", LOAN, context())

    assert outcome is answer.outcome
    assert answer.reason is not None and set(answer.reason) == {"zh", "en"}


def test_an_absence_said_by_a_web_page_is_no_absence(tmp_path: Path) -> None:
    """A 404 page of a gateway does not prove that a loan was not booked."""
    engine = make_engine(tmp_path)
    with listening(saying(b"<html>404</html>", "404 Not Found")) as peer:
        answer = engine.ask(connection_to(peer.base_url), "loan_by_request", {"request_id": "r-1"}, context())

    assert Outcome.TRANSIENT is answer.outcome


@pytest.mark.parametrize(("written", "read"), [
    (b"0.1", "0.1"), (b"12345678901234567890.12", "12345678901234567890.12"), (b"1.10", "1.10"), (b'"1234.50"', "1234.50"), (b"1e2", "100"),
])  # fmt: skip
def test_numbers_are_exact(written: bytes, read: str, tmp_path: Path) -> None:
    """A JSON number is read as the decimal it is, never as a binary fraction."""
    engine = make_engine(tmp_path)
    with listening(saying(BALANCE % written)) as peer:
        answer = engine.ask(connection_to(peer.base_url), "customer_balance", {"customer_no": "C0001"}, context())

    assert Decimal(read) == answer.values["balance"]
    assert isinstance(answer.values["balance"], Decimal)


@pytest.mark.parametrize(
    "argument", ["..", ".", "a/b", "../../loans", "C0001?x=1", "C0001#x", "C 1", "客户", "%2e%2e", "a\r\nX: y"]
)
def test_an_argument_cannot_leave_its_segment_of_the_path(argument: str, tmp_path: Path) -> None:
    """Whatever an argument holds, it is one segment of the path, or the call is refused."""
    engine = make_engine(tmp_path)
    with listening(saying(BALANCE % b"1")) as peer:
        engine.ask(connection_to(peer.base_url), "customer_balance", {"customer_no": argument}, context())
        lines = [request.split(b"\r\n")[0] for request in peer.requests]

    for line in lines:
        method, path, version = line.split(b" ")
        assert (b"GET", b"HTTP/1.1") == (method, version)
        assert path.startswith(b"/customers/") and path.endswith(b"/balance") and path.count(b"/") == 3


def test_arguments_are_checked_before_anything_is_sent(tmp_path: Path) -> None:
    """A missing, unknown or wrongly typed argument is VALIDATION and never a request."""
    engine = make_engine(tmp_path)
    with listening(saying(GOOD)) as peer:
        wrong = [{}, {"customer_no": ""}, {"customer_no": "C1", "more": "x"}, {"customer_no": Decimal(1)}]
        answers = [engine.ask(connection_to(peer.base_url), "customer_balance", one, context()) for one in wrong]

    assert {Outcome.VALIDATION} == {answer.outcome for answer in answers}
    assert [] == peer.requests


def test_the_key_of_a_connection_comes_from_its_secret(tmp_path: Path) -> None:
    """A peer that wants a key gets it from a file of mode 0600; the connection holds only the reference."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    key = secrets / "core"
    key.write_text("canary-key-1\n")
    key.chmod(0o600)
    engine = make_engine(tmp_path)
    with running_core_bank(tmp_path, "--key-file", str(key)) as bank:
        address = {"base_url": bank.base_url, "api_key": "secret://file/core"}
        connection = connection_to(bank.base_url)
        good = engine.ask(_with(connection, address), "customer_balance", {"customer_no": "C0001"}, context())
        none = engine.ask(connection, "loan_by_request", {"request_id": "r"}, context())
        key.chmod(0o644)
        open_to_all = engine.ask(_with(connection, address), "loan_by_request", {"request_id": "r"}, context())

    assert Decimal("1234.50") == good.values["balance"]
    assert Outcome.AUTH is none.outcome
    assert (Outcome.AUTH, False) == (open_to_all.outcome, open_to_all.sent)
    assert "canary-key-1" not in repr((good, none, open_to_all, engine))


@pytest.mark.parametrize(
    "reference", ["secret://file/../core", "secret://file/link", "secret://env/NOT_THERE", "plain", "secret://file/none", ""]
)
def test_a_secret_is_found_where_it_belongs_or_not_at_all(reference: str, tmp_path: Path) -> None:
    """No path, link or plain text is taken for a secret."""
    (tmp_path / "core").write_text("x" * 8)
    (tmp_path / "inside").mkdir(mode=0o700)
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "core")

    with pytest.raises(Exception, match="secret"):
        SecretStore(tmp_path / "inside", {}).get(reference)


def _with(connection, parameters):
    return type(connection)(connection.connector, parameters, connection.allowed_hosts)

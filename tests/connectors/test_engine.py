"""What the engine does around an attempt: repeats, limits, memory."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from connectors.contract import try_connection
from connectors.definition import Bulkhead, CircuitBreaker, ConnectorDefinition, RateLimit
from connectors.engine import Engine
from connectors.protocol import Answer, Outcome
from connectors.testing.conformance import repeated
from runtime.outbox.connections import DatabaseAnswers
from runtime.store.database import Database
from tests.connectors.conftest import connection_to, context, make_engine
from tests.connectors.servers import listening, saying
from tests.core_bank import CoreBank

BALANCE = {"customer_no": "C0001"}
LOAN = {"request_id": "r-1", "customer_no": "C0001", "amount": Decimal("100.00")}


@dataclasses.dataclass
class Hand:
    """A clock that a test moves."""

    seconds: float = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 3, 2, tzinfo=dt.UTC) + dt.timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_a_query_is_repeated_and_a_command_is_not(engine: Engine, core_bank: CoreBank) -> None:
    """Two broken answers to a query are followed by a third try; a command is sent once."""
    core_bank.order(*[{"on": "GET /loans", "kind": "error"}] * 2, {"on": "POST /loans", "kind": "error"})
    connection = connection_to(core_bank.base_url)

    command = engine.command(connection, "create_loan", LOAN, context())
    query = engine.ask(connection, "loan_by_request", {"request_id": "r-1"}, context())

    assert (Outcome.UNKNOWN, 1) == (command.outcome, command.attempts)
    assert (Outcome.OK, 3) == (query.outcome, query.attempts)
    assert ["POST", "GET", "GET", "GET"] == [line["method"] for line in core_bank.journal()]


def test_a_command_repeated_with_its_key_has_one_effect(engine: Engine, core_bank: CoreBank) -> None:
    """The stand-in books once per key and says that the second answer is a repeat."""
    answers = repeated(engine, connection_to(core_bank.base_url), "create_loan", LOAN, context(), times=3)

    assert [False, True, True] == [answer.replayed for answer in answers]
    assert {"LN00000001"} == {answer.values["loan_no"] for answer in answers}
    assert 1 == len(core_bank.loans())


def test_an_answer_is_remembered_and_served_when_the_source_fails(
    database: Database, tmp_path: Path, core_bank: CoreBank
) -> None:
    """Fresh answers come from memory, old ones from the source, and old ones with their own time when the source is gone."""
    clock = Hand()
    engine = make_engine(tmp_path, database)
    engine = dataclasses.replace(engine, clock=clock, _guards={})
    connection = connection_to(core_bank.base_url)

    def ask() -> Answer:
        return engine.ask(connection, "customer_balance", BALANCE, dataclasses.replace(context(), deadline=clock.seconds + 1e9))

    live, cached = ask(), ask()
    clock.seconds += 60
    again = ask()
    core_bank.stop()
    clock.seconds += 3600
    stale = ask()
    clock.seconds += 8 * 86400
    missing = ask()

    assert ["live", "cached", "live", "stale", "missing"] == [a.freshness for a in (live, cached, again, stale, missing)]
    assert again.as_of == stale.as_of and live.as_of == cached.as_of != again.as_of
    assert Decimal("1234.50") == stale.values["balance"] == live.values["balance"]
    assert (Outcome.UNAVAILABLE, {}) == (missing.outcome, dict(missing.values))


def test_what_is_remembered_belongs_to_its_connection_and_its_arguments(engine: Engine, core_bank: CoreBank) -> None:
    """Another customer or another address is another question."""
    first = engine.ask(connection_to(core_bank.base_url), "customer_balance", BALANCE, context())
    other = engine.ask(connection_to(core_bank.base_url), "customer_balance", {"customer_no": "C0002"}, context())
    moved = engine.ask(connection_to("http://127.0.0.1:1"), "customer_balance", BALANCE, context())

    assert ("live", "live", "missing") == (first.freshness, other.freshness, moved.freshness)
    assert Decimal(0) == other.values["balance"]


def test_an_unknown_customer_is_an_answer_and_hides_no_older_one(engine: Engine, core_bank: CoreBank) -> None:
    """`not found` is not a failure: no remembered answer is shown in its place."""
    answer = engine.ask(connection_to(core_bank.base_url), "customer_balance", {"customer_no": "C9"}, context())

    assert (Outcome.NOT_FOUND, "missing", "customer.unknown") == (answer.outcome, answer.freshness, answer.code)


def test_a_failing_source_is_left_alone_for_a_while(tmp_path: Path) -> None:
    """After enough failures nothing is sent; after the pause a few calls try again, and one success closes the circuit."""
    policy = CircuitBreaker(min_calls=3, failure_rate=Fraction(1, 2), open_for=30.0, half_open_calls=1)
    clock = Hand()
    engine = make_engine(tmp_path, None, lambda d: _with(d, breaker=policy, retry=dataclasses.replace(d.retry, times=0)))
    engine = dataclasses.replace(engine, clock=clock, _guards={})
    script = [saying(b"", "503 Service Unavailable")]

    with listening(lambda peer: script[0](peer)) as peer:

        def ask() -> Outcome:
            there = dataclasses.replace(context(), deadline=1e12)
            return engine.ask(connection_to(peer.base_url), "loan_by_request", {"request_id": "r-1"}, there).outcome

        assert {Outcome.UNAVAILABLE} == {ask() for _ in range(10)}
        assert (3, "open") == (len(peer.requests), engine.circuit("core_bank"))
        clock.seconds += 31
        ask()
        assert (4, "open") == (len(peer.requests), engine.circuit("core_bank"))
        clock.seconds += 31
        script[0] = saying(b'{"request_id": "r-1", "loan_no": "LN1"}')
        assert (Outcome.OK, "closed") == (ask(), engine.circuit("core_bank"))


def test_a_slow_source_keeps_its_slots_and_no_more(tmp_path: Path) -> None:
    """With two slots and one waiting place, ten callers of a silent source cost at most two sockets at a time, and nobody hangs."""
    engine = make_engine(
        tmp_path, None, lambda d: _with(d, bulkhead=Bulkhead(2, 1, 0.2), retry=dataclasses.replace(d.retry, times=0))
    )
    answers: list[Answer] = []
    with listening(lambda peer: threading.Event().wait(2)) as peer:
        where = connection_to(peer.base_url)
        threads = [
            threading.Thread(target=lambda: answers.append(engine.ask(where, "loan_by_request", {"request_id": "r"}, context())))
            for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)

        assert 2 == len(peer.requests)
    assert 8 == sum(answer.detail == "bulkhead" for answer in answers)


def test_no_more_calls_than_the_rate_allows(tmp_path: Path) -> None:
    """The fourth call of a second is not sent and says when it may be."""
    clock = Hand()
    engine = make_engine(
        tmp_path, None, lambda d: _with(d, rate_limits=(RateLimit(3, 1.0),), retry=dataclasses.replace(d.retry, times=0))
    )
    engine = dataclasses.replace(engine, clock=clock, _guards={})
    with listening(saying(b'{"request_id": "r-1", "loan_no": "LN1"}')) as peer:
        asked = [
            engine.ask(
                connection_to(peer.base_url),
                "loan_by_request",
                {"request_id": "r-1"},
                dataclasses.replace(context(), deadline=1e12),
            )
            for _ in range(4)
        ]
        assert 3 == len(peer.requests)
    assert (Outcome.RATE_LIMITED, 1.0) == (asked[3].outcome, asked[3].retry_after)


def test_a_switched_off_or_unknown_thing_is_not_called(engine: Engine, core_bank: CoreBank) -> None:
    """A switched-off connection, an unknown operation, and a query in place of a command end before the network."""
    connection = connection_to(core_bank.base_url)
    off = dataclasses.replace(connection, enabled=False)

    answers = [
        engine.ask(off, "customer_balance", BALANCE, context()),
        engine.ask(connection, "no_such", {}, context()),
        engine.ask(connection, "create_loan", LOAN, context()),
        engine.command(connection, "customer_balance", BALANCE, context()),
        engine.ask(dataclasses.replace(connection, connector="other"), "customer_balance", BALANCE, context()),
    ]

    assert [Outcome.UNAVAILABLE] + [Outcome.FORBIDDEN] * 4 == [answer.outcome for answer in answers]
    assert [] == core_bank.journal()


def test_a_connection_is_tried_by_what_its_definition_names(engine: Engine, core_bank: CoreBank) -> None:
    """The test of a connection asks for its health."""
    assert try_connection(engine, connection_to(core_bank.base_url), context()).is_ok


def test_answers_kept_by_two_processes_never_go_back_in_time(database: Database) -> None:
    """An older answer does not replace a newer one."""
    from connectors.protocol import StoredAnswer

    store = DatabaseAnswers(database)
    early, late = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
    store.put("k", StoredAnswer({"a": "new"}, late))
    store.put("k", StoredAnswer({"a": "old"}, early))

    assert StoredAnswer({"a": "new"}, late) == store.get("k")


def _with(definition: ConnectorDefinition, **changes: object) -> ConnectorDefinition:
    return dataclasses.replace(definition, **changes)

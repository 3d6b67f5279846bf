"""Two commands at once, stepped by hand: the first stands before its commit while the second begins."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.engine import Connection

from runtime.failures import Failure
from runtime.process.acts import About, ActWord
from runtime.process.journal import rebuild
from runtime.process.known_states import forget_states
from runtime.process.service import DecisionBody, Word, act_on, decide
from runtime.store.database import BEFORE_COMMIT
from tests.process.bank import Bank
from tests.process.test_restart import assert_lists_agree
from tests.process.test_service import assert_rows_agree
from workflow_engine.state import Instance

Act = Callable[[], object]


def in_order(first: Act, second: Act, *, waits: bool = True) -> tuple[object, object]:
    """Begin the second act while the first one has written and not yet committed; what came of each.

    With `waits` the second must not be able to end before the first has; without, it may pass by what the first holds.
    """
    written, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    results: list[object] = [None, None]

    def stand(_: Connection) -> None:
        written.set()
        assert go_on.wait(30)

    def run(place: int, act: Act) -> None:
        try:
            results[place] = act() or "done"
        except Failure as failure:
            results[place] = failure
        except Exception as broken:  # noqa: BLE001 - a driver's error is what these tests look for
            results[place] = broken

    def run_first() -> None:
        BEFORE_COMMIT.set(stand)
        run(0, first)
        written.set()

    def run_second() -> None:
        run(1, second)
        ended.set()

    threads = [threading.Thread(target=run_first), threading.Thread(target=run_second)]
    threads[0].start()
    assert written.wait(30)
    threads[1].start()
    # It cannot end before the first has: it waits for the instance.
    assert not ended.wait(0.15) or not waits or results[0] is not None
    go_on.set()
    for thread in threads:
        thread.join(30)
    return results[0], results[1]


def vote(bank: Bank, username: str, instance: str, step: str, word: Word = "approve") -> Act:
    """A decision of the item that this person is offered now, whatever becomes of it until he acts."""
    item = next(item for item in bank.work(instance, step) if username in bank.offered(item) or username == "head")

    def act() -> None:
        with bank.database.write() as connection:
            decide(connection, bank.context(username), item, word, DecisionBody("because"))

    return act


def state(bank: Bank, instance: str) -> Instance:
    """What the events make; the rows and the lists must agree with it."""
    forget_states()
    assert_rows_agree(bank, instance)
    assert_lists_agree(bank, instance)
    with bank.database.read() as connection:
        return rebuild(connection, instance)


def act_at(bank: Bank, username: str, item: str, word: ActWord, **about: object) -> Act:
    """An act with a work item beside deciding it."""

    def act() -> None:
        with bank.database.write() as connection:
            act_on(connection, bank.context(username), item, word, DecisionBody("why", about=About(**about)))  # type: ignore[arg-type]

    return act

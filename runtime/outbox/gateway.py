"""The engine of this process: shipped and installed definitions, this machine's secrets, answers and states in the database."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from connectors.engine import CallMade, Engine
from connectors.protocol import Outcome
from connectors.registry import load_adapters, load_definitions
from connectors.secrets import SecretStore
from runtime.outbox.connections import DatabaseAnswers, note_state
from runtime.settings import Settings
from runtime.store.away import DatabaseAway
from runtime.store.database import Database

_LOG = logging.getLogger("qiqiao.connections")
#: Outcomes in which the other system did not answer as it should; everything else is an answer.
_UNREACHABLE = frozenset({Outcome.TIMEOUT, Outcome.UNAVAILABLE, Outcome.TRANSIENT, Outcome.UNKNOWN, Outcome.AUTH})


def open_engine(database: Database, settings: Settings) -> Engine:
    """An engine over `connectors/` of the product and of the data folder; raises `BrokenDefinitions`."""
    engine = Engine(
        definitions=load_definitions(settings.data_folder / "connectors"),
        adapters=load_adapters(),
        secrets=SecretStore(settings.data_folder / "secrets"),
        answers=DatabaseAnswers(database),
    )

    def observe(made: CallMade) -> None:
        reachable = made.outcome not in _UNREACHABLE
        try:
            with database.write() as connection:
                changed = note_state(connection, made.connector, made.outcome.value, reachable, engine.clock.now())
        except (SQLAlchemyError, DatabaseAway):
            # The call was made and its outcome counts; that its state could not be noted must not undo that.
            _LOG.warning("the state of connection %s could not be noted", made.connector, exc_info=True)
            return
        # Once when it goes and once when it comes back: a log of every failed call hides the first.
        if changed and reachable:
            _LOG.info("connection %s answers", made.connector)
        elif changed:
            _LOG.warning("connection %s does not answer: %s", made.connector, made.outcome.value)

    engine.observe = observe
    return engine

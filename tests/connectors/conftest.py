"""A core bank, and an engine as the product makes it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.definition import ConnectorDefinition
from connectors.engine import Engine
from connectors.protocol import CallContext, Connection, StoredAnswer
from connectors.registry import load_adapters, load_definitions
from connectors.secrets import SecretStore
from runtime.outbox.connections import DatabaseAnswers
from runtime.store.database import Database
from tests.core_bank import CoreBank, running_core_bank

Change = Callable[[ConnectorDefinition], ConnectorDefinition]


@pytest.fixture
def core_bank(tmp_path: Path) -> Iterator[CoreBank]:
    """A fresh stand-in."""
    folder = tmp_path / "core_bank"
    folder.mkdir()
    with running_core_bank(folder) as bank:
        yield bank


@pytest.fixture
def engine(database: Database, tmp_path: Path) -> Engine:
    """The product's engine over the shipped definitions, with a short patience."""
    return make_engine(tmp_path, database)


class Forgetful:
    """Keeps no answer, for tests of single attempts."""

    def get(self, key: str) -> StoredAnswer | None:
        return None

    def put(self, key: str, answer: StoredAnswer) -> None:
        return None


def make_engine(folder: Path, database: Database | None = None, change: Change = lambda definition: definition) -> Engine:
    """An engine whose core_bank definition is as shipped but for `change`; attempts take at most half a second."""
    shipped = load_definitions()["core_bank"]
    hurried = dataclasses.replace(shipped, timeouts=dataclasses.replace(shipped.timeouts, connect=0.3, read=0.3, total=0.5))
    answers = DatabaseAnswers(database) if database else Forgetful()
    return Engine({"core_bank": change(hurried)}, load_adapters(), SecretStore(folder / "secrets", {}), answers)


def connection_to(address: str, *allowed: str) -> Connection:
    """A connection of core_bank to an address."""
    return Connection(
        "core_bank", {"base_url": address}, allowed or (address.rsplit("//", maxsplit=1)[-1].split("/", maxsplit=1)[0],)
    )


def context(seconds: float = 10.0) -> CallContext:
    """A call on behalf of nobody in particular."""
    return CallContext("trace-1", "clerk", "bank_customer", time.monotonic() + seconds)

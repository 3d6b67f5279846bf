"""What may be done with a whole approval: its starter recalls it or urges, an administrator holds it up, ends or moves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.failures import NotAllowed, NotFound
from runtime.process.service import recall, retry, running_instance
from runtime.process.steering import Result, choose, jump, resume, settle, suspend, terminate, urge
from runtime.process.view import instance_of, process_of_record
from runtime.records.access import NOT_THERE
from runtime.store.database import Database
from workflow_engine.choosing import Choices

Json = dict[str, object]
SteerWord = Literal["recall", "urge", "choose", "retry", "suspend", "resume", "terminate", "jump", "settle"]
#: What the starter does, or who chooses people for a step; all else is for administrators.
STARTER_WORDS: tuple[SteerWord, ...] = ("recall", "urge", "choose")
ADMINISTRATOR_WORDS: tuple[SteerWord, ...] = ("retry", "suspend", "resume", "terminate", "jump", "settle")


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with an act: why, the step it is about, whom it chooses, and how a call is found to have ended."""

    reason: str = ""
    to: str = ""
    choices: Choices = field(default_factory=dict)
    result: Result = "rejected"
    #: Which approval of the record, where it is not the one that runs around all others.
    instance: str | None = None


def steer_process(
    database: Database,
    context: Context,
    record: tuple[str, str, str],
    word: SteerWord,
    said: Said,
) -> Json | None:
    """Do one act with the running approval of a record; the approval afterwards, if the caller may read the record."""
    with database.write() as connection:
        if said.instance is not None:
            instance: str | None = instance_of(connection, record[0], record[2], said.instance)
        else:
            instance = running_instance(connection, record[0], record[2])
        if instance is None:
            raise NotFound(NOT_THERE)
        _act(connection, context, instance, word, said)
    with database.read() as connection:
        try:
            return process_of_record(connection, context, *record, said.instance)
        except (NotFound, NotAllowed):
            return None


def _act(connection: Connection, context: Context, instance: str, word: SteerWord, said: Said) -> None:
    match word:
        case "recall":
            recall(connection, context, instance)
        case "urge":
            urge(connection, context, instance)
        case "retry":
            retry(connection, context, instance)
        case "suspend":
            suspend(connection, context, instance, said.reason)
        case "resume":
            resume(connection, context, instance, said.reason)
        case "terminate":
            terminate(connection, context, instance, said.reason)
        case "jump":
            jump(connection, context, instance, said.to, said.reason)
        case "choose":
            choose(connection, context, instance, said.choices)
        case "settle":
            settle(connection, context, instance, said.to, said.result, said.reason)

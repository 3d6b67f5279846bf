"""What an automation would tell whom: the messages of `send`, one for each person who fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from forms_dsl.model import Action
from runtime.automations.taken import Taken
from runtime.automations.work_items import people_for
from runtime.context import Context


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person."""

    channel: str
    person: str
    template: str
    record_id: str


#: Takes a message on its way. Publishing refuses `send` while no channel is there; cases look at what would be sent.
Send = Callable[[Message], None]


def send_messages(connection: Connection, context: Context, taken: Taken, action: Action, send: Send) -> None:
    """Hand over a message for everybody who fits."""
    if action.to is None:
        raise ValueError("a message names the people it is for")
    for person in people_for(connection, context, taken, action.to):
        send(Message(action.channel or "", person, action.template or "", taken.record_id))

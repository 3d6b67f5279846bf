"""What is done with a whole approval: the starter urges; administrators suspend, resume, end it, or put it elsewhere."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.engine import Connection

from runtime.context import Context
from runtime.failures import NotFound
from runtime.process.opened import apply_command, open_instance
from runtime.records.access import NOT_THERE
from workflow_engine import commands as cmd
from workflow_engine.choosing import Choices, held_for

#: How a call of which nobody knew is found to have ended: done, or not done.
Result = Literal["confirmed", "rejected"]


def urge(connection: Connection, context: Context, instance_id: str) -> None:
    """催办: remind whoever holds the open seats; by the starter, and not again within the hour."""
    opened = open_instance(connection, context, instance_id)
    if context.principal.id != opened.journal.state.starter:
        raise NotFound(NOT_THERE)
    apply_command(opened, cmd.Urge(context.principal.id))


def choose(connection: Connection, context: Context, instance_id: str, choices: Choices) -> None:
    """自选, late: name whom a held step asks; by whoever chooses its people, the engine says who that is."""
    opened, person = open_instance(connection, context, instance_id), context.principal.id
    state = opened.journal.state
    if person != state.starter and not any(held_for(opened.flow.definition, state, person)):
        # Whoever has nothing to choose here need not know of the case.
        raise NotFound(NOT_THERE)
    apply_command(opened, cmd.Choose(person, choices))


def suspend(connection: Connection, context: Context, instance_id: str, reason: str) -> None:
    """挂起: until it is resumed nobody decides, and no time runs."""
    apply_command(open_instance(connection, context, instance_id), cmd.Suspend(context.principal.id, reason))


def resume(connection: Connection, context: Context, instance_id: str, reason: str) -> None:
    """激活: it goes on, with all that was due moved by the time that it stood still."""
    apply_command(open_instance(connection, context, instance_id), cmd.Resume(context.principal.id, reason))


def terminate(connection: Connection, context: Context, instance_id: str, reason: str) -> None:
    """终止: the approval ends as stopped, at once or when its calls are taken back; without `on_finish.stopped` what its start wrote is put back."""
    apply_command(open_instance(connection, context, instance_id), cmd.Terminate(context.principal.id, reason))


def settle(connection: Connection, context: Context, instance_id: str, step: str, result: Result, reason: str) -> None:
    """查明登记: say how a call ended of which nobody knew; the flow goes on from there."""
    apply_command(open_instance(connection, context, instance_id), cmd.Settle(context.principal.id, step, result, reason))


def jump(connection: Connection, context: Context, instance_id: str, to: str, reason: str) -> None:
    """跳转: one administrator asks for it, a second one who asks for the same carries it out."""
    apply_command(open_instance(connection, context, instance_id), cmd.JumpTo(context.principal.id, to, reason))

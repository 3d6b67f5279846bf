"""The connections of this installation with their last state, for an administrator; no secret, not even its name."""

from __future__ import annotations

import dataclasses

from connectors.engine import Engine
from connectors.protocol import Outcome
from runtime.audit.trail import record_event
from runtime.commands.set_connection import try_once
from runtime.context import Context
from runtime.failures import NotFound
from runtime.outbox.connections import SavedConnection, find_connection, list_connections
from runtime.store.database import Database
from runtime.store.types import format_instant


def describe_connections(database: Database, engine: Engine) -> list[dict[str, object]]:
    """Every connector that is installed, with its connection if one is set up."""
    with database.read() as connection:
        saved = {one.settings.connector: one for one in list_connections(connection)}
    return [_described(engine, name, saved.get(name)) for name in sorted({*engine.definitions, *saved})]


def try_saved(database: Database, engine: Engine, context: Context, connector: str) -> dict[str, object]:
    """Try a connection as it is saved; what comes back is how it ended, never what was answered."""
    with database.read() as connection:
        saved = find_connection(connection, connector)
    if saved is None:
        raise NotFound({"zh": f"没有设置连接“{connector}”。", "en": f"There is no connection {connector!r}."})
    answer = try_once(engine, dataclasses.replace(saved.settings, enabled=True), context)
    with database.write() as connection:
        record_event(connection, context, "connection_tried", body={"connector": connector, "outcome": answer.outcome.value})
    return {
        "outcome": answer.outcome.value,
        "reachable": answer.outcome is Outcome.OK,
        "reason": dict(answer.reason) if answer.reason else None,
        "status_class": f"{answer.status // 100}xx" if answer.status else None,
    }


def _described(engine: Engine, name: str, saved: SavedConnection | None) -> dict[str, object]:
    definition = engine.definitions.get(name)
    shown = {}
    if saved is not None:
        parameters = definition.parameters if definition else {}
        shown = {key: text for key, text in saved.settings.parameters.items() if key in parameters and not parameters[key].secret}
    return {
        "connector": name,
        "label": dict(definition.label) if definition else {"zh": name, "en": name},
        "version": definition.version if definition else None,
        "owner": definition.owner if definition else None,
        "set_up": saved is not None,
        "enabled": saved.settings.enabled if saved else False,
        "parameters": shown,
        "allowed_hosts": list(saved.settings.allowed_hosts) if saved else [],
        "changed_at": format_instant(saved.changed_at) if saved else None,
        "state": dict(saved.state) if saved and saved.state else None,
        "circuit": engine.circuit(name),
    }

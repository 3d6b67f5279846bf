"""Sets up the connection of a connector here: checked against its definition, tried, then saved and recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.contract import check_contract, try_connection
from connectors.definition import ConnectorDefinition, Parameter
from connectors.engine import Engine
from connectors.protocol import Answer, CallContext, Connection, SetUpRefused
from connectors.secrets import is_reference
from connectors.targets import check_target, read_allowed
from forms_dsl.diagnostics import Diagnostic, code, nearest
from runtime.audit.trail import record_event
from runtime.compile.app import CompiledApp
from runtime.context import Context
from runtime.failures import Fault, Invalid, NotFound, Unavailable
from runtime.outbox.connections import save_connection
from runtime.store.database import Database

UNKNOWN_PARAMETER = code("C401", "A connection is given a parameter that its connector does not have.")
MISSING_PARAMETER = code("C402", "A connection lacks a parameter that its connector needs.")
BAD_PARAMETER = code("C403", "A parameter of a connection does not have the form it needs.")
PLAIN_SECRET = code("C404", "A secret of a connection is given in clear; only a reference is kept.")
BAD_HOST = code("C405", "An allowed host is not written as HOST:PORT, or the address is not among the allowed hosts.")
NO_ANSWER = code("C406", "A connection was tried before saving and did not answer as it should.")

_PATIENCE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class ConnectionWish:
    """A whole connection as an administrator gives it; what is not given is not kept, secrets least of all."""

    connector: str
    parameters: Mapping[str, str]
    allowed_hosts: tuple[str, ...]
    enabled: bool = True


def set_connection(
    database: Database, context: Context, engine: Engine, wish: ConnectionWish, *, untried: bool = False
) -> Answer | None:
    """Save a connection that works; returns what it answered, None when it was not tried."""
    definition = engine.definitions.get(wish.connector)
    if definition is None:
        near = nearest(wish.connector, engine.definitions)
        known = near or ", ".join(sorted(engine.definitions))
        raise NotFound(
            {
                "zh": f"没有连接器“{wish.connector}”；可用：{known}。",
                "en": f"There is no connector {wish.connector!r}; there is {known}.",
            }
        )
    faults = tuple(_faults(definition, wish))
    if faults:
        raise Invalid(faults[0].message, code=faults[0].code, faults=faults)
    settings = Connection(wish.connector, dict(wish.parameters), wish.allowed_hosts, wish.enabled)
    answer = None if untried or not wish.enabled else try_once(engine, settings, context)
    if answer is not None and not answer.is_ok:
        why = answer.detail or answer.outcome.value
        raise Unavailable(
            {"zh": f"连接测试未通过，未保存：{why}", "en": f"The connection was tried and not saved: {why}"}, code=NO_ANSWER.id
        )
    with database.write() as connection:
        save_connection(connection, settings, context.now)
        body = {
            "connector": wish.connector,
            "allowed_hosts": list(wish.allowed_hosts),
            "enabled": wish.enabled,
            "parameters": {name: _shown(definition.parameters[name], text) for name, text in sorted(wish.parameters.items())},
            "tried": answer is not None,
        }
        record_event(connection, context, "connection_set", body=body)
    return answer


def try_once(engine: Engine, settings: Connection, context: Context) -> Answer:
    """Ask what the definition says to ask; the answer's values are for nobody to see."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    return try_connection(engine, settings, CallContext(context.request_id, context.principal.id, "", deadline))


def contract_findings(apps: Mapping[str, CompiledApp], engine: Engine, connector: str) -> Iterator[Diagnostic]:
    """In what the live apps and this connector's definition disagree: known when it is bound, not when it is used."""
    for compiled in apps.values():
        for binding in compiled.app.bindings.values():
            if binding.connector == connector:
                yield from check_contract(binding, engine.definitions.get(connector))


def _faults(definition: ConnectorDefinition, wish: ConnectionWish) -> Iterator[Fault]:
    for name, text in wish.parameters.items():
        parameter = definition.parameters.get(name)
        pointer = f"/parameters/{name}"
        if parameter is None:
            near = nearest(name, definition.parameters)
            hint_zh, hint_en = (f"是否想写“{near}”？", f" Did you mean {near!r}?") if near else ("", "")
            yield _fault(
                UNKNOWN_PARAMETER.id, pointer, f"没有参数“{name}”。{hint_zh}", f"There is no parameter {name!r}.{hint_en}"
            )
        elif parameter.secret and not is_reference(text):
            yield _fault(
                PLAIN_SECRET.id,
                pointer,
                f"“{name}”是密钥，请写 secret://env/名称 或 secret://file/名称。",
                f"{name!r} is a secret: give secret://env/NAME or secret://file/NAME.",
            )
        elif not _fits(parameter, text):
            yield _fault(
                BAD_PARAMETER.id, pointer, f"“{name}”不符合类型 {parameter.type}。", f"{name!r} is not a {parameter.type}."
            )
    for name, parameter in definition.parameters.items():
        if parameter.required and not wish.parameters.get(name):
            yield _fault(
                MISSING_PARAMETER.id, f"/parameters/{name}", f"缺少参数“{name}”。", f"The parameter {name!r} is missing."
            )
    yield from _host_faults(wish)


def _host_faults(wish: ConnectionWish) -> Iterator[Fault]:
    readable = True
    for position, text in enumerate(wish.allowed_hosts):
        try:
            read_allowed(text)
        except ValueError as wrong:
            readable = False
            yield _fault(BAD_HOST.id, f"/allowed_hosts/{position}", f"“{text}”不是“主机:端口”。", f"{wrong}.")
    if readable and wish.parameters.get("base_url"):
        try:
            check_target(wish.parameters["base_url"], "", wish.allowed_hosts)
        except SetUpRefused as refused:
            yield _fault(
                BAD_HOST.id,
                "/parameters/base_url",
                f"地址不可用：{refused.detail}。",
                f"The address cannot be used: {refused.detail}.",
            )


def _fits(parameter: Parameter, text: str) -> bool:
    match parameter.type:
        case "integer":
            return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()
        case "boolean":
            return text in ("true", "false")
        case _:
            return all(ord(character) >= 32 for character in text)


def _shown(parameter: Parameter, text: str) -> str:
    return "secret" if parameter.secret else text


def _fault(code: str, pointer: str, zh: str, en: str) -> Fault:
    return Fault(code, {"zh": zh, "en": en}, pointer=pointer)

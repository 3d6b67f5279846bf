"""The servers whose releases are taken here: of which kind each is, by which key it is believed, and where it is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from connectors.posting import check_address
from connectors.protocol import SetUpRefused
from connectors.secrets import SecretStore, is_reference
from connectors.taking import take
from forms_dsl.model import Label
from runtime.audit.trail import record_event
from runtime.context import Context
from runtime.environment import Environment, is_kind
from runtime.failures import Conflict, Fault, Invalid, NotFound, Unavailable
from runtime.publish.codes import NO_ENVIRONMENT, WRONG_SOURCE
from runtime.publish.promotion import LARGEST, public_key
from runtime.settings import Settings
from runtime.store.tables import release_source
from runtime.store.upsert import upsert

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
#: The other server runs the cases of the app before it answers.
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Source:
    """A server as an administrator enters it; without an address its releases come as files only."""

    name: str
    kind: str
    key: str
    url: str | None = None
    token: str | None = None
    allowed_hosts: tuple[str, ...] = ()


def own_environment(settings: Settings) -> Environment:
    """Which environment this server is; raises Conflict when nobody told it."""
    if settings.environment is None:
        raise Conflict(
            {
                "zh": "本服务器未说明是哪个环境：请设置 QIQIAO_ENVIRONMENT 为 development、test 或 production 后重启。",
                "en": "This server was not told which environment it is: set QIQIAO_ENVIRONMENT to development, test or production "
                "and start it again.",
            },
            code=NO_ENVIRONMENT.id,
        )
    return settings.environment


def sources(connection: Connection) -> tuple[Row[Any], ...]:
    """All servers whose releases are taken here, by name."""
    return tuple(connection.execute(sa.select(release_source).order_by(release_source.c.name)))


def source_named(connection: Connection, name: str) -> Row[Any]:
    """One of them; raises NotFound."""
    found = connection.execute(sa.select(release_source).where(release_source.c.name == name)).one_or_none()
    if found is None:
        raise NotFound({"zh": f"没有来源服务器“{name}”。", "en": f"There is no source {name!r}."})
    return found


def set_source(connection: Connection, context: Context, source: Source) -> None:
    """Enter a server, or all of it anew; raises Invalid with every fault."""
    faults = tuple(_faults(source))
    key_id = public_key(source.key)
    if faults:
        raise Invalid(faults[0].message, code=faults[0].code, faults=faults)
    taken = sa.select(release_source.c.name).where(release_source.c.key_id == key_id, release_source.c.name != source.name)
    other = connection.execute(taken).scalar()
    if other is not None:
        raise _wrong("/key", f"来源“{other}”已使用这个公钥。", f"The source {other!r} has this key already.")
    values = {
        "name": source.name,
        "kind": source.kind,
        "key": source.key,
        "key_id": key_id,
        "url": source.url,
        "token": source.token,
        "allowed_hosts": list(source.allowed_hosts),
        "set_by": context.principal.id,
        "set_at": context.now,
    }
    connection.execute(upsert(connection, release_source, values, key=["name"]))
    # A reference is no secret, yet nobody who reads the trail needs it.
    body = {"name": source.name, "kind": source.kind, "key": key_id, "url": source.url, "hosts": list(source.allowed_hosts)}
    record_event(connection, context, "release_source_set", body=body)


def remove_source(connection: Connection, context: Context, name: str) -> None:
    """Believe a server no more; what came from it stays. Raises NotFound."""
    found = source_named(connection, name)
    connection.execute(sa.delete(release_source).where(release_source.c.name == name))
    record_event(connection, context, "release_source_removed", body={"name": name, "key": found.key_id})


def fetch_release(source: Row[Any], settings: Settings, app: str, number: int | None) -> bytes:
    """The signed file of a release of a source, the live one without a number; raises Conflict without an address, Unavailable."""
    if source.url is None:
        raise Conflict(
            {
                "zh": f"来源“{source.name}”没有地址：请用发布包文件。",
                "en": f"The source {source.name!r} has no address: bring its releases as files.",
            },
            code=WRONG_SOURCE.id,
        )
    try:
        token = SecretStore(settings.data_folder / "secrets").get(source.token)
    except SetUpRefused as refused:
        raise _unavailable(source.name, refused.detail) from refused
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept-Language": "en"}
    path = f"{source.url}/api/builder/apps/{app}/releases/{number if number is not None else 'live'}/promotion"
    answer = take(path, source.allowed_hosts, headers, b"{}", most=LARGEST, seconds=_PATIENCE_SECONDS)
    if answer.status != 200:
        raise _unavailable(source.name, answer.detail or _said(answer.status, answer.body))
    return answer.body


def _said(status: int | None, body: bytes) -> str:
    """The other server's own words, where it is one of ours."""
    try:
        said = json.loads(body)
        return f"{status} {said['code']} {said['detail']}"[:300]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {status}"


def _unavailable(name: str, detail: str) -> Unavailable:
    return Unavailable(
        {"zh": f"来源“{name}”没有给出版本：{detail}", "en": f"The source {name!r} gives no release: {detail}"},
        code=WRONG_SOURCE.id,
    )


def _faults(source: Source) -> list[Fault]:
    found: list[Fault] = []

    def fault(pointer: str, zh: str, en: str) -> None:
        found.append(Fault(WRONG_SOURCE.id, {"zh": zh, "en": en}, pointer=pointer))

    if not _NAME.fullmatch(source.name):
        fault("/name", "名称由小写字母、数字、- 和 _ 组成。", "A name is made of small letters, digits, - and _.")
    if not is_kind(source.kind):
        fault("/kind", "类别为 development、test 或 production。", "The kind is development, test or production.")
    if (source.url is None) != (source.token is None):
        fault("/token", "地址与令牌须同时给出。", "An address and a token come together.")
    if source.token is not None and not is_reference(source.token):
        fault(
            "/token",
            "令牌请写 secret://env/名称 或 secret://file/名称。",
            "Give the token as secret://env/NAME or secret://file/NAME.",
        )
    if source.url is not None:
        try:
            check_address(source.url, source.allowed_hosts)
        except (SetUpRefused, ValueError) as refused:
            why = refused.detail if isinstance(refused, SetUpRefused) else str(refused)
            fault("/url", f"地址不可用：{why}。", f"The address cannot be used: {why}.")
    return found


def _wrong(pointer: str, zh: str, en: str) -> Invalid:
    message: Label = {"zh": zh, "en": en}
    return Invalid(message, code=WRONG_SOURCE.id, faults=(Fault(WRONG_SOURCE.id, message, pointer=pointer),))


def source_json(row: Row[Any]) -> Mapping[str, object]:
    """A source as it is shown; of the token only that there is one."""
    return {
        "name": row.name,
        "kind": row.kind,
        "key": row.key,
        "key_id": row.key_id,
        "url": row.url,
        "has_token": row.token is not None,
        "allowed_hosts": list(row.allowed_hosts),
    }

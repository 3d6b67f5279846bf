"""A running server as the command line talks to it: over TLS, with a person's own token, by the paths of docs/rest.md 6."""

from __future__ import annotations

import argparse
import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from builder.commands import Mistake
from builder.drafts import text_checksum
from forms_dsl.archives import is_safe
from forms_dsl.bundle import read_bundle, write_bundle
from runtime.publish.types import Files

#: The token of the person whose act it is, where no file holds it.
TOKEN_VARIABLE = "QIQIAO_TOKEN"  # noqa: S105 - the name of a variable
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
#: Planning and checking a large app takes a while; connecting does not.
_PATIENCE = httpx.Timeout(300, connect=10)


@dataclass(frozen=True, slots=True)
class ServerDraft:
    """The draft of an app as a server has it; `base` is the live release, None before the first."""

    base: int | None
    checksum: str
    files: Files


@dataclass(frozen=True, slots=True)
class ServerChanges:
    """What texts would change there, in words, and what is wrong with them, as the server answers."""

    changes: tuple[Mapping[str, Any], ...]
    findings: tuple[Mapping[str, Any], ...]

    @property
    def errors(self) -> tuple[Mapping[str, Any], ...]:
        """The findings that forbid publishing."""
        return tuple(found for found in self.findings if found["severity"] == "error")


def add_server_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that name a server and who asks it."""
    parser.add_argument("--server", metavar="URL", help="a running server, like https://qiqiao.bank.example")
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        type=Path,
        help=f"holds an API token of the person whose act it is (default: the environment's {TOKEN_VARIABLE})",
    )


@dataclass(frozen=True, slots=True)
class Server:
    """One server and the client that speaks to it; every refusal is a Mistake in the server's words."""

    url: str
    client: httpx.Client

    def draft(self, app: str) -> ServerDraft:
        """The draft as it is now, equal to the live release while nobody edits; an empty one of an app it does not have."""
        answer = self._ask("GET", _path(app, "draft"))
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return ServerDraft(None, text_checksum(""), {})
        return self._draft_of(answer)

    def release_texts(self, app: str, release: int | None) -> Files:
        """The texts of a release; none before the first one, and none of a release that it does not have."""
        if release is None:
            return {}
        answer = self._ask("GET", _path(app, "releases", str(release), "bundle"))
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return {}
        bundle = read_bundle(f"{app}.zip", _taken(answer).content)
        if bundle.diagnostics:
            first = bundle.diagnostics[0]
            raise Mistake({locale: f"{self.url}: {first.code} {first.message_in(locale)}" for locale in ("en", "zh")})
        return bundle.files

    def changes(self, app: str, texts: Mapping[str, str | None]) -> ServerChanges:
        """What texts would change in the draft; None stands for a file that goes."""
        said = _json(self._ask("POST", _path(app, "changes"), {"files": dict(texts)}))
        return ServerChanges(tuple(said["changes"]), tuple(said["diagnostics"]))

    def save(self, app: str, files: Files, over: str) -> ServerDraft:
        """Save files as the whole draft over the one with this checksum."""
        body = {"zip": b64encode(write_bundle(files)).decode(), "checksum": over}
        return self._draft_of(self._ask("PUT", _path(app, "draft", "bundle"), body))

    def submit(self, app: str, checksum: str, note: str) -> str:
        """Ask a second person to publish the draft with this checksum; the address of the review."""
        said = _json(self._ask("POST", _path(app, "submit"), {"note": note, "checksum": checksum}))
        return f"{self.url}/builder/reviews/{said['id']}"

    def propose(self, wish: Mapping[str, object]) -> tuple[str, tuple[Mapping[str, str], ...]]:
        """Propose a release of another server there; the address of the review, and what is to be thought of with it."""
        said = _json(self._ask("POST", "/api/builder/promotions", wish))
        return f"{self.url}/builder/reviews/{said['id']}", tuple(said["origin"]["cautions"])

    def _draft_of(self, answer: httpx.Response) -> ServerDraft:
        said = _json(answer)
        files = {str(path): str(text) for path, text in said["files"].items()}
        if not all(map(is_safe, files)):
            raise _no_server(self.url)
        return ServerDraft(said["base"], said["checksum"], files)

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
        try:
            return self.client.request(method, path, json=body)
        except httpx.HTTPError as failure:
            raise Mistake({"en": f"{self.url} does not answer: {failure}", "zh": f"{self.url} 没有应答：{failure}"}) from failure


def open_server(arguments: argparse.Namespace, locale: str) -> Server:
    """The server that the call names; raises Mistake for an address that is not safe to send a token to, and without a token."""
    url = checked_url(arguments.server)
    headers = {"Authorization": f"Bearer {_token(arguments.token_file)}", "Accept-Language": locale}
    # A proxy of the environment sees what goes over TLS as little as anybody; what stays on this machine must not reach one.
    trust = url.startswith("https:")
    # The words of an answer are in the language of this terminal, whatever the person chose for the screens.
    client = httpx.Client(base_url=url, headers=headers, timeout=_PATIENCE, trust_env=trust, params={"locale": locale})
    return Server(url, client)


def checked_url(text: str) -> str:
    """An address without its last slash; raises Mistake for plain http to another machine, and for what is no such address."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment or parts.username is not None:
        raise Mistake(
            {
                "en": f"{text} is no address of a server. Write it like https://qiqiao.bank.example.",
                "zh": f"{text} 不是服务器地址，应形如 https://qiqiao.bank.example。",
            }
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise Mistake(
            {
                "en": f"A token is not sent to {host} without TLS. Use https.",
                "zh": f"不会以明文方式向 {host} 发送令牌，请使用 https。",
            }
        )
    return text.rstrip("/")


def _token(file: Path | None) -> str:
    try:
        token = file.read_text(encoding="utf-8").strip() if file is not None else os.environ.get(TOKEN_VARIABLE, "").strip()
    except (OSError, UnicodeDecodeError) as failure:
        raise Mistake({"en": f"{file} cannot be read: {failure}", "zh": f"无法读取 {file}：{failure}"}) from None
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Mistake(
            {
                "en": f"Give an API token of yours: --token-file FILE, or {TOKEN_VARIABLE}.",
                "zh": f"请提供您的接口令牌：--token-file FILE，或环境变量 {TOKEN_VARIABLE}。",
            }
        )
    return token


def _path(app: str, *parts: str) -> str:
    return "/".join(("/api/builder/apps", quote(app, safe=""), *parts))


def _taken(answer: httpx.Response) -> httpx.Response:
    """The answer when it is one of ours that says yes; raises Mistake with the server's own words otherwise."""
    if answer.is_success:
        return answer
    try:
        said = answer.json()
        words = [str(said["detail"]), *(f"{one['code']} {one['message']}" for one in said.get("errors", ()))]
        sentence = f"{said['code']} {' '.join(words)}"
    except (ValueError, KeyError, TypeError):
        sentence = f"HTTP {answer.status_code}"
    raise Mistake({"en": f"The server refuses: {sentence}", "zh": f"服务器拒绝：{sentence}"})


def _json(answer: httpx.Response) -> Any:
    try:
        return _taken(answer).json()
    except ValueError:
        raise _no_server(str(answer.request.url)) from None


def _no_server(url: str) -> Mistake:
    return Mistake({"en": f"What answers at {url} is no Qiqiao.", "zh": f"{url} 的应答不是七巧服务。"})

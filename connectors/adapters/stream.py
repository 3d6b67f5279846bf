"""Sockets with a deadline for the whole attempt, to one checked address, that remember whether anything left."""

from __future__ import annotations

import ssl
import time
import typing
from collections.abc import Iterable
from dataclasses import dataclass

import httpcore


@dataclass(slots=True)
class Attempt:
    """What the network layer knows of one attempt; `sent` turns true before the first byte of the request is written."""

    address: str
    deadline: float
    sent: bool = False
    connected: bool = False

    def left(self, longest: float | None) -> float:
        """Seconds this step may take; raises `httpcore.ReadTimeout` when the whole attempt is over."""
        rest = self.deadline - time.monotonic()
        if rest <= 0:
            raise httpcore.ReadTimeout("the whole attempt took too long")
        return rest if longest is None else min(longest, rest)


class DeadlineBackend(httpcore.NetworkBackend):
    """Connects the checked address, whatever the request's host is called."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[typing.Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Open the connection."""
        stream = self._sockets.connect_tcp(self._attempt.address, port, self._attempt.left(timeout))
        return _DeadlineStream(stream, self._attempt)


class _DeadlineStream(httpcore.NetworkStream):
    """A slow counterpart cannot stretch an attempt by sending a byte now and then: each step gets what is left."""

    def __init__(self, stream: httpcore.NetworkStream, attempt: Attempt) -> None:
        self._stream = stream
        self._attempt = attempt

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._attempt.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._attempt.connected = True
        limit = self._attempt.left(timeout)
        self._attempt.sent = True
        self._stream.write(buffer, limit)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, self._attempt.left(timeout)), self._attempt)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._stream.get_extra_info(info)

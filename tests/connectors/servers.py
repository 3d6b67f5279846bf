"""A server that says exactly the bytes a test wants: for answers no decent server gives."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Writes the answer; what it reads of the request was read before.
Script = Callable[[socket.socket], None]


class Listener:
    """A real listener that counts what reaches it."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept; close alone would not
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(peer,), daemon=True).start()

    def _answer(self, peer: socket.socket) -> None:
        with peer:
            try:
                self.requests.append(peer.recv(65536))
                self.script(peer)
            except OSError:
                return


@contextmanager
def listening(script: Script) -> Iterator[Listener]:
    """A listener for the time of a test."""
    listener = Listener(script)
    try:
        yield listener
    finally:
        listener.close()


def saying(body: bytes, head: str = "200 OK", **headers: str) -> Script:
    """An answer with this status line and body."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    raw = f"HTTP/1.1 {head}\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body
    return lambda peer: peer.sendall(raw)


def trickling(raw: bytes, pause: float = 0.2) -> Script:
    """One byte at a time."""

    def script(peer: socket.socket) -> None:
        for position in range(len(raw)):
            peer.sendall(raw[position : position + 1])
            time.sleep(pause)

    return script


def pouring(peer: socket.socket) -> None:
    """An answer that never ends."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        peer.sendall(b" " * 65536)

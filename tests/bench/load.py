"""A load client of little cost: some connections, prepared requests, one selector loop."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

#: Makes the bytes of request number n.
Request = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Load:
    """What one run saw: requests per second, how many answers in all and how many of them were not 2xx."""

    per_second: float
    answers: int
    failed: int


@dataclass(frozen=True, slots=True)
class Paced:
    """What a run at a fixed pace saw: how long each answer took from when its request was due, and how many were not 2xx."""

    seconds: tuple[float, ...]
    failed: int

    @property
    def slowest(self) -> float:
        """The longest that somebody waited."""
        return max(self.seconds)

    def share(self, part: float) -> float:
        """The time within which this part of all requests was answered."""
        return sorted(self.seconds)[int(len(self.seconds) * part)]


@dataclass(slots=True)
class _Lane:
    socket: socket.socket
    buffer: bytearray = field(default_factory=bytearray)
    wanted: int = -1
    due: float = 0.0


def http(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of one HTTP/1.1 request on a kept connection."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def run(port: int, request: Request, *, seconds: float, connections: int = 16) -> Load:
    """Send requests on all connections for some seconds and count the answers."""
    selector = selectors.DefaultSelector()
    lanes = [_Lane(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
    sent = done = failed = 0
    for lane in lanes:
        selector.register(lane.socket, selectors.EVENT_READ, lane)
        lane.socket.sendall(request(sent))
        sent += 1
    started = time.perf_counter()
    end = started + seconds
    while time.perf_counter() < end:
        for key, _ in selector.select(0.5):
            lane = key.data
            ok = _receive(lane)
            if ok is None:
                continue
            done += 1
            failed += not ok
            lane.socket.sendall(request(sent))
            sent += 1
    # The last answers are awaited and counted: a request cut off would leave the next round in doubt of what it did.
    for lane in lanes:
        while (ok := _receive(lane)) is None:
            continue
        done += 1
        failed += not ok
        lane.socket.close()
    return Load(done / (time.perf_counter() - started), done, failed)


def run_paced(port: int, request: Request, *, per_second: float, goes_on: Callable[[], bool]) -> Paced:
    """Send requests at a fixed pace as long as `goes_on`, on a new connection when all others wait for their answers.

    Whoever waits does not keep others from asking, so an answer counts from when its request was due.
    """
    selector = selectors.DefaultSelector()
    free: list[_Lane] = []
    waiting = sent = failed = 0
    seconds: list[float] = []
    started = time.perf_counter()
    while goes_on() or waiting:
        now, due = time.perf_counter(), started + sent / per_second
        if due <= now and goes_on():
            lane = free.pop() if free else _Lane(socket.create_connection(("127.0.0.1", port)))
            lane.due = due
            selector.register(lane.socket, selectors.EVENT_READ, lane)
            lane.socket.sendall(request(sent))
            sent, waiting = sent + 1, waiting + 1
            continue
        for key, _ in selector.select(max(0.0, min(due - now, 0.05))):
            lane = key.data
            ok = _receive(lane)
            if ok is None:
                continue
            seconds.append(time.perf_counter() - lane.due)
            failed += not ok
            waiting -= 1
            selector.unregister(lane.socket)
            free.append(lane)
    for lane in free:
        lane.socket.close()
    return Paced(tuple(seconds), failed)


def _receive(lane: _Lane) -> bool | None:
    """Whether a complete answer is 2xx; None while it is incomplete."""
    received = lane.socket.recv(262144)
    if not received:
        raise ConnectionError("the server closed a connection")
    lane.buffer += received
    if lane.wanted < 0:
        head = lane.buffer.find(b"\r\n\r\n")
        if head < 0:
            return None
        text = bytes(lane.buffer[:head]).lower()
        at = text.find(b"content-length:")
        length = int(text[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        lane.wanted = head + 4 + length
    if len(lane.buffer) < lane.wanted:
        return None
    ok = lane.buffer[9:10] == b"2"
    lane.buffer.clear()
    lane.wanted = -1
    return ok

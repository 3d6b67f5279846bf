"""`qiqiao demo` as a person uses it: ready with logins, what was done stays, and the end leaves no process behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from tests.serving import PLAIN

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def demo(data: Path, port: int, **more: str) -> Iterator[str]:
    """A running demonstration; gives what it printed, up to the moment when it is ready."""
    environment = {**os.environ, "QIQIAO_DATA": str(data), "QIQIAO_LOCALE": "en", **more}
    environment.pop("QIQIAO_DATABASE_URL", None)
    command = [sys.executable, "-m", "builder.cli", "demo", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    guard = threading.Timer(150, process.kill)
    guard.start()
    try:
        said = []
        for line in process.stdout or ():
            said.append(line)
            if "Ctrl-C" in line:
                break
        assert process.poll() is None, "".join(said)
        children = psutil.Process(process.pid).children(recursive=True)
        yield "".join(said)
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(30)
        assert [] == psutil.wait_procs(children, timeout=5)[1]
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def sign_in(url: str, username: str, password: str) -> httpx.Client:
    client = httpx.Client(base_url=url, timeout=20, verify=PLAIN)
    answer = client.post("/api/auth/login", json={"username": username, "password": password})
    assert 200 == answer.status_code, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client


def test_the_demonstration_starts_keeps_and_ends(tmp_path: Path) -> None:
    """A first start publishes and loads, a second keeps both; the customer page shows the balance of the stand-in."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with demo(tmp_path, port) as said:
        password = re.search(r"password: (\S+)", said)
        assert password is not None
        clerk = sign_in(url, "clerk", password[1])
        customers = clerk.get("/api/bank_customer/customer?limit=1&count=exact").json()
        id = customers["items"][0]["id"]
        balance = clerk.get(f"/api/bank_customer/customer/{id}/panels/core_balance").json()
        named = clerk.patch(f"/api/bank_customer/customer/{id}", json={"employer": "横竖撇捺公司"}, headers={"If-Match": '"1"'})
        analyst = sign_in(url, "analyst", password[1])
        home = analyst.get("/api/builder/apps/bank_customer").json()
        beside = subprocess.run(
            [sys.executable, "-m", "builder.cli", "demo", "--port", str(free_port())],
            capture_output=True, text=True, env={**os.environ, "QIQIAO_DATA": str(tmp_path), "QIQIAO_LOCALE": "en"}, cwd=ROOT, timeout=60,
        )  # fmt: skip

    assert (1, True) == (beside.returncode, "A demonstration is already running on" in beside.stderr)
    assert f"Qiqiao is ready: {url}" in said
    assert all(name in said for name in ("clerk", "checker", "head", "credit", "analyst", "publisher", "integrator", "auditor"))
    assert customers["count"] > 50
    assert 200 == named.status_code, named.text
    assert ("live", True) == (balance["state"], balance["as_of"] is not None), balance
    assert 1 == home["live"]["release"]

    with demo(tmp_path, port, QIQIAO_DEMO_PASSWORD="of-my-own") as again:
        clerk = sign_in(url, "clerk", "of-my-own")
        kept = clerk.get(f"/api/bank_customer/customer/{id}").json()
        count = clerk.get("/api/bank_customer/customer?limit=1&count=exact").json()["count"]

    assert "Publishing" not in again
    assert "Loading" not in again
    assert ("横竖撇捺公司", customers["count"]) == (kept["employer"], count)


def test_a_second_demonstration_on_the_same_port_says_so(tmp_path: Path) -> None:
    """The port is looked at before anything is made."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "builder.cli", "demo", "--port", str(port)]
        environment = {**os.environ, "QIQIAO_DATA": str(tmp_path / "data"), "QIQIAO_LOCALE": "en"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=60)

    assert (1, 1) == (done.returncode, done.stderr.count("\n"))
    assert f"Cannot listen on 127.0.0.1:{port} (Address already in use)." in done.stderr
    assert not (tmp_path / "data").exists()

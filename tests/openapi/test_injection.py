"""sqlmap asks every parameter of the routes that ask the database: none takes a piece of SQL. That it would find one is shown beside."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.openapi.conftest import Served
from tests.shipped_bank import APP

#: Each route with the parameters that sqlmap plays with.
ROUTES = (
    f"/api/{APP}/customer?where=lifecycle%20%3D%3D%20%2201%22&order=full_name&select=full_name&search=a&limit=5",
    f"/api/{APP}/customer?group=lifecycle&measures=count()&order=lifecycle",
    f"/odata/{APP}/customer?$filter=full_name%20eq%20%27a%27&$orderby=full_name&$select=full_name&$top=5",
    f"/api/apps/{APP}/search?q=abc",
)
_SUSPECTED = re.compile(r"is vulnerable|identified the following injection|appears to be .*injectable")


def ask(folder: Path, address: str, *more: str) -> str:
    """What sqlmap says of an address."""
    program = str(Path(sys.executable).with_name("sqlmap"))
    command = [program, "-u", address, "--batch", "--flush-session", "--disable-coloring", *more]
    usual = ["--technique=BEU", "--level=1", "--risk=1", f"--output-dir={folder}", "--ignore-code=400,404,422"]
    done = subprocess.run([*command, *usual], cwd=folder, env={"HOME": str(folder)}, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("route", ROUTES, ids=[route.split("?")[0] for route in ROUTES])
def test_no_parameter_takes_sql(served: Served, tmp_path: Path, route: str) -> None:
    """Each parameter is asked, and none of them does what was put into it."""
    said = ask(tmp_path, served.base + route, "-H", f"Authorization: Bearer {served.token}")

    assert not _SUSPECTED.search(said), said[-4000:]
    for name in parse_qs(urlsplit(route).query):
        assert f"GET parameter '{name}' does not seem to be injectable" in said, said[-4000:]


class _Careless(BaseHTTPRequestHandler):
    """A server as nobody should write it."""

    def do_GET(self) -> None:
        """Answer with the rows of a statement that was put together."""
        wanted = parse_qs(urlsplit(self.path).query).get("name", [""])[0]
        with sqlite3.connect(":memory:") as connection:
            connection.executescript(
                "CREATE TABLE thing (name TEXT, value TEXT); INSERT INTO thing VALUES ('a', 'one'), ('b', 'two')"
            )
            try:
                rows = connection.execute(f"SELECT value FROM thing WHERE name = '{wanted}'").fetchall()  # noqa: S608
            except sqlite3.Error:
                rows = []
        body = repr(rows).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def careless() -> Iterator[str]:
    """Its address."""
    with TCPServer(("127.0.0.1", 0), _Careless) as server:
        running = Thread(target=server.serve_forever)
        running.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        running.join()


def test_a_statement_that_is_put_together_is_found(careless: str, tmp_path: Path) -> None:
    """What the other test relies on: sqlmap, asked in the same way, finds the parameter of a careless server."""
    assert _SUSPECTED.search(ask(tmp_path, f"{careless}/?name=a"))

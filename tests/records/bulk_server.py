"""A server of the lab in a process of its own, to be killed at any moment."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import socket
from multiprocessing.process import BaseProcess
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from runtime.compile.sql_setup import SQLITE_SETUP
from runtime.http import idempotency
from runtime.http.routes import build_app
from runtime.http.services import Services
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.store.database import open_database
from tests.records import lab


def start_server(url: str, folder: Path, now: dt.datetime, *, dies_answering: bool = False) -> tuple[BaseProcess, str]:
    """A server and its address; with `dies_answering` it kills itself between the commit of a POST with a key and its answer."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    # Made here, so that the process has nothing to import; no connection is opened before the fork.
    database = open_database(url, SQLITE_SETUP)
    settings = Settings(url, folder, demo=False, requests_per_second=0)
    releases = Releases(database, {"org": lab.directory(), "lab": lab.lab()})
    app = build_app(Services(settings, database, releases, clock=lambda: now))
    # Forked, as the workers of the outbox tests: a fresh interpreter for each kill would take a minute.
    server = multiprocessing.get_context("fork").Process(target=_serve, args=(app, listener, dies_answering))
    server.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    # Only the server holds it now: what is sent to a dead one is refused and does not wait.
    listener.close()
    return server, address


def _serve(app: FastAPI, listener: socket.socket, dies_answering: bool) -> None:
    if dies_answering:
        idempotency._keep = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none")).run(sockets=[listener])

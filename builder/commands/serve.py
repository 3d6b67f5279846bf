"""`qiqiao serve`: screens, REST and the builder on one address."""

from __future__ import annotations

import argparse
import os
import socket

import uvicorn

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, settings_of

_EXAMPLES = """\
  qiqiao serve                                            http://127.0.0.1:8000 over the embedded database
  qiqiao serve --port 8001 --database sqlite:////tmp/second.db
  qiqiao serve --host 0.0.0.0 --workers 4 --database postgresql://qiqiao@db/qiqiao"""


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "serve",
        "serve screens, REST and the builder",
        "Serves the active releases. A release that is published later is taken over within a second, without a restart\n"
        "and without a failed request. Deadlines, automations and calls to other systems need `qiqiao worker` beside it.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine only)")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "8000", help="default: PORT, else 8000")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes that share the address (default 1)")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Serve until stopped."""
    settings = settings_of(arguments)
    check_port(arguments.host, arguments.port)
    # The processes make their own app from the environment, so the call's database goes there.
    os.environ["QIQIAO_DATABASE_URL"] = settings.database_url
    uvicorn.run(
        "builder.asgi:create_app",
        factory=True,
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        log_level="warning",
        ws="none",
        timeout_graceful_shutdown=10,
    )
    return 0


def check_port(host: str, port: int) -> None:
    """Raise Mistake when the address cannot be listened on."""
    try:
        with socket.create_server((host, port)):
            return
    except (OSError, OverflowError) as failure:
        why = os.strerror(failure.errno) if isinstance(failure, OSError) and failure.errno else str(failure)
        raise Mistake(
            {
                "en": f"Cannot listen on {host}:{port} ({why}). Choose another with --port.",
                "zh": f"无法监听 {host}:{port}（{why}）。请用 --port 另选端口。",
            }
        ) from None

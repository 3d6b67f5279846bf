"""`qiqiao demo`: everything at once on one machine, as `make run` starts it."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import os
import time
import unicodedata
import urllib.error
import urllib.request

from builder.commands import Mistake, Verbs
from builder.commands.serve import check_port
from builder.demo import connect_stand_in, load_bank, publish_shipped, stand_in_arguments
from builder.operator import add_database_argument, settings_of
from builder.processes import Children, Stopped, alone_in, children
from runtime.identity.demo import APP, PEOPLE, UNITS
from runtime.settings import Settings
from runtime.start import Started, start

_EXAMPLES = """\
  qiqiao demo                                   http://127.0.0.1:8000, data in .data
  QIQIAO_DATA=/tmp/second qiqiao demo --port 8001     a second one beside the first
  QIQIAO_DEMO_PASSWORD=secret qiqiao demo       with a password of your own"""

_READY = {
    "en": "Qiqiao is ready: {url}\nEverybody's password: {password}\n",
    "zh": "七巧已就绪：{url}\n所有演示用户的密码：{password}\n",
}
_STOP = {"en": "Data: {folder}. Ctrl-C stops everything.", "zh": "数据目录：{folder}。按 Ctrl-C 停止。"}
_STOPPED = {"en": "Stopped.", "zh": "已停止。"}
_READY_SECONDS = 60


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "demo",
        "run the shipped bank with invented people and data",
        "Publishes the shipped app, loads an invented bank once, starts a core-banking stand-in, the worker and the server,\n"
        "and prints the address and the logins. A second start keeps the data and what was published since.\n"
        "For showing and trying only: its people have one password.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "8000", help="default: PORT, else 8000")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Prepare, start, and wait until stopped."""
    check_port("127.0.0.1", arguments.port)
    settings = dataclasses.replace(settings_of(arguments), demo=True)
    environment = {
        **os.environ,
        "QIQIAO_DEMO": "1",
        "QIQIAO_DATA": str(settings.data_folder),
        "QIQIAO_DATABASE_URL": settings.database_url,
    }
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    try:
        with alone_in(settings.data_folder), children(environment) as started_children:
            _serve(settings, started_children, arguments.port, locale)
    except Stopped:
        print(_STOPPED[locale])
    return 0


def _serve(settings: Settings, beside: Children, port: int, locale: str) -> None:
    def say(en: str, zh: str) -> None:
        print(zh if locale == "zh" else en, flush=True)

    now = dt.datetime.now(dt.UTC)
    started = start(settings, now)
    for recovered in started.recovered:
        print(recovered.words[locale])
    publish_shipped(started, settings, now, say)
    accounts = load_bank(started, settings, now, say)
    core = beside.start("core_bank", stand_in_arguments(started.database, settings, accounts), read=True)
    said = core.stdout.readline() if core.stdout is not None else ""
    beside.check()
    connect_stand_in(started, settings, said.rsplit(" ", 1)[-1].strip(), now)
    beside.start("worker", ["builder.cli", "worker"])
    beside.start("server", ["builder.cli", "serve", "--port", str(port)])
    url = f"http://127.0.0.1:{port}"
    _wait_until_ready(url, beside)
    print()
    print(_READY[locale].format(url=url, password=started.demo_password))
    print(_logins(started, locale))
    print()
    print(_STOP[locale].format(folder=settings.data_folder), flush=True)
    started.database.engine.dispose()
    beside.watch()


def _wait_until_ready(url: str, beside: Children) -> None:
    limit = time.monotonic() + _READY_SECONDS
    while time.monotonic() < limit:
        beside.check()
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Mistake({"en": f"The server at {url} does not become ready.", "zh": f"服务 {url} 未能就绪。"})


#: What a platform role is called; app roles carry their own labels.
_PLATFORM_ROLES = {
    "designer": {"en": "designs apps", "zh": "设计应用"},
    "publisher": {"en": "Second person, publishes", "zh": "第二人，发布"},
    "auditor": {"en": "proves the trail", "zh": "核验审计记录"},
    "administrator": {"en": "Administrator", "zh": "系统管理员"},
    "treasurer": {"en": "enters exchange rates", "zh": "录入汇率"},
    "integrator": {"en": "connects other systems", "zh": "对接其他系统"},
}


def _logins(started: Started, locale: str) -> str:
    """The demo people as a table: user name, name, unit, what they are."""
    units = {code: name for code, name, _, _ in UNITS}
    roles = started.releases.current()[APP].app.roles
    lines = []
    for person in PEOPLE:
        posts = [roles[role].label.get(locale) or role for role in person.roles if role in roles]
        lines.append(
            (
                person.username,
                person.name,
                units[person.unit],
                ", ".join([*posts, *(_PLATFORM_ROLES[role][locale] for role in person.platform_roles)]),
            )
        )
    widths = [max(_width(line[column]) for line in lines) for column in range(3)]
    return "\n".join(
        "  " + "  ".join([*(part + " " * (width - _width(part)) for part, width in zip(line[:3], widths, strict=True)), line[3]])
        for line in lines
    )


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

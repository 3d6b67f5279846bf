"""What a process does first: finishes or takes back what a crash left half published, and says which."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from forms_dsl.model import Label
from runtime.context import SYSTEM, Context
from runtime.failures import Conflict, Failure
from runtime.publish.apply import contract, finish, silent, take_back
from runtime.publish.claim import claim
from runtime.publish.codes import BUSY, DATABASE_GONE, REFUSED
from runtime.publish.execute import Patience, Runner
from runtime.publish.history import releases_in_state, steps_of
from runtime.publish.types import Release
from runtime.releases import CannotCompile, compile_stored
from runtime.store.database import Database


@dataclass(frozen=True, slots=True)
class Recovered:
    """One interrupted publication and what became of it, in words for the operator."""

    app: str
    release: int
    outcome: Literal["finished", "taken_back", "running_elsewhere"]
    words: Label


#: A start does not wait for a long report as a publisher does: what cannot be finished soon is taken back.
_AT_START = Patience(overall=dt.timedelta(seconds=15))


def recover(database: Database, now: dt.datetime, *, patience: Patience = _AT_START) -> tuple[Recovered, ...]:
    """Settle every publication that was interrupted; none is left half done unless another process works on it.

    On SQLite a publication is one transaction, so the old state or the new one is all there can be.
    """
    if database.is_sqlite:
        return ()
    with database.read() as connection:
        interrupted = releases_in_state(connection, "applying")
        active = releases_in_state(connection, "active")
        uncleared = [one for one in active if any(row.done_at is None for row in steps_of(connection, one.app, one.release))]
    settled = [_settle(database, target, now, patience) for target in interrupted]
    for target in uncleared:
        with claim(database, target.app) as online:
            if online is not None:
                contract(Runner(database, online, target.app, target.release, now, silent, patience), target)
    return tuple(settled)


def _settle(database: Database, target: Release, now: dt.datetime, patience: Patience) -> Recovered:
    with claim(database, target.app) as online:
        if online is None:
            return _said(target, "running_elsewhere")
        with database.read() as connection:
            active = next((one for one in releases_in_state(connection, "active") if one.app == target.app), None)
        base = active.release if active is not None else None
        context = Context(SYSTEM, {}, now, now.date(), f"recover-{target.app}-{target.release}", channel="start")
        runner = Runner(database, online, target.app, target.release, now, silent, patience)
        was_pilot = target.piloted_at is not None and target.activated_at is None
        kind = "pilot_extended" if was_pilot else "published" if target.activated_at is None else "release_activated"
        try:
            with database.read() as connection:
                compiled = compile_stored(connection, target.app, target.release)
            finish(runner, target, base, compiled, context, kind)
        except CannotCompile as broken:
            failure = _no_longer_compiles(broken)
            take_back(runner, target, failure, context)
            return _said(target, "taken_back", failure)
        except Failure as failure:
            if failure.code == DATABASE_GONE.id:
                raise  # nothing was taken back: the next start looks again
            return _said(target, "running_elsewhere" if failure.code == BUSY.id else "taken_back", failure)
        return _said(target, "finished")


def _no_longer_compiles(broken: CannotCompile) -> Failure:
    """The definition is one that this version of the product refuses, unlike the version that began."""
    return Conflict(
        {"zh": f"其定义在当前产品版本下无法编译：{broken}", "en": f"Its definition does not compile in this version: {broken}"},
        code=REFUSED.id,
    )


def _said(
    target: Release, outcome: Literal["finished", "taken_back", "running_elsewhere"], why: Failure | None = None
) -> Recovered:
    name = f"{target.app} {target.version} ({target.release})"
    reason = why.message if why is not None else {"zh": "", "en": ""}
    words: dict[str, Label] = {
        "finished": {
            "zh": f"{name} 的发布曾中断，现已完成，新版本已生效。",
            "en": f"Publishing {name} was interrupted; it is finished now and the new release is live.",
        },
        "taken_back": {
            "zh": f"{name} 的发布曾中断且无法完成，已撤回，原版本继续使用。{reason['zh']}",
            "en": f"Publishing {name} was interrupted and could not be finished; it was taken back and the old release is live. "
            f"{reason['en']}",
        },
        "running_elsewhere": {
            "zh": f"{name} 正由另一个进程发布，在此之前原版本继续使用。",
            "en": f"Another process is publishing {name}; until it is done the old release is live.",
        },
    }
    return Recovered(target.app, target.release, outcome, words[outcome])

"""Who still needs a column or table: releases in use or on their way, approvals that run on older ones, reviews that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.load import load_app
from forms_dsl.model import Label
from forms_dsl.required import load_required
from runtime.compile.app import CompiledApp, compile_app
from runtime.publish.tombstones import Tombstone, columns_of
from runtime.releases import CannotCompile, compile_stored, published_apps
from runtime.store.kept_columns import read_kept_columns
from runtime.store.tables import release, review, wf_instance


def users_of(connection: Connection, app: str, found: Sequence[Tombstone]) -> Iterator[tuple[Tombstone, Label]]:
    """Those of the tombstones that somebody still needs, each with who it is; what cannot be compiled any more needs nothing."""
    for compiled, user in (*_releases(connection, app), *_reviews(connection, app)):
        for one in columns_of(found, compiled):
            yield one, user


def _releases(connection: Connection, app: str) -> Iterator[tuple[CompiledApp, Label]]:
    living = sa.select(release.c.release).where(release.c.app == app, release.c.state.in_(["active", "pilot", "applying"]))
    running = sa.select(wf_instance.c.release).where(wf_instance.c.app == app, wf_instance.c.state.in_(["running", "held"]))
    words = {
        "living": ("版本 {0} 正在使用或正在发布", "release {0} is in use or being published"),
        "running": ("版本 {0} 上还有在途审批", "approvals are running on release {0}"),
    }
    for why, query in (("living", living), ("running", running)):
        for number in sorted(set(connection.execute(query).scalars())):
            zh, en = words[why]
            try:
                yield compile_stored(connection, app, number), {"zh": zh.format(number), "en": en.format(number)}
            except CannotCompile:
                continue


def _reviews(connection: Connection, app: str) -> Iterator[tuple[CompiledApp, Label]]:
    waiting = sa.select(review.c.files).where(review.c.app == app, review.c.state.in_(["open", "scheduled"]))
    for files in connection.execute(waiting).scalars():
        loaded = load_app(files, others=load_required(files, published_apps(connection)))
        if loaded.app is not None:
            compiled = compile_app(loaded.app, 0, read_kept_columns(connection))
            yield compiled, {"zh": "一次待复核或定时的发布要用到它", "en": "a publication that waits needs it"}

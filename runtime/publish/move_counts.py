"""What a move of fields would do, in numbers: records that get values, records that are made, and those that do not fit."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from runtime.compile.app import CompiledApp
from runtime.compile.names import column_name
from runtime.compile.tables import is_kept
from runtime.publish.move_links import any_value
from runtime.publish.moves import Group, Move, groups_of, planned_moves
from runtime.publish.moving import called
from runtime.publish.state import DatabaseState
from runtime.publish.words import sentence

MOVES = code(
    "M427",
    "Fields move to another entity with their values; where they stood they stay too, so that going back loses nothing.",
    "hint",
)
NOT_ONE = code("M429", "Several records would move into one, so values would be lost.", refusal="DEF-MIG-DATA")

_BOTH = Sentence(
    "Both places are kept the same by the database, for approvals that run on, for pilots and for going back.",
    "两处由数据库保持一致，供在途审批、试点和回退使用。",
)
_MEND = Sentence(
    "Make the reference unique by a publication of its own; it names these records.",
    "请先单独发布，把引用设为不可重复；该计划会列出这些记录。",
)


def told_moves(connection: Connection, old: CompiledApp | None, new: CompiledApp, state: DatabaseState) -> Iterator[Diagnostic]:
    """One finding for each move: how many records it makes or fills; and one where two records would become one."""
    for move in planned_moves(old, new, state):
        yield _told(connection, move, state)
    for group in groups_of(old, new):
        if group.is_fold and not group.links and old is not None:
            yield from _several(connection, group, old)


def _told(connection: Connection, move: Move, state: DatabaseState) -> Diagnostic:
    group, span = move.group, move.group.fields[0].after.span
    source, target = group.from_entity.label, group.to_entity.label
    if move.is_linked:
        en, zh = "What moves from {1} to {2}: {0}. The values are there already.", "{0}由“{1}”迁至“{2}”；值已在该处。"
        return MOVES.at(span, sentence(called(move), source, target, en=en, zh=zh), hint=_BOTH)
    count = 0
    table = (move.base if group.is_split else move.detail).name
    if table in state.tables and move.link.pairs:
        where = any_value(move.link, table) if group.is_split else "1 = 1"
        query = f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL AND {where}"
        count = int(connection.execution_options(no_parameters=True).exec_driver_sql(query).scalar_one())
    if group.is_split:
        en = f"What moves from {{1}} to {{2}}: {{0}}. {count} record(s) of {{2}} are made, one for each {{1}} that has a value."
        zh = f"{{0}}由“{{1}}”迁至“{{2}}”：将生成 {count} 条“{{2}}”，有值的每条“{{1}}”对应一条。"
    else:
        en = f"What moves from {{1}} to {{2}}: {{0}}. {count} record(s) of {{1}} become a part of the {{2}} that they belong to."
        zh = f"{{0}}由“{{1}}”迁至“{{2}}”：{count} 条“{{1}}”并入所属记录。"
    return MOVES.at(span, sentence(called(move), source, target, en=en, zh=zh), hint=_BOTH)


def _several(connection: Connection, group: Group, old: CompiledApp) -> Iterator[Diagnostic]:
    """Records that several others belong to, by a reference that does not forbid it yet."""
    table = old.entities[group.detail.name].table
    for field in group.detail.fields.values():
        if field.type != "reference" or field.options.to != f"{group.base.app}.{group.base.name}" or not is_kept(field):
            continue
        column = table.c[column_name(field)]
        several = (
            sa.select(column)
            .where(table.c.deleted_at.is_(None), column.is_not(None))
            .group_by(column)
            .having(sa.func.count() > 1)
            .subquery()
        )
        count = connection.execute(sa.select(sa.func.count()).select_from(several)).scalar_one()
        if count:
            message = sentence(
                group.base.label,
                group.detail.label,
                field.label,
                en=f"{count} record(s) of {{0}} have two or more of {{1}} (by {{2}}).",
                zh=f"有 {count} 条“{{0}}”各对应两条以上“{{1}}”（按“{{2}}”）。",
            )
            yield NOT_ONE.at(group.fields[0].after.span, message, hint=_MEND)

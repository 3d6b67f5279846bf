"""The statements by which fields move between tables on live data: both sides follow one another first, then what was there moves."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from forms_dsl.model import Label
from runtime.publish.backfill import BATCH
from runtime.publish.move_links import any_value, detail_columns, detail_values, differs, move_link_steps
from runtime.publish.moves import Move
from runtime.publish.state import DatabaseState
from runtime.publish.types import AFTER, Step
from runtime.publish.words import label_in, say


def linking_steps(moves: Collection[Move], state: DatabaseState) -> Iterator[Step]:
    """The statements that keep both places of moved fields the same; none where they are already."""
    for move in moves:
        if not move.is_linked and move.link.pairs:
            because = say(
                called(move),
                move.group.base.label,
                move.group.detail.label,
                en="What is written as {0} of {1} or of {2} is written at both places, whichever release writes it.",
                zh="无论哪个版本写入“{1}”或“{2}”的{0}，两处都会写入。",
            )
            yield from move_link_steps(move.link, move.constants, because, is_sqlite=state.is_sqlite)


def filling_steps(moves: Collection[Move], state: DatabaseState) -> Iterator[Step]:
    """The statements that bring the values there, in batches beside running writers, and the last look at all of them."""
    for move in moves:
        source = state.tables.get(move.base.name if move.group.is_split else move.detail.name)
        if move.is_linked or not move.link.pairs or source is None or not source.filled:
            continue
        because = say(
            called(move),
            move.group.from_entity.label,
            move.group.to_entity.label,
            en="The values of {0} go from {1} to {2}; where they stood they stay too.",
            zh="{0}的值由“{1}”迁至“{2}”，原处仍保留。",
        )
        sql = _split(move, state) if move.group.is_split else _fold(move, state)
        yield Step("backfill", sql, because, None, "write lock" if state.is_sqlite else "ROW")
        yield _check(move, state)


def called(move: Move) -> Label:
    """The moved fields by their labels."""
    labels = [one.after.label for one in move.group.fields]
    return {
        "en": ", ".join(label_in(label, "en") for label in labels),
        "zh": "".join(f"“{label_in(label, 'zh')}”" for label in labels),
    }


def _split(move: Move, state: DatabaseState) -> str:
    link, base, detail = move.link, move.base.name, move.detail.name
    same_time = "IS" if state.is_sqlite else "IS NOT DISTINCT FROM"
    row = "a" if state.is_sqlite else "batch"
    # What is deleted moves as deleted, so that it comes back with its record.
    there = f"SELECT 1 FROM {detail} d WHERE d.{link.link} = {row}.id AND d.deleted_at {same_time} {row}.deleted_at"
    values = detail_values(link, row, move.constants, is_sqlite=state.is_sqlite)
    insert = f"INSERT INTO {detail} ({detail_columns(link, move.constants)}) SELECT {values} FROM"
    where = f"WHERE {any_value(link, row)} AND NOT EXISTS ({there})"
    if state.is_sqlite:
        return f"{insert} {base} a {where}"
    excluded = ", ".join(f"{other} = EXCLUDED.{other}" for _, other in link.pairs)
    # Locked first: a value that a writer changes meanwhile is read as he leaves it, never as it was.
    batch = f"SELECT * FROM {base} WHERE id > {AFTER} ORDER BY id LIMIT {BATCH} FOR NO KEY UPDATE"
    conflict = f"ON CONFLICT ({link.link}) WHERE deleted_at IS NULL DO UPDATE SET {excluded}"
    return f"WITH batch AS ({batch}), made AS ({insert} batch {where} {conflict}) SELECT id FROM batch"


def _fold(move: Move, state: DatabaseState) -> str:
    link, base, detail = move.link, move.base.name, move.detail.name
    if state.is_sqlite:
        columns, values = ", ".join(one for one, _ in link.pairs), ", ".join(f"d.{other}" for _, other in link.pairs)
        value = f"SELECT {values} FROM {detail} d WHERE d.{link.link} = {base}.id AND d.deleted_at IS NULL"
        ids = f"SELECT {link.link} FROM {detail} WHERE deleted_at IS NULL"
        return f"UPDATE {base} SET ({columns}) = ({value}) WHERE id IN ({ids})"
    batch = f"SELECT * FROM {detail} WHERE deleted_at IS NULL AND id > {AFTER} ORDER BY id LIMIT {BATCH} FOR NO KEY UPDATE"
    values = ", ".join(f"{one} = batch.{other}" for one, other in link.pairs)
    unlike = differs(link, base, "batch", is_sqlite=False)
    update = f"UPDATE {base} SET {values} FROM batch WHERE {base}.id = batch.{link.link} AND {unlike}"
    return f"WITH batch AS ({batch}), moved AS ({update}) SELECT id FROM batch"


def _check(move: Move, state: DatabaseState) -> Step:
    """Looks once more that every value stands at both places."""
    link, base, detail = move.link, move.base.name, move.detail.name
    because = say(called(move), en="Every value of {0} stands at both places.", zh="{0}的每个值在两处一致。")
    joined = f"{base} LEFT JOIN {detail} ON {detail}.{link.link} = {base}.id AND {detail}.deleted_at IS NULL"
    unlike = differs(link, base, detail, is_sqlite=state.is_sqlite)
    return Step("backfill", f"SELECT 1 FROM {joined} WHERE {base}.deleted_at IS NULL AND {unlike} LIMIT 1", because)

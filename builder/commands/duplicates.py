"""`qiqiao duplicates`: pairs that may be one thing, merging records and taking a merge apart, by the rights of a person."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, context_for, operator, person_by_username, settings_of
from runtime.commands.merge_records import MergeWish, merge_records
from runtime.commands.preview_merge import preview_merge
from runtime.commands.unmerge_records import UnmergeWish, unmerge_records
from runtime.context import Context
from runtime.records.duplicate_cases import open_cases
from runtime.records.merges import merges_of_record
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.start import start
from runtime.store.database import Database

_EXAMPLES = """\
  qiqiao duplicates list bank_customer.customer --as head                       the open pairs
  qiqiao duplicates preview bank_customer.customer STAYS OTHER --as head        what a merge would do
  qiqiao duplicates merge bank_customer.customer STAYS OTHER --as head --keep mobile=OTHER --reason "entered twice"
  qiqiao duplicates merges bank_customer.customer STAYS --as head               what was merged into a record
  qiqiao duplicates unmerge bank_customer.customer STAYS MERGE --as head --reason "two people\""""

_PAIR = {"en": "{first} · {second}  same {fields}", "zh": "{first} · {second}  {fields}相同"}
_HIDDEN = {"en": "(not yours to see)", "zh": "（无权查看）"}
_KEPT = {"en": "{field}: from {source}", "zh": "{field}：取自 {source}"}
_MOVES = {"en": "{label}: {records:,} will refer to {survivor}", "zh": "{label}：{records:,} 条改为引用 {survivor}"}
_MORE = {"en": "so will records that are not yours to see", "zh": "另有您无权查看的数据"}
_REFUSED = {"en": "refused: {message} ({code}{at})", "zh": "不能合并：{message}（{code}{at}）"}
_DONE = {"en": "merged as {id}; {moved:,} references moved", "zh": "已合并（{id}），转移 {moved:,} 处引用"}
_MERGE = {"en": "{id}  {state}  {merged}: {reason} ({by})", "zh": "{id}  {state}  {merged}：{reason}（{by}）"}
_UNDONE = {
    "en": "undone; back: {restored}; stayed since they were changed: {fields} {references:,} references",
    "zh": "已撤销；恢复：{restored}；因已被修改而保留：{fields} {references:,} 处引用",
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "duplicates",
        "list records that may be one thing, merge them, or take a merge apart",
        "The first record stays, the others are merged into it: it takes the values that it lacks, or those that --keep names,\n"
        "and what refers to the others refers to it. A merge is kept and can be undone. See docs/duplicates.md.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("what", choices=("list", "preview", "merge", "merges", "unmerge"), metavar="WHAT")
    parser.add_argument("entity", metavar="APP.ENTITY", help="the records")
    parser.add_argument("ids", nargs="*", metavar="ID", help="the record that stays, then the others, or the merge to undo")
    parser.add_argument("--as", dest="person", required=True, metavar="USERNAME", help="by whose rights")
    parser.add_argument(
        "--keep", action="append", default=[], metavar="FIELD=ID", help='whose value stays, or "all" where a field holds several'
    )
    parser.add_argument("--reason", default="", help="why; kept with the merge")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Do it and say what came of it; 1 where a preview tells that the merge would be refused."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    app, _, entity = arguments.entity.partition(".")
    with started.database.read() as connection:
        person = person_by_username(connection, arguments.person, settings, now)
    usual = context_for(person, settings, started.releases, now)
    live = started.releases.for_unit(person.unit_path)
    context = dataclasses.replace(usual, releases=live, locale=locale, on_behalf_of=operator().id)
    ids: list[str] = arguments.ids
    needed = {"list": 0, "merges": 1}.get(arguments.what, 2)
    if len(ids) < needed:
        raise Mistake({"en": "Name the records.", "zh": "请指明记录。"})
    match arguments.what:
        case "list":
            return _list(started.database, context, app, entity, locale)
        case "preview":
            wish = MergeWish((ids[0], None), tuple((id, None) for id in ids[1:]), _kept(arguments.keep))
            return _say_preview(preview_merge(started.database, context, app, entity, wish), locale)
        case "merge":
            wish = MergeWish((ids[0], None), tuple((id, None) for id in ids[1:]), _kept(arguments.keep), arguments.reason)
            print(_DONE[locale].format(**merge_records(started.database, context, app, entity, wish)))
        case "merges":
            _merges(started.database, context, app, entity, ids[0], locale)
        case "unmerge":
            with started.database.read() as connection:
                version = get_record(connection, context, app, entity, ids[0], GetRequest(select=())).version
            done: Any = unmerge_records(
                started.database, context, app, entity, UnmergeWish(ids[0], ids[1], version, arguments.reason)
            )
            said = {"restored": " ".join(done["restored"]), "fields": " ".join(done["stayed"]["fields"])}
            print(_UNDONE[locale].format(**said, references=done["stayed"]["references"]))
    return 0


def _kept(pairs: list[str]) -> dict[str, str]:
    kept = {}
    for pair in pairs:
        field, equals, id = pair.partition("=")
        if not (field and equals and id):
            raise Mistake({"en": f"--keep is FIELD=ID, not {pair!r}.", "zh": f"--keep 应写作 字段=标识，而非“{pair}”。"})
        kept[field] = id
    return kept


def _list(database: Database, context: Context, app: str, entity: str, locale: str) -> int:
    cursor: str | None = None
    while True:
        with database.read() as connection:
            items, cursor = open_cases(connection, context, app, entity, cursor)
        for item in cast("list[Mapping[str, Any]]", items):
            first, second = (f"{record['title']} {record['id']}" if record else _HIDDEN[locale] for record in item["records"])
            print(_PAIR[locale].format(first=first, second=second, fields=", ".join(item["fields"])))
        if cursor is None:
            return 0


def _say_preview(found: Mapping[str, Any], locale: str) -> int:
    for field in found["fields"]:
        if field["source"] != found["survivor"]:
            print(_KEPT[locale].format(field=field["name"], source=field["source"]))
    for move in found["moves"]:
        label = move["label"].get(locale) or move["entity"]
        print(_MOVES[locale].format(label=label, records=move["records"], survivor=found["survivor"]))
    if found["hidden"]:
        print(_MORE[locale])
    for refusal in found["refusals"]:
        at = f" {refusal['pointer']}" if refusal["pointer"] else ""
        print(_REFUSED[locale].format(message=refusal["message"], code=refusal["code"], at=at))
    return 1 if found["refusals"] else 0


def _merges(database: Database, context: Context, app: str, entity: str, id: str, locale: str) -> None:
    with database.read() as connection:
        items: list[Any] = merges_of_record(connection, context, app, entity, id)
    for item in items:
        merged = ", ".join(f"{each['title']} {each['id']}" if each else _HIDDEN[locale] for each in item["merged"])
        print(_MERGE[locale].format(**{**item, "merged": merged}))

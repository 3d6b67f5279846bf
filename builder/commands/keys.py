"""`qiqiao keys`: the key ring of encrypted fields."""

from __future__ import annotations

import argparse
import datetime as dt

from builder.commands import Verbs
from builder.operator import add_database_argument, context_for, operator, settings_of
from runtime.commands.manage_keys import add_key, remove_key, rotate, show_keys
from runtime.start import start

_EXAMPLES = """\
  qiqiao keys                 the keys, and how many values each of them seals
  qiqiao keys add             a new key; new values are sealed with it from now on
  qiqiao keys rotate          seals all values with the newest key
  qiqiao keys remove k1       takes a key off that no value needs any more"""

_SAID = {
    "none": {"en": "There is no key ring. Make one with: qiqiao keys add", "zh": "还没有密钥文件，请用 qiqiao keys add 生成。"},
    "shown": {"en": "{id}  {values} values{active}", "zh": "{id}  {values} 个值{active}"},
    "active": {"en": "  (active)", "zh": "（当前）"},
    "added": {
        "en": "The key {id} is in {path}. Keep a copy apart from backups of the database: without it the values are lost.",
        "zh": "密钥 {id} 已写入 {path}。请另存一份，并与数据库备份分开：丢失后数据无法恢复。",
    },
    "rotated": {"en": "{count} values were sealed anew.", "zh": "已重新加密 {count} 个值。"},
    "removed": {
        "en": "The key {id} is off the ring. Older backups of the database still need it.",
        "zh": "密钥 {id} 已移除。更早的数据库备份仍需要它。",
    },
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "keys",
        "keys of encrypted fields: show, add, rotate, remove",
        "Encrypted fields are sealed with the keys of a file outside of the database (QIQIAO_KEY_RING, default keys/ring.json\n"
        "in the data folder). All processes of a bank need the same file; a change of it is seen without a restart.\n"
        "Rotating works beside running servers, may be stopped at any time and is simply started again.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("what", nargs="?", choices=("show", "add", "rotate", "remove"), default="show")
    parser.add_argument("key", nargs="?", metavar="KEY", help="the key that is removed")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Do what is asked of the ring."""
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    database, context = started.database, context_for(operator(), settings, started.releases, now)
    match arguments.what:
        case "add":
            print(_SAID["added"][locale].format(id=add_key(database, context, settings), path=settings.key_ring))
        case "rotate":
            print(_SAID["rotated"][locale].format(count=rotate(database, context)))
        case "remove":
            remove_key(database, context, settings, arguments.key or "")
            print(_SAID["removed"][locale].format(id=arguments.key))
        case _:
            shown = show_keys(database, context)
            for key in shown:
                active = _SAID["active"][locale] if key.active else ""
                print(_SAID["shown"][locale].format(id=key.id, values=key.values, active=active))
            if not shown:
                print(_SAID["none"][locale])
    return 0

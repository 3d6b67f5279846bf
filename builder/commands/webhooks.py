"""`qiqiao webhooks`: who is told of changes, how each stands, and every act on one; and the hosts that they may lead to."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from builder.commands import Mistake, Verbs
from builder.moments import moment_of
from builder.operator import Acting, acting, add_database_argument
from runtime.commands.deliver_webhooks import Courier
from runtime.commands.manage_webhooks import (
    Desk,
    WebhookWish,
    change_webhook,
    delete_webhook,
    make_webhook,
    ping,
    replay,
    rotate_secret,
    set_hosts,
    start_webhook,
    stop_webhook,
)
from runtime.commands.show_people import find_person
from runtime.commands.show_webhooks import delivery_json, show_deliveries, show_webhook, show_webhooks
from runtime.failures import Failure
from runtime.outbox.webhook_policy import STOPPED_BECAUSE
from runtime.outbox.webhooks import DELIVERIES_KEPT, allowed_hosts

_EXAMPLES = """\
  qiqiao webhooks allow crm.bank.example:443 10.20.0.0/16:443
  qiqiao webhooks add loan "to the CRM" https://crm.bank.example/hooks --entity customer --entity loan \\
                  --as crm_service --reason "project 88"
  qiqiao webhooks list
  qiqiao webhooks ping ID
  qiqiao webhooks deliveries ID
  qiqiao webhooks rotate ID --overlap 24 --reason "yearly"
  qiqiao webhooks stop ID --reason "the CRM is moved"
  qiqiao webhooks replay ID --from 2026-11-24T08:00+08:00 --reason "restored from yesterday's backup" """

_SECRET = {
    "en": "{id}\nThe secret, which is never shown again: {secret}",
    "zh": "{id}\n密钥（只显示这一次）：{secret}",
}
_DONE = {"en": "Done.", "zh": "已完成。"}
_STATES = {"active": {"en": "active", "zh": "运行中"}, "stopped": {"en": "stopped", "zh": "已停止"}}
_HOSTS = {
    True: {"en": "Webhooks may lead to: {hosts}", "zh": "推送可到的主机：{hosts}"},
    False: {
        "en": "Webhooks may lead to no host yet: qiqiao webhooks allow HOST:PORT",
        "zh": "尚未允许任何主机：qiqiao webhooks allow 主机:端口",
    },
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "webhooks",
        "tell other systems of changes: signed, retried, replayable",
        "A webhook tells the changes of some entities of an app to an address, one signed request each, in order, as a person\n"
        "with the platform role integrator may read them. It goes on where it was, whatever happens to the worker; what a\n"
        "receiver refuses for three days stops it. Only hosts that are allowed here are called, and only with https.\n"
        "Every act stands in the audit trail.",
        _EXAMPLES,
        run,
    )
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    def what(name: str, help: str, *names: str, reason: bool = False) -> argparse.ArgumentParser:
        one: argparse.ArgumentParser = whats.add_parser(name, help=help)
        for each in names:
            one.add_argument(each.lower(), metavar=each)
        if reason:
            one.add_argument("--reason", required=True, help="why, for those who look at it later")
        add_database_argument(one)
        return one

    what("list", "all webhooks with how far behind they are")
    what("show", "one webhook, as JSON", "ID")
    made = what("add", "make a webhook; its secret is shown once", "APP", "LABEL", "URL", reason=True)
    change = what("change", "change a webhook; what is not said stays", "ID", reason=True)
    change.add_argument("--label")
    change.add_argument("--url")
    for one in (made, change):
        one.add_argument("--entity", action="append", metavar="NAME", help="an entity whose changes are told; repeat for more")
        one.add_argument("--as", dest="person", metavar="USERNAME", help="the integrator as whom the records are read")
    made.add_argument("--tasks", action="store_true", help="tell who has what to do about the records, not the records")
    what("stop", "let a webhook stand still", "ID", reason=True)
    what("delete", "forget one that stands still, with its secret", "ID", reason=True)
    what("start", "let it go on from where it stopped", "ID", reason=True)
    rotate = what("rotate", "give it a new secret, shown once", "ID", reason=True)
    rotate.add_argument(
        "--overlap", type=int, default=24, metavar="HOURS", help="so long the old one signs too (0 to 168, usually 24)"
    )
    what("ping", "send a signed try", "ID")
    what("deliveries", "the last attempts", "ID").add_argument("--limit", type=int, default=20, metavar="N")
    again = what("replay", "tell everything again from a place or a moment on", "ID", reason=True)
    where = again.add_mutually_exclusive_group(required=True)
    where.add_argument("--place", type=int, metavar="N")
    where.add_argument("--from", dest="since", metavar="MOMENT")
    what("hosts", "the hosts that webhooks may lead to")
    what("allow", "set the whole list of hosts that webhooks may lead to").add_argument("hosts", nargs="*", metavar="HOST:PORT")


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Do it, and say so."""
    act = acting(arguments, dt.datetime.now(dt.UTC))
    try:
        print(_ACTS[arguments.what](act, arguments, locale))
    except Failure as failure:
        raise Mistake(failure.faults[0].message if failure.faults else failure.message) from failure
    return 0


def _list(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    with act.database.read() as connection:
        return "\n".join("\t".join(_line(one, locale)) for one in show_webhooks(connection))


def _line(one: Mapping[str, Any], locale: str) -> list[str]:
    state = _STATES[one["state"]][locale]
    if one["stop_reason"]:
        state += f": {STOPPED_BECAUSE[one['stop_reason']][locale]}"
    last = one["last"]
    told = f"{last['at']} {last['status'] or last['fault']}" if last else "—"
    return [one["id"], f"{one['app']}: {', '.join(one['entities'])}", one["label"], one["url"], state, f"-{one['behind']}", told]


def _show(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    with act.database.read() as connection:
        return json.dumps(show_webhook(connection, arguments.id), ensure_ascii=False, indent=2)


def _deliveries(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    with act.database.read() as connection:
        made = show_deliveries(connection, arguments.id, min(max(arguments.limit, 1), DELIVERIES_KEPT))
    return "\n".join("\t".join(str(one[name] if one[name] is not None else "—") for name in _SHOWN) for one in made)


_SHOWN = ("at", "type", "place", "attempt", "status", "fault", "milliseconds", "answer")


def _add(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    if not arguments.entity or not arguments.person:
        raise Mistake({"en": "A webhook needs --entity and --as.", "zh": "请用 --entity 和 --as 指明数据和人员。"})
    with act.database.write() as connection:
        desk = _desk(act, connection)
        made, secret = make_webhook(desk, act.context, arguments.app, _wish(act, connection, arguments), arguments.reason)
    return _SECRET[locale].format(id=made.id, secret=secret)


def _rotate(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    if not 0 <= arguments.overlap <= 168:
        raise Mistake({"en": "--overlap is 0 to 168 hours.", "zh": "--overlap 为 0 到 168 小时。"})
    with act.database.write() as connection:
        overlap = dt.timedelta(hours=arguments.overlap)
        changed, secret = rotate_secret(_desk(act, connection), act.context, arguments.id, overlap, arguments.reason)
    return _SECRET[locale].format(id=changed.id, secret=secret)


def _change(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    with act.database.write() as connection:
        change_webhook(_desk(act, connection), act.context, arguments.id, _wish(act, connection, arguments), arguments.reason)
    return _DONE[locale]


def _stop(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    with act.database.write() as connection:
        stop_webhook(_desk(act, connection), act.context, arguments.id, arguments.reason)
    return _DONE[locale]


def _start(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    with act.database.write() as connection:
        start_webhook(_desk(act, connection), act.context, arguments.id, arguments.reason)
    return _DONE[locale]


def _replay(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    begin = moment_of(arguments.since, act.settings) or arguments.place
    with act.database.write() as connection:
        replay(_desk(act, connection), act.context, arguments.id, begin, arguments.reason)
    return _DONE[locale]


def _delete(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    with act.database.write() as connection:
        delete_webhook(_desk(act, connection), act.context, arguments.id, arguments.reason)
    return _DONE[locale]


def _ping(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    courier = Courier(act.database, act.releases, act.settings, lambda: dt.datetime.now(dt.UTC))
    return json.dumps(delivery_json(ping(courier, act.context, arguments.id)), ensure_ascii=False)


def _hosts(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    with act.database.read() as connection:
        hosts = allowed_hosts(connection)
    return _HOSTS[bool(hosts)][locale].format(hosts=", ".join(hosts))


def _allow(act: Acting, arguments: argparse.Namespace, locale: str) -> str:
    with act.database.write() as connection:
        set_hosts(connection, act.context, tuple(arguments.hosts))
    return _hosts(act, arguments, locale)


def _wish(act: Acting, connection: Any, arguments: argparse.Namespace) -> WebhookWish:
    person = find_person(connection, act.context, arguments.person) if arguments.person else None
    entities = tuple(dict.fromkeys(arguments.entity)) if arguments.entity else None
    return WebhookWish(
        arguments.label, arguments.url, entities, person, "tasks" if getattr(arguments, "tasks", False) else "records"
    )


def _desk(act: Acting, connection: Any) -> Desk:
    return Desk(connection, act.releases, act.settings)


_ACTS: Mapping[str, Callable[[Acting, argparse.Namespace, str], str]] = {
    "list": _list,
    "show": _show,
    "add": _add,
    "change": _change,
    "stop": _stop,
    "start": _start,
    "delete": _delete,
    "rotate": _rotate,
    "ping": _ping,
    "deliveries": _deliveries,
    "replay": _replay,
    "hosts": _hosts,
    "allow": _allow,
}

"""`qiqiao promote`: releases between servers: signed, carried by network or by hand, proposed where they are to be live."""

from __future__ import annotations

import argparse
import base64
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

from builder.commands import Mistake, Verbs
from builder.folder import version_of
from builder.moments import moment_of
from builder.operator import Acting, acting, add_database_argument, context_for, person_by_username
from builder.origin import origin_line
from builder.promoting import promote
from builder.remote import add_server_arguments, open_server
from builder.review import Wishes, approve, read_review
from builder.second_person import approver_who_agrees
from runtime.publish.direct import open_direct_change
from runtime.publish.give_release import give_release, signing_key
from runtime.publish.pilot import unit_ids
from runtime.publish.release_sources import (
    Source,
    fetch_release,
    own_environment,
    remove_source,
    set_source,
    source_named,
    sources,
)
from runtime.store.signing import id_of_key, public_bytes

_EXAMPLES = """\
  qiqiao promote key                                        on the test server: what production enters of it
  qiqiao promote trust test --kind test --key BASE64        on production: releases of that server are believed
  qiqiao promote trust test --kind test --key BASE64 --url https://test.bank.example --allow test.bank.example:443 \\
                 --token secret://file/test_token           and fetched over the network
  qiqiao promote export loan --to loan.promotion.json       on the test server: the live release, signed
  qiqiao promote import loan.promotion.json --author he     on production: proposed for a second person
  qiqiao promote take test loan --author he --pilot BJ01    fetched and proposed, for one branch first
  qiqiao promote import FILE --server https://qiqiao.bank.example --token-file ~/.qiqiao-token
  qiqiao promote open loan --reason "wrong rate, incident 88" --author shen    a direct change where promotions are the rule"""

_SAID = {
    "key": {"en": "{kind}{name}\nkey {id}\n{key}", "zh": "{kind}{name}\n密钥 {id}\n{key}"},
    "source": {"en": "{name}  {kind}  key {id}  {place}", "zh": "{name}  {kind}  密钥 {id}  {place}"},
    "by_hand": {"en": "by file only", "zh": "仅限文件"},
    "none": {"en": "Releases of no other server are taken here yet.", "zh": "尚未登记来源服务器。"},
    "set": {"en": "Releases signed with {id} are taken from {name} now.", "zh": "今后接收 {name} 以密钥 {id} 签名的版本。"},
    "removed": {"en": "Releases of {name} are not taken any more.", "zh": "不再接收 {name} 的版本。"},
    "written": {"en": "{path}: the release of {app}, signed.", "zh": "{path}：{app} 的版本，已签名。"},
    "proposed": {
        "en": "Proposed here as {app} {version}, {origin}. A second person looks at it: review {id}",
        "zh": "已在本服务器提出 {app} {version}，{origin}。须由第二人审核：{id}",
    },
    "caution": {"en": "  ! {words}", "zh": "  ！{words}"},
    "live": {"en": "{app} {version} is live as release {release}.", "zh": "{app} {version} 已上线（版本 {release}）。"},
    "waits": {"en": "{app} {version} waits for its time.", "zh": "{app} {version} 已批准，等待发布时间。"},
    "asked": {"en": "A second person is asked: {place}", "zh": "已送审：{place}"},
    "opened": {
        "en": "The draft of {app} may be edited here for {hours} hours. The reason is shown to the second person.",
        "zh": "{app} 的草稿可在 {hours} 小时内直接修改，原因会显示给第二人。",
    },
}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "promote",
        "bring a release from one server to the next: test to production",
        "A release leaves a server as one file: its texts, and a signed statement of the server, of who made it and who stood\n"
        "for it, and of how its test cases end. The other server takes only what is signed with a key that an administrator\n"
        "entered there, byte for byte, as a review: a second person of that server, who did not make it on the first one\n"
        "either, looks at difference, plan and access, and approves. No record ever travels. Each server is told which\n"
        "environment it is by QIQIAO_ENVIRONMENT; QIQIAO_PROMOTIONS_ONLY=1 refuses edits there, but for direct changes.",
        _EXAMPLES,
        run,
    )
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")

    def what(name: str, help: str, *names: str) -> argparse.ArgumentParser:
        one: argparse.ArgumentParser = whats.add_parser(name, help=help)
        for each in names:
            one.add_argument(each.lower(), metavar=each)
        add_database_argument(one)
        return one

    what("key", "what other servers enter of this one")
    what("sources", "the servers whose releases are taken here")
    trust = what("trust", "take releases of a server from now on", "NAME")
    trust.add_argument("--kind", required=True, choices=("development", "test", "production"), help="which environment it is")
    trust.add_argument("--key", required=True, help="its public key, as `qiqiao promote key` shows it there")
    trust.add_argument("--url", help="where it is asked; without it its releases come as files")
    trust.add_argument("--token", metavar="SECRET", help="secret://env/NAME or secret://file/NAME of an API token there")
    trust.add_argument("--allow", action="append", default=[], metavar="HOST:PORT", help="a host that may be called")
    what("distrust", "take no releases of a server any more", "NAME")
    export = what("export", "write a release as a signed file", "APP")
    export.add_argument("--release", type=int, metavar="NUMBER", help="which one (default: the one that is live)")
    export.add_argument("--to", type=Path, required=True, metavar="FILE", help="where it is written")
    for one in (
        what("import", "propose the release of a signed file here", "FILE"),
        _with_release(what("take", "fetch a release of a source and propose it here", "SOURCE", "APP")),
    ):
        one.add_argument("--author", metavar="USER", help="user name of the person who proposes it")
        one.add_argument("--approver", metavar="USER", help="user name of the second person, who agrees to it at once")
        one.add_argument("--pilot", action="append", default=[], metavar="UNIT", help="code of a unit that uses it first")
        one.add_argument("--at", metavar="MOMENT", help="published then, by a worker, once it is approved")
        one.add_argument("--note", help="what the change is for, kept with the release")
        add_server_arguments(one)
    direct = what("open", "open a direct change where promotions are the rule", "APP")
    direct.add_argument("--reason", required=True, help="why it cannot wait for a promotion")
    direct.add_argument("--hours", type=int, default=8, help="for how long (default: 8)")
    direct.add_argument("--author", required=True, metavar="USER", help="user name of the person who opens it")


def _with_release(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--release", type=int, metavar="NUMBER", help="which one (default: the one that is live there)")
    return parser


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Do what is asked, here or on the server that the call names."""
    if getattr(arguments, "server", None):
        return _propose_there(arguments, locale)
    _ACTS[arguments.what](acting(arguments, dt.datetime.now(dt.UTC)), arguments, locale)
    return 0


def _key(act: Acting, arguments: argparse.Namespace, locale: str) -> None:
    found, public = own_environment(act.settings), public_bytes(signing_key(act.settings))
    name = f" · {found.name}" if found.name else ""
    print(_SAID["key"][locale].format(kind=found.kind, name=name, id=id_of_key(public), key=base64.b64encode(public).decode()))


def _sources(act: Acting, arguments: argparse.Namespace, locale: str) -> None:
    with act.database.read() as connection:
        found = sources(connection)
    for row in found:
        place = row.url or _SAID["by_hand"][locale]
        print(_SAID["source"][locale].format(name=row.name, kind=row.kind, id=row.key_id, place=place))
    if not found:
        print(_SAID["none"][locale])


def _trust(act: Acting, arguments: argparse.Namespace, locale: str) -> None:
    source = Source(arguments.name, arguments.kind, arguments.key, arguments.url, arguments.token, tuple(arguments.allow))
    with act.database.write() as connection:
        set_source(connection, act.context, source)
        id = source_named(connection, source.name).key_id
    print(_SAID["set"][locale].format(name=source.name, id=id))


def _distrust(act: Acting, arguments: argparse.Namespace, locale: str) -> None:
    with act.database.write() as connection:
        remove_source(connection, act.context, arguments.name)
    print(_SAID["removed"][locale].format(name=arguments.name))


def _export(act: Acting, arguments: argparse.Namespace, locale: str) -> None:
    data = give_release(act.database, act.settings, act.context, arguments.app, arguments.release)
    try:
        arguments.to.write_bytes(data)
    except OSError as failure:
        raise Mistake(
            {"en": f"{arguments.to} cannot be written: {failure}", "zh": f"无法写入 {arguments.to}：{failure}"}
        ) from None
    print(_SAID["written"][locale].format(path=arguments.to, app=arguments.app))


def _import(act: Acting, arguments: argparse.Namespace, locale: str) -> None:
    _propose(act, arguments, locale, _read(arguments.file))


def _take(act: Acting, arguments: argparse.Namespace, locale: str) -> None:
    with act.database.read() as connection:
        source = source_named(connection, arguments.source)
    _propose(act, arguments, locale, fetch_release(source, act.settings, arguments.app, arguments.release))


def _propose(act: Acting, arguments: argparse.Namespace, locale: str, data: bytes) -> None:
    now, settings, database = act.context.now, act.settings, act.database
    if not arguments.author:
        raise Mistake({"en": "Say who proposes it: --author USER.", "zh": "请指明由谁提出：--author USER。"})
    with database.read() as connection:
        author = person_by_username(connection, arguments.author, settings, now)
        units = unit_ids(connection, arguments.pilot)
    approver = approver_who_agrees(database, settings, arguments.approver, now) if arguments.approver else None
    context = context_for(author, settings, act.releases, now)
    id = promote(database, settings, context, data, Wishes(arguments.note, units, moment_of(arguments.at, settings)))
    with database.read() as connection:
        row = read_review(connection, id)
    words = {"app": row.app, "version": version_of(row.files), "origin": origin_line(row.origin, locale), "id": id}
    print(_SAID["proposed"][locale].format(**words))
    for caution in row.origin["cautions"]:
        print(_SAID["caution"][locale].format(words=caution[locale]))
    if approver is not None:
        done = approve(database, act.releases, context_for(approver, settings, act.releases, now), id, None)
        said = _SAID["waits"] if done is None else _SAID["live"]
        print(said[locale].format(**words, release=done.release.release if done is not None else None))


def _open(act: Acting, arguments: argparse.Namespace, locale: str) -> None:
    with act.database.write() as connection:
        person = person_by_username(connection, arguments.author, act.settings, act.context.now)
        context = context_for(person, act.settings, act.releases, act.context.now)
        open_direct_change(connection, context, arguments.app, arguments.reason, arguments.hours)
    print(_SAID["opened"][locale].format(app=arguments.app, hours=arguments.hours))


def _propose_there(arguments: argparse.Namespace, locale: str) -> int:
    """By the REST of a running server, as the person of the token."""
    wish: dict[str, object] = {"note": arguments.note, "units": arguments.pilot, "at": arguments.at}
    if arguments.what == "import":
        wish["file"] = _read(arguments.file).decode(errors="replace")
    else:
        wish |= {"source": arguments.source, "app": arguments.app, "release": arguments.release}
    place, cautions = open_server(arguments, locale).propose(wish)
    print(_SAID["asked"][locale].format(place=place))
    for caution in cautions:
        print(_SAID["caution"][locale].format(words=caution[locale]))
    return 0


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as failure:
        raise Mistake({"en": f"{path} cannot be read: {failure}", "zh": f"无法读取 {path}：{failure}"}) from None


_ACTS: Mapping[str, Callable[[Acting, argparse.Namespace, str], None]] = {
    "key": _key,
    "sources": _sources,
    "trust": _trust,
    "distrust": _distrust,
    "export": _export,
    "import": _import,
    "take": _take,
    "open": _open,
}

"""`qiqiao publish`: makes a folder live while the servers run."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Mapping

from builder.commands import Mistake, Verbs
from builder.folder import Folder, add_apps_argument, add_folder_argument, apps_beside, open_folder
from builder.moments import moment_of
from builder.operator import add_database_argument, context_for, operator, person_by_username, settings_of
from builder.plan_text import plan_lines
from builder.review import Wishes, approve_for_later, propose, read_review
from builder.second_person import approver_who_agrees
from forms_dsl.model import Label
from runtime.context import Context, Principal
from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent, check_consent
from runtime.publish.direct import promotions_only
from runtime.publish.execute import Progress
from runtime.publish.history import active_release
from runtime.publish.pilot import unit_ids
from runtime.publish.plan import Planned, plan_publish
from runtime.publish.types import PublishPlan, Release
from runtime.settings import Settings
from runtime.start import Started, start
from runtime.store.database import Database

_EXAMPLES = """\
  qiqiao publish app_definitions/bank_customer --author shen --approver zhao --note "Guarantee field"
  qiqiao publish app_definitions/bank_customer --author shen --approver zhao --pilot BJ01    first for this branch
  qiqiao publish FOLDER --author shen --approver zhao --at 2026-12-01T22:00    a worker does it at that time
  QIQIAO_APPROVER_TOKEN=… qiqiao publish FOLDER --author shen --approver zhao --destructive    without a terminal
  qiqiao publish app_definitions/bank_customer            the first publication, or a demonstration: one person is enough"""

_ALONE = {
    "first": {
        "en": "Published by one person ({who}), which the first publication of an app allows. From now on it takes two.",
        "zh": "由一人（{who}）发布：应用首次发布允许一人完成。今后须由两人完成。",
    },
    "demo": {
        "en": "Published by one person ({who}), which only a demonstration allows.",
        "zh": "由一人（{who}）发布，仅演示环境允许。",
    },
}
_DONE = {
    "en": "{app} {version} is live as release {release}. Running servers take it over within a second.",
    "zh": "{app} {version} 已上线（版本 {release}）。运行中的服务一秒内切换。",
}
_PILOT = {
    "en": "{app} {version} is release {release}, a pilot for {units} and the units below; all others go on as before.\n"
    "qiqiao releases {app} --extend makes it live for all, --end puts everybody back.",
    "zh": "{app} {version}（版本 {release}）已在 {units} 及其下级机构试点，其他机构照旧。\n"
    "qiqiao releases {app} --extend 推广到全行，--end 结束试点。",
}
_WAITS = {
    "en": "{app} {version} waits for {at}: a worker publishes it then, if everything is still as planned.\n"
    "qiqiao releases {app} --cancel takes it back before.",
    "zh": "{app} {version} 将于 {at} 由后台进程发布，届时计划须仍与此相同。\n在此之前可用 qiqiao releases {app} --cancel 取消。",
}
_SAME = {
    "en": "{app} is live with exactly these definitions; nothing to publish.",
    "zh": "{app} 已上线的定义与此完全相同，无需发布。",
}

_TAKES_AWAY = {
    "en": "This takes away {count} thing(s) that release {release} has. If they were made in the builder, fetch them first:\n"
    "qiqiao pull {app} FOLDER. If they are really to go, say so with --destructive.",
    "zh": "此次发布会去掉版本 {release} 已有的 {count} 项内容。如果它们是在设计器中添加的，请先取回：\n"
    "qiqiao pull {app} FOLDER。确实要去掉时，请加 --destructive。",
}
_ASK = {"en": "Take them away? [y/N] ", "zh": "确定去掉？[y/N] "}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "publish",
        "make a folder live, without a restart",
        "Shows the plan, carries it out and activates the release. A definition with errors is refused whole, with all\n"
        "findings, and the running app is not touched. Publishing an app that is live takes two people of this bank: the\n"
        "author of the change and somebody else who holds the platform role `publisher` and agrees, by a password at the\n"
        "terminal or an API token in QIQIAO_APPROVER_TOKEN. Both are written to the audit trail, and so is the account at\n"
        "this machine. A plan that takes something away (a field made in the builder, say, which this folder does not\n"
        "have) asks first: fetch what is live with `qiqiao pull`, or agree with --destructive.",
        _EXAMPLES,
        run,
    )
    add_folder_argument(parser)
    add_apps_argument(parser)
    parser.add_argument("--author", metavar="USER", help="user name of the person who made the change")
    parser.add_argument("--approver", metavar="USER", help="user name of the second person, who approves it")
    parser.add_argument("--destructive", action="store_true", help="agree to changes that take something away")
    parser.add_argument(
        "--pilot", action="append", default=[], metavar="UNIT", help="code of a unit that uses it first; may be repeated"
    )
    parser.add_argument("--at", metavar="MOMENT", help="not now but then, by a worker: an instant, or a day and time of the bank")
    parser.add_argument("--direct", metavar="REASON", help="why it does not come by promotion, where that is the rule")
    parser.add_argument("--note", help="what the change is for, kept with the release")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Plan, publish and say what became of it."""
    folder, settings, now = open_folder(arguments.folder), settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    for recovered in started.recovered:
        print(recovered.words[locale])
    return publish_folder(started, settings, folder, arguments, locale, now)


def publish_folder(
    started: Started, settings: Settings, folder: Folder, arguments: argparse.Namespace, locale: str, now: dt.datetime
) -> int:
    """Publish a folder over an opened database, with the progress printed."""
    database = started.database
    with database.read() as connection:
        active = active_release(connection, folder.app)
        makers = {person_by_username(connection, arguments.author, settings, now).id} if arguments.author else set()
        find = apps_beside(folder.path, arguments.apps)
        units = unit_ids(connection, arguments.pilot)
        planned = plan_publish(connection, folder.app, folder.files, now, makers=makers, units=units, find=find)
    if active is not None and planned.checksum == active.checksum:
        print(_SAME[locale].format(app=folder.app))
        return 0
    print("\n".join(plan_lines(planned.plan, locale)))
    if planned.plan.blocked or not _agreed(planned.plan, active, arguments, locale):
        return 1
    origin = _origin(settings, folder.app, arguments.direct)
    approver, consent = _people(database, settings, arguments, now)
    if arguments.at is not None:
        context = context_for(approver, settings, started.releases, now)
        wishes = Wishes(arguments.note, units, moment_of(arguments.at, settings), origin)
        _schedule(database, context, planned, folder, consent, wishes)
        words = {"app": folder.app, "version": planned.plan.version, "at": arguments.at}
        print("\n" + _WAITS[locale].format(**words))
        return 0
    publication = Publication(
        app=folder.app,
        files=folder.files,
        consent=consent,
        base=active.release if active is not None else None,
        note=arguments.note,
        plan_checksum=planned.plan.checksum,
        units=units,
        origin=origin,
    )
    context = context_for(approver, settings, started.releases, now)
    print()
    done = publish(database, started.releases, publication, context, progress=_progress(locale)).release
    text = _PILOT if units else _DONE
    print(text[locale].format(app=done.app, version=done.version, release=done.release, units=", ".join(arguments.pilot)))
    if consent.alone:
        print(_ALONE["first" if active is None else "demo"][locale].format(who=approver.username))
    return 0


def _origin(settings: Settings, app: str, reason: str | None) -> Mapping[str, str] | None:
    """What a publication from a folder says of itself where promotions are the rule; raises NotAllowed without a reason."""
    if not settings.promotions_only:
        return None
    if not reason:
        raise promotions_only(app)
    return {"kind": "direct", "reason": reason, "by": operator().id}


def _schedule(database: Database, context: Context, planned: Planned, folder: Folder, consent: Consent, wishes: Wishes) -> None:
    """Write the request and its approval in one transaction, so that a worker does it at its time."""
    if consent.alone:
        raise Mistake(
            {
                "en": "A publication at a set time takes two people: name them with --author and --approver.",
                "zh": "定时发布须由两个人完成：请用 --author 和 --approver 指明编制人和批准人。",
            }
        )
    with database.write() as connection:
        check_consent(connection, folder.app, consent, context)
        id = propose(connection, context, planned, folder.files, consent, wishes)
        approve_for_later(connection, context, read_review(connection, id), None, consent.operator)


def _people(database: Database, settings: Settings, arguments: argparse.Namespace, now: dt.datetime) -> tuple[Principal, Consent]:
    """Who approves, and on whose word: two people of the bank, or the operator where one is enough."""
    if bool(arguments.author) != bool(arguments.approver):
        raise Mistake({"en": "Name both: --author and --approver.", "zh": "请同时指明 --author 和 --approver。"})
    if not arguments.author:
        alone = operator()
        return alone, Consent(alone.id, alone=True)
    with database.read() as connection:
        author = person_by_username(connection, arguments.author, settings, now)
    return approver_who_agrees(database, settings, arguments.approver, now), Consent(author.id, operator=operator().id)


def _agreed(plan: PublishPlan, active: Release | None, arguments: argparse.Namespace, locale: str) -> bool:
    """Whether somebody agrees to what the plan takes away; who answers nothing has not."""
    taken = [change for change in plan.changes if change.flag == "destructive"]
    if active is None or not taken or arguments.destructive:
        return True
    print("\n" + _TAKES_AWAY[locale].format(count=len(taken), release=active.release, app=plan.app))
    return sys.stdin.isatty() and input(_ASK[locale]).strip().lower() in ("y", "yes", "是")


def _progress(locale: str) -> Progress:
    def told(event: str, position: int, because: Label) -> None:
        if event == "step":
            print(f"  {position + 1:>2} {because[locale]}", flush=True)

    return told

"""`qiqiao connect`: the address and the settings of another system, as they are on this installation."""

from __future__ import annotations

import argparse
import datetime as dt

from builder.commands import Mistake, Verbs
from builder.operator import add_database_argument, context_for, operator, settings_of
from runtime.commands.set_connection import ConnectionWish, contract_findings, set_connection
from runtime.failures import Invalid
from runtime.outbox.gateway import open_engine
from runtime.start import start

_EXAMPLES = """\
  qiqiao connect core_bank base_url=http://127.0.0.1:9100 --allow 127.0.0.1:9100
  qiqiao connect core_bank base_url=https://core.bank.example/api api_key=secret://file/core_key \\
                 --allow core.bank.example:443 --allow 10.20.0.0/16:443
  qiqiao connect core_bank base_url=https://core.bank.example/api --allow core.bank.example:443 --off"""

_SAVED = {"en": "The connection {name} is saved{how}.", "zh": "连接“{name}”已保存{how}。"}
_TRIED = {True: {"en": " and answers", "zh": "，测试通过"}, False: {"en": ", untried", "zh": "，未测试"}}


def add(verbs: Verbs) -> None:
    """Describe the verb."""
    parser = verbs.add(
        "connect",
        "set up the connection of a connector",
        "Gives the whole connection: parameters, allowed hosts, and whether it is on. What is not given is not kept, so a new\n"
        "address never takes an old secret along. Secrets are references: secret://env/NAME reads an environment variable,\n"
        "secret://file/NAME a file of mode 0600 in the folder secrets beside the data. The connection is tried before it is saved.",
        _EXAMPLES,
        run,
    )
    parser.add_argument("connector", help="id of the connector definition, like core_bank")
    parser.add_argument("parameters", nargs="*", metavar="KEY=VALUE", help="parameters of the connection")
    parser.add_argument(
        "--allow", action="append", default=[], metavar="HOST:PORT", help="a host that may be called; repeat for more"
    )
    parser.add_argument("--off", action="store_true", help="save it switched off")
    parser.add_argument("--untried", action="store_true", help="save it without trying it")
    add_database_argument(parser)


def run(arguments: argparse.Namespace, locale: str) -> int:
    """Try it and save it."""
    wish = ConnectionWish(arguments.connector, _parameters(arguments.parameters), tuple(arguments.allow), not arguments.off)
    settings, now = settings_of(arguments), dt.datetime.now(dt.UTC)
    started = start(settings, now)
    engine = open_engine(started.database, settings)
    context = context_for(operator(), settings, started.releases, now)
    try:
        answer = set_connection(started.database, context, engine, wish, untried=arguments.untried)
    except Invalid as wrong:
        lines = [fault.message.get(locale, fault.message["en"]) for fault in wrong.faults]
        raise Mistake({"en": "\n".join(lines), "zh": "\n".join(lines)}) from None
    print(_SAVED[locale].format(name=wish.connector, how=_TRIED[answer is not None][locale]))
    for finding in contract_findings(started.releases.current(), engine, wish.connector):
        print(f"  {finding.code} {finding.message_in(locale)}")
    return 0


def _parameters(pairs: list[str]) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name in parameters:
            raise Mistake({"en": f"{pair!r} is not KEY=VALUE, or stands twice.", "zh": f"“{pair}”不是 键=值，或重复。"})
        parameters[name] = value
    return parameters

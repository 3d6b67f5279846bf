"""The `qiqiao` command: finds its verbs by listing `builder.commands`, and says in one sentence what went wrong."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import pkgutil
import sys
from collections.abc import Sequence

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

import builder.commands
from builder.commands import Mistake, Verbs, locale_of
from runtime.failures import Failure

_DESCRIPTION = """\
Qiqiao 七巧: a bank's own applications, from text definitions to live screens, approvals and REST.

A definition is a folder of YAML files. Check it, look at what publishing it would do, publish it; a running
server takes the new release over without a restart."""

_EPILOG = """\
a first round:
  qiqiao check app_definitions/bank_customer       every mistake at once, with file:line:column
  qiqiao plan app_definitions/bank_customer        what would change: words, SQL, records, running approvals
  qiqiao publish app_definitions/bank_customer     make it live
  qiqiao serve --port 8000                         screens and REST
  qiqiao worker                                    approvals' deadlines, automations, calls to other systems

environment:
  QIQIAO_DATABASE_URL   the database, as sqlite:////folder/file.db or postgresql://user:password@host/name
  QIQIAO_DATA           folder of the embedded database and of secrets (default .data)
  QIQIAO_LOCALE         language of messages, en or zh (default: from LANG)

Each verb has its own help: qiqiao publish --help"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code is 0, 1 for a finding or failure, 2 for a wrong call."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a terminal cannot show, and bytes of a file that are no text, must not end a message half-way.
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    parsed = make_parser(given[0] if given else None).parse_args(given)
    locale = locale_of(os.environ)
    try:
        return int(parsed.run(parsed, locale))
    except Mistake as mistake:
        return _say(mistake.words.get(locale, mistake.words["en"]))
    except Failure as failure:
        cause = failure.__cause__
        said = f" ({str(cause.orig).strip().splitlines()[0]})" if isinstance(cause, DBAPIError) else ""
        return _say(failure.message.get(locale, failure.message["en"]) + said)
    except (NoSuchModuleError, ArgumentError):
        return _say(
            {"en": "This is no database URL.", "zh": "这不是数据库地址。"}[locale]
            + " sqlite:////folder/file.db | postgresql://user:password@host/name"
        )
    except DBAPIError as failure:
        words = {"en": "The database refuses", "zh": "数据库拒绝了操作"}[locale]
        return _say(f"{words}: {str(failure.orig).strip().splitlines()[0]}")
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output went away, as in `qiqiao plan … | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def make_parser(verb: str | None = None) -> argparse.ArgumentParser:
    """The parser with all verbs, or with the one that is asked for, so that `check` need not load the server."""
    parser = argparse.ArgumentParser(
        "qiqiao", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = Verbs(parser.add_subparsers(title="verbs", metavar="VERB", required=True))
    names = sorted(module.name for module in pkgutil.iter_modules(builder.commands.__path__))
    asked = (verb or "").replace("-", "_")
    for name in [asked] if asked in names else names:
        importlib.import_module(f"builder.commands.{name}").add(verbs)
    return parser


def _say(words: str) -> int:
    sys.stderr.write(f"qiqiao: {words}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

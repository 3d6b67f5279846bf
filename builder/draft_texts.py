"""What a draft takes: paths that a definition can have, and texts that harm nobody who reads them.

A draft holds what is half written, so most mistakes are kept and told; what is made to take time or memory is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from builder.codes import NO_PATH, TOO_LARGE
from forms_dsl.characters import FILE_LIMIT
from forms_dsl.diagnostics import FINDING_LIMIT, Diagnostic, Sentence, has_errors
from forms_dsl.folder import BUNDLE_LIMIT, FILE_COUNT_LIMIT, read_documents
from forms_dsl.kinds import kind_of
from forms_dsl.reading import Reader
from forms_dsl.source import BASE_FOLDER
from runtime.failures import Fault, Invalid

_PATH = re.compile(r"([a-z][a-z0-9_]*/)?[a-z0-9][a-z0-9_.]*\.(yaml|json)")
_LONGEST_PATH = 200
_NEVER_KEPT = frozenset({"DEF-YAML-ALIAS", "DEF-UNICODE", "DEF-DEPTH", "DEF-LIMIT"})


def refuse_path(path: str) -> None:
    """Raise Invalid for a path that no definition of an app's own can have."""
    # What an overlay extends comes from its vendor: differences are written in files of the overlay's own.
    placed = _PATH.fullmatch(path) and len(path) <= _LONGEST_PATH and not path.startswith(BASE_FOLDER)
    if not placed or kind_of(path) is None:
        message = {
            "zh": "文件路径应形如 entities/customer.yaml。",
            "en": "A file's path looks like entities/customer.yaml.",
        }
        raise Invalid(message, code=NO_PATH.id, faults=(Fault(NO_PATH.id, message, parameter="path"),))


def refuse_text(path: str, text: str, read: Reader) -> None:
    """Raise Invalid for a text that is too large or is made to harm whoever reads it."""
    if len(text) > FILE_LIMIT or len(text.encode("utf-8", "surrogatepass")) > FILE_LIMIT:
        raise _too_large(Sentence("A file may have at most 1 MiB.", "文件不得超过 1 MiB。"))
    found = read(path, text)[1]
    refuse_harm(found)
    _refuse_endless(found)


def refuse_harm(found: Iterable[Diagnostic]) -> None:
    """Raise Invalid for findings of the kinds that are no half-written text: beyond limits, or made to harm."""
    _refuse(one for one in found if one.refusal in _NEVER_KEPT)


def refuse_texts(files: Mapping[str, str], read: Reader) -> None:
    """The same for many texts together."""
    _, found = read_documents(files, read=read)
    refuse_harm(found)
    _refuse_endless(found)


def refuse_size(files: Mapping[str, str]) -> None:
    """Raise Invalid for a draft that as a whole is more than an app may be."""
    if len(files) > FILE_COUNT_LIMIT or sum(map(len, files.values())) > BUNDLE_LIMIT:
        raise _too_large(
            Sentence(
                f"An app may have at most {FILE_COUNT_LIMIT:,} files and 20 MiB.",
                f"一个应用最多 {FILE_COUNT_LIMIT:,} 个文件、共 20 MiB。",
            )
        )


def _refuse_endless(found: Iterable[Diagnostic]) -> None:
    """With so many mistakes of writing the reading stopped, so that nobody has seen the rest."""
    errors = [one for one in found if one.severity == "error"]
    if len(errors) >= FINDING_LIMIT:
        _refuse(errors)


def _refuse(found: Iterable[Diagnostic]) -> None:
    errors = list(found)[:FINDING_LIMIT]
    if has_errors(errors):
        faults = tuple(Fault(one.code, {"zh": _placed(one, "zh"), "en": _placed(one, "en")}, pointer="/text") for one in errors)
        raise Invalid({"zh": "此文本不能保存。", "en": "This text is not kept."}, code=errors[0].code, faults=faults)


def _placed(found: Diagnostic, locale: str) -> str:
    return f"{found.span.file}:{found.span.line}:{found.span.column} {found.message_in(locale)}"


def _too_large(said: Sentence) -> Invalid:
    message = {"zh": said.zh, "en": said.en}
    return Invalid(message, code=TOO_LARGE.id, faults=(Fault(TOO_LARGE.id, message, pointer="/text"),))

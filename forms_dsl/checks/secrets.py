"""Addresses and secrets: they belong to a connection, so that a definition can be shown to everybody and moved anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms_dsl.checks.registry import Site, check
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.files.app import ParametersShape
from forms_dsl.source import Pointer

INLINE = code("C001", "A secret, or the address of another system, stands in a definition.", refusal="BND-SECRET")

#: Keys whose texts are for readers, or are no values.
_FOR_READERS = frozenset({"note", "meta", "label", "title", "help", "message", "subject", "body", "text", "reason", "pattern"})
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s/?#]|\A[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?\Z", re.IGNORECASE)
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|\A(?:bearer|basic) \S{8,}\Z",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(r"passw|secret|token|api_?key|private_?key|credential")

_HINT = Sentence(
    "Put it into the connection, where it is kept apart from the definition.", "请放到连接的设置中，与定义分开保存。"
)


@check
def definitions_hold_no_address_and_no_secret(site: Site) -> Iterator[Diagnostic]:
    """An address or a key in a definition would go wherever the definition goes."""
    for file in site.files.values():
        for pointer, text in _texts(file.document.data, ()):
            if _SECRET.search(text):
                message = Sentence("This looks like a secret.", "这看起来是密钥。")
            elif _FOR_READERS.isdisjoint(pointer) and _ADDRESS.search(text):
                message = Sentence("This is the address of another system.", "这是其他系统的地址。")
            else:
                continue
            yield site.find(INLINE, site.place(file.path, *pointer), message, _HINT)


@check
def parameters_are_no_secrets(site: Site) -> Iterator[Diagnostic]:
    """A password is no value that a bank tunes in sight of everybody."""
    for file in site.files.values():
        for name, parameter in file.shape.params.items() if isinstance(file.shape, ParametersShape) else ():
            if parameter.type == "text" and _SECRET_NAME.search(name):
                message = Sentence(f"The parameter {name!r} would hold a secret.", f"参数“{name}”会存放密钥。")
                yield site.find(INLINE, site.place(file.path, "params", name), message, _HINT, key=True)


def _texts(data: object, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Every text of a document with its place."""
    match data:
        case str():
            yield pointer, data
        case dict():
            for key, value in data.items():
                yield from _texts(value, (*pointer, key))
        case list():
            for number, value in enumerate(data):
                yield from _texts(value, (*pointer, number))

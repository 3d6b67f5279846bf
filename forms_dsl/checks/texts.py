"""Names, labels and files that are longer than a reader likes."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.checks.registry import Site, check
from forms_dsl.codes import LONG_LABEL, LONG_NAME
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.names import ADVISED_LENGTH, NAME_LENGTH

LARGE_FILE = code("S010", "A file of more than 2,000 lines, or nested deeper than 12.", "warning")

_LABEL_LENGTH = 24
_LINES = 2000
_DEPTH = 12
#: Maps whose keys are names.
_NAMED = frozenset(
    {"fields", "rows", "related", "rules", "choices", "params", "roles", "bindings", "operations", "measures", "views"}
)


@check
def labels_are_short(site: Site) -> Iterator[Diagnostic]:
    """A long label is cut on a phone."""
    for file in site.files.values():
        for pointer in file.document.key_spans:
            if pointer[-1] == "label" and "examples" not in pointer and "meta" not in pointer:
                place = site.place(file.path, *pointer)
                value: object = file.document.data
                for part in pointer[:-1]:
                    value = value[part]  # type: ignore[index]
                if isinstance(value, dict) and "text" in value:
                    continue  # a paragraph of a form or page
                value = value[pointer[-1]]  # type: ignore[index]
                if isinstance(value, dict) and not set(site.app.languages).issuperset(value):
                    continue  # a thing whose name is `label`, not a label
                texts = [(place.at(key), text) for key, text in value.items()] if isinstance(value, dict) else [(place, value)]
                said = [(len(text), where) for where, text in texts if isinstance(text, str)]
                length, where = max(said, key=lambda each: each[0], default=(0, place))
                if length > _LABEL_LENGTH:
                    message = Sentence(
                        f"The label has {length} characters, more than {_LABEL_LENGTH}.",
                        f"标签有 {length} 个字符，超过 {_LABEL_LENGTH} 个。",
                    )
                    yield LONG_LABEL.at(where.span, message, pointer=place.pointer)


@check
def names_are_short(site: Site) -> Iterator[Diagnostic]:
    """Names of more than 40 characters are allowed, but hard to read."""
    for file in site.files.values():
        for pointer, span in file.document.key_spans.items():
            name = str(pointer[-1])
            if ADVISED_LENGTH < len(name) <= NAME_LENGTH and len(pointer) > 1 and pointer[-2] in _NAMED:
                message = Sentence(
                    f"The name has {len(name)} characters, more than {ADVISED_LENGTH}.",
                    f"名称有 {len(name)} 个字符，超过 {ADVISED_LENGTH} 个。",
                )
                yield LONG_NAME.at(span, message, pointer=pointer)


@check
def files_are_small(site: Site) -> Iterator[Diagnostic]:
    """A file that nobody can oversee is better cut."""
    for file in site.files.values():
        lines = file.document.text.count("\n")
        if lines > _LINES:
            message = Sentence(
                f"The file has {lines:,} lines, more than {_LINES:,}.", f"文件有 {lines:,} 行，超过 {_LINES:,} 行。"
            )
            yield site.find(LARGE_FILE, site.place(file.path), message, key=True)
        deepest = max(file.document.spans, key=len, default=())
        if len(deepest) > _DEPTH:
            message = Sentence(
                f"Values are nested {len(deepest)} deep, more than {_DEPTH}.", f"嵌套 {len(deepest)} 层，超过 {_DEPTH} 层。"
            )
            yield site.find(LARGE_FILE, site.place(file.path, *deepest), message)

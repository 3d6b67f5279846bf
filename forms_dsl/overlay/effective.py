"""The effective files of an app: its own, and where it extends another, those of the base with its differences.

The texts of the base travel with those of the overlay, under `extends/`, so that a published release is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms_dsl.app_header import header_data, header_document
from forms_dsl.codes import LIMIT
from forms_dsl.diagnostics import Diagnostic, Sentence, suggestion
from forms_dsl.folder import read_documents
from forms_dsl.kinds import Kind, kind_of
from forms_dsl.overlay import codes
from forms_dsl.overlay.guards import is_own_thing, takes_sealed
from forms_dsl.overlay.weave import weave
from forms_dsl.reading import Reader
from forms_dsl.source import BASE_FOLDER, Document
from forms_dsl.yaml_source import read_document

#: An app may extend one that extends another, over so many steps.
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Effective:
    """The documents by their path within the app, and what is wrong with texts and differences."""

    documents: dict[str, Document]
    findings: list[Diagnostic] = field(default_factory=list)


def with_base(files: Mapping[str, str], base: Mapping[str, str]) -> dict[str, str]:
    """The texts of an overlay together with those of its base."""
    return {**{f"{BASE_FOLDER}{path}": text for path, text in base.items()}, **files}


def split_base(files: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The own texts of an app, and those of the app that it extends."""
    own = {path: text for path, text in files.items() if not path.startswith(BASE_FOLDER)}
    base = {path.removeprefix(BASE_FOLDER): text for path, text in files.items() if path.startswith(BASE_FOLDER)}
    return own, base


def extends_of(documents: Mapping[str, Document]) -> tuple[Document, Any] | None:
    """The file of an app that extends another, and what it says about it."""
    header = header_document(documents)
    return (header, header_data(documents)["extends"]) if header is not None and "extends" in header_data(documents) else None


def read_effective(files: Mapping[str, str], prefix: str = "", read: Reader = read_document) -> Effective:
    """Read all texts; the differences of an overlay are laid over its base."""
    own, base = split_base(files)
    documents, findings = read_documents(own, prefix, read)
    extends = extends_of(documents)
    if extends is None:
        if base:  # nothing extends them: they are files without a place
            findings.extend(read_documents(files, prefix, read)[1][len(findings) :])
        return Effective(documents, findings)
    if base and prefix.count(BASE_FOLDER) >= _STEPS:
        message = Sentence(f"More than {_STEPS} apps extend each other.", f"相互扩展的应用超过 {_STEPS} 层。")
        findings.append(LIMIT.at(extends[0].key_span(("extends",)), message, pointer=("extends",)))
        return Effective(documents, findings)
    below = read_effective(base, f"{prefix}{BASE_FOLDER}", read) if base else Effective({})
    return _laid_over(below, Effective(documents, findings), *extends)


def _laid_over(below: Effective, above: Effective, header: Document, extends: Any) -> Effective:
    base_data = header_data(below.documents)
    findings = [*above.findings, *_header_findings(header, extends, base_data)]
    if not base_data:
        return Effective(above.documents, findings)
    app = str(base_data.get("app", ""))
    result = dict(below.documents)
    for path, over in above.documents.items():
        found = kind_of(path)
        under = below.documents.get(path)
        if found is None or not isinstance(over.data, dict):
            result[path] = over
        elif found[0].name == "app" and under is not None:
            result[path], more = weave(under, over, None, tells_same=False)
            findings.extend(one for one in more if one.code != codes.SEALED.id)
        elif "extend" in over.data or under is not None:
            made, more = _extended(path, found, under, over, app, below.documents)
            findings.extend(more)
            if made is None:
                result.pop(path, None)
            else:
                result[path] = made
        else:
            result[path] = over
            findings.extend(_own_thing(found, over))
    return Effective(result, [*below.findings, *findings])


def _extended(
    path: str, found: tuple[Kind, str], under: Document | None, over: Document, app: str, documents: Mapping[str, Document]
) -> tuple[Document | None, list[Diagnostic]]:
    """A file that extends one of the base; None when it removes it."""
    kind, name = found
    target = f"{app}.{name}"
    written = over.data.get("extend") if isinstance(over.data, dict) else None
    if written is None:
        message = Sentence(f"The base already has {path}.", f"基础应用已有 {path}。")
        hint = Sentence(f"Begin with extend: {target}", f"请以 extend: {target} 开头")
        return under, [codes.NO_TARGET.at(over.key_span((next(iter(over.data), ""),)), message, hint=hint)]  # type: ignore[call-overload]
    if under is None or written != target:
        known = [f"{app}.{one[1]}" for one in map(kind_of, documents) if one is not None and one[0] is kind]
        message = Sentence(f"The base has no {written!r} of this kind.", f"基础应用中没有这种“{written}”。")
        if under is not None:
            message = Sentence(f"This file can extend only {target!r}.", f"该文件只能扩展“{target}”。")
        near = suggestion(str(written), known)
        return under, [codes.NO_TARGET.at(over.span(("extend",)), message, pointer=("extend",), hint=near)]
    if isinstance(under.data, dict) and over.data.get("remove") == "true":  # type: ignore[attr-defined]
        refused: list[Diagnostic] = []
        return (under if takes_sealed(refused, over, ("remove",), under.data) else None), refused
    return weave(under, over, kind.shape)


def _own_thing(found: tuple[Kind, str], over: Document) -> Iterator[Diagnostic]:
    kind, name = found
    if kind.folder and not is_own_thing(name, kind.name):
        message = Sentence(
            f"The base has no {name!r}; own names begin with x_.", f"基础应用中没有“{name}”；自有名称应以 x_ 开头。"
        )
        yield codes.OWN_NAME.at(over.span((kind.first_key,)), message, pointer=(kind.first_key,))


def _header_findings(header: Document, extends: Any, base: Mapping[str, Any]) -> Iterator[Diagnostic]:
    place = ("extends",)
    if not isinstance(extends, dict) or not isinstance(extends.get("app"), str) or not isinstance(extends.get("version"), str):
        return  # the shape says what is wrong
    if not base or base.get("app") != extends["app"]:
        message = Sentence(f"The base app {extends['app']!r} is not here.", f"找不到基础应用“{extends['app']}”。")
        hint = Sentence("Put its folder beside this one, or name it with --base.", "请把它的文件夹放在旁边，或用 --base 指定。")
        yield codes.NO_TARGET.at(header.span((*place, "app")), message, pointer=(*place, "app"), hint=hint)
    elif base.get("version") != extends["version"]:
        message = Sentence(
            f"The base has version {base.get('version')}, the overlay was last merged with {extends['version']}.",
            f"基础应用的版本是 {base.get('version')}，覆盖层上次合并的是 {extends['version']}。",
        )
        hint = Sentence("Run qiqiao upgrade-app.", "请运行 qiqiao upgrade-app。")
        yield codes.OTHER_BASE.at(header.span((*place, "version")), message, pointer=(*place, "version"), hint=hint)

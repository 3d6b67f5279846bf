"""From a folder or a map of texts to the app's files: what each one is, and what none should be there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from forms_dsl import codes
from forms_dsl.app_header import header_data
from forms_dsl.build.place import SourceFile
from forms_dsl.characters import FILE_LIMIT
from forms_dsl.diagnostics import FINDING_LIMIT, Code, Diagnostic, Sentence, suggestion
from forms_dsl.kinds import SUFFIXES, Kind, kind_of, known_places, path_of
from forms_dsl.names import name_fault
from forms_dsl.reading import Reader
from forms_dsl.salvage import first_line, salvage
from forms_dsl.source import Document, Span
from forms_dsl.yaml_events import NODE_LIMIT
from forms_dsl.yaml_source import read_document

FILE_COUNT_LIMIT = 2000
BUNDLE_LIMIT = 20 * 1024 * 1024
#: So many characters make one value, counted roughly, where a text could not be read.
_CHARACTERS_A_VALUE = 8

#: Beside the definitions a folder may hold a page for its readers, and data with the mappings that import it.
_NO_DEFINITIONS = frozenset({"data", "imports"})
_PAGES = frozenset({".md"})


def read_folder(path: Path | str, *, leave_out: frozenset[str] = frozenset()) -> dict[str, str]:
    """The texts of an app's folder by path within it; hidden files, `*.md`, `data` and `imports` are no definitions.

    `leave_out` are paths that were found to be no plain files; what lies below them is left out too.
    """
    root = Path(path)
    files: dict[str, str] = {}
    for file in sorted(root.rglob("*")):
        relative = file.relative_to(root)
        if not is_definition(PurePosixPath(relative.as_posix())) or not file.is_file():
            continue
        if not leave_out.isdisjoint(each.as_posix() for each in (relative, *relative.parents)):
            continue
        if file.is_symlink():
            raise OSError(f"{relative.as_posix()} is a link; a definition is the file itself")
        with file.open("rb") as opened:
            # One byte more than may be is enough to say that it is too large.
            data = opened.read(FILE_LIMIT + 1)
        # Bytes that are not UTF-8 stay visible as lone surrogates, which the reader of the text reports.
        files[relative.as_posix()] = data.decode("utf-8", "surrogateescape")
        if len(files) > FILE_COUNT_LIMIT:
            break
    return files


def entry_findings(path: Path | str) -> tuple[Diagnostic, ...]:
    """The findings about what is no plain file where a definition would be: links, folders called like one, pipes."""
    root = Path(path)
    findings = []
    for entry in sorted(root.rglob("*")):
        relative = entry.relative_to(root).as_posix()
        if not is_definition(PurePosixPath(relative)):
            continue
        if entry.is_symlink():
            message = Sentence(
                f"{relative} is a link; a definition is the file itself.", f"{relative} 是链接，定义应为文件本身。"
            )
            hint = Sentence("Put a copy of the file in its place.", "请换成该文件的副本。")
        elif entry.is_dir() and relative.endswith(SUFFIXES):
            message = Sentence(f"{relative} is a folder where a file is expected.", f"{relative} 是文件夹，此处应为文件。")
            hint = Sentence("Rename the folder, or move the definition out of it.", "请将文件夹改名，或把其中的定义移出。")
        elif not entry.is_dir() and not entry.is_file():
            message = Sentence(f"{relative} is no plain file.", f"{relative} 不是普通文件。")
            hint = Sentence("Remove it, or put a file in its place.", "请删除，或换成普通文件。")
        else:
            continue
        findings.append(_about(relative, codes.WRONG_PLACE, message, hint))
    return tuple(findings)


def is_definition(path: PurePosixPath) -> bool:
    """Whether a path within an app's folder is meant as a definition; hidden files, pages, `data` and `imports` are not."""
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and path.parts[0] not in _NO_DEFINITIONS and path.suffix not in _PAGES


def open_files(files: Iterable[str], languages: tuple[str, ...], documents: Mapping[str, Document]) -> Iterable[SourceFile]:
    """The files that have a place in an app, each read as far as it can be."""
    calendar = "calendar" in header_data(documents)
    for path in sorted(files):
        found = kind_of(path)
        if found is not None:
            yield _open(path, found[0], found[1], documents.get(path), languages, calendar)


def read_documents(
    files: Mapping[str, str], prefix: str = "", read: Reader = read_document
) -> tuple[dict[str, Document], list[Diagnostic]]:
    """Every text as a document, and what is wrong with the texts and with the set of files; `prefix` leads to their folder."""
    findings: list[Diagnostic] = list(_limits(files))
    documents: dict[str, Document] = {}
    if findings:
        return documents, findings
    values = 0
    for path, text in sorted(files.items()):
        if values > NODE_LIMIT or sum(finding.severity == "error" for finding in findings) >= FINDING_LIMIT:
            if values > NODE_LIMIT:
                message = Sentence(
                    f"The files before this one have more than {NODE_LIMIT:,} values; nothing further is read.",
                    f"此文件之前的内容已超过 {NODE_LIMIT:,} 个值，其余不再读取。",
                )
                findings.append(_about(f"{prefix}{path}", codes.LIMIT, message))
            break
        if kind_of(path) is None:
            lost = _no_place(path, text)
            findings.append(replace(lost, span=lost.span._replace(file=f"{prefix}{path}")))
            continue
        document, found = read(f"{prefix}{path}", text)
        findings.extend(found)
        values += len(document.spans) if document is not None else len(text) // _CHARACTERS_A_VALUE
        if document is not None:
            documents[path] = document
    findings.extend(_twice(files))
    return documents, findings


def _open(path: str, kind: Kind, name: str, document: Document | None, languages: tuple[str, ...], calendar: bool) -> SourceFile:
    if document is None or not isinstance(document.data, dict):
        return SourceFile(path, kind, name, document or Document(path, "", {}), is_read=False)
    has_calendar = calendar or _names_calendar(document)
    salvaged = salvage(kind.shape, document, languages, _stand_ins(kind, name, document), calendar=has_calendar)
    return SourceFile(path, kind, name, document, True, salvaged)


def _names_calendar(document: Document) -> bool:
    """Whether working time can be counted in a file: it, or the app, names a calendar."""
    return isinstance(document.data, dict) and "calendar" in document.data


def _stand_ins(kind: Kind, name: str, document: Document) -> dict[str, object]:
    """Values for keys at the top whose absence is reported once and shall hide nothing else."""
    if kind.folder:
        return {kind.first_key: name}
    if kind.name == "app":
        return {"app": "app", "format": "1", "version": "0.0.0", "languages": ["en"]}
    return {}


def first_key_finding(file: SourceFile) -> Diagnostic | None:
    """The finding about a file whose first key or its value does not agree with the path."""
    document, key = file.document, file.kind.first_key
    if not file.is_read or not isinstance(document.data, dict) or not document.data:
        return None
    first = str(next(iter(document.data)))
    if first != key and key in document.data:
        message = Sentence(f"The first key must be {key!r}.", f"第一个键必须是“{key}”。")
        return codes.WRONG_PLACE.at(document.key_span((key,)), message, pointer=(key,))
    written = document.data.get(key)
    if first != key or not file.kind.folder or not isinstance(written, str) or written == file.name or (key,) in document.damaged:
        return None
    message = Sentence(
        f"The path says {file.name!r}, the file says {written!r}.", f"路径是“{file.name}”，文件中写的是“{written}”。"
    )
    hint = Sentence(
        f"Rename the file to {path_of(file.kind.name, written)}, or correct the name.",
        f"请将文件改名为 {path_of(file.kind.name, written)}，或更正名称。",
    )
    return codes.WRONG_PLACE.at(document.span((key,)), message, pointer=(key,), hint=hint)


def path_name_finding(file: SourceFile) -> Diagnostic | None:
    """The finding about a file name that is no name."""
    if not file.kind.folder or not file.kind.named:
        return None
    for part in file.name.split(".") if file.kind.name == "form" else (file.name,):
        fault = name_fault(part)
        if fault is not None and not (
            isinstance(file.document.data, dict) and file.document.data.get(file.kind.first_key) == file.name
        ):
            return codes.BAD_NAME.at(first_line(file.document, ()), fault)
    return None


def _limits(files: Mapping[str, str]) -> Iterable[Diagnostic]:
    if len(files) > FILE_COUNT_LIMIT:
        message = Sentence(
            f"The app has {len(files):,} files, more than {FILE_COUNT_LIMIT:,}.",
            f"应用有 {len(files):,} 个文件，超过 {FILE_COUNT_LIMIT:,} 个。",
        )
        yield _about("app.yaml", codes.LIMIT, message)
    size = sum(len(text) for text in files.values())
    if size > BUNDLE_LIMIT:
        message = Sentence(
            f"The app has {size:,} characters, more than {BUNDLE_LIMIT:,}.", f"应用共 {size:,} 个字符，超过 {BUNDLE_LIMIT:,} 个。"
        )
        yield _about("app.yaml", codes.LIMIT, message)


def _no_place(path: str, text: str) -> Diagnostic:
    """The finding about a file that is nothing of an app."""
    parts = PurePosixPath(path).parts
    if not path.endswith(SUFFIXES):
        message = Sentence(
            f"The file {path} is no definition: definitions are .yaml or .json.",
            f"文件 {path} 不是定义文件：定义文件为 .yaml 或 .json。",
        )
        stem = path.removesuffix(".yml")
        return _about(
            path,
            codes.WRONG_PLACE,
            message,
            Sentence(f"Rename it to {stem}.yaml.", f"请改名为 {stem}.yaml。") if stem != path else None,
        )
    message = Sentence(f"The file {path} has no place in an app.", f"应用中没有 {path} 这种文件。")
    known = known_places()
    near = suggestion(parts[0] + "/" if len(parts) > 1 else parts[0], known)
    return _about(
        path, codes.WRONG_PLACE, message, near or Sentence(f"There are {', '.join(known)}.", f"可用：{'、'.join(known)}。")
    )


def _twice(files: Mapping[str, str]) -> Iterable[Diagnostic]:
    """Two files that are the same thing: `x.yaml` beside `x.json`, or names that differ only in case."""
    seen: dict[str, str] = {}
    for path in sorted(files):
        if kind_of(path) is None:
            continue
        stem = path.rpartition(".")[0].casefold()
        first = seen.setdefault(stem, path)
        if first != path:
            yield _about(path, codes.NAME_TWICE, Sentence(f"{first} is already this thing.", f"{first} 已定义同一事物。"))


def _about(path: str, code: Code, message: Sentence, hint: Sentence | None = None) -> Diagnostic:
    return code.at(Span(path, 1, 1, 1, 1), message, hint=hint)

"""Characters that no definition may hold, found line by line before the text is parsed."""

from __future__ import annotations

import re
import unicodedata

from forms_dsl.codes import CHARACTER, LIMIT
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.source import Span

#: Bytes of one file and characters of one value.
FILE_LIMIT = 1024 * 1024
TEXT_LIMIT = 64 * 1024

#: Control characters, line breaks other than LF and CRLF, byte order marks, lone surrogates.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]|\r(?!\n)")
#: Characters that cannot be seen: formats, joiners, variation selectors, blank letters of Hangul.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_TAB = re.compile("\t")

_NAMES = {
    "\t": Sentence("a tab; use spaces", "制表符，请改用空格"),
    "\ufeff": Sentence("a byte order mark", "字节顺序标记（BOM）"),
    "\x00": Sentence("a NUL character", "NUL 字符"),
    "\r": Sentence("a line break without LF", "没有 LF 的换行符"),
    "\u2028": Sentence("a Unicode line separator", "Unicode 行分隔符"),
    "\u2029": Sentence("a Unicode paragraph separator", "Unicode 段落分隔符"),
    "\x85": Sentence("a Unicode line break", "Unicode 换行符"),
}


_WRITE_UTF8 = Sentence(
    "Save the file as UTF-8: in Notepad choose Save as, encoding UTF-8.",
    "请把文件另存为 UTF-8 编码（记事本：另存为，编码选 UTF-8）。",
)
_WITHOUT_MARK = Sentence(
    'Save the file as UTF-8 without BOM: in Notepad choose the encoding "UTF-8", not "UTF-8 with BOM".',
    "请另存为不带 BOM 的 UTF-8（记事本：编码选“UTF-8”，不选“带有 BOM 的 UTF-8”）。",
)
#: The marks of UTF-16 at the beginning, as they look after they were read as UTF-8; else NUL is every other byte.
_UTF16_MARKS = ("\udcff\udcfe", "\udcfe\udcff")
_UTF16_UNMARKED = re.compile("(?:[^\x00]\x00){4}|(?:\x00[^\x00]){4}")


def encoding_finding(file: str, text: str) -> Diagnostic | None:
    """The one finding about a file in UTF-16, in which every line would have findings."""
    if not text.startswith(_UTF16_MARKS) and not _UTF16_UNMARKED.match(text):
        return None
    message = Sentence("The file is in UTF-16, not in UTF-8.", "文件是 UTF-16 编码，应为 UTF-8。")
    return CHARACTER.at(Span(file, 1, 1, 1, 1), message, hint=_WRITE_UTF8)


def find_characters(file: str, text: str, *, tabs: bool) -> tuple[Diagnostic, ...]:
    """One finding for each line with refused characters; `tabs` tells whether tabs are refused too."""
    if not _REFUSED.search(text) and not (tabs and "\t" in text):
        return ()
    findings = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        match = _REFUSED.search(line) or (_TAB.search(line) if tabs else None)
        if match:
            findings.append(_finding(Span(file, number, match.start() + 1, number, match.end() + 1), match.group()))
    return tuple(findings)


def without_refused(text: str) -> str:
    """The text with refused characters as spaces, so that every position stays what it was."""
    return _REFUSED.sub(" ", text)


def refused_fault(text: str) -> Sentence | None:
    """What no text may hold, be it written as an escape, or None."""
    found = _REFUSED.search(text)
    if not found:
        return None
    name = _NAMES.get(found.group()) or _by_code(found.group())
    return Sentence(f"The text holds {name.en}.", f"文本含有{name.zh}。")


def invisible_fault(text: str) -> Sentence | None:
    """What cannot be seen in `text`, or None."""
    found = _INVISIBLE.search(text)
    if not found:
        return None
    character = f"U+{ord(found.group()):04X}"
    return Sentence(f"The text holds the invisible character {character}.", f"文本含有不可见字符 {character}。")


def size_finding(file: str, text: str) -> Diagnostic | None:
    """The finding about a file that is too large to be read."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size <= FILE_LIMIT:
        return None
    return LIMIT.at(
        Span(file, 1, 1, 1, 1),
        Sentence(f"The file has {size:,} bytes, more than {FILE_LIMIT:,}.", f"文件有 {size:,} 字节，超过上限 {FILE_LIMIT:,}。"),
    )


def _finding(span: Span, character: str) -> Diagnostic:
    name = _NAMES.get(character) or _by_code(character)
    hint = _WITHOUT_MARK if character == "\ufeff" else _WRITE_UTF8 if "\ud800" <= character <= "\udfff" else None
    return CHARACTER.at(span, Sentence(f"The line holds {name.en}.", f"该行含有{name.zh}。"), hint=hint)


def _by_code(character: str) -> Sentence:
    if "\ud800" <= character <= "\udfff":
        return Sentence("bytes that are not UTF-8", "不是 UTF-8 的字节")
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    return Sentence(f"the control character {name}", f"控制字符 {name}")

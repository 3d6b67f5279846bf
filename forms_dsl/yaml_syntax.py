"""YAML syntax errors in a reader's words, at the line where the mistake stands.

The parser reports where it could not go on; an unclosed brace or quote was opened earlier.
"""

from __future__ import annotations

import re

import yaml

from forms_dsl.characters import invisible_fault
from forms_dsl.codes import SYNTAX, TOO_DEEP
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.source import Span

_WIDE_COLON = re.compile(r"[\s-]*[^\s:\"'#{\[]+：")
_WRONG_INDENT = re.compile("[ ]*([\u00a0\u2000-\u200a\u202f\u205f\u3000])")
_QUOTE = re.compile(r'(?<!\\)"')
_OPENED = {
    "while parsing a flow mapping": Sentence("The { opened here is not closed before the next line.", "这里的 { 没有闭合。"),
    "while parsing a flow sequence": Sentence("The [ opened here is not closed before the next line.", "这里的 [ 没有闭合。"),
    "while scanning a simple key": Sentence("A colon and a space are missing after the key.", "键后面缺少冒号和空格。"),
}
_UNCLOSED_QUOTE = Sentence("The quote opened here is not closed.", "这里的引号没有闭合。")
_PROBLEMS = {
    "mapping values are not allowed in this context": Sentence(
        "A colon stands where no key can stand: quote the text, or correct the indentation.",
        "此处不能出现冒号：请给文本加引号，或检查缩进。",
    ),
    "did not find expected key": Sentence(
        "This line fits none of the keys above: check its indentation.", "这一行与上面的键对不齐：请检查缩进。"
    ),
    "did not find expected '-' indicator": Sentence(
        "A list item begins with '- ' here: check the indentation.", "此处的列表项应以“- ”开头：请检查缩进。"
    ),
    "found character that cannot start any token": Sentence(
        "A text cannot begin with this character: quote it.", "文本不能以该字符开头：请加引号。"
    ),
    "found unknown escape character": Sentence(
        "This escape does not exist: write \\\\ for a backslash.", "没有这种转义：反斜杠请写作 \\\\。"
    ),
    "did not find expected node content": Sentence("A value is missing here.", "此处缺少值。"),
    "could not find expected ':'": _OPENED["while scanning a simple key"],
    "did not find expected ',' or '}'": Sentence("A comma or } is missing here.", "此处缺少逗号或 }。"),
    "did not find expected ',' or ']'": Sentence("A comma or ] is missing here.", "此处缺少逗号或 ]。"),
}


def syntax_finding(
    file: str, error: yaml.MarkedYAMLError, lines: list[str], first_line: int, last_scalar_line: int | None
) -> Diagnostic:
    """The finding of `error` in `lines`, which begin at `first_line` (from 0) of the file.

    `last_scalar_line` is the first line of a key that runs over several lines, if one was just read.
    """
    problem, context = error.problem_mark, error.context_mark
    context_text = (error.context or "").strip()
    problem_text = (error.problem or "").strip()
    mark, code = problem or context, SYNTAX
    message = _PROBLEMS.get(problem_text) or Sentence(
        f"The text is not YAML: {problem_text}.", f"不是有效的 YAML：{problem_text}。"
    )
    if context is not None and problem is not None and problem.line > context.line:
        if "quoted scalar" in context_text:
            mark, message = context, _UNCLOSED_QUOTE
        elif context_text in _OPENED:
            mark, message = context, _OPENED[context_text]
    line = mark.line if mark else 0
    column = mark.column if mark else 0
    if last_scalar_line is not None and last_scalar_line < line:
        line, column, message = last_scalar_line, 0, _OPENED["while scanning a simple key"]
    quote = _open_quote(lines, line)
    if quote is not None:
        line, column, message = *quote, _UNCLOSED_QUOTE
    if "nesting depth" in problem_text:
        code, message = TOO_DEEP, Sentence("The brackets are nested too deeply.", "括号嵌套过深。")
    hint = _hint(lines[line]) if line < len(lines) else None
    place = Span(file, line + 1 + first_line, column + 1, line + 1 + first_line, column + 2)
    return code.at(place, message, hint=hint)


def _hint(line: str) -> Sentence | None:
    """What in a line looks like the sign or space that YAML wants, but is another character."""
    if _WIDE_COLON.match(line):
        return Sentence(
            "The colon is the full-width ：(U+FF1A): write : and a space.", "冒号是全角“：”（U+FF1A）：请改为半角“: ”加空格。"
        )
    return lookalike_hint(line)


def lookalike_hint(line: str) -> Sentence | None:
    """The character of a line or key that only looks like a space of the indentation, or cannot be seen."""
    indent = _WRONG_INDENT.match(line)
    if indent:
        code = f"U+{ord(indent.group(1)):04X}"
        return Sentence(
            f"The indentation holds {code}, which is no plain space: use spaces.",
            f"缩进中有 {code}，不是普通空格：请改用半角空格。",
        )
    hidden = invisible_fault(line)
    return hidden and Sentence(f"{hidden.en} Delete it.", f"{hidden.zh}请删除。")


def _open_quote(lines: list[str], before: int) -> tuple[int, int] | None:
    """Where a double quote was opened that is still open when line `before` begins.

    The next quote of the file closes it, so the parser complains far behind the mistake.
    """
    opened: tuple[int, int] | None = None
    for number, line in enumerate(lines[:before]):
        for match in _QUOTE.finditer(line):
            if opened is None and match.start() and line[match.start() - 1] not in " {[,:-":
                continue  # inside of a word it opens nothing
            opened = (number, match.start()) if opened is None else None
    return opened

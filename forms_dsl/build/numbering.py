"""Patterns of business numbers: words in braces with exactly one counter."""

from __future__ import annotations

import re

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence

_NUMBER_PART = re.compile(r"\{([^{}]*)\}")
_SEQUENCE = re.compile(r"seq:([1-9]|1[0-2])\Z")
_NUMBER_WORDS = frozenset({"yyyy", "yy", "mm", "dd", "branch"})


def check_number(bench: Workbench, place: Place, pattern: str) -> None:
    """A pattern of a business number: words in braces, with exactly one sequence."""
    words = [match[1] for match in _NUMBER_PART.finditer(pattern)]
    unknown = [word for word in words if word not in _NUMBER_WORDS and not _SEQUENCE.match(word)]
    hint = Sentence('Write it like "LA-{yyyy}{mm}-{seq:6}".', '写法示例："LA-{yyyy}{mm}-{seq:6}"。')
    if unknown:
        message = Sentence(f"There is no part {{{unknown[0]}}} of a number.", f"编号中没有 {{{unknown[0]}}} 这种部分。")
        bench.find(codes.WRONG_TYPE, place, message, hint)
    elif sum(word.startswith("seq:") for word in words) != 1 or re.search(r"[{}]", _NUMBER_PART.sub("", pattern)):
        bench.find(codes.WRONG_TYPE, place, Sentence("A number needs one {seq:n}.", "编号需要且只能有一个 {seq:n}。"), hint)

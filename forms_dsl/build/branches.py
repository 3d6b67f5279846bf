"""Whether the branches of a choose are just the values that its expression can give."""

from __future__ import annotations

from forms_dsl import codes
from forms_dsl.build.bench import Workbench
from forms_dsl.build.place import Place
from forms_dsl.diagnostics import Sentence, code, suggestion
from forms_dsl.expr.tree import ValueType

BRANCH_VALUES = code(
    "W002", "A value of a choose has no branch and there is no otherwise, or a branch is for no value.", refusal="WF-SHAPE"
)


def branch_codes(bench: Workbench, place: Place, type: ValueType, written: list[str], *, has_rest: bool) -> None:
    """Findings about branches that are missing or for values that cannot occur."""
    possible = type.codes if type.name == "choice" else ("true", "false") if type.name == "boolean" else None
    if possible is None:
        message = Sentence("A choose needs a choice or a condition.", "分支需要一个选项字段或条件。")
        bench.find(codes.WRONG_TYPE, place.at("choose"), message)
        return
    for text in written:
        if text not in possible:
            message = Sentence(f"{text!r} is not a value of this choose.", f"“{text}”不是该分支的取值。")
            bench.find(
                BRANCH_VALUES, place.at(text), message, suggestion(text, (*possible, "otherwise", "name", "title")), key=True
            )
    missing = [text for text in possible if text not in written]
    if missing and not has_rest and place.file.is_whole(place.pointer):
        words = ", ".join(missing)
        message = Sentence(f"There is no branch for {words}.", f"缺少取值 {words} 的分支。")
        hint = Sentence("Add the branch, or otherwise: []", "请补上分支，或写 otherwise: []")
        bench.find(BRANCH_VALUES, place.at("choose"), message, hint, key=True)

"""How records of a DocType are numbered and submitted."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_dsl.diagnostics import Sentence
from forms_dsl.importers.codes import NO_COUNTERPART
from forms_dsl.importers.documents import Node
from forms_dsl.importers.draft import Draft, EntityDraft, FieldDraft, Tree
from forms_dsl.importers.words import both

_FIXED = re.compile(r"[A-Za-z0-9 _/-]*")


def numbering(draft: Draft, entity: EntityDraft, root: Node, known: Mapping[str, str], series: str) -> None:
    """`autoname` as the number of the entity, as a unique field, or as a note."""
    text = root.text("autoname")
    if text.startswith("naming_series"):
        text = series
    if not text or text in ("hash", "autoincrement", "prompt", "Prompt"):
        return
    if text.startswith("field:"):
        name = known.get(text[6:])
        if name and entity.fields[name].type != "rows":
            entity.fields[name].tree["unique"] = True
        return
    pattern = re.sub(r"\{?(#+)\}?", lambda match: f"{{seq:{len(match[1])}}}", text.removeprefix("format:"))
    for theirs, ours in (("YYYY", "yyyy"), ("YY", "yy"), ("MM", "mm"), ("DD", "dd")):
        pattern = re.sub(rf"\{{{theirs}\}}|(?<![A-Za-z]){theirs}(?![A-Za-z])", f"{{{ours}}}", pattern)
    pattern = pattern.replace(".", "")
    rest = re.sub(r"\{(yyyy|mm|dd|seq:[0-9]+)\}", "", pattern)
    if "{seq:" in pattern and _FIXED.fullmatch(rest):
        entity.keys["number"] = pattern
        return
    message = Sentence(f"The naming {text!r} is kept as a note.", f"编号规则“{text}”已转为备注。")
    draft.report.add(NO_COUNTERPART, root.at("autoname"), message)
    entity.note(f"autoname: {text}")


def status_field(entity: EntityDraft, root: Node) -> FieldDraft:
    """What `docstatus` becomes: a choice that nobody types in."""
    words = {"draft": ("Draft", "草稿"), "submitted": ("Submitted", "已提交"), "cancelled": ("Cancelled", "已取消")}
    choices: dict[str, Tree] = {}
    for code, (en, zh) in words.items():
        choice: dict[str, Tree] = {"label": both(en, zh)}
        choices[code] = choice
    tree: dict[str, Tree] = {"type": "choice", "label": both("Status", "状态"), "read_only": True, "default": '"draft"'}
    return FieldDraft(entity.free_name("docstatus"), {**tree, "choices": choices}, root.at("is_submittable"))

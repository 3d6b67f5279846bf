"""How long a large app takes to be read and checked: a fresh process each time, as a person at the command line waits.

The app is made here: `n` entities of 20 fields, three expressions each, and a workflow for about every third one.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from forms_dsl.yaml_source import read_document

#: Entities, fields each, expressions and workflows of the app that the aim speaks of (2 seconds, cold).
AIM = "100 entities x 20 fields, 300 expressions, 30 workflows"
LINES = 5000
ROUNDS = 5


def large_app(entities: int) -> dict[str, str]:
    """The files of an app with so many entities."""
    files = {
        "app.yaml": (
            "app: large\nformat: 1\nversion: 1.0.0\nlabel: {zh: 大应用, en: A large app}\nlanguages: [zh, en]\n"
            'requires: {apps: {org: ">=1.0"}}\n'
        ),
        "roles.yaml": _roles(entities),
    }
    for number in range(entities):
        files[f"entities/thing_{number}.yaml"] = _entity(number)
        files[f"forms/thing_{number}.edit.yaml"] = _form(number)
        if number % 10 < 3:
            files[f"workflows/approve_{number}.yaml"] = _workflow(number)
    return files


def _entity(number: int) -> str:
    lines = [
        f"entity: thing_{number}",
        f"label: {{zh: 事物{number}, en: Thing {number}}}",
        "fields:",
        "  branch: {type: reference, to: org.branch, label: {zh: 机构, en: Branch}}",
        f"  state: {{type: status, workflow: approve_{number}, label: {{zh: 状态, en: State}},",
        "    choices: {draft: {label: {zh: 草稿, en: Draft}}, approved: {label: {zh: 通过, en: Approved}}}}"
        if number % 10 < 3
        else "  note: {type: text, max: 200, label: {zh: 备注, en: Note}}",
    ]
    if number % 10 >= 3:
        del lines[4]
    for each in range(15):
        lines.append(f"  amount_{each}: {{type: money, min: 0, label: {{zh: 金额{each}, en: Amount {each}}}}}")
    lines += [
        "  total: {type: money, compute: 'round(amount_0 + amount_1 * 1.05 - coalesce(amount_2, 0), 2)', label: {zh: 合计, en: Total}}",
        "  kind: {type: choice, label: {zh: 种类, en: Kind}, choices: {a: {label: {zh: 甲, en: Alpha}}, b: {label: {zh: 乙, en: Beta}}}}",
        "  since: {type: date, label: {zh: 起始, en: Since}, required_when: 'kind == \"a\" and amount_3 > 1000'}",
        "rules:",
        "  enough:",
        "    check: amount_4 <= amount_5 * 3 or since >= add_months(today(), -12)",
        "    message: {zh: 不够, en: Not enough}",
    ]
    return "\n".join(lines) + "\n"


def _form(number: int) -> str:
    items = ", ".join(["branch", "kind", "since", *(f"amount_{each}" for each in range(15))])
    return (
        f"form: thing_{number}.edit\nentity: thing_{number}\nlabel: {{zh: 编辑, en: Edit}}\nlayout:\n"
        f"  - section: main\n    label: {{zh: 主要, en: Main}}\n    items: [{items}]\n"
    )


def _workflow(number: int) -> str:
    return f"""\
workflow: approve_{number}
title: {{zh: 审批, en: Approval}}
for: thing_{number}
start: {{by: role.maker, form: thing_{number}.edit}}
controls:
  four_eyes:
    - {{name: maker_checker, different_people: [enter, check, decide]}}
steps:
  - fill: enter
    title: {{zh: 填写, en: Fill in}}
    by: starter
    due: {{within: 8h, then: remind}}
  - approve: check
    title: {{zh: 复核, en: Check}}
    by: {{role: checker, in: starter.branch, pick: claim}}
    due: {{within: 8h, then: remind}}
  - approve: decide
    when: amount_0 > 100000
    title: {{zh: 决定, en: Decide}}
    by: {{role: checker, in: head_office, pick: claim}}
    due: {{within: 8h, then: remind}}
on_finish:
  approved: {{set: {{state: approved}}}}
"""


def _roles(entities: int) -> str:
    access = "\n".join(
        f"      thing_{number}: {{create: true, read: branch.path in user.branch_tree, update: true}}"
        for number in range(entities)
    )
    return (
        f"roles:\n  maker:\n    label: {{zh: 经办, en: Maker}}\n    access:\n{access}\n"
        f"  checker:\n    label: {{zh: 复核, en: Checker}}\n    access:\n{access}\n"
    )


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Put the files of an app into a folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def checked_in(folder: Path) -> float:
    """Median seconds of `qiqiao check` on a folder, each in a process of its own."""
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "builder.cli", "check", str(folder)], capture_output=True, check=False)
        seconds.append(time.perf_counter() - began)
        if done.returncode:
            raise RuntimeError((done.stdout + done.stderr).decode()[:2000])
    return statistics.median(seconds)


def read_in(lines: int) -> float:
    """Median seconds of reading one file of so many lines with its positions."""
    field = "  amount_{0}:\n    type: money\n    label:\n      zh: 金额{0}\n      en: Amount {0}\n"
    text = "fields:\n" + "".join(field.format(each) for each in range(lines // 5))
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        document, findings = read_document("large.yaml", text)
        seconds.append(time.perf_counter() - began)
        if document is None or findings:
            raise RuntimeError(str(findings))
    return statistics.median(seconds)


def main() -> None:
    """Print the figures."""
    print(f"\nDefinitions ({AIM})")
    for entities in (50, 100, 200):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder) / "large", large_app(entities))
            print(f"  check of {entities:>3} entities, cold      {checked_in(Path(folder) / 'large'):6.2f} s")
    print(f"  {LINES:,} lines with positions       {read_in(LINES):6.3f} s")


if __name__ == "__main__":
    main()

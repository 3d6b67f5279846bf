"""An overlay survives an upgrade of its base: every difference is judged, with its place, and nothing is done half-way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.cli import main
from forms_dsl.load import read_folder
from forms_dsl.overlay.effective import read_effective, with_base
from forms_dsl.overlay.upgrade import compare_bases
from tests.definitions import EXAMPLE
from tests.overlay.test_overlay import BASE, HEADER

Qiqiao = Callable[..., tuple[int, str, str]]

OVERLAY = {
    "app.yaml": HEADER + "# of the bank\n",
    "entities/loan.yaml": (
        "extend: loan.loan\nfields:\n"
        "  amount: {check: amount > 10}  # our limit\n"
        "  term: {required: true}\n"
        "  kind: {choices: {x_c: {after: b, label: {zh: 丙}}}}\n"
    ),
    "workflows/flow.yaml": "extend: loan.flow\nsteps:\n  check: {due: {within: 1 hour}}\n  last: {limit: amount}\n",
}


def judged(**changes: tuple[str, str, str]) -> dict[str, str]:
    """Status by path when the base changes: name → file, what stands there, what stands there then."""
    new = dict(BASE)
    for file, before, after in changes.values():
        assert before in new[file]
        new[file] = new[file].replace(before, after)
    return {one.path: one.status for one in compare_bases(BASE, new, OVERLAY)}


ENTITY, FLOW = "entities/loan.yaml", "workflows/flow.yaml"


def test_each_difference_is_judged() -> None:
    """Clean where the base did nothing, merged where it changed beside it, conflict where it changed the same."""
    assert {"clean"} == set(judged().values())
    assert "conflict" == judged(a=(ENTITY, "check: amount > 0", "check: amount > 1"))[f"{ENTITY}:fields.amount.check"]
    assert "merged" == judged(a=(ENTITY, "check: amount > 0", "check: amount > 10"))[f"{ENTITY}:fields.amount.check"]
    assert "merged" == judged(a=(ENTITY, "zh: 大于零", "zh: 须大于零"))[f"{ENTITY}:fields.amount.check"]
    assert "conflict" == judged(a=(FLOW, "within: 4 hours", "within: 8 hours"))[f"{FLOW}:steps.check.due.within"]


def test_targets_that_are_gone() -> None:
    """A renamed field is found by its id, a removed neighbour and a removed step are named."""
    renamed = dict(BASE)
    renamed[ENTITY] = (
        BASE[ENTITY].replace("  term: {type", "  months: {id: term, type").replace("      b: {label: {zh: 乙}}\n", "")
    )
    renamed[FLOW] = BASE[FLOW].replace("approve: last", "approve: final").replace("check, last", "check, final")
    found = {one.path: one for one in compare_bases(BASE, renamed, OVERLAY) if one.status == "orphan"}

    assert {f"{ENTITY}:fields.term", f"{ENTITY}:fields.kind.choices.x_c.after", f"{FLOW}:steps.last"} == found.keys()
    assert "months" == found[f"{ENTITY}:fields.term"].near
    assert (4, 3) == (found[f"{ENTITY}:fields.term"].span.line, found[f"{ENTITY}:fields.term"].span.column)


@pytest.fixture
def qiqiao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Qiqiao:
    """Runs one verb; gives its exit code and what it wrote."""
    monkeypatch.setenv("QIQIAO_LOCALE", "en")

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """The example app in two versions and the bank's overlay, side by side."""
    for name, target in (("loan", "loan"), ("loan", "loan-next"), ("loan_bankx", "loan_bankx")):
        shutil.copytree(EXAMPLE / name, tmp_path / target)
    changed(tmp_path / "loan-next" / "app.yaml", "version: 2.4.0", "version: 2.5.0")
    return tmp_path


def changed(file: Path, before: str, after: str) -> None:
    """Replace a text in a file, which must be there."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_an_overlay_survives_an_upgrade_of_its_base(qiqiao: Qiqiao, bank: Path) -> None:
    """The base adds a field, a step and a key beside what the bank changed: all is taken, and the bank's differences stay."""
    new = bank / "loan-next"
    changed(
        new / "entities/loan_application.yaml",
        "  annual_rate:  {",
        "  channel: {type: text, label: {en: Channel, zh: 渠道}}\n  annual_rate:  {",
    )
    changed(
        new / "workflows/loan_approval.yaml",
        "    on_reject: {return_to: apply}\n",
        "    on_reject: {return_to: apply}\n    opinion: [reject]\n",
    )
    before = (bank / "loan_bankx" / "app.yaml").read_text()
    code, out, _ = qiqiao("upgrade-app", bank / "loan_bankx", "2.5.0")

    assert 0 == code, out
    assert "0 conflict(s), 0 orphan(s)." in out
    assert "loan_approval.yaml:7:11: clean: workflows/loan_approval.yaml:steps.check.due.within" in out
    assert before.replace("version: 2.4.0", "version: 2.5.0") == (bank / "loan_bankx" / "app.yaml").read_text()
    effective = read_effective(with_base(read_folder(bank / "loan_bankx"), read_folder(new)))
    entity, flow = (effective.documents[f"{path}.yaml"].data for path in ("entities/loan_application", "workflows/loan_approval"))
    assert [] == [finding for finding in effective.findings if finding.code[0] in "OP"]
    assert {"channel", "x_green_label", "phone"} <= entity["fields"].keys()  # type: ignore[index, call-overload]
    assert "amount > 0 and amount <= 3000000" == entity["fields"]["amount"]["check"]  # type: ignore[index, call-overload]
    check = next(step for step in flow["steps"] if step.get("approve") == "check")  # type: ignore[index, call-overload]
    assert (["reject"], "2 working hours") == (check["opinion"], check["due"]["within"])


def test_nothing_is_done_until_all_is_resolved(qiqiao: Qiqiao, bank: Path) -> None:
    """A conflict and an orphan: told with places in overlay and base; the files change only when both are resolved."""
    new, overlay = bank / "loan-next", bank / "loan_bankx"
    changed(new / "entities/loan_application.yaml", "amount <= 5000000", "amount <= 9000000")
    changed(new / "workflows/loan_approval.yaml", "approve: check", "approve: branch_check")
    before = read_folder(overlay)
    code, out, _ = qiqiao("upgrade-app", overlay, new, "--from", bank / "loan")
    limit, step = "entities/loan_application.yaml:fields.amount.check", "workflows/loan_approval.yaml:steps.check"

    assert 1 == code
    assert f"loan_bankx/entities/loan_application.yaml:4:5: conflict: {limit}" in out
    assert (
        "from “amount > 0 and amount <= 5000000” to “amount > 0 and amount <= 9000000”, the overlay says “amount > 0 and amount <= 3000000”"
        in out
    )
    assert "/../loan-next/entities/loan_application.yaml:23:5)" in out
    assert f"orphan: {step}" in out and "did you mean branch_check?" in out
    assert before == read_folder(overlay)
    assert 1 == qiqiao("upgrade-app", overlay, new, "--ours", limit)[0]
    assert before == read_folder(overlay)
    changed(overlay / "workflows/loan_approval.yaml", "  check:\n", "  branch_check:\n")
    changed(overlay / "workflows/loan_approval.yaml", "after: check\n", "after: branch_check\n")
    assert 0 == qiqiao("upgrade-app", overlay, new, "--from", bank / "loan", "--ours", limit)[0]
    assert "version: 2.5.0" in (overlay / "app.yaml").read_text()


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_resolved_conflict_is_told_as_resolved(qiqiao: Qiqiao, bank: Path, side: str) -> None:
    """What the call resolves is no conflict any more, in its line and in the counts."""
    new, overlay = bank / "loan-next", bank / "loan_bankx"
    changed(new / "entities/loan_application.yaml", "amount <= 5000000", "amount <= 9000000")
    limit = "entities/loan_application.yaml:fields.amount.check"
    code, out, _ = qiqiao("upgrade-app", overlay, new, f"--{side}", limit, "--dry-run")

    assert 0 == code
    assert f": resolved, {side}: {limit}" in out
    assert "0 conflict(s), 0 orphan(s). 1 resolved." in out


def test_a_base_of_the_old_version_beside_is_to_be_replaced(qiqiao: Qiqiao, bank: Path) -> None:
    """Where only the old base lies beside the overlay, the next check would read that one: it is named."""
    (bank / "incoming").mkdir()
    new = (bank / "loan-next").rename(bank / "incoming" / "loan")
    code, out, _ = qiqiao("upgrade-app", bank / "loan_bankx", new)

    assert 0 == code
    assert f"The folder {bank / 'loan'} still holds the base in version 2.4.0: replace it by the new one, {new}." in out


def test_a_difference_can_be_given_up(qiqiao: Qiqiao, bank: Path) -> None:
    """--theirs takes the key out of the overlay, its neighbours and their comments stay."""
    new, overlay = bank / "loan-next", bank / "loan_bankx"
    changed(new / "entities/loan_application.yaml", "amount <= 5000000", "amount <= 9000000")
    limit = "entities/loan_application.yaml:fields.amount.check"
    code, out, _ = qiqiao("upgrade-app", overlay, "2.5.0", "--theirs", limit, "--json")

    assert 0 == code
    assert {"conflict": 1} == {one["status"]: 1 for one in json.loads(out) if one["path"] == limit}
    text = (overlay / "entities/loan_application.yaml").read_text()
    assert "check: amount" not in text and "    message: {en: Amount must be between 0 and 3 million" in text
    assert "# own names start with x_" in text


def test_what_is_not_there_is_said(qiqiao: Qiqiao, bank: Path) -> None:
    """A version that lies nowhere, an app that extends none, a path that is no difference: a sentence each."""
    for arguments, words in (
        ((bank / "loan_bankx", "9.0.0"), "There is no folder with loan 9.0.0"),
        ((bank / "loan", "2.5.0"), "extends no app"),
        ((bank / "loan_bankx", "2.5.0", "--ours", "x:y"), "has no difference x:y"),
    ):
        code, _, err = qiqiao("upgrade-app", *arguments)

        assert 1 == code and words in err

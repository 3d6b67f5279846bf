"""`qiqiao promote` on the machines of two servers, and over REST."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.cli import main
from tests.builder.conftest import Bank, Workshop
from tests.builder.test_builder_http import PATH, WITH_URGENCY
from tests.builder.test_cli import token_of, write
from tests.builder.test_promotion import exported, publish_on_test
from tests.publish.desk import FILES

Qiqiao = Callable[..., tuple[int, str]]


@pytest.fixture
def qiqiao(bank: Bank, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Qiqiao:
    """Runs one verb on the machine of one of the servers."""
    monkeypatch.setenv("QIQIAO_LOCALE", "en")

    def run(where: Workshop, *arguments: object) -> tuple[int, str]:
        settings = where.services.settings
        assert settings.environment is not None
        monkeypatch.setenv("QIQIAO_DATA", str(settings.data_folder))
        monkeypatch.setenv("QIQIAO_ENVIRONMENT", settings.environment.kind)
        monkeypatch.setenv("QIQIAO_ENVIRONMENT_NAME", settings.environment.name or "")
        monkeypatch.setenv("QIQIAO_PROMOTIONS_ONLY", "1" if settings.promotions_only else "0")
        code = main([*map(str, arguments), "--database", settings.database_url])
        written = capsys.readouterr()
        return code, written.out + written.err

    return run


def test_the_command_line_carries_a_release_across_the_gap(
    bank: Bank, qiqiao: Qiqiao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """key, trust, export, import with the second person's token, sources, distrust; each says which environment it works on."""
    publish_on_test(bank)
    file = tmp_path / "desk.promotion.json"
    with bank.production.services.database.write() as connection:
        monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", token_of(connection, "zhao"))
    shown = qiqiao(bank.test, "promote", "key")
    key = shown[1].splitlines()[2]
    trusted = qiqiao(bank.production, "promote", "trust", "test", "--kind", "test", "--key", key)
    written = qiqiao(bank.test, "promote", "export", "desk", "--to", file)
    brought = qiqiao(bank.production, "promote", "import", file, "--author", "he", "--approver", "zhao")
    listed = qiqiao(bank.production, "promote", "sources")
    gone = qiqiao(bank.production, "promote", "distrust", "test")
    missing = qiqiao(bank.production, "promote", "import", tmp_path / "none", "--author", "he")

    assert base64.b64decode(key)
    assert "[Test · 测试一区]" in shown[1]
    assert "[Production]\n" in trusted[1]
    assert [0, 0, 0, 0, 0, 1] == [one[0] for one in (trusted, written, brought, listed, gone, missing)], brought
    assert "from release 2 of 测试一区 (shen 先生 / zhao 先生), 0 cases passed" in brought[1]
    assert "desk 1.0.0 is live as release 2." in brought[1]
    assert f"test  test  key {(bank.live().origin or {})['key']}  by file only" in listed[1]


def test_the_command_line_publishes_no_folder_where_promotions_are_the_rule(
    bank: Bank, qiqiao: Qiqiao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder is refused but with a reason, which stays with the release; a direct change is opened by a person."""
    with bank.production.services.database.write() as connection:
        monkeypatch.setenv("QIQIAO_APPROVER_TOKEN", token_of(connection, "zhao"))
    folder = write(tmp_path / "desk", {**FILES, "entities/ticket.yaml": WITH_URGENCY})
    two = ("--author", "shen", "--approver", "zhao")
    refused = qiqiao(bank.production, "publish", folder, *two)
    opened = qiqiao(bank.production, "promote", "open", "desk", "--reason", "incident 88", "--author", "shen")
    done = qiqiao(bank.production, "publish", folder, *two, "--direct", "incident 88")

    assert (1, True) == (refused[0], "promotions only" in refused[1])
    assert (0, "incident 88") == (opened[0], bank.production.client("shen").get(f"{PATH}/direct").json()["open"]["reason"])
    assert (0, "incident 88") == (done[0], (bank.live().origin or {})["reason"])


def test_the_command_line_proposes_on_a_running_server(
    bank: Bank, qiqiao: Qiqiao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a person's token over REST, as a pipeline does it."""
    publish_on_test(bank)
    bank.trust()
    file = tmp_path / "desk.promotion.json"
    file.write_text(exported(bank))
    with bank.production.services.database.write() as connection:
        monkeypatch.setenv("QIQIAO_TOKEN", token_of(connection, "he"))
    asked = qiqiao(bank.production, "promote", "import", file, "--server", bank.production.url)

    assert (0, True) == (asked[0], "A second person is asked: http" in asked[1]), asked
    assert 1 == len(bank.production.client("he").get("/api/builder/reviews").json()["items"])

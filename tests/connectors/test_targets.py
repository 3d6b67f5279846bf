"""Which addresses may be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.adapters.http import HttpAdapter
from connectors.protocol import Connection, Fault, SetUpRefused
from connectors.registry import load_definitions
from connectors.secrets import SecretStore
from connectors.targets import check_target, read_allowed, resolve
from tests.connectors.conftest import context
from tests.connectors.servers import listening, saying

#: Spellings of addresses inside a bank, with PORT where a real listener waits.
SPELLINGS = [
    "http://127.0.0.1:PORT", "http://127.1:PORT", "http://127.0.1:PORT", "http://0:PORT", "http://0.0.0.0:PORT",
    "http://127.0.0.2:PORT", "http://127.255.255.254:PORT", "http://0x7f000001:PORT", "http://0x7f.0.0.1:PORT",
    "http://0x7f.1:PORT", "http://2130706433:PORT", "http://017700000001:PORT", "http://0177.0.0.1:PORT",
    "http://0177.1:PORT", "http://127.0.0.01:PORT", "http://127.000.000.001:PORT", "http://127.0.0.1.:PORT",
    "http://localhost:PORT", "http://LOCALHOST:PORT", "http://localhost.:PORT", "http://localhost.localdomain:PORT",
    "http://127.0.0.1.nip.io:PORT", "http://7f000001.nip.io:PORT", "http://localtest.me:PORT",
    "http://[::1]:PORT", "http://[::]:PORT", "http://[0:0:0:0:0:0:0:1]:PORT", "http://[::ffff:127.0.0.1]:PORT",
    "http://[::ffff:7f00:1]:PORT", "http://[0:0:0:0:0:ffff:7f00:1]:PORT", "http://[::127.0.0.1]:PORT",
    "http://[64:ff9b::7f00:1]:PORT", "http://[fe80::1]:PORT", "http://[fe80::1%25lo]:PORT", "http://[fd00::1]:PORT",
    "http://169.254.169.254", "http://169.254.169.254:80/latest/meta-data", "http://[fd00:ec2::254]",
    "http://2852039166", "http://0xa9fea9fe", "http://metadata.google.internal",
    "http://10.0.0.1:PORT", "http://172.16.0.1:PORT", "http://192.168.0.1:PORT", "http://100.64.0.1:PORT",
    "http://core.bank.example@127.0.0.1:PORT", "http://core.bank.example:443@127.0.0.1:PORT",
    "http://127.0.0.1:PORT@core.bank.example", "http://core.bank.example#@127.0.0.1:PORT",
    "http://core.bank.example?@127.0.0.1:PORT", "http://core.bank.example\\@127.0.0.1:PORT",
    "http:/\\127.0.0.1:PORT", "http:///127.0.0.1:PORT", "//127.0.0.1:PORT", "127.0.0.1:PORT",
    "http://①②⑦.⓪.⓪.①:PORT", "http://127。0。0。1:PORT", "http://127．0．0．1:PORT", "http://ⓛocalhost:PORT",
    "http://127.0.0.1\r\n:PORT", "http://127.0.0.1%0d%0a:PORT", "http://127.0.0.1%00.core.bank.example:PORT",
    "http://core.bank.example%2f@127.0.0.1:PORT", " http://127.0.0.1:PORT", "http://127.0.0.1:PORT ",
    "ftp://127.0.0.1:PORT", "file:///etc/passwd", "gopher://127.0.0.1:PORT", "HTTP://127.0.0.1:PORT",
    "http://127.0.0.1:PORT/../admin", "http://core.bank.example:443/v1/../../admin",
    "http://xn--core-bank.example.:PORT", "http://core..bank.example:PORT", "http://-core.bank.example:PORT",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_reaches_what_is_not_allowed(spelling: str, tmp_path: Path) -> None:
    """With another host in the allow-list, nothing arrives at a listener inside, however its address is spelt."""
    definition = load_definitions()["core_bank"]
    with listening(saying(b'{"status": "ok"}')) as inside:
        address = spelling.replace("PORT", str(inside.port))
        connection = Connection("core_bank", {"base_url": address}, ("core.bank.example:443/v1",))
        session = HttpAdapter().open(definition, connection, SecretStore(tmp_path, {}))

        result = session.call(definition.operations["health"], {}, context(2))

        assert (Fault.TARGET_REFUSED, False) == (result.fault, result.sent)
        assert [] == inside.requests


def test_loopback_may_be_called_when_it_is_allowed(tmp_path: Path) -> None:
    """The very same address is called once host and port stand in the list."""
    definition = load_definitions()["core_bank"]
    with listening(saying(b'{"status": "ok"}')) as inside:
        connection = Connection("core_bank", {"base_url": inside.base_url}, (f"127.0.0.1:{inside.port}",))
        session = HttpAdapter().open(definition, connection, SecretStore(tmp_path, {}))

        result = session.call(definition.operations["health"], {}, context(2))

        assert 200 == result.status
        assert 1 == len(inside.requests)


@pytest.mark.parametrize("allowed", ["127.0.0.1:1", "core.bank.example:443", "127.0.0.1:443/v2"])
def test_port_and_path_count_too(allowed: str) -> None:
    """Another port of the same host, or a path outside the allowed one, is refused."""
    with pytest.raises(SetUpRefused):
        check_target("http://127.0.0.1:443/v1", "/loans", (allowed,))


@pytest.mark.parametrize(
    "internal", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:10.1.2.3", "224.0.0.1"]
)
def test_an_allowed_name_that_turns_inward_is_refused(internal: str) -> None:
    """A name that is allowed and then leads to an internal address is refused: the name server is not the allow-list."""
    target = check_target("https://core.bank.example", "/loans", ("core.bank.example:443",))

    with pytest.raises(SetUpRefused) as refused:
        resolve(target, ("core.bank.example:443",), 1.0, lambda host, port: [internal])

    assert Fault.TARGET_REFUSED is refused.value.fault


def test_an_internal_name_needs_its_network_in_the_list() -> None:
    """A core inside the bank is reached when name and network are both allowed, and the checked address is the one connected."""
    allowed = ("core.bank.example:443", "10.1.0.0/16:443")
    target = check_target("https://core.bank.example", "/loans", allowed)

    assert "10.1.2.3" == resolve(target, allowed, 1.0, lambda host, port: ["10.1.2.3", "10.9.9.9"])


@pytest.mark.parametrize(
    "text", ["core", "core:0", "core:99999", "CORE:1", "http://core:1", "core:1/..", "10.0.0.1/8:1", "*:443"]
)
def test_an_entry_of_the_list_is_exact(text: str) -> None:
    """An entry that is not HOST:PORT in plain form is refused when it is written, not when it is used."""
    with pytest.raises(ValueError):
        read_allowed(text)

"""Which address may be called: only what an administrator allowed, spelt in the one canonical way.

An allow-list, never a deny-list: every other spelling of an address (127.1, 0x7f000001, a trailing dot, a name before
an @) is refused before anything is resolved. A name is resolved once, the address found is checked, and exactly that
address is connected, so that a second answer of the name server changes nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as ResolveTimeout
from dataclasses import dataclass

from connectors.protocol import Fault, SetUpRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: host and port → addresses; the system's resolver unless a test gives another.
Resolver = Callable[[str, int], list[str]]

_BASE = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>(/[A-Za-z0-9._~-]+)*/?)"
)
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_ENTRY = re.compile(r"(?P<host>\[[^\]]+\](?:/[0-9]{1,3})?|[^:\[\]]+):(?P<port>[1-9][0-9]{0,4})(?P<path>(/[A-Za-z0-9._~-]+)*)")
_RESOLVERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolve")


@dataclass(frozen=True, slots=True)
class Target:
    """A base address that the allow-list holds: how it is called, and where."""

    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """One line of the allow-list: a name or an address or a network, a port, and, if given, where paths begin."""

    host: str
    port: int
    path: str = ""

    def permits_path(self, path: str) -> bool:
        """Whether a path lies at or below this entry's."""
        return not self.path or path == self.path or path.startswith(self.path + "/")


def read_allowed(text: str) -> AllowedHost:
    """An entry `host:port`, `10.0.0.0/16:443`, `[fd00::1]:443`, with a path behind if wanted; raises ValueError."""
    found = _ENTRY.fullmatch(text)
    if not found or int(found["port"]) > 65535 or _goes_up(found["path"]):
        raise ValueError(f"{text!r} is not HOST:PORT")
    host = found["host"]
    bare = host.replace("[", "").replace("]", "")
    if ":" in bare or re.fullmatch(r"[0-9./]+", bare):
        network = ipaddress.ip_network(bare, strict=True)
        host = str(network.network_address) if network.num_addresses == 1 else str(network)
    elif not _NAME.fullmatch(bare):
        raise ValueError(f"{bare!r} is not the name of a host (small letters, digits, dots and hyphens)")
    return AllowedHost(host, int(found["port"]), found["path"])


def check_target(base_url: str, path: str, allowed: Iterable[str]) -> Target:
    """The target of a call, if the allow-list holds host, port and path; raises `SetUpRefused` otherwise."""
    found = _BASE.fullmatch(base_url)
    if not found or int(found["port"] or 1) > 65535:
        raise SetUpRefused(Fault.TARGET_REFUSED, "the address is not in its plain form http(s)://host:port/path")
    host = _canonical(found["host"])
    port = int(found["port"] or (443 if found["scheme"] == "https" else 80))
    whole = found["path"].rstrip("/") + path
    if _goes_up(whole):
        raise SetUpRefused(Fault.TARGET_REFUSED, "the path goes up")
    entries = [read_allowed(text) for text in allowed]
    if not any(entry.host == host and entry.port == port and entry.permits_path(whole) for entry in entries):
        raise SetUpRefused(Fault.TARGET_REFUSED, f"{host}:{port} is not in the list of allowed hosts")
    return Target(found["scheme"], host, port, whole)


def resolve(target: Target, allowed: Iterable[str], timeout: float, resolver: Resolver | None = None) -> str:
    """The address to connect: a public one, or an internal one that the allow-list holds itself; raises `SetUpRefused`.

    A name that was allowed may point anywhere tomorrow, so an internal address needs a line of its own.
    """
    literal = _address(target.host)
    if literal is not None:
        return str(literal)
    future = _RESOLVERS.submit(resolver or _system_resolver, target.host, target.port)
    try:
        addresses = future.result(timeout)
    except ResolveTimeout as late:
        raise SetUpRefused(Fault.NOT_CONNECTED, f"the name {target.host} was not resolved in time") from late
    except OSError as failed:
        raise SetUpRefused(Fault.NOT_CONNECTED, f"the name {target.host} cannot be resolved") from failed
    entries = [read_allowed(text) for text in allowed]
    for text in addresses:
        address = _plain(ipaddress.ip_address(text.split("%")[0]))
        if _is_public(address) or any(entry.port == target.port and _holds(entry.host, address) for entry in entries):
            return str(address)
    listed = ", ".join(sorted(set(addresses))) or "no address"
    raise SetUpRefused(
        Fault.TARGET_REFUSED, f"{target.host} leads to {listed}, an internal address that is not in the list of allowed hosts"
    )


def _goes_up(path: str) -> bool:
    return any(part in (".", "..") for part in path.split("/"))


def _canonical(host: str) -> str:
    """The host as the allow-list spells it; raises `SetUpRefused` for any other spelling of an address."""
    bare = host.strip("[]")
    address = _address(bare)
    if address is not None:
        if str(address) != bare:
            raise SetUpRefused(Fault.TARGET_REFUSED, "the address is not in its plain form")
        return bare
    # A last label of digits or hexadecimal is read as a number by some resolvers: 127.1, 0x7f000001, 2130706433.
    if host.startswith("[") or not _NAME.fullmatch(bare) or re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)", bare.rsplit(".", 1)[-1]):
        raise SetUpRefused(Fault.TARGET_REFUSED, "the host is neither a plain name nor a plain address")
    return bare


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast


def _holds(host: str, address: Address) -> bool:
    try:
        return address in ipaddress.ip_network(host)
    except ValueError:
        return False


def _system_resolver(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

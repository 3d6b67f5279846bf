"""Versions of apps, connector definitions and the platform, and the ranges that definitions ask for."""

from __future__ import annotations

#: What `requires.runtime` of an app is compared with: the version of the language that this platform carries out.
RUNTIME_VERSION = "1.2.0"


def in_range(version: str, wanted: str) -> bool:
    """Whether `1.2.3` lies in a range like `>=1.1 <2`; every part of the range must hold, `2` stands for `2.0.0`."""
    have = _parts(version)
    for term in wanted.split():
        sign = term.rstrip("0123456789.")
        limit = _parts(term[len(sign) :])
        fits = {">=": have >= limit, "<": have < limit, ">": have > limit, "<=": have <= limit}
        if not fits.get(sign, have == limit):
            return False
    return True


def _parts(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".") if part]
    return tuple(numbers + [0] * (3 - len(numbers)))


def is_empty(wanted: str) -> bool:
    """Whether no version lies in a range: all that could begin it, and the next one after each, are outside of it."""
    bounds = {_parts(term.lstrip("<>=")) for term in wanted.split()}
    tried = {(0, 0, 0), *bounds, *((*bound[:2], bound[2] + 1) for bound in bounds)}
    return not any(in_range(".".join(map(str, each)), wanted) for each in tried)

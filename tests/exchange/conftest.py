"""The desk behind a server, for these tests too."""

from __future__ import annotations

from tests.kept.conftest import bank

__all__ = ["bank"]

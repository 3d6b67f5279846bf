"""How our column types are written in a new migration."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic.autogenerate.api import AutogenContext

from runtime.store.types import Day, Instant, Json


def render_item(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """The Python text of one of our own types; False leaves everything else to Alembic."""
    if kind == "type" and isinstance(item, Day | Instant | Json):
        name = type(item).__name__
        autogen.imports.add(f"from runtime.store.types import {name}")
        return f"{name}()"
    if kind == "type" and isinstance(item, sa.String) and "postgresql" in item._variant_mapping:  # noqa: SLF001
        autogen.imports.add("from runtime.store.types import bytewise_text")
        return f"bytewise_text({item.length})"
    return False

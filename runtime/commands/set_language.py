"""A person chooses the language they are spoken to."""

from __future__ import annotations

from dataclasses import replace

from runtime.context import Context
from runtime.identity.organisation import set_locale
from runtime.store.database import Database


def set_language(database: Database, context: Context, locale: str) -> Context:
    """Keep the person's language; returns the context as it is from now on."""
    with database.write() as connection:
        set_locale(connection, context.principal.id, locale, context.now)
    return replace(context, principal=replace(context.principal, locale=locale), locale=locale)

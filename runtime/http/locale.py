"""Which language a request wants its messages in."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from forms_dsl.model import Label

#: The product's own messages exist in these; the first is the default.
LOCALES = ("zh", "en")


def locale_of(request: HTTPConnection, fallback: str | None = None) -> str:
    """The language of a request: `?locale=`, else the first of ours in Accept-Language, else the fallback (the person's own)."""
    asked = request.query_params.get("locale")
    if asked in LOCALES:
        return asked
    for part in request.headers.get("accept-language", "").split(","):
        language = part.split(";")[0].strip().lower().split("-")[0]
        if language in LOCALES:
            return language
    return fallback if fallback in LOCALES else LOCALES[0]


def in_locale(label: Label, locale: str) -> str:
    """A text in a language, or in the next best one that it has."""
    return label.get(locale) or label.get("en") or label.get("zh") or next(iter(label.values()), "")

"""The full server: everything a serving node does, and the builder."""

from __future__ import annotations

import importlib
import pkgutil

from fastapi import FastAPI

import builder.http
from runtime.asgi import lifespan_of, open_services
from runtime.http.routes import build_app
from runtime.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """Open the database, load the live releases and build the app with the builder's routes; a factory for uvicorn."""
    services = open_services(settings or Settings.read())
    names = sorted(module.name for module in pkgutil.iter_modules(builder.http.__path__))
    more = [importlib.import_module(f"builder.http.{name}") for name in names]
    return build_app(services, more=more, builder=True, lifespan=lifespan_of(services))

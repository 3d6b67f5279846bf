"""The front end's files: two pages with a fresh nonce each time, and assets that never change under their name."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

import ui

_PLACEHOLDER = "__CSP_NONCE__"
#: Vite puts a hash into the name of every file whose content may change.
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_FOR_EVER = "public, max-age=31536000, immutable"
_AN_HOUR = "public, max-age=3600"

_NOT_BUILT = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>七巧 Qiqiao</title></head><body>
<h1>七巧 Qiqiao</h1>
<p>界面尚未构建。请在源代码目录运行 <code>make ui</code>，然后刷新本页。接口（<code>/api</code>）可以正常使用。</p>
<p lang="en">The screens are not built yet. Run <code>make ui</code> in the source folder and reload this page.
The REST API (<code>/api</code>) works.</p>
</body></html>
"""


def page_routes(*, builder: bool) -> list[BaseRoute]:
    """The routes of the pages and assets, after all others: any path that is no API is a screen of the workplace."""
    routes: list[BaseRoute] = [Route("/assets/{path:path}", _asset)]
    if builder:
        routes += [Route("/builder", _builder), Route("/builder/{path:path}", _builder)]
    return [*routes, Route("/{path:path}", _workplace)]


def content_policy(nonce: str) -> str:
    """The content policy of a page: files of this origin only, and styles that carry this nonce."""
    return (
        "default-src 'self'; script-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        "worker-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )


async def _workplace(request: Request) -> Response:
    path = request.path_params["path"]
    first, last = path.split("/")[0].lower(), path.rsplit("/", 1)[-1]
    # The names of forms hold a dot (`loan_application.intake`); anywhere else a dot means a file that is not there.
    if first in {"api", "health", "assets"} or ("." in last and first != "app"):
        raise HTTPException(404)
    return await run_in_threadpool(_page, "index.html")


async def _builder(request: Request) -> Response:
    return await run_in_threadpool(_page, "builder.html")


async def _asset(request: Request) -> Response:
    folder = ui.dist()
    found = await run_in_threadpool(_inside, folder / "assets", request.path_params["path"]) if folder else None
    if found is None:
        raise HTTPException(404)
    lasting = _FOR_EVER if _HASHED.search(found.name) else _AN_HOUR
    return FileResponse(found, headers={"Cache-Control": lasting})


def _page(name: str) -> Response:
    folder = ui.dist()
    text = (folder / name).read_text(encoding="utf-8") if folder else _NOT_BUILT
    nonce = secrets.token_urlsafe(18)
    headers = {"Content-Security-Policy": content_policy(nonce), "Cache-Control": "no-store"}
    return HTMLResponse(text.replace(_PLACEHOLDER, nonce), headers=headers)


def _inside(folder: Path, path: str) -> Path | None:
    """The file of a path below the folder, or None: nothing outside it, by no spelling."""
    if "\0" in path:
        return None
    found = (folder / path).resolve()
    return found if found.is_file() and found.is_relative_to(folder.resolve()) else None

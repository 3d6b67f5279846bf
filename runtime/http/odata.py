"""OData v4 for spreadsheets and reports: the records of an app, read through the same planner as every other list.

A program signs in with a token; Excel and Power BI, which only know names and passwords, send it as the password (Basic).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from runtime.compile.app import CompiledApp
from runtime.compile.odata import Property, draw_metadata, properties_of, readable_entities, write_record
from runtime.compile.screens.view import View
from runtime.context import Context
from runtime.failures import Fault, NotFound
from runtime.http.admission import context_of
from runtime.http.routes import reading_route
from runtime.http.services import services_of
from runtime.records.access import NOT_THERE, find_entity, may_open
from runtime.records.codes import BAD_PARAMETER
from runtime.records.odata_filter import NotRead, read_filter, read_order
from runtime.records.read import asking_page, asking_record
from runtime.records.request import MOST, GetRequest, ListRequest, fault, parse_nothing, refused
from runtime.records.screens import view_for
from runtime.store.asking import Asking

_OPTIONS = ("$filter", "$orderby", "$select", "$top", "$skip", "$count", "$skiptoken", "$format")
_KEYED = re.compile(r"(?P<name>\w+)\('(?P<id>[0-9A-Za-z_-]{1,36})'\)\Z")
_FARTHEST_SKIP = 50_000
_LARGEST_TOP = 2**31
_VERSION = {"OData-Version": "4.0"}
Read = TypeVar("Read")


def service(request: Request, context: Context) -> Asking[Response]:
    """The service document: which entity sets there are."""
    compiled, view = _app(request, context)
    sets = [{"name": entity.name, "kind": "EntitySet", "url": entity.name} for entity, _ in readable_entities(compiled, view)]
    yield from ()  # a reading route asks; this one has all it needs
    return _json({"@odata.context": f"{_root(request)}/$metadata", "value": sets})


def metadata(request: Request, context: Context) -> Asking[Response]:
    """The CSDL document."""
    compiled, view = _app(request, context)
    yield from ()
    return Response(draw_metadata(compiled, view), media_type="application/xml", headers=_VERSION)


def records(request: Request, context: Context) -> Asking[Response]:
    """A page of an entity set, or one record by its key."""
    compiled, view = _app(request, context)
    wanted = request.path_params["entity"]
    keyed = _KEYED.match(wanted)
    name = keyed["name"] if keyed else wanted
    properties = _properties(context, compiled.app.name, name, view)
    dialect = services_of(request).database.engine.dialect
    options = parse_nothing(request.query_params.multi_items(), *(("$select", "$format") if keyed else _OPTIONS))
    chosen = _chosen(options, properties)
    exact_text = "ieee754compatible=true" in request.headers.get("accept", "").lower()
    root = _root(request)
    if keyed:
        asked = GetRequest(_select(chosen), titles=True)
        found = yield from asking_record(dialect, context, compiled.app.name, name, keyed["id"], asked)
        one = write_record(found.values, chosen, exact_text=exact_text)
        return _json({"@odata.context": f"{root}/$metadata#{name}/$entity", **one})
    top = _number(options, "$top", _LARGEST_TOP)
    size = MOST if top is None else min(top, MOST)
    page = yield from asking_page(dialect, context, compiled.app.name, name, _request(options, chosen, size))
    items = [write_record(orjson.loads(item), chosen, exact_text=exact_text) for item in page.items[:size]]
    answer: dict[str, object] = {"@odata.context": f"{root}/$metadata#{name}"}
    if page.count is not None:
        answer["@odata.count"] = page.count
    answer["value"] = items
    left = None if top is None else top - len(items)
    if page.next is not None and left != 0:
        answer["@odata.nextLink"] = f"{root}/{quote(name)}?{_following(options, page.next, left)}"
    return _json(answer)


def count(request: Request, context: Context) -> Asking[Response]:
    """How many records fit, as plain text."""
    compiled, view = _app(request, context)
    name = request.path_params["entity"]
    properties = _properties(context, compiled.app.name, name, view)
    options = parse_nothing(request.query_params.multi_items(), "$filter")
    asked = _request({**options, "$count": "true"}, properties[:1], 1)
    page = yield from asking_page(services_of(request).database.engine.dialect, context, compiled.app.name, name, asked)
    return PlainTextResponse(str(page.count), headers=_VERSION)


def _app(request: Request, context: Context) -> tuple[CompiledApp, View]:
    compiled = context.releases.get(request.path_params["app"])
    if compiled is None or not may_open(context, compiled):
        raise NotFound(NOT_THERE)
    return compiled, view_for(compiled, context)


def _properties(context: Context, app: str, name: str, view: View) -> tuple[Property, ...]:
    _, entity = find_entity(context, app, name)
    seen = view(f"{app}.{name}")
    if seen is None or not seen.reads:
        raise NotFound(NOT_THERE)
    return properties_of(entity.entity, seen)


def _chosen(options: Mapping[str, str], properties: tuple[Property, ...]) -> tuple[Property, ...]:
    text = options.get("$select")
    if not text or text == "*":
        return properties
    wanted = [part.strip() for part in text.split(",")]
    known = {each.name: each for each in properties}
    faults = [_unknown(name) for name in wanted if name not in known]
    if faults:
        raise refused(faults)
    return tuple(known[name] for name in dict.fromkeys(wanted))


def _unknown(name: str) -> Fault:
    return fault(BAD_PARAMETER, "$select", f"没有名为 {name} 的属性。", f"There is no property {name}.")


def _select(chosen: tuple[Property, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.title_of or each.name for each in chosen))


def _request(options: Mapping[str, str], chosen: tuple[Property, ...], size: int) -> ListRequest:
    return ListRequest(
        where=_read("$filter", options, read_filter),
        order=_read("$orderby", options, read_order) or (),
        select=_select(chosen),
        limit=max(size, 1),
        cursor=options.get("$skiptoken") or None,
        count="exact" if options.get("$count") == "true" else "none",
        titles=any(each.title_of for each in chosen),
        offset=_number(options, "$skip", _FARTHEST_SKIP) or 0,
    )


def _read(name: str, options: Mapping[str, str], reader: Callable[[str], Read]) -> Read | None:
    text = options.get(name)
    if not text:
        return None
    try:
        return reader(text)
    except NotRead as stopped:
        place, what = stopped.position + 1, stopped.what
        zh = f"{name} 第 {place} 个字符处无法理解：“{what}”。"
        en = f"{name} is not understood at character {place}: {what!r}."
        raise refused([fault(BAD_PARAMETER, name, zh, en)]) from stopped


def _number(options: Mapping[str, str], name: str, most: int) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12) or int(text) > most:
        raise refused(
            [fault(BAD_PARAMETER, name, f"{name} 是 0 到 {most} 的整数。", f"{name} is a whole number from 0 to {most}.")]
        )
    return int(text)


def _following(options: Mapping[str, str], cursor: str, left: int | None) -> str:
    kept = {name: value for name, value in options.items() if name in {"$filter", "$orderby", "$select", "$count", "$format"}}
    return urlencode({**kept, **({} if left is None else {"$top": str(left)}), "$skiptoken": cursor}, safe="$")


def _root(request: Request) -> str:
    scheme = "https" if services_of(request).settings.secure_cookies else request.url.scheme
    return f"{scheme}://{request.url.netloc}/odata/{request.path_params['app']}"


def _json(body: Mapping[str, object]) -> Response:
    media = "application/json;odata.metadata=minimal"
    return Response(orjson.dumps(body), media_type=media, headers=_VERSION)


ROUTES = [
    reading_route("/odata/{app}", service, context_of),
    reading_route("/odata/{app}/", service, context_of),
    reading_route("/odata/{app}/$metadata", metadata, context_of),
    reading_route("/odata/{app}/{entity}", records, context_of),
    reading_route("/odata/{app}/{entity}/$count", count, context_of),
]

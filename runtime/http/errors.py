"""Every failure as RFC 9457 `application/problem+json`, in the reader's language, without a word of any driver."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from forms_dsl.model import Label
from runtime.failures import BadRequest, Failure, Fault, Invalid
from runtime.http.admission import is_spreadsheet
from runtime.http.locale import in_locale, locale_of
from runtime.http.validation import fault_of

#: What a status means, as the title of a problem.
TITLES: Mapping[int, Label] = {
    400: {"zh": "无法理解该请求", "en": "The request cannot be understood"},
    401: {"zh": "尚未登录", "en": "Not signed in"},
    403: {"zh": "没有权限", "en": "Not allowed"},
    404: {"zh": "未找到", "en": "Not found"},
    405: {"zh": "不支持该操作方式", "en": "Method not supported here"},
    409: {"zh": "当前状态不允许该操作", "en": "The state does not allow it"},
    410: {"zh": "已合并", "en": "Merged into another record"},
    412: {"zh": "记录已被他人修改", "en": "Changed by somebody else"},
    413: {"zh": "内容过大", "en": "Too large"},
    415: {"zh": "不支持该内容类型", "en": "Content type not supported"},
    422: {"zh": "内容不符合要求", "en": "The content breaks rules"},
    428: {"zh": "缺少版本", "en": "The version is missing"},
    429: {"zh": "请求过多", "en": "Too many requests"},
    500: {"zh": "系统内部故障", "en": "Internal failure"},
    503: {"zh": "暂时不可用", "en": "Not available now"},
}

_UNEXPECTED: Label = {
    "zh": "系统发生意外故障，操作未生效。请将请求编号告知系统管理员。",
    "en": "Something unexpected happened and nothing was changed. Tell the administrator the request id.",
}
_BY_STATUS: Mapping[int, Label] = {
    404: {"zh": "没有此地址。", "en": "There is nothing at this address."},
    405: {"zh": "此地址不支持该方法。", "en": "This address does not support the method."},
}


def problem(
    request: HTTPConnection,
    status: int,
    code: str,
    detail: Label,
    *,
    faults: tuple[Fault, ...] = (),
    extra: Mapping[str, object] = {},
    headers: Mapping[str, str] = {},
) -> Response:
    """A problem answer; every label in it is said in the request's language."""
    if is_spreadsheet(request):
        # OData's own form of an error: its programs show this message and no other.
        locale = _locale(request)
        details = [
            {"code": fault.code, "target": fault.parameter, "message": in_locale(fault.message, locale)} for fault in faults
        ]
        said = {"code": code, "message": in_locale(detail, locale), "details": details}
        return JSONResponse({"error": said}, status, dict(headers), media_type="application/json")
    body = problem_body(request, status, code, detail, faults=faults, extra=extra)
    return JSONResponse(body, status, dict(headers), media_type="application/problem+json")


def problem_body(
    request: HTTPConnection,
    status: int,
    code: str,
    detail: Label,
    *,
    faults: tuple[Fault, ...] = (),
    extra: Mapping[str, object] = {},
) -> dict[str, object]:
    """What a problem says, as an answer of its own or as a part of one."""
    locale = _locale(request)
    body: dict[str, object] = {
        "type": f"urn:qiqiao:problem:{code}",
        "title": in_locale(TITLES.get(status, TITLES[500]), locale),
        "status": status,
        "detail": in_locale(detail, locale),
        "code": code,
        "errors": [_entry(fault, locale) for fault in faults],
        "request_id": getattr(request.state, "request_id", None),
    }
    body.update({name: _said(value, locale) for name, value in extra.items() if name not in body})
    return body


async def failure_answer(request: HTTPConnection, failure: Exception) -> Response:
    """The answer to one of our own failures."""
    assert isinstance(failure, Failure)  # noqa: S101 - registered for this class only
    headers: dict[str, str] = {}
    if failure.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="Qiqiao", charset="UTF-8"' if is_spreadsheet(request) else "Bearer"
    if "retry_after" in failure.extra:
        headers["Retry-After"] = str(failure.extra["retry_after"])
    return problem(
        request, failure.status, failure.code, failure.message, faults=failure.faults, extra=failure.extra, headers=headers
    )


async def validation_answer(request: HTTPConnection, failure: Exception) -> Response:
    """The answer to a body or query that a fixed route's model refuses."""
    assert isinstance(failure, RequestValidationError)  # noqa: S101 - registered for this class only
    faults = tuple(fault_of(error) for error in failure.errors())
    kind = Invalid if any(fault.pointer is not None for fault in faults) else BadRequest
    detail: Label = {"zh": f"共 {len(faults)} 处不符合要求。", "en": f"{len(faults)} fault(s) were found."}
    return problem(request, kind.status, kind.code, detail, faults=faults)


async def http_answer(request: HTTPConnection, failure: Exception) -> Response:
    """The answer to what the router itself refuses: no such path, no such method."""
    assert isinstance(failure, HTTPException)  # noqa: S101 - registered for this class only
    status = failure.status_code
    detail = _BY_STATUS.get(status) or TITLES.get(status, TITLES[500])
    headers = dict(failure.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_methods_at(request)))
    return problem(request, status, f"Q{status}", detail, headers=headers)


def unexpected_answer(request: HTTPConnection) -> Response:
    """The answer to a fault of the product: nothing about its cause, which stands in the log under the request id."""
    return problem(request, 500, Failure.code, _UNEXPECTED)


def _methods_at(request: HTTPConnection) -> set[str]:
    """The methods of every route with the path of the one that answers; the router names only those of that one."""
    scope = dict(request.scope)
    routes = [route for route in request.app.routes if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE]
    return {method for route in routes if route.path == routes[0].path for method in route.methods or ()}


def _locale(request: HTTPConnection) -> str:
    person = getattr(request.state, "principal", None)
    return locale_of(request, person.locale if person else None)


def _entry(fault: Fault, locale: str) -> dict[str, object]:
    place = {"pointer": fault.pointer} if fault.pointer is not None else {"parameter": fault.parameter}
    return {**place, "code": fault.code, "message": in_locale(fault.message, locale)}


def _said(value: object, locale: str) -> object:
    if isinstance(value, Mapping) and value and set(value) <= {"zh", "en"}:
        return in_locale(value, locale)
    return value

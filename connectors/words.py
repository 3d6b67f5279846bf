"""Why a source did not answer, in the words a clerk reads."""

from __future__ import annotations

from connectors.protocol import Outcome, Words

REASONS: dict[Outcome, Words] = {
    Outcome.VALIDATION: {"zh": "对方系统不接受这些数据", "en": "The other system does not accept these values"},
    Outcome.BUSINESS_REJECT: {"zh": "对方系统按其规则拒绝", "en": "The other system refuses by its own rules"},
    Outcome.NOT_FOUND: {"zh": "对方系统没有这条记录", "en": "The other system has no such record"},
    Outcome.CONFLICT: {"zh": "对方系统的当前状态不允许", "en": "The state in the other system does not allow it"},
    Outcome.DUPLICATE: {"zh": "对方系统已有相同的请求", "en": "The other system already has this request"},
    Outcome.AUTH: {
        "zh": "连接的凭据无效，请联系管理员",
        "en": "The connection's credentials are not accepted; tell the administrator",
    },
    Outcome.FORBIDDEN: {
        "zh": "此连接不允许这项操作，请联系管理员",
        "en": "This connection may not do that; tell the administrator",
    },
    Outcome.RATE_LIMITED: {"zh": "请求过多，请稍后再试", "en": "Too many requests; try again later"},
    Outcome.TRANSIENT: {"zh": "对方系统的回答无法使用", "en": "The other system's answer cannot be used"},
    Outcome.TIMEOUT: {"zh": "对方系统未在规定时间内回答", "en": "The other system did not answer in time"},
    Outcome.UNAVAILABLE: {"zh": "对方系统暂不可用", "en": "The other system is not available now"},
    Outcome.IN_PROGRESS: {"zh": "对方系统仍在处理", "en": "The other system is still working on it"},
    Outcome.UNKNOWN: {"zh": "结果不明，正在查证", "en": "The outcome is not known and is being checked"},
}
SWITCHED_OFF: Words = {"zh": "此连接已停用", "en": "This connection is switched off"}
NOT_SET_UP: Words = {"zh": "此连接尚未设置", "en": "This connection is not set up"}

"""The situation that the screens are looked at in: applications under way, made by their people through the screens' own addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.running import Demo, sign_in

APP = "bank_customer"
_ASK = """async ({method, to, body}) => {
  const answer = await fetch(to, {method, headers: {'content-type': 'application/json'}, body: body === null ? undefined : JSON.stringify(body)})
  const text = await answer.text()
  return [answer.status, text ? JSON.parse(text) : null]
}"""


class Refused(Exception):
    """The server refused a step of the situation; the text is its answer."""


def ask(page: Page, method: str, to: str, body: Mapping[str, Any] | None = None) -> Any:
    """The server's answer to a request of the person signed in on a page; raises Refused."""
    status, answer = page.evaluate(_ASK, {"method": method, "to": to, "body": body})
    if status >= 400:
        raise Refused(f"{method} {to}: {status} {answer}")
    return answer


@dataclass(frozen=True, slots=True)
class Ground:
    """The records and tasks that addresses of screens name."""

    customer: str
    application: str
    task: str


@contextmanager
def signed_in(demo: Demo, browser: Browser, username: str) -> Iterator[Page]:
    """A page of somebody, closed at the end."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    try:
        page = context.new_page()
        sign_in(page, demo.url, username)
        yield page
    finally:
        context.close()


def prepare(demo: Demo, browser: Browser) -> Ground:
    """Three applications of a clerk, one of them returned by who checks and one passed on to the head; raises Refused."""
    with signed_in(demo, browser, "clerk") as clerk:
        customers = ask(clerk, "GET", f"/api/{APP}/customer?limit=3&order=customer_no")["items"]
        made = [
            _apply(clerk, customer["id"], amount)
            for customer, amount in zip(customers, ("680000.00", "260000.00", "90000.00"), strict=True)
        ]
    with signed_in(demo, browser, "checker") as checker:
        tasks = {task["record_id"]: task["id"] for task in ask(checker, "GET", "/api/tasks")["items"]}
        ask(checker, "POST", f"/api/tasks/{tasks[made[1]]}/return", {"opinion": "请补充收入证明", "to": "apply"})
        ask(checker, "POST", f"/api/tasks/{tasks[made[2]]}/approve", {"opinion": "流水与收入相符"})
    return Ground(customers[0]["id"], made[0], tasks[made[0]])


def _apply(clerk: Page, customer: str, amount: str) -> str:
    body = {
        "customer": customer, "product": "business", "amount": amount, "term": 36, "annual_rate": "4.35", "purpose": "进货",
        "monthly_income": "48000.00", "guarantee": "pledge", "collateral_kind": "home", "collateral_value": "1200000.00",
    }  # fmt: skip
    return str(ask(clerk, "POST", f"/api/{APP}/loan_application?submit=true", body)["id"])

"""Every screen: who looks at it, at which address, and what he did there first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.screens.ground import APP, Ground

Steps = Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen as somebody meets it; a `picture` is among the chosen ones of docs/screens, a `wide` one is not met on a phone."""

    name: str
    who: str
    address: Callable[[Ground], str]
    steps: Steps | None = None
    picture: bool = False
    wide: bool = False


def at(address: str) -> Callable[[Ground], str]:
    """An address that needs nothing of the situation."""
    return lambda _: address


def _refused(page: Page) -> None:
    page.get_by_label(re.compile("^(贷款金额|Amount)")).first.fill("600000")
    page.keyboard.press("Control+Enter")
    page.get_by_role("alert").first.wait_for()


def _columns(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^(列|Columns)")).first.click()


def _searched(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("gao")
    page.wait_for_timeout(600)


SCREENS = (
    # The workplace of a clerk and of who approves.
    Screen("inbox", "checker", at("/tasks"), picture=True),
    Screen("task", "checker", lambda ground: f"/tasks/{ground.task}", picture=True),
    Screen("inbox-empty", "clerk4", at("/tasks")),
    Screen("started", "clerk", at("/tasks?box=started")),
    Screen("done", "checker", at("/tasks?box=done")),
    Screen("list", "clerk", at(f"/app/{APP}/list/customers"), picture=True),
    Screen("list-columns", "clerk", at(f"/app/{APP}/list/customers"), _columns, wide=True),
    Screen("list-empty", "clerk", at(f"/app/{APP}/list/customers?where=monthly_income+%3E+90000000")),
    Screen("list-applications", "clerk", at(f"/app/{APP}/list/loan_applications")),
    Screen("record", "clerk", lambda ground: f"/app/{APP}/customer/{ground.customer}", picture=True),
    Screen("record-approval", "clerk", lambda ground: f"/app/{APP}/loan_application/{ground.application}"),
    Screen("entry", "clerk", at(f"/app/{APP}/new/loan_application.intake")),
    Screen("entry-refused", "clerk", at(f"/app/{APP}/new/loan_application.intake"), _refused, picture=True),
    Screen("edit", "clerk", lambda ground: f"/app/{APP}/edit/customer/{ground.customer}"),
    Screen("report", "head", at(f"/app/{APP}/report/loans_by_district"), picture=True),
    Screen("search", "clerk", at(f"/app/{APP}/list/customers"), _searched),
    Screen("imports", "clerk", at(f"/app/{APP}/imports/customer")),
    Screen("exports", "clerk", at(f"/app/{APP}/exports/customer")),
    Screen("duplicates", "head", at(f"/app/{APP}/duplicates/customer")),
    Screen("proxies", "clerk", at("/proxies")),
    Screen("emergency", "clerk", at("/break-glass")),
    Screen("tokens", "integrator", at("/tokens")),
    # Who operates the platform, and who watches it.
    Screen("audit", "auditor", at("/audit"), picture=True),
    Screen("people", "admin", at("/admin/people")),
    Screen("units", "admin", at("/admin/units")),
    Screen("access", "admin", at("/admin/access")),
    Screen("webhooks", "admin", at("/admin/webhooks")),
    Screen("approvals-running", "admin", at("/admin/approvals")),
    Screen("approval-reports", "auditor", at("/admin/approval-reports")),
    Screen("platform", "admin", at("/platform")),
    Screen("rates", "admin", at("/rates")),
    Screen("lost", "clerk", at("/no-such-page")),
    # The builder.
    Screen("builder-home", "analyst", at(f"/builder/{APP}"), picture=True),
    Screen("builder-kind", "analyst", at(f"/builder/{APP}/kind/form")),
    Screen("builder-form", "analyst", at(f"/builder/{APP}/form/loan_application.intake"), picture=True),
    Screen("builder-entity", "analyst", at(f"/builder/{APP}/entity/customer"), picture=True),
    Screen("builder-source", "analyst", at(f"/builder/{APP}/file/roles.yaml")),
    Screen("builder-publish", "analyst", at(f"/builder/{APP}/publish"), picture=True),
    Screen("builder-releases", "analyst", at(f"/builder/{APP}/releases")),
    Screen("builder-reviews", "publisher", at("/builder/reviews")),
    Screen("builder-promotions", "analyst", at("/builder/promotions")),
)

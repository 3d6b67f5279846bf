"""A masked value on a record's page: shown for a reason, by the keyboard alone, and masked again."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Demo, Person


def test_a_masked_value_is_shown_for_a_reason_and_masked_again(demo: Demo, person: Person) -> None:
    """Too short a reason shows nothing; the focus comes back to the button, a minute later the mask does."""
    page = person("checker")
    page.clock.install()
    page.goto(f"{demo.url}/app/bank_customer/list/customers")
    page.locator("tbody a").filter(has_text=re.compile(r"[\u4e00-\u9fff]{2,}")).first.click()
    show = page.get_by_role("button", name="查看明文 手机号")
    expect(show).to_be_visible()
    mask = page.get_by_text(re.compile(r"^1\d\d\*+\d{4}$")).first.inner_text()

    show.focus()
    page.keyboard.press("Enter")
    reason = page.get_by_label("查看理由")
    expect(reason).to_be_focused()
    confirm = page.get_by_role("button", name="查看", exact=True)
    reason.fill("核实")
    expect(confirm).to_be_disabled()
    reason.fill("客户来电，核实身份")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    shown = page.get_by_text(re.compile(r"^1\d{10}$"))
    expect(shown).to_have_text(re.compile(f"^{mask[:3]}.*{mask[-4:]}$"))
    hide = page.get_by_role("button", name="恢复掩码 手机号")
    expect(hide).to_be_focused()
    page.clock.run_for(61_000)
    expect(shown).to_have_count(0)
    expect(show).to_be_focused()

    auditor = person("auditor")
    auditor.goto(f"{demo.url}/audit?kind=record.revealed")
    auditor.locator(".event-button").first.click()
    detail = auditor.locator(".event-detail")
    expect(detail).to_contain_text("客户来电，核实身份")
    expect(detail).to_contain_text("手机号")

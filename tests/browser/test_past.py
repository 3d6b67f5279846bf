"""A record's page as at a day: a line that says so, facts only to be read, and the way back."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import expect

from tests.browser.conftest import Demo, Person


def test_a_record_is_looked_at_as_it_was_on_a_day(demo: Demo, person: Person) -> None:
    """Today's end is what stands now, but nothing of it is shown in clear; before its making there was nothing."""
    page = person("checker")
    page.goto(f"{demo.url}/app/bank_customer/list/customers")
    page.locator("tbody a").filter(has_text=re.compile(r"[\u4e00-\u9fff]{2,}")).first.click()
    reveal = page.get_by_role("button", name="查看明文 手机号")
    expect(reveal).to_be_visible()
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()

    day = page.get_by_label("时点")
    day.fill(today.isoformat())
    line = page.get_by_role("status").filter(has_text=today.isoformat())
    expect(line).to_have_text(re.compile("版本 1"))
    expect(page.get_by_text(re.compile(r"^1\d\d\*+\d{4}$")).first).to_be_visible()
    expect(reveal).to_have_count(0)

    day.fill("2020-01-31")
    expect(page.get_by_text("2020-01-31 时还没有这条记录")).to_be_visible()
    page.get_by_role("button", name="回到现在").click()
    expect(reveal).to_be_visible()
    expect(day).to_have_value("")

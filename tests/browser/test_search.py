"""Ctrl+K: a record is found by the pinyin of its name and opened, all by the keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from pypinyin import lazy_pinyin

from tests.browser.conftest import Demo, Person


def test_a_customer_is_found_by_pinyin_and_opened_by_the_keyboard(demo: Demo, person: Person) -> None:
    """The hits stand under the name of their entity, the focus stays in the box, Enter opens what is chosen."""
    page = person("clerk")
    page.goto(f"{demo.url}/app/bank_customer/list/customers")
    first = page.locator("tbody a").filter(has_text=re.compile(r"[\u4e00-\u9fff]{2,}")).first
    name = first.inner_text().strip()

    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name=re.compile("查找"))
    expect(box).to_be_focused()
    box.fill("".join(lazy_pinyin(name)))
    group = page.get_by_role("group", name="客户", exact=True)
    hit = group.get_by_role("option").filter(has_text=name).first
    expect(hit).to_be_visible()
    while hit.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/app/bank_customer/customer/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)

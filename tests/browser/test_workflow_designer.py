"""An analyst builds a flow of two approvals with a branch: by the keyboard alone, and again by mouse; both say the same and pass the check."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Demo, Person

FLOW = "/builder/bank_customer/workflow/loan_approval"
DRAFT = "/api/builder/apps/bank_customer/draft"


def card(page: Page, name: str) -> Locator:
    """The card of a step, a branch or an end."""
    return page.locator(f'[id="step-{name}"] [data-main]')


def text_of(page: Page, demo: Demo) -> str:
    """The flow's text as the server has it, once everything is saved."""
    expect(page.get_by_text(re.compile("已自动保存|^已保存"))).to_be_visible()
    return str(page.request.get(demo.url + DRAFT).json()["files"]["workflows/loan_approval.yaml"])


def errors(page: Page, demo: Demo) -> list[str]:
    """The errors of the draft but for worked cases, which know nothing of the new steps."""
    found = page.request.get(demo.url + DRAFT).json()["diagnostics"]
    return [one["code"] for one in found if one["severity"] == "error" and one["code"] != "W110"]


def test_a_branch_with_two_approvals_by_the_keyboard_and_by_mouse(demo: Demo, person: Person) -> None:
    """Behind the check come two branches with an approval each; undo takes everything back, byte for byte."""
    page = person("analyst")
    page.goto(demo.url + FLOW)
    expect(card(page, "check")).to_be_visible()
    before = text_of(page, demo)

    by_keys = build_by_keys(page, demo)
    assert [] == errors(page, demo)
    take_back(page, demo, before)

    by_mouse = build_by_mouse(page, demo)
    assert [] == errors(page, demo)
    assert by_keys == by_mouse
    tried(page)
    take_back(page, demo, before)


def build_by_keys(page: Page, demo: Demo) -> str:
    """Arrows walk, "/" puts in, Enter opens the drawer, Escape goes back to the tree."""
    press = page.keyboard.press
    card(page, ":start").focus()
    press("ArrowDown")
    press("ArrowDown")
    expect(card(page, "check")).to_be_focused()
    press("/")
    expect(page.get_by_role("menuitem", name="录入")).to_be_focused()
    for _ in range(6):
        press("ArrowDown")
    expect(page.get_by_role("menuitem", name="条件分支")).to_be_focused()
    press("Enter")
    expect(card(page, "/steps/2")).to_be_focused()
    press("ArrowDown")
    put_in_approval(page, "approve")
    press("ArrowUp")
    press("Enter")
    expect(page.get_by_label("条件", exact=True)).to_be_focused()
    press("Control+A")
    page.keyboard.type("amount > 50000")
    press("Escape")
    expect(card(page, "/steps/2/choose/0")).to_be_focused()
    press("ArrowRight")
    expect(card(page, "/steps/2/choose/1")).to_be_focused()
    put_in_approval(page, "approve_2")
    return text_of(page, demo)


def put_in_approval(page: Page, name: str) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("menuitem", name="录入")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(card(page, name)).to_be_focused()


def build_by_mouse(page: Page, demo: Demo) -> str:
    """The same by "+" and the drawer."""
    page.get_by_role("button", name="在“支行复核”后面插入").click()
    page.get_by_role("menuitem", name="条件分支").click()
    page.get_by_role("button", name=re.compile("^在“贷款金额 ≤ 100,000”后面插入")).click()
    page.get_by_role("menuitem", name="审批", exact=True).click()
    expect(card(page, "approve")).to_be_visible()
    card(page, "/steps/2/choose/0").click()
    page.get_by_label("条件", exact=True).fill("amount > 50000")
    page.get_by_label("条件", exact=True).press("Enter")
    expect(card(page, "/steps/2/choose/0")).to_contain_text("贷款金额 > 50,000")
    page.get_by_role("button", name="在“其他”后面插入").first.click()
    page.get_by_role("menuitem", name="审批", exact=True).click()
    expect(card(page, "approve_2")).to_be_visible()
    return text_of(page, demo)


def tried(page: Page) -> None:
    """The trial run lights the branch that the case takes, and says who it would be."""
    page.get_by_role("button", name="试算", exact=True).first.click()
    page.get_by_label("贷款金额", exact=True).fill("30000")
    page.get_by_label("贷款金额", exact=True).press("Enter")
    expect(card(page, "approve_2")).to_contain_text("approve_2_1")
    expect(card(page, "approve")).to_contain_text("没有走到")
    expect(page.get_by_role("complementary", name="试算").get_by_text("已走通")).to_be_visible()
    page.get_by_role("button", name="退出").click()


def take_back(page: Page, demo: Demo, before: str) -> None:
    undo = page.get_by_role("button", name=re.compile("撤销"))
    while undo.is_enabled():
        undo.click()
    expect(card(page, "approve")).to_have_count(0)
    assert before == text_of(page, demo)

"""An administrator takes somebody on, gives him a post and a role for a time, and takes the role back: by the keyboard alone."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Demo, Person


def press(button: Locator) -> None:
    """Use a button as the keyboard does."""
    button.focus()
    button.page.keyboard.press("Enter")


def type_in(page: Page, *texts: str) -> None:
    """Type into the field with the focus and go on to the next, the calendar's button being no stop."""
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def choose(page: Page, typed: str, option: str) -> None:
    """Choose in the select with the focus, and go on."""
    page.keyboard.type(typed)
    expect(page.locator(".ant-select-item-option-active").filter(has_text=option)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Tab")


def said(page: Page, text: str) -> None:
    """What was done is said in words, and the focus is there."""
    expect(page.locator(".said")).to_have_text(text)
    expect(page.locator(".said")).to_be_focused()


def row(page: Page, table: str, text: str) -> Locator:
    """The row of a table that has a text."""
    return page.get_by_role("table", name=table).get_by_role("row").filter(has_text=text)


def test_a_person_comes_gets_a_role_for_a_time_and_loses_it(demo: Demo, person: Person) -> None:
    """Every act asks why, stands in the history, and shows in the unit; what ended stays with its reason."""
    page = person("admin")
    page.goto(f"{demo.url}/admin/people")
    press(page.get_by_role("button", name="新增人员"))
    expect(page.get_by_label("用户名", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("请填写用户名。")).to_be_visible()
    expect(page.get_by_label("用户名", exact=True)).to_be_focused()
    type_in(page, "clerk", "王欣")
    choose(page, "城西", "城西支行")
    page.keyboard.type("新员工入职")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("用户名已被使用"))).to_be_visible()
    expect(page.get_by_label("用户名", exact=True)).to_be_focused()
    page.get_by_label("用户名", exact=True).fill("wangxin")
    page.keyboard.press("Enter")
    said(page, "已新增 王欣。")
    address = page.url

    press(page.get_by_role("button", name="任职"))
    page.keyboard.press("Tab")
    type_in(page, "见习柜员", "", "")
    page.keyboard.type("工单 118")
    page.keyboard.press("Enter")
    said(page, "已任职。")
    expect(row(page, "岗位", "见习柜员")).to_contain_text("城西支行")

    press(page.get_by_role("button", name="授予角色"))
    choose(page, "客户经理", "客户经理")
    type_in(page, "", "20200101")
    page.keyboard.type("代班")
    page.keyboard.press("Enter")
    expect(page.get_by_text("不能早于今天。")).to_be_visible()
    page.get_by_label("到（含当日）").fill("20991231")
    page.get_by_label("原因").press("Enter")
    said(page, "已授予角色。")
    expect(row(page, "角色", "客户经理")).to_contain_text("至 2099-12-31")

    press(page.get_by_role("button", name="授予角色"))
    choose(page, "客户经理", "客户经理")
    type_in(page, "", "")
    page.keyboard.type("再来一次")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="在此期间已有角色")).to_be_visible()
    page.keyboard.press("Escape")

    page.goto(f"{demo.url}/admin/units")
    page.get_by_role("treeitem", name=re.compile("总行")).focus()
    for _ in range(20):
        if page.get_by_role("treeitem", name=re.compile("城西支行")).evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="城西支行")).to_be_visible()
    held = page.get_by_role("region", name="在本机构任岗的人员")
    expect(held.get_by_role("row").filter(has_text="王欣")).to_contain_text("见习柜员")

    page.goto(address)
    press(page.get_by_role("button", name="收回角色 客户经理"))
    page.keyboard.type("代班结束")
    page.keyboard.press("Enter")
    said(page, "已收回角色。")
    expect(row(page, "角色", "客户经理")).to_have_count(0)
    page.get_by_role("radio", name="现在有效").press("ArrowRight")
    expect(row(page, "角色", "客户经理")).to_contain_text("代班结束")
    expect(page.get_by_role("region", name="变更历史").get_by_role("listitem").first).to_contain_text("收回角色")

    page.goto(f"{address}?on=2020-01-01")
    expect(page.get_by_text("那一天没有").first).to_be_visible()


def test_nobody_changes_his_own_access_and_is_told_so(demo: Demo, person: Person) -> None:
    """On one's own page there is no act, but the sentence why; an auditor looks, and a clerk finds nothing there."""
    page = person("admin")
    page.goto(f"{demo.url}/admin/people?search=admin")
    page.get_by_role("link", name="何静").click()
    expect(page.get_by_text("任何人不能变更自己的权限")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button", name=re.compile("授予|收回|停用"))).to_have_count(0)

    auditor = person("auditor")
    auditor.goto(page.url)
    expect(auditor.get_by_text("您以审计身份查看")).to_be_visible()
    expect(auditor.get_by_role("main").get_by_role("button", name=re.compile("授予|收回|停用"))).to_have_count(0)

    clerk = person("clerk")
    clerk.goto(page.url)
    expect(clerk.get_by_role("heading", name="没有这个页面")).to_be_visible()


def test_a_unit_is_added_moved_and_closed(demo: Demo, person: Person) -> None:
    """A unit with another below it is not closed, and says why; each act stands in its history."""
    page = person("admin")
    page.goto(f"{demo.url}/admin/units")
    page.get_by_role("treeitem", name=re.compile("杭州分行")).click()
    expect(page.get_by_role("heading", name="杭州分行")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    page.get_by_label("原因").fill("试一试")
    page.get_by_label("原因").press("Enter")
    expect(page.get_by_role("alert").filter(has_text="不能撤销")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="新设机构").click()
    page.get_by_label("机构代码").fill("LP")
    page.get_by_label("机构名称", exact=True).fill("临平支行")
    page.get_by_label("原因").fill("批复 2026-7")
    page.get_by_label("原因").press("Enter")
    expect(page.get_by_role("heading", name="临平支行")).to_be_visible()
    expect(page.get_by_role("treeitem", name=re.compile("临平支行"))).to_have_attribute("aria-level", "3")

    page.get_by_role("button", name="划转").click()
    above = page.get_by_label("上级机构")
    above.fill("HO")
    above.press("Enter")
    page.get_by_label("原因").fill("改为直属")
    page.get_by_label("原因").press("Enter")
    expect(page.get_by_role("treeitem", name=re.compile("临平支行"))).to_have_attribute("aria-level", "2")

    page.get_by_role("button", name="撤销").click()
    page.get_by_label("原因").fill("不设了")
    page.get_by_label("原因").press("Enter")
    expect(page.get_by_text("机构已撤销，只留下变更历史。")).to_be_visible()
    expect(page.get_by_role("region", name="变更历史").get_by_role("listitem").first).to_contain_text("不设了")


def test_who_may_see_a_record_is_told_with_the_rule(demo: Demo, person: Person) -> None:
    """The address of a record leads to who may see it, each with the rule; a stranger gets the reason why not, and no value is shown."""
    clerk = person("clerk")
    clerk.goto(f"{demo.url}/app/bank_customer/list/customers")
    customer = clerk.locator("tbody a").first
    name = customer.inner_text().strip()
    customer.click()
    expect(clerk.get_by_role("heading", level=1)).to_contain_text(name)

    page = person("admin")
    page.goto(f"{demo.url}/admin/access")
    page.get_by_label("哪条记录").fill(clerk.url)
    page.keyboard.press("Enter")
    listed = page.get_by_role("region", name="现在能的人")
    press(listed.get_by_role("button", name="周敏"))
    expect(listed.get_by_text("branch.path in user.branch_tree")).to_be_visible()
    press(listed.get_by_role("link", name="全部理由和字段"))
    explained = page.get_by_role("region", name="周敏 · 查看")
    expect(explained.get_by_role("status")).to_have_text("能")
    expect(page.get_by_role("table", name="字段").get_by_role("row").filter(has_text="id_no")).to_contain_text("掩码")
    expect(page.get_by_role("main")).not_to_contain_text(name)

    explained_at = page.url
    press(page.get_by_role("link", name="谁能看到“身份证号”"))
    seeing = page.get_by_role("region", name="谁能看到“id_no”")
    expect(seeing.get_by_role("listitem").filter(has_text="周敏")).to_contain_text("掩码")
    page.get_by_label("哪一天").fill(dt.datetime.now(dt.UTC).date().isoformat())
    expect(seeing.get_by_role("note")).to_contain_text("版本 1")

    page.goto(explained_at.replace("person=clerk", "person=clerk2"))
    stranger = page.get_by_role("region", name="刘芳 · 查看")
    expect(stranger.get_by_role("status")).to_have_text("不能")
    expect(stranger).to_contain_text("不成立")

    page.goto(f"{demo.url}/admin/access?record=NO-SUCH-NUMBER")
    expect(page.get_by_text("没有找到这条记录。")).to_be_visible()

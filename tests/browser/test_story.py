"""The story of first light: a clerk's loan approved by two others, a field drawn onto the form by mouse and by keyboard, published by a second person."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, Person

FORM = "/app/bank_customer/new/loan_application.intake"


def choose(page: Page, label: str, typed: str, option: str) -> None:
    """Pick an option of a select by the keyboard: type, wait for it, Enter."""
    box = page.get_by_role("combobox", name=label)
    box.click()
    if typed:
        box.fill(typed)
    page.locator(".ant-select-item-option").filter(has_text=option).first.click()


def fill_application(page: Page, customer: str, *, amount: str) -> None:
    """Fill the intake form from the customer's own page."""
    page.get_by_label("贷款金额", exact=False).first.fill(amount)
    choose(page, "产品", "", "消费贷")
    page.get_by_label("期限（月）", exact=False).first.fill("24")
    page.get_by_label("年利率（%）", exact=False).first.fill("4.35")
    income = page.get_by_label("月收入", exact=False).first
    income.fill("60000")
    income.press("Tab")
    assert customer


def apply_for_loan(page: Page, demo: Demo, *, amount: str) -> str:
    """As a clerk: find a customer, open it, fill and submit an application; returns its number."""
    page.goto(f"{demo.url}/app/bank_customer/list/customers")
    first = page.locator("tbody a").first
    name = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("link", name="新建贷款申请").or_(page.get_by_role("button", name="新建贷款申请")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("贷款申请")
    fill_application(page, name, amount=amount)
    with page.expect_response(
        lambda r: r.request.method == "POST" and "/api/bank_customer/loan_application" in r.url and "simulate" not in r.url
    ) as answer:
        page.get_by_role("button", name=re.compile("提交审批")).click()
    assert 201 == answer.value.status, answer.value.text()
    return str(answer.value.json()["number"])


def decide(page: Page, demo: Demo, number: str, decision: str, opinion: str) -> None:
    """Open a task by its number and decide it."""
    page.goto(f"{demo.url}/tasks")
    page.get_by_text(number).first.click()
    page.get_by_role("textbox", name=re.compile("意见")).fill(opinion)
    with page.expect_response(lambda r: r.request.method == "POST" and "/api/tasks/" in r.url) as answer:
        page.get_by_role("button", name=re.compile(decision)).first.click()
        if page.get_by_role("button", name=re.compile(f"确认{decision}")).count():
            page.get_by_role("button", name=re.compile(f"确认{decision}")).first.click()
    assert 200 == answer.value.status, answer.value.text()


def test_a_loan_is_applied_for_and_approved_by_two_others(demo: Demo, person: Person) -> None:
    """The clerk submits, the checker checks, the head of branch decides; the clerk never had a task of it."""
    clerk = person("clerk")
    number = apply_for_loan(clerk, demo, amount="150000")
    clerk.goto(f"{demo.url}/tasks")
    expect(clerk.get_by_text(number)).to_have_count(0)

    decide(person("checker"), demo, number, "同意", "流水与收入相符")
    decide(person("head"), demo, number, "同意", "同意")

    clerk.goto(f"{demo.url}/app/bank_customer/list/loan_applications")
    row = clerk.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text(re.compile("已批准|审批中"))


def test_conditions_and_computed_values_follow_while_typing(demo: Demo, person: Person) -> None:
    """Above 500 000 the section of collateral appears, and the monthly payment is computed while typing."""
    page = person("clerk")
    page.goto(f"{demo.url}{FORM}")
    expect(page.get_by_role("heading", name="抵押物")).to_have_count(0)

    page.get_by_label("贷款金额", exact=False).first.fill("600000")
    page.get_by_label("期限（月）", exact=False).first.fill("24")
    page.get_by_label("年利率（%）", exact=False).first.fill("4.35")
    page.keyboard.press("Tab")

    expect(page.get_by_role("heading", name="抵押物")).to_be_visible()
    expect(page.get_by_text("26,148.52")).to_be_visible()


def open_designer(page: Page, demo: Demo) -> None:
    """Open the designer of the intake form, drawn."""
    page.goto(f"{demo.url}/builder/bank_customer/form/loan_application.intake")
    expect(page.get_by_role("listitem", name="贷款金额", exact=True)).to_be_visible()


def test_an_analyst_drags_a_field_onto_the_form_and_a_second_person_publishes_it(demo: Demo, person: Person) -> None:
    """A real drag by mouse, label and condition, the difference, a review, and the clerk's next form has the field."""
    page = person("analyst")
    open_designer(page, demo)
    source = page.get_by_role("button", name="添加 日期", exact=True).bounding_box()
    target = page.get_by_role("listitem", name="期限（月）", exact=True).bounding_box()
    assert source and target
    page.mouse.move(source["x"] + 20, source["y"] + 10)
    page.mouse.down()
    page.mouse.move(source["x"] + 28, source["y"] + 14)
    page.mouse.move(target["x"] + 40, target["y"] + 20, steps=12)
    page.wait_for_timeout(150)
    page.mouse.up()
    added = page.get_by_role("listitem", name="日期", exact=True)
    expect(added).to_be_visible()

    label = page.get_by_label("中文名", exact=True)
    label.fill("预计放款日")
    label.press("Enter")
    english = page.get_by_label("英文名", exact=True)
    english.fill("Expected on")
    english.press("Enter")
    page.get_by_role("tab", name="规则").click()
    condition = page.get_by_role("combobox", name="显示条件")
    condition.fill("amount > 100000 ")
    condition.press("Enter")
    expect(page.get_by_role("listitem", name="预计放款日", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("已自动保存"))).to_be_visible(timeout=15_000)

    page.get_by_role("button", name="源码").click()
    expect(page.locator(".cm-content")).to_contain_text("# What is asked for; the payment below follows while typing.")
    page.get_by_role("button", name=re.compile("发布")).first.click()
    page.get_by_role("button", name=re.compile("下一步：影响")).click()
    page.get_by_role("button", name=re.compile("下一步：范围")).click()
    page.get_by_label("说明").fill("大额申请登记预计放款日")
    page.get_by_role("button", name="提交发布").click()
    expect(page.get_by_text("这是你提交的发布，须由另一个人批准。")).to_be_visible(timeout=20_000)

    second = person("publisher")
    second.goto(page.url)
    second.get_by_role("button", name="批准并上线").click()
    expect(second.get_by_text(re.compile("已上线")).first).to_be_visible(timeout=20_000)

    clerk = person("clerk")
    clerk.goto(f"{demo.url}{FORM}")
    clerk.get_by_label("贷款金额", exact=False).first.fill("200000")
    clerk.keyboard.press("Tab")
    expect(clerk.get_by_text("预计放款日").first).to_be_visible()


def test_the_same_by_the_keyboard_alone(demo: Demo, person: Person) -> None:
    """A field is added by Enter on its palette entry, moved by Alt and arrow, and taken back by Ctrl+Z."""
    page = person("analyst")
    open_designer(page, demo)
    page.get_by_role("listitem", name="客户", exact=True).get_by_role("button").first.focus()
    entry = page.get_by_role("button", name="添加 整数", exact=True)
    entry.focus()
    page.keyboard.press("Enter")
    added = page.get_by_role("listitem", name="整数", exact=True)
    expect(added).to_be_visible()
    expect(added).to_have_attribute("data-index", "1")
    expect(added.get_by_role("button").first).to_be_focused()

    page.keyboard.press("Alt+ArrowUp")
    expect(added).to_have_attribute("data-index", "0")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(added).to_have_count(0)


def test_the_language_changes_and_the_form_keeps_what_was_typed(demo: Demo, person: Person) -> None:
    """EN changes every label at once; the amount that was typed stays."""
    page = person("clerk")
    page.goto(f"{demo.url}{FORM}")
    page.get_by_label("贷款金额", exact=False).first.fill("123456")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="EN", exact=True).first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("loan application")
    assert "123,456" in page.get_by_label("Amount", exact=False).first.input_value()
    page.get_by_role("button", name="中文", exact=True).first.click()

"""A countersign (会签) as people live it: added to, returned, mended, resubmitted and brought to its end, and its trail read."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PASSWORD, Demo, Person
from tests.browser.credit_desk import APP, COMPANY, open_credit_desk

#: A customer of the invented bank, whom the stand-in of the core system knows.
CUSTOMER = "C100001"

TOLD = [
    ("周敏", "发起"),
    ("周敏", "提交"),
    ("周敏", "催办"),
    ("李强", "同意"),
    ("李强", "拿回"),
    ("李强", "同意"),
    ("赵琳", "完成"),
    ("陈璐", "加签"),
    ("沈怡", "同意"),
    ("陈璐", "退回"),
    ("周敏", "重提"),
    ("陈璐", "同意"),
    ("孙悦", "同意"),
    ("何静", "同意"),
    ("何静", "按授权表流转"),
    ("王建华", "同意"),
    ("系统", "已调用"),
    ("系统", "抄送"),
    ("系统", "结束"),
]


def pick(page: Page, label: str, option: str) -> None:
    """Choose an option of a select."""
    page.get_by_role("combobox", name=re.compile(label)).first.click()
    page.locator(".ant-select-item-option:visible").filter(has_text=option).first.click()


def apply(page: Page, demo: Demo) -> str:
    """As the manager of the company: fill in a loan and submit it; its number."""
    page.goto(f"{demo.url}/app/{APP}/new/corporate_loan.intake")
    company = page.get_by_role("combobox", name=re.compile("借款企业"))
    company.fill("钱江")
    page.locator(".ant-select-item-option").filter(has_text=COMPANY).first.click()
    pick(page, "担保方式", "信用")
    page.get_by_label("贷款金额", exact=False).first.fill("2000000")
    page.get_by_label("期限（月）", exact=False).first.fill("12")
    page.get_by_label("年利率（%）", exact=False).first.fill("3.85")
    page.get_by_label("用途", exact=False).first.fill("采购")
    with page.expect_response(lambda r: r.request.method == "POST" and f"/api/{APP}/corporate_loan" in r.url) as answer:
        page.get_by_role("button", name=re.compile("提交审批")).click()
    assert 201 == answer.value.status, answer.value.text()
    return str(answer.value.json()["number"])


def open_task(page: Page, demo: Demo, number: str) -> None:
    """Find one's task by what is typed into the list, and open it."""
    page.goto(f"{demo.url}/tasks")
    card = page.locator(".task-card").filter(has_text=number)
    expect(card).to_have_count(1)
    card.click()
    page.wait_for_url(re.compile(r"/tasks/[0-9a-f-]{36}"))


def decide(page: Page, letter: str, opinion: str = "", *, password: bool = False) -> None:
    """Decide the open task by the keyboard alone, as docs/first-hour.md says: a letter chooses, Ctrl+Enter confirms."""
    page.locator(".task-title").focus()
    page.keyboard.press(letter)
    expect(page.get_by_role("textbox", name="意见")).to_be_focused()
    page.keyboard.type(opinion)
    if password:
        page.get_by_label("签名密码").fill(PASSWORD)
    with page.expect_response(lambda r: r.request.method == "POST" and "/api/tasks/" in r.url) as answer:
        page.keyboard.press("Control+Enter")
    assert 200 == answer.value.status, answer.value.text()


def told(trail: Locator) -> list[tuple[str, str]]:
    """Who did what, in the order of the trail."""
    lines = (line.split(" · ") for line in trail.locator(".trail-row:not(.trail-now) .trail-line b").all_inner_texts())
    return [(line[0].strip(), line[1].strip()) for line in lines]


def test_a_countersign_with_an_added_signer_is_returned_mended_and_brought_to_its_end(demo: Demo, person: Person) -> None:
    """Submitted, reminded of, taken back once, screened, one signer added before, returned, mended, resubmitted, signed by all, booked."""
    open_credit_desk(demo.data, CUSTOMER)
    clerk = person("clerk")
    number = apply(clerk, demo)

    clerk.goto(f"{demo.url}/tasks?box=started")
    clerk.locator(".task-card").filter(has_text=number).click()
    clerk.get_by_role("button", name="催办").click()
    expect(clerk.get_by_role("status").filter(has_text="已催办")).to_be_visible()

    checker = person("checker")
    open_task(checker, demo, number)
    decide(checker, "a", "资料齐全")
    checker.goto(f"{demo.url}/tasks?box=done")
    checker.locator(".task-card").filter(has_text=number).click()
    checker.get_by_role("button", name="拿回").click()
    open_task(checker, demo, number)
    decide(checker, "a", "复核无误")

    screener = person("publisher")
    open_task(screener, demo, number)
    pick(screener, "名单筛查结果", "未命中")
    screener.get_by_role("button", name=re.compile("^完成|提交")).last.click()
    expect(screener.get_by_role("status").filter(has_text=number)).to_be_visible()

    first = person("credit")
    open_task(first, demo, number)
    first.locator(".task-title").focus()
    first.keyboard.press("m")
    first.get_by_role("menuitem", name="前加签").click()
    dialog = first.get_by_role("dialog", name="前加签")
    dialog.get_by_role("combobox").fill("沈怡")
    first.locator(".ant-select-item-option").filter(has_text="沈怡").click()
    dialog.get_by_label("原因或问题").fill("请核实行业情况")
    dialog.get_by_role("button", name="前加签").click()
    expect(first.get_by_role("status").filter(has_text="已前加签")).to_be_visible()

    added = person("analyst")
    open_task(added, demo, number)
    decide(added, "a", "行业平稳")

    open_task(first, demo, number)
    first.get_by_role("combobox", name="退回到").click()
    first.locator(".ant-select-item-option").filter(has_text="经办录入").click()
    decide(first, "r", "用途写得太少")

    open_task(clerk, demo, number)
    expect(clerk.locator(".trail")).to_contain_text("用途写得太少")
    clerk.get_by_label("用途", exact=False).first.fill("采购精密轴承，合同已附")
    clerk.get_by_role("button", name=re.compile("重新提交")).click()
    expect(clerk.get_by_role("status").filter(has_text=number)).to_be_visible()

    signed = {"credit": "用途已补充", "auditor": "符合行业政策", "admin": "担保可接受"}
    for username, opinion in signed.items():
        reviewer = first if username == "credit" else person(username)
        open_task(reviewer, demo, number)
        decide(reviewer, "a", opinion)
    head = person("head")
    open_task(head, demo, number)
    decide(head, "a", "同意放款", password=True)

    clerk.goto(f"{demo.url}/tasks?box=started")
    clerk.locator(".task-card").filter(has_text=number).click()
    trail = clerk.locator(".trail")
    expect(trail).to_contain_text("审批通过", timeout=30_000)
    assert TOLD == told(trail)
    returned = trail.locator(".trail-row").filter(has_text="退回")
    expect(returned).to_contain_text("用途写得太少")
    expect(returned).to_contain_text("→ 经办录入")
    expect(trail.locator(".trail-row").filter(has_text="行业平稳")).not_to_contain_text("→")
    expect(trail.locator(".trail-row").filter(has_text="加签")).to_contain_text("→ 沈怡（前加签）")
    expect(clerk.get_by_text("采购精密轴承，合同已附")).to_be_visible()

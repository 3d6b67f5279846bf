"""The effect of a change of access where people look at it: in the plan over REST, for the second person, and as lines."""

from __future__ import annotations

from builder.effect_text import effect_lines
from runtime.publish.effect import Effect, FieldEffect, Reach, RowsEffect
from tests.builder.conftest import Workshop
from tests.builder.test_builder_http import PATH, save, submit
from tests.publish.desk import ROLES

TICKET, AGENT = {"zh": "工单", "en": "Ticket"}, {"zh": "坐席", "en": "Agent"}
NOBODY = Reach(0, 0, 0)


def test_the_plan_says_whom_it_reaches(workshop: Workshop) -> None:
    """Two agents may no longer create and lose what they could change; a decided review tells no numbers of today."""
    shen, zhao, zhou = (workshop.client(name) for name in ("shen", "zhao", "zhou"))
    assert [201, 201] == [zhou.post("/api/desk/ticket", json={"subject": name}).status_code for name in "ab"]
    save(shen, ROLES.replace("create: true, read: true, update: true", "read: true"), ROLES, f"{PATH}/draft/files/roles.yaml")
    plan = shen.get(f"{PATH}/plan").json()
    asked = submit(shen).json()["id"]
    review = zhao.get(f"/api/builder/reviews/{asked}").json()["plan"]
    zhao.post(f"/api/builder/reviews/{asked}/approve", json={})

    [one] = plan["effect"]
    assert ("ticket", "Ticket", [{"name": "agent", "label": AGENT}], 2) == (
        one["entity"],
        one["label"]["en"],
        one["roles"],
        one["people"],
    )
    assert [
        {"action": "update", "gain": None, "lose": {"people": 2, "least": 2, "most": 2}, "not_counted": None},
        {"action": "create", "gain": None, "lose": {"people": 2, "least": 0, "most": 0}, "not_counted": None},
    ] == one["rows"]
    assert {("write", "read"), ("masked", "masked")} >= {(each["before"], each["after"]) for each in one["fields"]}
    assert plan["effect"] == review["effect"]
    assert zhao.get(f"/api/builder/reviews/{asked}").json()["plan"]["effect"] is None


def test_the_lines_say_numbers_in_both_languages() -> None:
    """Every kind of line, as `qiqiao plan` prints them."""
    rows = (
        RowsEffect("read", Reach(312, 3, 4011), Reach(3, 12, 12)),
        RowsEffect("delete", not_counted=5, because="too_many"),
        RowsEffect("create", Reach(2, 0, 0), NOBODY),
    )
    phone = FieldEffect("phone", {"zh": "电话", "en": "Phone"}, "masked", "read")
    effect = Effect("ticket", TICKET, ("agent",), (AGENT,), 320, rows, (phone,))

    assert [
        "  Ticket for 320 holder(s) of Agent",
        "    312 gain 3 to 4,011 record(s) each to read",
        "    3 lose 12 record(s) each to read",
        "    delete: not counted for 5: too many records to look at",
        "    2 may create",
        "    Phone: masked -> read",
    ] == list(effect_lines([effect], "en"))
    assert [
        "  工单：持有 坐席 的 320 人",
        "    312 人每人新增可查看 3 至 4,011 条",
        "    3 人每人失去可查看 12 条",
        "    删除：5 人未统计：记录过多",
        "    2 人可以新建",
        "    电话：掩码 → 可见",
    ] == list(effect_lines([effect], "zh"))

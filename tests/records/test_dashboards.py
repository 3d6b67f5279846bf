"""Dashboards on screens: whose they are, which tiles a person gets, what figures are held against, and what is refused."""

from __future__ import annotations

import pytest

from runtime.failures import Invalid
from tests.kept.conftest import Bank, bank
from tests.publish import desk

__all__ = ["bank"]

NOTE = "entity: note\nlabel: {zh: 记录, en: Note}\nfields:\n  hours: {type: integer, label: {zh: 小时, en: Hours}}\n"
BOARD = """\
dashboard: board
label: {zh: 看板, en: Board}
visible: has_role("agent")
tiles:
  - {tile: cost, report: levels, measure: cost, show: number, span: 4, refresh: 15m, target: param.goal, limit: 5000, owner: role.agent, label: {zh: 费用, en: Cost}}
  - {tile: chart, report: levels, show: chart, span: 8, refresh: daily}
  - {tile: tickets, list: tickets, span: 6}
  - {tile: notes, report: hours, measure: hours, show: number, span: 6}
"""
LEVELS = """\
report: levels
entity: ticket
label: {zh: 按级别, en: By level}
rows: [level]
measures:
  cost: {value: sum(cost), label: {zh: 费用, en: Cost}}
  mean: {value: avg(cost), label: {zh: 均值, en: Mean}}
chart: {kind: bar, x: level, y: cost}
drill: tickets
"""
HOURS = "report: hours\nentity: note\nlabel: {zh: 工时, en: Hours}\nmeasures: {hours: {value: sum(hours), label: {zh: 小时, en: Hours}}}\n"
ROLES = """\
roles:
  agent: {label: {zh: 坐席, en: Agent}, access: {ticket: {create: true, read: true}}}
  boss: {label: {zh: 主管, en: Boss}, access: {ticket: {read: true}, note: {read: true}}}
"""
APP = desk.APP.replace("menu: [lists.tickets]", "menu: [dashboards.board, lists.tickets]")
FILES = {
    **desk.FILES, "app.yaml": APP, "roles.yaml": ROLES, "entities/note.yaml": NOTE, "dashboards/board.yaml": BOARD,
    "reports/levels.yaml": LEVELS, "reports/hours.yaml": HOURS,
    "params.yaml": "params:\n  goal: {type: decimal, scale: 2, label: {zh: 目标, en: Goal}, value: 2000, changed_by: role.boss}\n",
}  # fmt: skip


def test_a_dashboard_is_drawn_for_its_people_with_the_tiles_that_they_may_open(bank: Bank) -> None:
    """Per role by `visible`; a tile over an entity that the person may not read is left out; bounds are resolved."""
    bank.publish(FILES)
    agent, boss, both = bank.caller("zhou", "agent"), bank.caller("wang", "boss"), bank.caller("li", "agent", "boss")

    drawn = [who.get("/api/apps/desk/screens").json() for who in (agent, boss, both)]

    assert [["cost", "chart", "tickets"], [], ["cost", "chart", "tickets", "notes"]] == [
        [tile["name"] for each in screens["dashboards"].values() for tile in each["tiles"]] for screens in drawn
    ]
    assert [("dashboard", "board"), ("list", "tickets")] == [(each["kind"], each["name"]) for each in drawn[0]["menu"]]
    cost, chart, tickets = drawn[0]["dashboards"]["board"]["tiles"]
    assert ({"value": "2000"}, {"value": "5000"}, 900, {"zh": "坐席", "en": "Agent"}) == (
        cost["target"], cost["limit"], cost["refresh"], cost["owner"],
    )  # fmt: skip
    figure = drawn[2]["dashboards"]["board"]["tiles"][3]
    assert {"zh": "小时", "en": "Hours"} == figure["label"], "a figure without a heading of its own is called like its measure"
    assert "label" not in chart
    assert (86_400, 60, 6, "tickets") == (chart["refresh"], tickets["refresh"], tickets["width"], tickets["list"])


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("measure: cost, show: number", "measure: mean, show: number", "does not add up"),
        ("measure: cost, show: number", "measure: cost, compare: previous_year, show: number", "compare"),
    ],
)
def test_a_tile_whose_figure_would_be_wrong_is_not_published(bank: Bank, old: str, new: str, word: str) -> None:
    """The mean of means, and a comparison that nothing computes."""
    with pytest.raises(Invalid) as refused:
        bank.publish(desk.edited("dashboards/board.yaml", old, new, FILES))

    assert any(fault.code == "M416" and word in fault.message["en"] for fault in refused.value.faults)

"""How lists are laid out: groups, boards, calendars and timelines as a person may know what they are laid out by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms_dsl.load import load_app
from runtime.compile.app import CompiledApp, compile_app
from runtime.context import Context
from runtime.publish.plan import plan_publish
from runtime.records.screens import screens_for
from runtime.store.database import Database
from tests.records.lab import NOW, directory, person

FILES = {
    "app.yaml": 'app: days\nformat: 1\nversion: 1.0.0\nlabel: Days\nlanguages: [en]\nrequires: {apps: {org: ">=1.0"}}\n',
    "entities/visit.yaml": """\
entity: visit
label: Visit
title: "{note}"
owner: {user: keeper}
fields:
  keeper: {type: reference, to: org.person, label: Keeper}
  note: {type: text, max: 20, label: Note}
  stage: {type: choice, label: Stage, choices: {a: {label: A}, b: {label: B}}}
  begin: {type: date, label: Begin}
  end: {type: datetime, label: End}
""",
    "lists/plain.yaml": "list: plain\nentity: visit\nlabel: Plain\ncolumns: [note]\ngroup_by: stage\nsort: [-begin]\nbulk: [assign, delete]\n",
    "lists/board.yaml": "list: board\nentity: visit\nlabel: Board\ncolumns: [note]\nview: board\ngroup_by: stage\n",
    "lists/month.yaml": "list: month\nentity: visit\nlabel: Month\ncolumns: [note]\nview: calendar\ndates: [begin]\n",
    "lists/line.yaml": "list: line\nentity: visit\nlabel: Line\ncolumns: [note]\nview: timeline\ndates: [begin, end]\n",
    "roles.yaml": """\
roles:
  all: {label: All, access: {visit: {read: true}}}
  keeps: {label: Keeps, access: {visit: {read: true, update: true, delete: true}}}
  fixed: {label: Fixed, access: {visit: {read: true, update: true, fields: {keeper: read}}}}
  few: {label: Few, access: {visit: {read: true, fields: {stage: hidden, end: masked}}}}
""",
}


def compiled() -> CompiledApp:
    app = load_app(FILES).app
    assert app is not None
    return compile_app(app, 1)


APP = compiled()


def drawn(role: str) -> dict[str, dict[str, object]]:
    principal = replace(person("tom"), roles={"days": frozenset({role})})
    context = Context(principal, {"days": APP, "org": directory()}, NOW, NOW.date(), "request", "en")
    lists = screens_for(APP, context)["lists"]
    return dict(lists)  # type: ignore[call-overload]


def paths(columns: object) -> list[str]:
    return [column["path"] for column in columns]  # type: ignore[attr-defined]


def test_each_list_says_how_it_is_laid_out() -> None:
    """With the columns that its browser needs to group and place records."""
    lists = drawn("all")

    assert {"plain": "table", "board": "board", "month": "calendar", "line": "timeline"} == {
        name: one["view"] for name, one in lists.items()
    }
    assert "stage" == lists["plain"]["group"]["path"] == lists["board"]["group"]["path"]  # type: ignore[index]
    assert ["a", "b"] == [choice["code"] for choice in lists["board"]["group"]["options"]["choices"]]  # type: ignore[index]
    assert [["begin"], ["begin", "end"]] == [paths(lists[name]["dates"]) for name in ("month", "line")]


def test_what_a_person_may_not_know_lays_out_nothing() -> None:
    """A hidden group or a masked day: the list is a plain table to him, and says no word of them."""
    lists = drawn("few")

    assert ["table", "table", "calendar", "table"] == [lists[name]["view"] for name in ("plain", "board", "month", "line")]
    assert (None, None, ["begin"]) == (lists["plain"]["group"], lists["board"]["group"], paths(lists["line"]["dates"]))


def test_a_selection_offers_what_a_person_may_do() -> None:
    """Deleting by the right to delete; assigning by the right to fill in who keeps the record."""
    offered = {role: (drawn(role)["plain"]["bulk"], drawn(role)["plain"]["assigns"]) for role in ("keeps", "fixed", "all")}
    assert {"keeps": (["assign", "delete"], "keeper"), "fixed": ([], None), "all": ([], None)} == offered
    assert ([], None) == (drawn("keeps")["board"]["bulk"], drawn("keeps")["board"]["assigns"])


def test_rows_of_a_group_are_found_by_an_index() -> None:
    """The group stands before the order of the list, as the question for its rows has it."""
    indexed = [[column.name for column in index.columns if column is not None] for index in APP.entities["visit"].table.indexes]
    assert any(columns[:1] == ["f_stage"] for columns in indexed)


@pytest.mark.parametrize("group", ["note", "begin"])
def test_a_board_has_columns_of_a_few_known_values(database: Database, group: str) -> None:
    """Of a choice, a status, or yes and no; by anything else it is refused before it is live."""
    files = {**FILES, "lists/board.yaml": FILES["lists/board.yaml"].replace("group_by: stage", f"group_by: {group}")}
    with database.read() as connection:
        good = plan_publish(connection, "days", FILES, NOW).plan
        bad = plan_publish(connection, "days", files, NOW).plan
    assert [[], ["M416"]] == [[one.code for one in plan.diagnostics if one.severity == "error"] for plan in (good, bad)]

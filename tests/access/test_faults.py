"""The comparison of access can fail: each seeded fault of the compiler is found by it.

The faults are those that access really has elsewhere: one role's fields on another role's rows, a denial that a path goes round,
a class that one place forgets, a set that a day too many counts in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from runtime.compile import access as compiled_access
from runtime.compile import expr_people
from runtime.compile.access import FieldRight
from runtime.query import expanded, rights, select, shown
from runtime.query.plans import AccessPlan, EveryRow
from runtime.query.scope import value_at
from runtime.records import access as plans
from runtime.records import revealing
from runtime.store.database import Database
from runtime.store.tables import wf_work
from tests.access.comparing import differences, revealing_differences
from tests.access.random_apps import make
from tests.records.lab import prepare


def _fields_of_one_role_on_rows_of_another(patch: pytest.MonkeyPatch) -> None:
    def best(plan: AccessPlan, _grant: object, path: str) -> FieldRight:
        return max(
            (grant.rights[path] for grant in plan.grants), key=lambda right: ("nothing", "masked", "clear").index(right.shows)
        )

    patch.setattr(AccessPlan, "right", best)


def _denials_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rights, "denial_conditions", lambda *_: [])


def _denials_forgotten_beyond_a_reference(patch: pytest.MonkeyPatch) -> None:
    usual = rights.denial_conditions
    patch.setattr(rights, "denial_conditions", lambda statement, plan, hops=(): [] if hops else usual(statement, plan, hops))


def _rows_beyond_a_reference_not_asked(patch: pytest.MonkeyPatch) -> None:
    usual = rights._any_of

    def loose(statement: Any, plan: AccessPlan, hops: Any, counts: Any) -> Any:
        found = usual(statement, plan, hops, counts)
        return True if hops and found is not False else found

    patch.setattr(rights, "_any_of", loose)


def _a_hidden_reference_followed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        select, "path_cell", lambda s, at, hops, field: rights.cell_of(s, at(hops), field, field.name, value_at(s, hops, field.name), hops)
    )  # fmt: skip


def _a_hidden_reference_expanded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        expanded, "path_cell", lambda s, at, hops, field: rights.cell_of(s, at(hops), field, field.name, value_at(s, hops, field.name), hops)
    )  # fmt: skip


def _rows_of_an_expansion_not_asked(patch: pytest.MonkeyPatch) -> None:
    def loose(statement: Any, at: Any, hops: Any, field: Any) -> rights.Cell:
        return replace(
            rights.path_cell(statement, at, hops[:-1], at(hops[:-1]).entity.entity.fields[hops[-1]]),
            value=value_at(statement, hops, field.name),
        )

    patch.setattr(expanded, "path_cell", loose)


def _fields_of_an_expansion_all_shown(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(expanded, "cell_of", lambda _s, _a, _f, _p, value, *_, **__: rights.Cell(value, True, False))


def _masked_shown_in_clear(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shown, "masked_sql", lambda _field, value: value)


def _a_personal_field_open_by_default(patch: pytest.MonkeyPatch) -> None:
    usual = compiled_access.default_right
    patch.setattr(
        compiled_access,
        "default_right",
        lambda field: replace(usual(field), shows="clear") if field.classification == "C2" else usual(field),
    )


def _a_secret_shown_where_a_role_names_it(patch: pytest.MonkeyPatch) -> None:
    usual = compiled_access._stated
    patch.setattr(
        compiled_access, "_stated", lambda field, level: FieldRight("clear", True) if level == "read" else usual(field, level)
    )


def _a_computed_field_clearer_than_its_source(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compiled_access, "_no_clearer", lambda _app, _entity, rights, _named: rights)


def _a_condition_of_a_field_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plans, "rows_where", lambda rows, condition: condition if isinstance(rows, bool) else rows)


def _rows_of_a_field_beyond_its_role(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plans, "rows_where", lambda _rows, condition: condition)


def _what_two_conditions_open_joined(patch: pytest.MonkeyPatch) -> None:
    usual = compiled_access._conditional

    def joined(app: Any, entity: Any, rule: Any) -> Any:
        found = usual(app, entity, rule)
        best = {
            path: max((rights[path] for _, rights in found), key=lambda right: ("nothing", "masked", "clear").index(right.shows))
            for path in (found[0][1] if found else {})
        }
        return tuple((condition, best) for condition, _ in found)

    patch.setattr(compiled_access, "_conditional", joined)


def _a_rule_on_what_the_user_lacks_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plans, "_answerable", lambda *_: True)


def _posts_that_are_over_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(expr_people, "_holds", lambda *_: sa.true())


def _work_of_others_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(expr_people, "_cases", lambda *_: sa.select(wf_work.c.record_id.label("id")))


def _the_line_up_as_well_as_down(patch: pytest.MonkeyPatch) -> None:
    usual = expr_people._is_in
    patch.setattr(expr_people, "_is_in", lambda unit, root: sa.or_(usual(unit, root), usual(root, unit)))


def _includes_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plans, "held_roles", lambda context, compiled: context.principal.roles_in(compiled.app.name))


def _unmask_of_one_role_on_rows_of_another(patch: pytest.MonkeyPatch) -> None:
    usual = revealing._unmasked
    patch.setattr(revealing, "held_grants", lambda _connection, _context, plan, _id: plan)
    patch.setattr(revealing, "_unmasked", lambda plan, _grant: frozenset().union(*(usual(plan, grant) for grant in plan.grants)))


def _the_row_rule_not_asked(patch: pytest.MonkeyPatch) -> None:
    usual = revealing._revealing

    def every_row(plan: AccessPlan, fields: Any) -> AccessPlan:
        found = usual(plan, fields)
        return replace(found, grants=tuple(replace(grant, rows=EveryRow()) for grant in found.grants))

    patch.setattr(revealing, "held_grants", lambda _connection, _context, plan, _id: plan)
    patch.setattr(revealing, "_revealing", every_row)


def _what_is_hidden_unmasked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(revealing, "_unmasked", lambda _plan, grant: grant.unmask)


def _unmask_without_its_condition(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plans, "rows_where", lambda rows, condition: condition if isinstance(rows, bool) else rows)


def _an_unmask_that_is_not_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        revealing, "_unmasked", lambda plan, grant: frozenset(p for p, right in grant.rights.items() if right.shows == "masked")
    )


#: Each fault of revealing with an app that shows it.
REVEALING_FAULTS: tuple[tuple[Callable[[pytest.MonkeyPatch], None], int], ...] = (
    (_unmask_of_one_role_on_rows_of_another, 0),
    (_the_row_rule_not_asked, 0),
    (_what_is_hidden_unmasked, 0),
    (_unmask_without_its_condition, 0),
    (_an_unmask_that_is_not_written, 0),
    (_denials_forgotten, 0),
)


#: Each fault with an app that shows it.
FAULTS: tuple[tuple[Callable[[pytest.MonkeyPatch], None], int], ...] = (
    (_fields_of_one_role_on_rows_of_another, 0),
    (_denials_forgotten, 0),
    (_denials_forgotten_beyond_a_reference, 2),
    (_rows_beyond_a_reference_not_asked, 0),
    (_a_hidden_reference_followed, 3),
    (_a_hidden_reference_expanded, 0),
    (_rows_of_an_expansion_not_asked, 2),
    (_fields_of_an_expansion_all_shown, 0),
    (_masked_shown_in_clear, 0),
    (_a_personal_field_open_by_default, 0),
    (_a_secret_shown_where_a_role_names_it, 0),
    (_a_computed_field_clearer_than_its_source, 0),
    (_a_condition_of_a_field_forgotten, 0),
    (_rows_of_a_field_beyond_its_role, 0),
    (_what_two_conditions_open_joined, 0),
    (_a_rule_on_what_the_user_lacks_kept, 1),
    (_posts_that_are_over_counted, 4),
    (_work_of_others_counted, 0),
    (_the_line_up_as_well_as_down, 0),
    (_includes_forgotten, 0),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("put", "seed"), FAULTS, ids=lambda value: value.__name__.strip("_") if callable(value) else None)
def test_a_fault_of_the_compiler_is_found(
    database: Database, put: Callable[[pytest.MonkeyPatch], None], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the fault the compiled access differs from the naive reading of the same app."""
    prepare(database)
    put(monkeypatch)

    assert next(differences(database, make(seed)), None) is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("put", "seed"), REVEALING_FAULTS, ids=lambda value: value.__name__.strip("_") if callable(value) else None
)
def test_a_fault_of_revealing_is_found(
    database: Database, put: Callable[[pytest.MonkeyPatch], None], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the fault something is revealed, or refused, otherwise than by the naive reading of the same app."""
    prepare(database)
    put(monkeypatch)

    assert next(revealing_differences(database, make(seed, unmasking=True)), None) is not None

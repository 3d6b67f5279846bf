"""Units form a tree by path; people and roles are read anew each time."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from runtime.failures import Conflict, Invalid, NotFound
from runtime.identity.holdings import Given, grant_role, revoke_role
from runtime.identity.organisation import add_person, add_unit, move_person, move_unit, path_range, set_active
from runtime.identity.principal import resolve_principal
from runtime.store.database import Database
from runtime.store.tables import org_branch

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=3)


def paths(database: Database) -> dict[str, str]:
    with database.read() as connection:
        return {row.f_code: row.f_path for row in connection.execute(sa.select(org_branch))}


@pytest.fixture
def tree(database: Database) -> dict[str, str]:
    """HO with HZ and NB below it, CX below HZ, and CX1 below CX."""
    with database.write() as connection:
        units = {"HO": add_unit(connection, "HO", "总行", NOW)}
        for code, parent in (("HZ", "HO"), ("NB", "HO"), ("CX", "HZ"), ("CX1", "CX"), ("HZ2", "HO")):
            units[code] = add_unit(connection, code, code, NOW, parent_id=units[parent])
    return units


def test_a_unit_knows_its_path(database: Database, tree: dict[str, str]) -> None:
    """A path holds the codes from the head office down."""
    assert "/HO/HZ/CX/CX1/" == paths(database)["CX1"]


def test_a_unit_tree_is_a_range_of_paths(database: Database, tree: dict[str, str]) -> None:
    """The range of a unit holds it and all below it, and no unit whose code only begins alike."""
    first, end = path_range("/HO/HZ/")
    with database.read() as connection:
        inside = connection.execute(
            sa.select(org_branch.c.f_code).where(org_branch.c.f_path >= first, org_branch.c.f_path < end)
        ).scalars()
        assert {"HZ", "CX", "CX1"} == set(inside)


def test_a_unit_moves_with_all_below_it(database: Database, tree: dict[str, str]) -> None:
    """Moving a unit rewrites the paths below it and no others."""
    with database.write() as connection:
        move_unit(connection, tree["CX"], tree["NB"], NOW)

    assert {
        "HO": "/HO/", "HZ": "/HO/HZ/", "NB": "/HO/NB/", "CX": "/HO/NB/CX/", "CX1": "/HO/NB/CX/CX1/", "HZ2": "/HO/HZ2/",
    } == paths(database)  # fmt: skip


def test_a_unit_cannot_move_below_itself(database: Database, tree: dict[str, str]) -> None:
    """A move that would cut the tree in two is refused and changes nothing."""
    before = paths(database)
    for target in ("HZ", "CX1"):
        with pytest.raises(Conflict), database.write() as connection:
            move_unit(connection, tree["HZ"], tree[target], NOW)

    assert before == paths(database)


@pytest.mark.parametrize("code", ["", "A/B", "a b", "x" * 41, "城西"])
def test_a_code_that_would_break_a_path_is_refused(database: Database, code: str) -> None:
    """A unit's code has letters, digits, - and _ only."""
    with pytest.raises(Invalid), database.write() as connection:
        add_unit(connection, code, "x", NOW)


def test_an_unknown_parent_is_refused(database: Database) -> None:
    """A unit stands below a unit that exists."""
    with pytest.raises(NotFound), database.write() as connection:
        add_unit(connection, "A", "A", NOW, parent_id="nowhere")


def test_roles_count_from_moment_to_moment(database: Database, tree: dict[str, str]) -> None:
    """A role counts from its beginning on, and no more at the very moment of its end; platform roles stand apart."""
    with database.write() as connection:
        person = add_person(connection, "zhou", "周敏", NOW, unit_id=tree["CX"])
        grant_role(connection, person, "bank", "clerk", Given(NOW))
        grant_role(connection, person, "bank", "stand_in", Given(NOW), valid_from=NOW, valid_until=LATER)
        grant_role(connection, person, "bank", "past", Given(NOW), valid_until=NOW)
        grant_role(connection, person, "bank", "future", Given(NOW), valid_from=LATER)
        grant_role(connection, person, "", "designer", Given(NOW))
        found = resolve_principal(connection, person, NOW, demo=False)
        tomorrow = resolve_principal(connection, person, LATER, demo=False)

    assert found is not None and tomorrow is not None
    assert frozenset({"clerk", "stand_in"}) == found.roles_in("bank")
    assert frozenset({"clerk", "future"}) == tomorrow.roles_in("bank")
    assert frozenset({"designer"}) == found.platform_roles
    assert ("CX", "/HO/HZ/CX/") == (found.unit_code, found.unit_path)


def test_changes_of_a_person_are_seen_at_once(database: Database, tree: dict[str, str]) -> None:
    """A revoked role, a move and a lock are seen by the next look."""
    with database.write() as connection:
        person = add_person(connection, "zhou", "周敏", NOW, unit_id=tree["CX"])
        grant_role(connection, person, "bank", "clerk", Given(NOW))
    with database.write() as connection:
        assert revoke_role(connection, person, "bank", "clerk", Given(NOW))
        assert not revoke_role(connection, person, "bank", "clerk", Given(NOW))
        move_person(connection, person, tree["NB"], NOW)
    with database.read() as connection:
        found = resolve_principal(connection, person, NOW, demo=False)
    with database.write() as connection:
        set_active(connection, person, NOW, active=False)
        shut_out = resolve_principal(connection, person, NOW, demo=False)

    assert found is not None
    assert (frozenset(), "/HO/NB/") == (found.roles_in("bank"), found.unit_path)
    assert shut_out is None

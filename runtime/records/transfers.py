"""How much of an entity a role lets in or out at once, and whose release that needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forms_dsl.model import AccessRule, Transfer
from runtime.compile.app import CompiledApp, CompiledEntity

#: So many records go at once at most, whatever a role says.
MOST_ROWS = 1_000_000

#: Which way of an access rule: in or out.
Way = Callable[[AccessRule], Transfer | None]


@dataclass(frozen=True, slots=True)
class TransferRight:
    """How one role that a person holds lets records of an entity in or out."""

    role: str
    transfer: Transfer

    @property
    def rows(self) -> int:
        """So many records at once at most."""
        return MOST_ROWS if self.transfer.rows is None else self.transfer.rows


def transfer_rights(compiled: CompiledApp, entity: CompiledEntity, way: Way) -> tuple[TransferRight, ...]:
    """What each role of the app lets through one way, by the names of the roles."""
    rules = ((name, role.rule_of(compiled.app.name, entity.entity.name)) for name, role in sorted(compiled.app.roles.items()))
    found = ((name, way(rule)) for name, rule in rules if rule is not None)
    return tuple(TransferRight(name, transfer) for name, transfer in found if transfer is not None)


def releasing(rights: tuple[TransferRight, ...]) -> frozenset[str]:
    """The roles whose people release what these let through."""
    return frozenset(right.transfer.approved_by for right in rights if right.transfer.approved_by is not None)

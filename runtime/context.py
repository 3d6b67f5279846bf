"""Who asks, against which releases, when: what every use case is handed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from forms_dsl.model import App
    from runtime.compile.app import CompiledApp

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person (or `system`) with posts resolved: unit, path of units and roles by app."""

    id: str
    username: str
    name: str
    unit_id: str | None
    unit_code: str | None
    unit_name: str | None
    #: Path of the unit in the organisation, like `/HO/CX/`; a unit tree is a range of paths.
    unit_path: str | None
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    platform_roles: frozenset[str] = frozenset()
    #: The language this person chose; None follows what the browser asks for.
    locale: str | None = None

    def roles_in(self, app: str) -> frozenset[str]:
        """The roles this person holds in an app, with includes closed by the compiler, not here."""
        return self.roles.get(app, frozenset())


#: The platform itself, for automations and imports that say `run_as: system`.
SYSTEM = Principal("system", "system", "系统", None, None, None, None, platform_roles=frozenset({"system"}))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Only these roles count where records of an entity are made or changed: an import goes by the roles that import."""

    app: str
    entity: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Context:
    """One request or run: person, live releases, the moment, language and a request id for the trail."""

    principal: Principal
    releases: Mapping[str, CompiledApp]
    now: dt.datetime
    business_date: dt.date
    request_id: str
    locale: str = "zh"
    on_behalf_of: str | None = None
    channel: str = "rest"
    #: Whether this is a demonstration: only then demo people act, are asked, and count as the second person.
    demo: bool = False
    #: The automations that led here, first to last: what they write sets none of them off again.
    caused_by: tuple[str, ...] = ()
    #: The roles by which records of one entity are written, where these are not all that the person holds.
    narrowing: Narrowing | None = None
    #: What was worked out for this very person and moment: a copy with another begins with nothing.
    memory: dict[Hashable, object] = field(default_factory=dict, init=False, compare=False, repr=False)

    def once(self, name: str, compiled: CompiledApp, make: Callable[[], Known]) -> Known:
        """What `make` gives for an app, worked out once in the life of this context."""
        key = (name, id(compiled))
        kept = self.memory.get(key)
        if kept is None:
            # The app stands beside it so that no other one gets its id meanwhile.
            kept = self.memory[key] = (make(), compiled)
        return cast("tuple[Known, CompiledApp]", kept)[0]

    @property
    def live_apps(self) -> Mapping[str, App]:
        """The definitions that are live, by name: what a draft may refer to."""
        return {name: compiled.app for name, compiled in self.releases.items()}

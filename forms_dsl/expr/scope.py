"""What an expression may use where it stands: places, names and their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.lookups import LookupTable
from forms_dsl.expr.tree import ValueType

#: Where an expression can be evaluated: Python, SQL, JavaScript.
Target = Literal["P", "S", "J"]


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of place for expressions: which targets it needs and what it does not allow."""

    name: str
    #: How a message calls the place, as in "not available in …".
    words: Sentence
    needs: frozenset[Target]
    roots: frozenset[str]
    forbidden_functions: frozenset[str] = frozenset()
    #: Aggregates over related records are possible.
    related: bool = False
    #: `count()`, `sum(x)` … mean the records of a group.
    group: bool = False
    #: `any_where()` looks into the lists of an answer.
    answers: bool = False


_CLOCK = frozenset({"today", "now", "business_date"})
#: What they read changes without a change of the record.
_TABLES = frozenset({"add_business_days", "business_days_between", "is_business_day", "in_base"})
_COMMON = frozenset({"user", "param", "code", "output", "outer", "result"})

FORM = Place("form", Sentence("a form or field", "表单或字段"), frozenset({"P"}), _COMMON | {"old"})
STORED = Place(
    "stored",
    Sentence("a stored computed field", "存储的计算字段"),
    frozenset({"P"}),
    frozenset({"outer"}),
    _CLOCK | {"has_role", "changed", "lookup", *_TABLES},
)
FILTER = Place("filter", Sentence("a filter", "筛选条件"), frozenset({"P", "S"}), _COMMON)
ROW_RULE = Place("row rule", Sentence("a row rule", "行权限"), frozenset({"S"}), _COMMON)
SEGMENT = Place("segment", Sentence("a segment or report", "客群或报表"), frozenset({"S"}), _COMMON, related=True)
MEASURE = Place("measure", Sentence("a report measure", "报表指标"), frozenset({"S"}), _COMMON, related=False, group=True)
PROCESS = Place("process", Sentence("a workflow", "审批流程"), frozenset({"P"}), _COMMON | {"old", "authority"})
CONNECTOR = Place(
    "connector", Sentence("a connector definition", "连接器定义"), frozenset({"P"}), frozenset({"result"}), answers=True
)

TEXT = ValueType("text")
NUMBER = ValueType("number")
BOOLEAN = ValueType("boolean")
DATE = ValueType("date")
DATETIME = ValueType("datetime")
LIST = ValueType("list")

#: What `user.` offers; the facts carry the same names (`branch_tree` as the path of the unit).
USER_ATTRIBUTES: Mapping[str, ValueType] = MappingProxyType(
    {
        "id": ValueType("reference", entity="org.person"),
        "name": TEXT,
        "branch": ValueType("reference", entity="org.branch"),
        "branch_code": TEXT,
        "branch_name": TEXT,
        "branch_tree": LIST,
        "roles": LIST,
    }
)


#: What `user.` offers to row rules beside them: sets that only the database can tell. `owner in user.line`.
USER_SETS: Mapping[str, ValueType] = MappingProxyType(
    {
        "line": ValueType("list", entity="org.person"),
        "team": ValueType("list", entity="org.person"),
        "units": ValueType("list", entity="org.branch"),
        "cases": ValueType("list", entity=""),
    }
)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that one expression may use, with their types.

    `fields` are the bare names: all fields of the record with its system fields (`system_field_types`).
    `entities` gives the fields of every entity ("app.entity") that a reference path can lead to.
    `outer` is what `record.x` means where bare names mean another record; empty: `record.x` is the field itself.
    """

    place: Place
    fields: Mapping[str, ValueType]
    entities: Mapping[str, Mapping[str, ValueType]] = field(default_factory=dict)
    user: Mapping[str, ValueType] = field(default_factory=lambda: USER_ATTRIBUTES)
    param: Mapping[str, ValueType] = field(default_factory=dict)
    result: Mapping[str, ValueType] = field(default_factory=dict)
    authority: Mapping[str, ValueType] = field(default_factory=dict)
    output: Mapping[str, ValueType] = field(default_factory=dict)
    outer: Mapping[str, ValueType] = field(default_factory=dict)
    code: ValueType | None = None
    #: Names of the app's roles, to check `has_role`; None = not known here.
    roles: frozenset[str] | None = None
    #: The decision tables that `lookup` may read.
    tables: Mapping[str, LookupTable] = field(default_factory=dict)
    #: The currency of what `in_base` gives.
    base_currency: str | None = None

    def root(self, name: str) -> Mapping[str, ValueType] | None:
        """The names under a context word, None when it is not a word that this place offers."""
        if name == "record":
            return self.outer or self.fields
        if name not in self.place.roots:
            return None
        if name == "old":
            return self.fields
        named: Mapping[str, Mapping[str, ValueType]] = {
            "user": self.user,
            "param": self.param,
            "result": self.result,
            "authority": self.authority,
        }
        return named.get(name) or None


#: Words that begin a path into the context of an expression.
CONTEXT_WORDS = frozenset({"record", "user", "param", "old", "result", "authority"})


@lru_cache(maxsize=4096)
def system_field_types(entity: str, *, number: bool = False) -> Mapping[str, ValueType]:
    """The types of the fields that every record of `entity` ("app.entity") has."""
    person = ValueType("reference", entity="org.person")
    types = {
        "id": ValueType("reference", entity=entity, optional=False),
        "version": ValueType("number", scale=0, limit=Decimal(10**9), optional=False),
        "created_at": DATETIME,
        "created_on": DATE,
        "created_by": person,
        "changed_at": DATETIME,
        "changed_on": DATE,
        "changed_by": person,
    }
    return MappingProxyType(types | ({"number": TEXT} if number else {}))

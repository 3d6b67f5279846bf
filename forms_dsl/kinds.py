"""The kinds of definition file: where each stands, how it begins, and which of the seven pieces it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel

from forms_dsl.expr.scope import FILTER, FORM, MEASURE, PROCESS, ROW_RULE, SEGMENT, STORED, Place
from forms_dsl.files.access import RolesShape
from forms_dsl.files.app import AppShape, ChoicesShape, ParametersShape
from forms_dsl.files.app_tests import TestsShape
from forms_dsl.files.automation import AutomationShape
from forms_dsl.files.bindings import BindingsShape
from forms_dsl.files.calendar import CalendarShape
from forms_dsl.files.dashboard import DashboardShape
from forms_dsl.files.decision import DecisionShape
from forms_dsl.files.entity import EntityShape, FragmentShape
from forms_dsl.files.form import FormShape
from forms_dsl.files.listing import ListShape, RecordPageShape
from forms_dsl.files.report import ReportShape
from forms_dsl.files.segment import SegmentShape
from forms_dsl.files.template import TemplateShape
from forms_dsl.files.translations import TranslationsShape
from forms_dsl.files.upgrade import UpgradeShape
from forms_dsl.files.workflow import WorkflowShape
from forms_dsl.model import Label

#: The seven pieces of which every app is made.
Piece = Literal["entity", "form", "workflow", "rule", "report", "role", "connector"]

PIECES: Mapping[Piece, Label] = MappingProxyType(
    {
        "entity": {"zh": "实体", "en": "Entity"},
        "form": {"zh": "表单", "en": "Form"},
        "workflow": {"zh": "流程", "en": "Workflow"},
        "rule": {"zh": "规则", "en": "Rule"},
        "report": {"zh": "报表", "en": "Report"},
        "role": {"zh": "角色", "en": "Role"},
        "connector": {"zh": "连接器", "en": "Connector"},
    }
)

SUFFIXES = (".yaml", ".json")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: `folder` for one thing per file, or `file` (without suffix) for the one file of the kind.

    A new kind is an entry here with its shape, an attribute of `model.App`, and its builder in `load.BUILDERS`.
    """

    name: str
    label: Label
    piece: Piece | None
    first_key: str
    shape: type[BaseModel]
    folder: str | None = None
    file: str | None = None
    #: The places of its expressions; a kind whose expressions have a place of their own has none of these.
    places: tuple[Place, ...] = ()
    #: Whether its files are called by a name; others by a version or a language.
    named: bool = True
    #: What one thing of a file with several is called.
    one: Label | None = None
    #: The attribute of the app that holds its things, where it is called otherwise than the folder or file.
    held: str | None = None

    @property
    def group(self) -> str:
        """The attribute of the app that holds its things, for kinds that the app holds things of."""
        return self.held or self.folder or self.file or self.name


_ALL = (
    Kind("app", {"zh": "应用", "en": "App"}, None, "app", AppShape, file="app"),
    Kind("choices", {"zh": "选项列表", "en": "Choice lists"}, "entity", "choices", ChoicesShape, file="choices"),
    Kind(
        "params",
        {"zh": "参数", "en": "Parameters"},
        "rule",
        "params",
        ParametersShape,
        file="params",
        one={"zh": "参数", "en": "parameter"},
        held="parameters",
    ),
    Kind(
        "entity",
        {"zh": "实体", "en": "Entity"},
        "entity",
        "entity",
        EntityShape,
        folder="entities",
        places=(FORM, STORED, FILTER),
    ),
    Kind(
        "fragment",
        {"zh": "字段组", "en": "Fragment"},
        "entity",
        "fragment",
        FragmentShape,
        folder="fragments",
        places=(FORM, STORED, FILTER),
    ),
    Kind("form", {"zh": "表单", "en": "Form"}, "form", "form", FormShape, folder="forms", places=(FORM,)),
    Kind("list", {"zh": "列表", "en": "List"}, "form", "list", ListShape, folder="lists", places=(FILTER,)),
    Kind("page", {"zh": "记录页", "en": "Record page"}, "form", "page", RecordPageShape, folder="pages", places=(FILTER, FORM)),
    Kind(
        "workflow",
        {"zh": "流程", "en": "Workflow"},
        "workflow",
        "workflow",
        WorkflowShape,
        folder="workflows",
        places=(PROCESS, SEGMENT),
    ),
    Kind(
        "automation",
        {"zh": "自动化规则", "en": "Automation"},
        "rule",
        "automation",
        AutomationShape,
        folder="automations",
        places=(PROCESS, FILTER, SEGMENT),
    ),
    Kind("decision", {"zh": "决策", "en": "Decision"}, "rule", "decision", DecisionShape, folder="decisions"),
    Kind("segment", {"zh": "客群", "en": "Segment"}, "rule", "segment", SegmentShape, folder="segments", places=(SEGMENT,)),
    Kind("calendar", {"zh": "工作日历", "en": "Calendar"}, "rule", "calendar", CalendarShape, folder="calendars"),
    Kind("report", {"zh": "报表", "en": "Report"}, "report", "report", ReportShape, folder="reports", places=(SEGMENT, MEASURE)),
    Kind("dashboard", {"zh": "仪表盘", "en": "Dashboard"}, "report", "dashboard", DashboardShape, folder="dashboards"),
    Kind("template", {"zh": "模板", "en": "Template"}, "report", "template", TemplateShape, folder="templates"),
    Kind(
        "roles",
        {"zh": "角色", "en": "Roles"},
        "role",
        "roles",
        RolesShape,
        file="roles",
        places=(ROW_RULE,),
        one={"zh": "角色", "en": "role"},
    ),
    Kind(
        "bindings",
        {"zh": "绑定", "en": "Bindings"},
        "connector",
        "bindings",
        BindingsShape,
        file="bindings",
        one={"zh": "绑定", "en": "binding"},
    ),
    Kind("i18n", {"zh": "其他语言", "en": "Translation"}, None, "i18n", TranslationsShape, folder="i18n", named=False),
    Kind("tests", {"zh": "测试案例", "en": "Test cases"}, None, "tests", TestsShape, folder="tests"),
    Kind(
        "upgrade",
        {"zh": "升级步骤", "en": "Upgrade"},
        None,
        "upgrade",
        UpgradeShape,
        folder="upgrades",
        places=(FILTER,),
        named=False,
    ),
)

#: All kinds of file by name.
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})

_FOLDERS = {kind.folder: kind for kind in _ALL if kind.folder}
_FILES = {kind.file: kind for kind in _ALL if kind.file}


def kind_of(path: str) -> tuple[Kind, str] | None:
    """The kind of the file at `path` (relative to the app's folder) and the name that the path gives to the thing."""
    parts = PurePosixPath(path).parts
    name = next((parts[-1].removesuffix(suffix) for suffix in SUFFIXES if parts and parts[-1].endswith(suffix)), None)
    if name is None:
        return None
    if len(parts) == 1:
        kind = _FILES.get(name)
        return (kind, name) if kind else None
    kind = _FOLDERS.get(parts[0]) if len(parts) == 2 else None
    return (kind, name) if kind and name else None


def path_of(kind: str, name: str) -> str:
    """The path of a thing's file."""
    found = KINDS[kind]
    return f"{found.folder}/{name}.yaml" if found.folder else f"{found.file}.yaml"


def known_places() -> tuple[str, ...]:
    """The folders and files that an app may have, as people write them."""
    return (*(f"{folder}/" for folder in _FOLDERS), *(f"{file}.yaml" for file in _FILES))

"""The rules of the house, as tests: sizes, docstrings, names, codes, registries, nothing that should not be committed."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("forms_dsl", "workflow_engine", "connectors", "runtime", "builder")
LIMIT = 400
#: Modules above the limit, with their size: it may only shrink.
TOO_LONG: dict[str, int] = {}
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "manager.py", "base.py", "common.py", "misc.py"}


def modules() -> list[Path]:
    """The Python files of the product."""
    return [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py")) if "versions" not in p.parts]


def front_end() -> list[Path]:
    """The TypeScript files of the front end."""
    return [p for p in sorted((ROOT / "ui" / "src").rglob("*.ts*")) if "generated" not in p.parts]


def tracked() -> list[str]:
    """The files under version control."""
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]


def test_modules_stay_small() -> None:
    """No module is longer than 400 lines, but for a list of exceptions that only shrinks."""
    sizes = {p.relative_to(ROOT).as_posix(): len(p.read_text().splitlines()) for p in [*modules(), *front_end()]}
    long = {name: size for name, size in sizes.items() if size > TOO_LONG.get(name, LIMIT)}
    outdated = {name: size for name, size in TOO_LONG.items() if sizes.get(name, 0) <= LIMIT}

    assert {} == long
    assert {} == outdated


def test_modules_are_named_after_what_they_do() -> None:
    """No module is called utils, helpers, manager, base."""
    assert [] == [p.relative_to(ROOT).as_posix() for p in modules() if p.name in FORBIDDEN_NAMES]


def _public_without_docstring(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    name = path.relative_to(ROOT).as_posix()
    if not ast.get_docstring(tree):
        yield name
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield f"{name}:{node.lineno} {node.name}"


def test_everything_public_says_what_it_does() -> None:
    """Every module, public function and public class has a docstring."""
    assert [] == [missing for path in modules() for missing in _public_without_docstring(path)]


def test_nothing_is_left_for_later() -> None:
    """No marker of unfinished work stands in the code."""
    marker = re.compile(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError")
    found = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in [*modules(), *front_end()]
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if marker.search(line)
    ]
    assert [] == found


def test_no_failure_is_swallowed() -> None:
    """No except clause has an empty body."""
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and all(isinstance(s, ast.Pass) for s in node.body):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert [] == found


def test_no_amount_is_a_float() -> None:
    """The name `float` is used only where time or a share of the screen is meant."""
    allowed = {"runtime/settings.py"}
    found = []
    for path in modules():
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float" and name not in allowed:
                found.append(f"{name}:{node.lineno}")
    assert [] == found


def test_the_field_types_and_the_widgets_agree() -> None:
    """Every field type's widget is a module of ui/src/widgets."""
    from forms_dsl.fieldtypes.registry import FIELD_TYPES

    widgets = {p.stem for p in (ROOT / "ui/src/widgets").glob("*.tsx")}
    assert set() == {t.widget for t in FIELD_TYPES.values()} - widgets


def test_the_charts_agree_on_both_sides() -> None:
    """Every chart of the language is drawn by a module of ui/src/charts and the other way round."""
    ours = {p.stem for p in (ROOT / "forms_dsl/charts").glob("*.py")} - {"__init__", "registry", "protocol"}
    drawn = {p.stem for p in (ROOT / "ui/src/charts").glob("*.tsx")}
    assert ours == drawn


def test_every_act_of_the_trail_is_told_in_both_languages() -> None:
    """Each kind of event that is written under a name has its words on the screens."""
    calls = (node for p in modules() for node in ast.walk(ast.parse(p.read_text())) if isinstance(node, ast.Call))
    written = [call.args for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("record_event", "NewEvent")]
    named = {arg.value for args in written for arg in args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    words = set(re.findall(r"(\w+): \['", (ROOT / "ui" / "src" / "screens" / "parts" / "kinds.ts").read_text()))
    assert len(named) > 30, "the calls that write the trail were not found"
    assert not {name for name in named if name.replace(".", "_") not in words}


def test_every_code_is_documented() -> None:
    """docs/codes.md is the page that the registry of codes makes."""
    from forms_dsl.codes_page import page

    assert page() == (ROOT / "docs/codes.md").read_text(), "run `make docs`"


#: Refusals whose code no test names yet: it may only shrink.
UNTESTED_CODES = set(
    "P405 P411 P412 P413 P416 P417 P422 P423 P424 P425 P426 C406 M432 M434 "
    "P428 P430 P431 P433 P434 P436 P437 Q206 Q208 Q400 Q408 Q409 Q413 Q415 E101 E102 E103 E202 E206".split()
)


def test_every_code_has_an_example_that_a_test_runs() -> None:
    """Each code of the page stands in some test, but for a list that only shrinks."""
    from forms_dsl.codes_page import page

    known = set(re.findall(r"^\| ([A-Z][0-9]{3}) \|", page(), re.MULTILINE))
    others = [p for p in sorted((ROOT / "tests").rglob("*.py")) if p != Path(__file__).resolve()]
    named = set(re.findall(r"\b[A-Z][0-9]{3}\b", "\n".join(p.read_text() for p in others)))

    assert set() == known - named - UNTESTED_CODES
    assert set() == UNTESTED_CODES & named


#: The rules of language.md 4; a rule that goes takes its line with it.
RULES = (
    "Y001 Y002 Y003 Y004 Y005 Y006 Y007 Y010 Y012 S001 S002 S003 S004 S005 S006 S007 S008 S010 S011 R001 R002 R003 R004 R010 "
    "X001 X002 X003 X004 X005 X006 X011 X012 X013 X014 X020 X030 X040 X050 X301 X302 X303 X304 X305 N201 N202 N203 N204 "
    "F001 F002 F003 F004 F005 W001 W002 W003 W004 W005 W006 W007 W008 W009 W010 W011 W012 W013 W014 P001 P002 P003 P004 P005 "
    "P006 P007 M401 M402 M403 M404 M405 M406 M407 M408 O001 O002 O003 O004 O005 L301 L302 L303 L304 L305 L306 C001 C002 C003 "
    "C004 T001 Q001 Q002 D001 D002 D003"
)


def test_every_rule_of_the_language_is_there() -> None:
    """Each lint rule of the language has its line on the page of codes."""
    from forms_dsl.codes_page import page

    text = page()
    assert [] == [rule for rule in RULES.split() if f"| {rule} |" not in text]


def test_every_field_type_is_documented() -> None:
    """docs/field-types.md is the page that the field types make."""
    from forms_dsl.field_types_page import page

    assert page() == (ROOT / "docs/field-types.md").read_text(), "run `make docs`"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_key_of_the_language_is_documented(language: str) -> None:
    """docs/reference.md and docs/reference.zh.md are the pages that the shapes make, and every link within them leads somewhere."""
    from forms_dsl.reference_page import anchor, page, path_of

    text = page(language)
    anchors = [anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)]
    links = set(re.findall(r"\]\(#([^)]+)\)", text))

    assert text == path_of(language).read_text(), "run `make docs`"
    assert len(anchors) == len(set(anchors))
    assert set() == links - set(anchors)


def test_every_key_is_described_in_both_languages() -> None:
    """No key of a shape lacks its sentence in English or in Chinese."""
    from forms_dsl.jsonschema import schemas

    maps = [(name, schema) for name, schema in schemas().items()]
    maps += [(f"{name}.{shape}", body) for name, schema in maps for shape, body in schema.get("$defs", {}).items()]
    keys = [(f"{name}.{key}", said) for name, schema in maps for key, said in schema.get("properties", {}).items()]

    assert len(keys) > 500
    assert [] == [
        place for place, said in keys if not said.get("description") or not re.search("[\u4e00-\u9fff]", said.get("x-zh", ""))
    ]


def test_every_path_of_the_code_map_exists() -> None:
    """The packages that the architecture names are there."""
    text = (ROOT / "docs/architecture.md").read_text()
    named = set(re.findall(r"^\| `([a-z_]+)/` \|", text, re.MULTILINE))
    assert set() == {name for name in named if not (ROOT / name).is_dir()}
    assert {"forms_dsl", "runtime", "builder", "ui"} <= named


def test_nothing_foreign_is_committed() -> None:
    """No built asset, database, data set, registry address or machine path is under version control."""
    names = tracked()
    assert [] == [n for n in names if n.startswith(("ui/_ui/", "ui/node_modules/", ".data/")) or n.endswith((".db", ".asc"))]
    pattern = re.compile(r"(https?://[^\s\"']*(pypi|npmjs|registry|mirror)[^\s\"']*|/" + "work/|/" + r"root/)")
    found = []
    for name in names:
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png", ".svg"}:
            text = path.read_text(errors="replace")
            found += [f"{name}: {m.group(0)}" for m in pattern.finditer(text)]
    assert [] == found


@pytest.mark.parametrize("name", ["README.md", "docs/first-hour.md", "docs/architecture.md", "docs/glossary.md", "docs/rest.md"])
def test_the_manual_is_there(name: str) -> None:
    """Each page that the README promises exists and says something."""
    assert len((ROOT / name).read_text()) > 500


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link and picture in the manual exists."""
    broken = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if not target.startswith(("http:", "https:", "mailto:")) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert [] == broken

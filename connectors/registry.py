"""The shipped connector definitions and adapters, found by listing folders; a bank's own adapters by entry point."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from connectors.adapters.http import HttpAdapter
from connectors.definition import ConnectorDefinition
from connectors.protocol import Adapter
from connectors.read import read_connector
from forms_dsl.diagnostics import Diagnostic, has_errors

SHIPPED = Path(__file__).parent


class BrokenDefinitions(Exception):
    """Shipped or installed definitions have errors; the findings say where."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        lines = [f"{one.span.file}:{one.span.line}:{one.span.column} {one.code} {one.message}" for one in diagnostics]
        super().__init__("\n".join(lines))
        self.diagnostics = diagnostics


def load_definitions(*folders: Path) -> Mapping[str, ConnectorDefinition]:
    """Every `NAME/connector.yaml` of the shipped folder and the given ones by id; a later folder wins; raises `BrokenDefinitions`."""
    definitions: dict[str, ConnectorDefinition] = {}
    findings: list[Diagnostic] = []
    for folder in (SHIPPED, *folders):
        for path in sorted(folder.glob("*/connector.yaml")):
            read = read_connector(f"{path.parent.name}/{path.name}", path.read_text(encoding="utf-8"))
            findings += read.diagnostics
            if read.definition:
                definitions[read.definition.id] = read.definition
    if has_errors(findings):
        raise BrokenDefinitions(tuple(findings))
    return definitions


def load_adapters() -> Mapping[str, Adapter]:
    """The adapters by protocol: the built-in ones, and those a bank installed under `qiqiao.adapters`."""
    adapters: dict[str, Adapter] = {"http": HttpAdapter()}
    for entry in entry_points(group="qiqiao.adapters"):
        adapter: Adapter = entry.load()()
        adapters[adapter.kind] = adapter
    return adapters

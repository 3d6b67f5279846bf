"""All charts by name: the modules of this folder that declare one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from forms_dsl import charts
from forms_dsl.charts.protocol import ChartKind


def _load() -> Mapping[str, ChartKind]:
    modules = (importlib.import_module(f"{charts.__name__}.{module.name}") for module in pkgutil.iter_modules(charts.__path__))
    return MappingProxyType({module.CHART.name: module.CHART for module in modules if hasattr(module, "CHART")})


CHARTS: Mapping[str, ChartKind] = _load()

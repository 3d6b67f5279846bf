"""Administrative divisions of China: codes of GB/T 2260 and their names, read from `regions.csv` beside this module.

The file holds provinces (`110000`), prefectures (`110100`) and counties (`110101`) of the national statistics' division list,
after the open data set modood/Administrative-divisions-of-China; Taiwan, Hong Kong and Macao are held as provinces.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType


@lru_cache(maxsize=1)
def regions() -> Mapping[str, str]:
    """Name by code, in the order of the codes."""
    text = files("forms_dsl.fieldtypes").joinpath("regions.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["code"]: row["name"] for row in csv.DictReader(text.splitlines())})

"""Dashboards and reports: measures that are there, charts to show, and reports that read too much."""

from __future__ import annotations

import re
from collections.abc import Iterator

from forms_dsl import codes
from forms_dsl.checks.registry import Site, check
from forms_dsl.checks.trees import parts
from forms_dsl.diagnostics import Diagnostic, Sentence, code, suggestion
from forms_dsl.field_paths import entity_of
from forms_dsl.model import Entity, Report

UNBOUNDED = code("Q001", "A report without a condition on a date over an entity that is made for a million records.", "warning")

#: So many records are many to read at once; where nobody says how many are expected, a running number of so many digits tells.
_LARGE = 1_000_000
_LARGE_DIGITS = 6
_SEQUENCE = re.compile(r"\{seq:([0-9]+)\}")


@check
def tiles_show_what_reports_have(site: Site) -> Iterator[Diagnostic]:
    """A measure of a tile is one of its report; a chart is drawn where the report has one."""
    for dashboard in site.app.dashboards.values():
        for tile in dashboard.tiles:
            report = site.app.reports.get(tile.report or "")
            if report is None or not site.is_whole(report.span.file):
                continue
            tile_at = site.around(tile.span)
            known = {measure.name for measure in report.measures}
            named = [("measure", tile.measure)]
            named += [
                (key, bound.measure) for key, bound in (("target", tile.target), ("limit", tile.limit)) if bound is not None
            ]
            for key, name in named:
                if name is not None and name not in known:
                    message = Sentence(
                        f"The report {report.name!r} has no measure {name!r}.", f"报表“{report.name}”没有度量“{name}”。"
                    )
                    yield site.find(codes.UNKNOWN_REFERENCE, tile_at.at(key), message, suggestion(name, known))
            if tile.show == "chart" and report.chart is None:
                message = Sentence(f"The report {report.name!r} has no chart.", f"报表“{report.name}”没有图表。")
                yield site.find(codes.WRONG_TYPE, tile_at.at("show"), message)


@check
def reports_read_a_stretch_of_time(site: Site) -> Iterator[Diagnostic]:
    """Over an entity that grows without end a report looks at some of its time."""
    for report in site.app.reports.values():
        entity = entity_of(site.app, report.entity)
        if entity is not None and _grows_large(entity) and site.is_whole(report.span.file) and not _has_date(report):
            message = Sentence(
                f"{report.entity} grows large, and the report reads all of it.",
                f"{report.entity} 数据量会很大，而该报表读取全部记录。",
            )
            hint = Sentence(
                "Add a condition on a date, like created_on >= add_months(today(), -12).",
                "请加上日期条件，如 created_on >= add_months(today(), -12)。",
            )
            yield site.find(UNBOUNDED, site.place(report.span.file, "report"), message, hint, key=True)


def _grows_large(entity: Entity) -> bool:
    if entity.expected is not None:
        return entity.expected >= _LARGE
    digits = _SEQUENCE.search(entity.number or "")
    return digits is not None and int(digits[1]) >= _LARGE_DIGITS


def _has_date(report: Report) -> bool:
    return report.filter is not None and any(part.type.name in ("date", "datetime") for part in parts(report.filter.tree))

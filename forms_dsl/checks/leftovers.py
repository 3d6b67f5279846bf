"""What stands in one file and nothing in it uses: row types, windows of a segment, parameters of a report."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.checks.entities import UNUSED
from forms_dsl.checks.registry import Site, check
from forms_dsl.checks.trees import expressions, parts
from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.expr.tree import Aggregate, Ref


@check
def row_types_are_shown(site: Site) -> Iterator[Diagnostic]:
    """Rows that no field shows can neither be entered nor seen."""
    for entity in site.app.entities.values():
        shown = {field.options.of for field in entity.fields.values() if field.type == "rows"}
        for name in entity.rows if site.is_known(entity.name) else ():
            place = site.place(entity.span.file, "rows", name)
            if name not in shown and place.is_written:
                message = Sentence(f"No field shows the row type {name!r}.", f"没有字段使用行类型“{name}”。")
                hint = Sentence(f"Add a field {{type: rows, of: {name}}}.", f"请加上字段 {{type: rows, of: {name}}}。")
                yield site.find(UNUSED, place, message, hint, key=True)


@check
def windows_are_read(site: Site) -> Iterator[Diagnostic]:
    """A window of time that no condition of its segment reads."""
    for segment in site.app.segments.values():
        read = {part.rows.path[-1] for each in expressions(segment) for part in parts(each.tree) if isinstance(part, Aggregate)}
        for name in segment.windows if site.is_whole(segment.span.file) else ():
            if name not in read:
                message = Sentence(f"Nothing in the segment reads the window {name!r}.", f"客群中没有用到时间窗口“{name}”。")
                yield site.find(UNUSED, site.place(segment.span.file, "windows", name), message, key=True)


@check
def report_parameters_are_read(site: Site) -> Iterator[Diagnostic]:
    """A reader who is asked for a value expects that it counts."""
    for report in site.app.reports.values():
        read = {
            part.path[0]
            for each in expressions(report)
            for part in parts(each.tree)
            if isinstance(part, Ref) and part.root == "param" and part.path
        }
        for name in report.parameters if site.is_whole(report.span.file) else ():
            if name not in read:
                message = Sentence(f"Nothing in the report reads the parameter {name!r}.", f"报表中没有用到参数“{name}”。")
                yield site.find(UNUSED, site.place(report.span.file, "parameters", name), message, key=True)

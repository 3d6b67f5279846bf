"""What segments, dashboards, templates and other kinds can say and this version does not act on yet."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.diagnostics import Diagnostic, Sentence
from forms_dsl.model import App, HumanStep, Tile
from forms_dsl.source import Span
from forms_dsl.workflow_tree import steps_of
from runtime.publish.lint import Proposal
from runtime.publish.rules.not_carried_out import NOT_CARRIED_OUT
from runtime.records.dashboards import adds_up


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """One finding for each thing or key, at its place."""
    for span, key in _things(proposal.new.app):
        message = Sentence(f"This version does not carry out {key}.", f"当前版本尚不支持 {key}。")
        yield NOT_CARRIED_OUT.at(span, message, hint=Sentence("Leave it out for now.", "请暂时去掉。"))


def _things(app: App) -> Iterator[tuple[Span, str]]:
    yield from ((upgrade.span, "upgrade") for upgrade in app.upgrades.values())
    for dashboard in app.dashboards.values():
        yield from ((tile.span, key) for tile in dashboard.tiles for key in _of_tile(tile, app))
    for template in app.templates.values():
        if template.kind == "message":
            yield template.span, "template of a message"
        yield from ((path.span, "the format words") for path in template.paths if path.format == "words")
    for segment in app.segments.values():
        if segment.mode != "live":
            yield segment.span, f"mode: {segment.mode} of a segment"
        if any(window.begin is not None or window.end is not None for window in segment.windows.values()):
            yield segment.span, "times of day in a window of a segment"
        lengths = [each for window in segment.windows.values() for each in (window.last, window.skip) if each is not None]
        if any(each.unit != "day" for each in lengths):
            yield segment.span, "a window of a segment that is not of whole days"
    for report in app.reports.values():
        if report.send is not None:
            yield report.span, "send"
    run = {step.run for workflow in app.workflows.values() for step in steps_of(workflow) if isinstance(step, HumanStep)}
    for decision in app.decisions.values():
        if decision.shadow_of is not None and decision.shadow_of not in run:
            yield decision.span, "shadow_of a decision that no step runs"
    parameters = Span("params.yaml", 1, 1, 1, 1)
    yield from (
        (parameters, f"by: segment (params.{name})") for name, parameter in app.parameters.items() if "segment" in parameter.by
    )


def _of_tile(tile: Tile, app: App) -> Iterator[str]:
    if tile.compare is not None:
        yield "compare"
    report = app.reports.get(tile.report or "")
    measure = next((each for each in report.measures if each.name == tile.measure), None) if report is not None else None
    is_grouped = report is not None and (report.rows or report.columns)
    if tile.show == "number" and measure is not None and is_grouped and not adds_up(measure.value.tree):
        yield "show: number of a measure that does not add up over groups"

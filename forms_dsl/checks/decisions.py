"""Decisions: gaps, overlaps and what can never be reached."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from forms_dsl.checks.expressions import CONSTANT_CONDITION
from forms_dsl.checks.registry import Site, check
from forms_dsl.codes import LIMIT
from forms_dsl.coverage import Coverage, TooManyCombinations, coverage_of, reachable_scores
from forms_dsl.diagnostics import FINDING_LIMIT, Code, Diagnostic, Sentence, code
from forms_dsl.expr.facts import Facts
from forms_dsl.expr.python import compile_python
from forms_dsl.model import DecisionTable, Scorecard
from forms_dsl.source import Span

GAP = code("D001", "A decision table or scorecard that has no answer for some values.")
OVERLAP = code("D002", "Two rows of a decision table apply at once although only one may.")


@check
def tables_are_decided(site: Site) -> Iterator[Diagnostic]:
    """Every combination of values has exactly one row, as far as the kind of the table asks for it."""
    for table in site.app.decisions.values():
        if isinstance(table, DecisionTable) and site.is_whole(table.span.file):
            try:
                # No more findings than are answered: a table in which all rows overlap is told of soon.
                yield from islice(_table(site, table, coverage_of(table)), FINDING_LIMIT)
            except TooManyCombinations:
                message = Sentence(
                    "The table has too many rows and inputs to look for gaps; split it.",
                    "决策表的行与输入过多，无法检查遗漏；请拆分。",
                )
                yield _found(site, LIMIT, table.span, message)


def _table(site: Site, table: DecisionTable, coverage: Coverage) -> Iterator[Diagnostic]:
    if table.hit != "collect":
        gap = coverage.gap()
        if gap is not None:
            message = _joined(gap, "No row decides {}.", "没有规则行能判定：{}。")
            hint = Sentence("Add a row for it, or widen one.", "请补充一行，或放宽已有的一行。")
            yield _found(site, GAP, table.span, message, hint)
    if table.hit == "unique":
        for first, second, both in coverage.overlaps():
            one, other = table.rows[first], table.rows[second]
            message = _joined(
                both,
                f"The rows {one.name!r} and {other.name!r} both apply: {{}}.",
                f"规则行“{one.name}”与“{other.name}”同时命中：{{}}。",
            )
            hint = Sentence("Narrow one of them, or write hit: first.", "请收窄其中一行，或写 hit: first。")
            yield _found(site, OVERLAP, other.span, message, hint, (("the other row", one.span),))
    for number, row in enumerate(table.rows):
        if coverage.is_dead(number, after=table.hit == "first"):
            message = Sentence(f"The row {row.name!r} can never apply.", f"规则行“{row.name}”永远不会命中。")
            yield _found(site, CONSTANT_CONDITION, row.span, message)


@check
def scorecards_are_decided(site: Site) -> Iterator[Diagnostic]:
    """Every factor and the grades have a last row for all that is left; every grade can be reached."""
    for card in site.app.decisions.values():
        if not isinstance(card, Scorecard) or not site.is_whole(card.span.file):
            continue
        for factor in card.factors:
            if not factor.rows or factor.rows[-1].condition is not None:
                message = Sentence(f"The factor {factor.name!r} has no row else.", f"评分因素“{factor.name}”缺少 else 行。")
                yield _found(site, GAP, factor.span, message, _ELSE)
        if card.bands and card.bands[-1].condition is not None:
            message = Sentence("The grades have no row else.", "等级缺少 else 行。")
            yield _found(site, GAP, card.bands[-1].span, message, _ELSE)
        yield from _bands(site, card)


_ELSE = Sentence("Add a last row {else: true, …}.", "请在最后加上 {else: true, …}。")


def _bands(site: Site, card: Scorecard) -> Iterator[Diagnostic]:
    """Grades that no sum of points reaches."""
    if not all(factor.rows for factor in card.factors):
        return
    scores = reachable_scores(card.start, [[row.points for row in factor.rows] for factor in card.factors])
    left = [Facts(record={"score": score}) for score in scores]
    for band in card.bands:
        holds = compile_python(band.condition.tree) if band.condition is not None else None
        taken = [facts for facts in left if holds is None or holds(facts) is True]
        if not taken:
            message = Sentence(
                f"No score reaches the grade {band.grade!r}: they go from {min(scores)} to {max(scores)}.",
                f"没有分数能达到等级“{band.grade}”：可能的分数为 {min(scores)} 至 {max(scores)}。",
            )
            yield _found(site, CONSTANT_CONDITION, band.span, message)
        met = {id(facts) for facts in taken}
        left = [facts for facts in left if id(facts) not in met]


def _joined(words: tuple[Sentence, ...], en: str, zh: str) -> Sentence:
    return Sentence(en.format(", ".join(word.en for word in words)), zh.format("，".join(word.zh for word in words)))


def _found(
    site: Site,
    kind: Code,
    span: Span,
    message: Sentence,
    hint: Sentence | None = None,
    related: tuple[tuple[str | Sentence, Span], ...] = (),
) -> Diagnostic:
    return kind.at(span, message, pointer=site.around(span).pointer, hint=hint, related=related)

"""A publish plan as text for the command line: words first, then SQL, records, approvals and findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from builder.effect_text import effect_lines
from forms_dsl.diagnostics import Diagnostic
from forms_dsl.model import Label
from runtime.publish.effect import Effect
from runtime.publish.types import PublishPlan
from runtime.publish.words import label_in

_WORDS: dict[str, Label] = {
    "first": {"en": "{app} {version}: the first release", "zh": "{app} {version}：首次发布"},
    "next": {
        "en": "{app} {version}: release {to}, on top of release {from_}",
        "zh": "{app} {version}：版本 {to}，基于版本 {from_}",
    },
    "changes": {"en": "Changes", "zh": "变更"},
    "no changes": {"en": "The definition says the same as the active release.", "zh": "与已上线版本没有差别。"},
    "unread": {"en": "The definition has errors, so nothing was compared.", "zh": "定义有错误，未作比较。"},
    "steps": {"en": "Tables", "zh": "表结构"},
    "no steps": {"en": "No table changes.", "zh": "表结构不变。"},
    "misfits": {"en": "Records that do not fit", "zh": "不合新规则的记录"},
    "running": {"en": "Running approvals, which stay on the release they started with", "zh": "在途审批（按发起时的版本走完）"},
    "effect": {"en": "People whose access changes", "zh": "权限变化涉及的人员"},
    "no effect": {"en": "Nobody's access changes.", "zh": "没有人员的权限发生变化。"},
    "findings": {"en": "Findings", "zh": "发现"},
    "count": {"en": "{count} record(s)", "zh": "{count} 条"},
    "lock": {"en": "lock: {lock}", "zh": "锁：{lock}"},
    "rewrites": {"en": "rewrites the table", "zh": "重写全表"},
    "widened": {"en": "WIDENS ACCESS", "zh": "放宽权限"},
    "destructive": {"en": "DESTRUCTIVE", "zh": "破坏性"},
    "hint": {"en": "Hint: {hint}", "zh": "提示：{hint}"},
    "blocked": {"en": "This cannot be published as it is.", "zh": "按现状不能发布。"},
}


def plan_lines(plan: PublishPlan, locale: str, effect: Sequence[Effect] | None = None) -> Iterator[str]:
    """The plan, line by line, with whom its change of access reaches where that was looked at."""

    def word(name: str, **values: object) -> str:
        return _WORDS[name][locale].format(**values)

    title = "first" if plan.from_ is None else "next"
    yield " ".join(word(title, app=plan.app, version=plan.version, to=plan.to, from_=plan.from_).split()).replace(" :", ":")
    yield ""
    if not plan.version:
        yield word("unread")
        yield from _findings(plan, locale)
        return
    if plan.changes:
        yield word("changes")
        for change in plan.changes:
            flag = f"  [{word(change.flag)}]" if change.flag else ""
            yield f"  {change.kind:<10} {label_in(change.words, locale)}{flag}"
    else:
        yield word("no changes")
    yield ""
    if plan.steps:
        yield word("steps")
        for number, step in enumerate(plan.steps, 1):
            yield f"  {number:>2} {step.phase:<9} {step.sql}"
            notes = [label_in(step.because, locale)]
            notes += [word("lock", lock=step.lock)] if step.lock != "none" else []
            notes += [word("rewrites")] if step.rewrite else []
            yield f"               {' · '.join(notes)}"
    else:
        yield word("no steps")
    if plan.misfits:
        yield ""
        yield word("misfits")
        for misfit in plan.misfits:
            thing = f"{misfit.entity}.{misfit.field}" if misfit.field else misfit.entity
            yield f"  {thing}  {misfit.rule}  {word('count', count=misfit.count)}: {', '.join(misfit.samples)}"
    if plan.running:
        yield ""
        yield word("running")
        for running in plan.running:
            yield f"  {running.workflow}  {running.step}  {running.count}"
    if effect is not None:
        yield ""
        yield word("effect" if effect else "no effect")
        yield from effect_lines(effect, locale)
    yield from _findings(plan, locale)


def _findings(plan: PublishPlan, locale: str) -> Iterator[str]:
    if plan.diagnostics:
        yield ""
        yield _WORDS["findings"][locale]
        for found in plan.diagnostics:
            yield from _finding(found, locale)
    if plan.blocked:
        yield ""
        yield _WORDS["blocked"][locale]


def _finding(found: Diagnostic, locale: str) -> Iterator[str]:
    span = found.span
    yield f"  {found.code} {found.severity}  {span.file}:{span.line}:{span.column}  {found.message_in(locale)}"
    hint = found.hint_in(locale)
    if hint:
        yield f"       {_WORDS['hint'][locale].format(hint=hint)}"

"""The effect of a change of access, as lines for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forms_dsl.model import Label
from runtime.publish.effect import Effect, Reach, RowsEffect
from runtime.publish.words import label_in

Json = dict[str, object]

_VERBS: dict[str, Label] = {
    "read": {"en": "read", "zh": "查看"},
    "update": {"en": "change", "zh": "修改"},
    "delete": {"en": "delete", "zh": "删除"},
    "create": {"en": "create", "zh": "新建"},
}
_LEVELS: dict[str, Label] = {
    "none": {"en": "none", "zh": "不可见"},
    "masked": {"en": "masked", "zh": "掩码"},
    "read": {"en": "read", "zh": "可见"},
    "write": {"en": "write", "zh": "可填"},
}
_WORDS: dict[str, Label] = {
    "head": {"en": "  {label} for {people} holder(s) of {roles}", "zh": "  {label}：持有 {roles} 的 {people} 人"},
    "gain": {"en": "    {people} gain {rows} record(s) each to {verb}", "zh": "    {people} 人每人新增可{verb} {rows} 条"},
    "lose": {"en": "    {people} lose {rows} record(s) each to {verb}", "zh": "    {people} 人每人失去可{verb} {rows} 条"},
    "gain create": {"en": "    {people} may {verb}", "zh": "    {people} 人可以{verb}"},
    "lose create": {"en": "    {people} may no longer {verb}", "zh": "    {people} 人不再可以{verb}"},
    "too_many": {
        "en": "    {verb}: not counted for {people}: too many records to look at",
        "zh": "    {verb}：{people} 人未统计：记录过多",
    },
    "took_too_long": {
        "en": "    {verb}: not counted for {people}: counting took too long",
        "zh": "    {verb}：{people} 人未统计：统计耗时过长",
    },
    "not_there_yet": {
        "en": "    {verb}: not counted for {people}: the rule reads a value that only publishing writes",
        "zh": "    {verb}：{people} 人未统计：规则所读的值在发布后才有",
    },
    "field": {"en": "    {label}: {before} -> {after}", "zh": "    {label}：{before} → {after}"},
    "several": {"en": "{least:,} to {most:,}", "zh": "{least:,} 至 {most:,}"},
    "and": {"en": " + ", "zh": "＋"},
}


def effect_json(effects: Sequence[Effect] | None) -> list[Json] | None:
    """The effects in the shape of docs/rest.md 6."""
    if effects is None:
        return None
    return [
        {
            "entity": each.entity,
            "label": dict(each.label),
            "roles": [{"name": n, "label": dict(label)} for n, label in zip(each.roles, each.role_labels, strict=True)],
            "people": each.people,
            "rows": [_rows_json(rows) for rows in each.rows],
            "fields": [{"field": f.field, "label": dict(f.label), "before": f.before, "after": f.after} for f in each.fields],
        }
        for each in effects
    ]


def effect_lines(effects: Sequence[Effect], locale: str) -> Iterator[str]:
    """The effects, line by line."""
    for each in effects:
        roles = _WORDS["and"][locale].join(label_in(label, locale) for label in each.role_labels)
        yield _WORDS["head"][locale].format(label=label_in(each.label, locale), people=each.people, roles=roles)
        for rows in each.rows:
            verb = _VERBS[rows.action][locale]
            for name, reach in (("gain", rows.gain), ("lose", rows.lose)):
                if reach.people:
                    sentence = f"{name} create" if rows.action == "create" else name
                    yield _WORDS[sentence][locale].format(people=reach.people, rows=_records(reach, locale), verb=verb)
            if rows.because is not None:
                yield _WORDS[rows.because][locale].format(people=rows.not_counted, verb=verb)
        for field in each.fields:
            before, after = _LEVELS[field.before][locale], _LEVELS[field.after][locale]
            yield _WORDS["field"][locale].format(label=label_in(field.label, locale), before=before, after=after)


def _records(reach: Reach, locale: str) -> str:
    if reach.least == reach.most:
        return f"{reach.most:,}"
    return _WORDS["several"][locale].format(least=reach.least, most=reach.most)


def _rows_json(rows: RowsEffect) -> Json:
    not_counted = {"people": rows.not_counted, "because": rows.because} if rows.because is not None else None
    return {"action": rows.action, "gain": _reach_json(rows.gain), "lose": _reach_json(rows.lose), "not_counted": not_counted}


def _reach_json(reach: Reach) -> Json | None:
    return {"people": reach.people, "least": reach.least, "most": reach.most} if reach.people else None

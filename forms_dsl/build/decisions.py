"""Decisions: what they give, known before the flows are built, and their rows, factors and grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from forms_dsl import codes
from forms_dsl.build.bench import DecisionSignature, EntitySignature, Names, Workbench
from forms_dsl.build.cells import build_cell
from forms_dsl.build.decision_values import decision_value, read_literal
from forms_dsl.build.known import deprecated_of
from forms_dsl.build.people import role_name
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.build.reading_days import read_day
from forms_dsl.diagnostics import Sentence
from forms_dsl.expr.scope import BOOLEAN, Scope
from forms_dsl.expr.scope import Place as ExpressionPlace
from forms_dsl.expr.tree import Expression, LiteralValue, ValueType
from forms_dsl.files.decision import BandShape, DecisionRowShape, DecisionShape, FactorRowShape
from forms_dsl.model import (
    Band,
    Decision,
    DecisionRow,
    DecisionTable,
    DecisionValue,
    Factor,
    FactorRow,
    Scorecard,
)

_SCORECARD = ExpressionPlace("scorecard", Sentence("a scorecard", "评分卡"), frozenset({"P"}), frozenset({"param"}), related=True)
_GRADE = ExpressionPlace("grade", Sentence("a grade of a scorecard", "评分卡等级"), frozenset({"P"}), frozenset())
_SCORE = {"score": ValueType("number", scale=0, optional=False)}
_OUTPUT = Sentence("output of the decision", "决策输出")
#: Keys that only one kind of decision has.
_ONLY: Mapping[str, tuple[str, ...]] = {
    "scorecard": ("given", "hit", "rows", "maintained_by"),
    "table": ("entity", "start", "factors", "grade", "reasons"),
}


def declare_decisions(bench: Workbench, files: list[SourceFile]) -> None:
    """What each decision takes and gives; None for one that could not be read."""
    known: dict[str, DecisionSignature | None] = {}
    for file in files:
        known[file.name] = _declare(bench, file)
    bench.decisions = Names(known, deprecated=deprecated_of({file.name: file.shape for file in files if file.shape}))


def _declare(bench: Workbench, file: SourceFile) -> DecisionSignature | None:
    shape = file.shape
    if not isinstance(shape, DecisionShape):
        return None
    place = Place(file)
    outputs = {name: decision_value(bench, place.at("output", name), name, words) for name, words in shape.output.items()}
    inputs = {
        name: decision_value(bench, place.at("given", name), name, words, asked=True) for name, words in shape.given.items()
    }
    if None in outputs.values() or None in inputs.values() or not file.is_whole(("output",)) or not file.is_whole(("given",)):
        return None
    types = {name: value.value_type for name, value in outputs.items() if value is not None}
    if shape.hit == "collect":
        types = {name: replace(type, name="multi_choice") for name, type in types.items()}
    return DecisionSignature(
        name=file.name,
        kind=shape.kind,
        outputs=types,
        inputs={name: value.value_type for name, value in inputs.items() if value is not None},
        entity=bench.full(shape.entity) if shape.entity else None,
    )


def build_decision(bench: Workbench, file: SourceFile) -> Decision | None:
    """The decision of a file; rows and conditions with findings are left out."""
    shape = file.shape
    if not isinstance(shape, DecisionShape):
        return None
    place = Place(file)
    foreign = [name for name in _ONLY[shape.kind] if name in shape.model_fields_set]
    for name in foreign:
        other = Sentence("table", "决策表") if shape.kind == "scorecard" else Sentence("scorecard", "评分卡")
        message = Sentence(f"Only a {other.en} has the key {name!r}.", f"只有{other.zh}才有键“{name}”。")
        bench.find(codes.UNKNOWN_KEY, place.at(name), message, key=True)
    if foreign or bench.decisions.known.get(file.name) is None:
        bench.incomplete.add(file.path)
        return None
    _shadow(bench, place.at("shadow_of"), shape, file.name)
    outputs = _values(bench, place.at("output"), shape.output)
    return _table(bench, file, shape, outputs) if shape.kind == "table" else _scorecard(bench, file, shape, outputs)


def _values(bench: Workbench, place: Place, shapes: Mapping[str, str | tuple[str, ...]]) -> dict[str, DecisionValue]:
    """Inputs or outputs that were found good when they were declared."""
    found = {name: decision_value(bench, place.at(name), name, words) for name, words in shapes.items()}
    return {name: value for name, value in found.items() if value is not None}


def _shadow(bench: Workbench, place: Place, shape: DecisionShape, name: str) -> None:
    """The live decision beside it gives the same outputs and is no shadow of itself."""
    if shape.shadow_of is None:
        return
    live = bench.look_up(bench.decisions, place, shape.shadow_of, Sentence("decision", "决策"))
    if shape.shadow_of == name:
        bench.find(codes.WRONG_TYPE, place, Sentence("A decision is no shadow of itself.", "决策不能对照自身。"))
    elif live is not None and (live.kind != shape.kind or set(live.outputs) != set(shape.output)):
        message = Sentence(
            f"{shape.shadow_of!r} is of another kind or gives other outputs.", f"“{shape.shadow_of}”的类型或输出与本决策不同。"
        )
        bench.find(codes.WRONG_TYPE, place, message)


def _need(bench: Workbench, place: Place, name: str, there: object, what: Sentence) -> bool:
    if not there and place.file.is_whole((name,)):
        message = Sentence(f"A {what.en} needs {name!r}.", f"{what.zh}需要“{name}”。")
        bench.find(codes.MISSING_KEY, place, message, key=True)
    return bool(there)


# Tables ----------------------------------------------------------------------------------------------------------------


def _table(bench: Workbench, file: SourceFile, shape: DecisionShape, outputs: dict[str, DecisionValue]) -> Decision | None:
    place, what = Place(file), Sentence("table", "决策表")
    inputs = _values(bench, place.at("given"), shape.given)
    needed = [_need(bench, place, "given", shape.given, what), _need(bench, place, "rows", shape.rows, what)]
    if shape.hit == "collect" and any(value.value_type.name != "choice" for value in outputs.values()):
        message = Sentence("A table that collects gives codes only.", "collect 类型的决策表只能输出代码。")
        bench.find(codes.WRONG_TYPE, place.at("hit"), message)
    role = role_name(bench, place.at("maintained_by"), shape.maintained_by) if shape.maintained_by else None
    _names_differ(bench, place.at("rows"), shape.rows)
    rows = [_row(bench, place.at("rows", number), row, inputs, outputs) for number, row in enumerate(shape.rows)]
    if not all(needed):
        return None
    return DecisionTable(
        id=shape.id or file.name,
        name=file.name,
        label=shape.label,
        span=place.at("decision").span,
        inputs=inputs,
        outputs=outputs,
        rows=tuple(rows),
        hit=shape.hit,
        maintained_by=role,
        shadow_of=shape.shadow_of,
    )


def _names_differ(bench: Workbench, place: Place, shapes: list[DecisionRowShape]) -> None:
    seen: set[str] = set()
    for number, shape in enumerate(shapes):
        if shape.row in seen:
            message = Sentence(f"The row {shape.row!r} stands twice.", f"规则行“{shape.row}”重复。")
            bench.find(codes.NAME_TWICE, place.at(number, "row"), message)
        seen.add(shape.row)


def _row(
    bench: Workbench,
    place: Place,
    shape: DecisionRowShape,
    inputs: Mapping[str, DecisionValue],
    outputs: Mapping[str, DecisionValue],
) -> DecisionRow:
    cells = {}
    for name, text in shape.if_.items():
        here = place.at("if", name)
        if name not in inputs:
            bench.unknown(here, name, Sentence("input of the table", "决策表输入"), inputs, key=True)
        elif (cell := build_cell(bench, here, text, inputs[name])) is not None:
            cells[name] = cell
    then: dict[str, LiteralValue] = {}
    for name, text in shape.then.items():
        here = place.at("then", name)
        if name not in outputs:
            bench.unknown(here, name, _OUTPUT, outputs, key=True)
        elif (value := read_literal(bench, here, text, outputs[name])) is not None:
            then[name] = value
    lacking = [name for name in outputs if name not in shape.then]
    if lacking and set(shape.then) <= set(outputs) and place.file.is_whole(place.at("then").pointer):
        message = Sentence(f"The row gives no {lacking[0]!r}.", f"该行没有给出“{lacking[0]}”。")
        bench.find(codes.MISSING_KEY, place.at("then"), message, key=True)
    begin, end = (read_day(bench, place.at(key), getattr(shape, key)) for key in ("valid_from", "valid_to"))
    if begin is not None and end is not None and begin > end:
        message = Sentence("The row ends before it begins.", "失效日期早于生效日期。")
        bench.find(codes.WRONG_TYPE, place.at("valid_to"), message)
    return DecisionRow(shape.row, cells, then, place.key_span, begin, end)


# Scorecards ------------------------------------------------------------------------------------------------------------


def _scorecard(bench: Workbench, file: SourceFile, shape: DecisionShape, outputs: dict[str, DecisionValue]) -> Decision | None:
    place, what = Place(file), Sentence("scorecard", "评分卡")
    needed = [_need(bench, place, "entity", shape.entity, what), _need(bench, place, "factors", shape.factors, what)]
    entity = bench.entity(place.at("entity"), shape.entity) if shape.entity else None
    _outputs_of_card(bench, place, shape, outputs)
    if entity is None or not all(needed):
        return None
    scope = bench.scope(_SCORECARD, bench.record_types(entity, related=True), without_user=True)
    factors = [
        Factor(
            name,
            tuple(_factor_row(bench, place.at("factors", name, n), row, scope, entity) for n, row in enumerate(rows)),
            place.at("factors", name).key_span,
        )
        for name, rows in shape.factors.items()
    ]
    for name, rows in shape.factors.items():
        _else_is_last(bench, place.at("factors", name), rows)
    _else_is_last(bench, place.at("grade"), shape.grade)
    bands = [
        band
        for number, each in enumerate(shape.grade)
        if (band := _band(bench, place.at("grade", number), each, outputs.get("grade"))) is not None
    ]
    return Scorecard(
        id=shape.id or file.name,
        name=file.name,
        entity=entity.name if entity.full_name.startswith(f"{bench.app}.") else entity.full_name,
        label=shape.label,
        span=place.at("decision").span,
        outputs=outputs,
        start=shape.start,
        factors=tuple(factors),
        bands=tuple(bands),
        reasons=shape.reasons,
        shadow_of=shape.shadow_of,
    )


def _outputs_of_card(bench: Workbench, place: Place, shape: DecisionShape, outputs: Mapping[str, DecisionValue]) -> None:
    """A card gives a whole `score` and, where it has bands, a `grade`."""
    score = outputs.get("score")
    if score is None:
        message = Sentence("A scorecard gives a score.", "评分卡须输出 score。")
        bench.find(
            codes.MISSING_KEY, place.at("output"), message, Sentence("Write score: integer", "请写 score: integer"), key=True
        )
    elif score.type != "integer":
        message = Sentence("The score is a whole number.", "score 是整数。")
        bench.find(codes.WRONG_TYPE, place.at("output", "score"), message, Sentence("Write integer.", "请写 integer。"))
    for name in outputs:
        if name not in ("score", "grade"):
            bench.unknown(
                place.at("output", name), name, Sentence("output of a scorecard", "评分卡输出"), ("score", "grade"), key=True
            )
    if ("grade" in outputs) != bool(shape.grade) and place.file.is_whole(("grade",)):
        message = Sentence(
            "The output `grade` and the bands under `grade` need one another.", "输出 grade 与 grade 下的等级区间须同时存在。"
        )
        bench.find(codes.MISSING_KEY, place.at("output"), message, key=True)


def _else_is_last(bench: Workbench, place: Place, rows: Sequence[FactorRowShape | BandShape]) -> None:
    """Each row has a condition or is the last, for all that is left."""
    for number, row in enumerate(rows):
        if row.else_ == (row.if_ is not None):
            message = Sentence("A row has either if or else: true.", "每行须有 if 或 else: true，且只能有一个。")
            bench.find(codes.WRONG_TYPE, place.at(number), message, key=True)
    for number, (row, _) in enumerate(pairwise(rows)):
        if row.else_:
            message = Sentence("Nothing comes after else.", "else 之后不能再有其他行。")
            bench.find(codes.WRONG_TYPE, place.at(number, "else"), message, key=True)


def _condition(
    bench: Workbench, place: Place, text: str | None, scope: Scope, entity: EntitySignature | None
) -> Expression | None:
    return bench.expression(place.at("if"), text, scope, BOOLEAN, entity) if text is not None else None


def _factor_row(bench: Workbench, place: Place, shape: FactorRowShape, scope: Scope, entity: EntitySignature) -> FactorRow:
    condition = _condition(bench, place, shape.if_, scope, entity)
    return FactorRow(condition, shape.points, place.key_span, shape.reason)


def _band(bench: Workbench, place: Place, shape: BandShape, output: DecisionValue | None) -> Band | None:
    condition = _condition(bench, place, shape.if_, bench.scope(_GRADE, _SCORE, without_user=True), None)
    grade = read_literal(bench, place.at("then"), shape.then, output) if output is not None else None
    return Band(condition, grade, place.key_span) if grade is not None else None

"""The app's own file, choice lists and parameters: what every other file may refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from forms_dsl import codes
from forms_dsl.build.bench import Names, Workbench
from forms_dsl.build.known import deprecated_of
from forms_dsl.build.options import choice_list, parameter_options
from forms_dsl.build.people import role_name
from forms_dsl.build.place import Place, SourceFile
from forms_dsl.diagnostics import Sentence, suggestion
from forms_dsl.expr.tree import ValueType
from forms_dsl.fieldtypes.protocol import ValueRefused
from forms_dsl.fieldtypes.registry import FIELD_TYPES
from forms_dsl.files.app import LANGUAGE_LIMIT, AppShape, ChoicesShape, ParametersShape, RequiresShape
from forms_dsl.model import App, Choice, Label, Parameter
from forms_dsl.versions import RUNTIME_VERSION, in_range

#: What `menu` may name, with the kind of its files.
_MENU = {"lists": "list", "reports": "report", "dashboards": "dashboard"}
MENU_KINDS = tuple(_MENU.values())
_MENU_WORDS = {"list": "列表", "report": "报表", "dashboard": "仪表盘"}
#: Types that a parameter may have.
_PARAMETER_TYPES = ("text", "integer", "decimal", "money", "boolean", "date")


def languages_of(data: object) -> tuple[str, ...]:
    """The languages that an app's file declares, read before anything is checked."""
    written = data.get("languages") if isinstance(data, dict) else None
    names = dict.fromkeys(each for each in written if isinstance(each, str) and each) if isinstance(written, list) else {}
    return tuple(islice(names, LANGUAGE_LIMIT))


def declare_app(bench: Workbench, file: SourceFile, available: Mapping[str, App]) -> None:
    """The app's currency, its calendar and the apps that it requires."""
    shape = file.shape
    available = {name: app for name, app in available.items() if name != bench.app}
    if not isinstance(shape, AppShape):
        bench.required_apps = Names({name: name for name in available}, open=True)
        bench.others = available
        return
    bench.currency = shape.currency
    bench.calendar = shape.calendar
    place = Place(file, ("requires", "apps"))
    _check_required(bench, place, shape.requires, available)
    lost = dict.fromkeys(file.lost_names(place.pointer))
    is_open = file.is_open(place.pointer) or ("requires",) in (file.salvaged.pruned if file.salvaged else ())
    bench.required_apps = Names({**{name: name for name in shape.requires.apps}, **lost}, is_open)
    bench.others = {name: app for name, app in available.items() if name in bench.required_apps.known or is_open}


def _check_required(bench: Workbench, place: Place, shape: RequiresShape, available: Mapping[str, App]) -> None:
    """Each required app is there, in a version that fits; so is the platform."""
    for name, wanted in shape.apps.items():
        if name not in available:
            message = Sentence(f"The app {name!r} is not available here.", f"此处没有应用“{name}”。")
            hint = Sentence(
                "Its folder stands beside this one or in one of --apps, and has no errors of its own.",
                "其文件夹应与本文件夹并列，或位于 --apps 指定的文件夹中，且自身没有错误。",
            )
            bench.find(codes.UNKNOWN_REFERENCE, place.at(name), message, suggestion(name, available) or hint, key=True)
        elif not in_range(available[name].version, wanted):
            _not_met(bench, place.at(name), f"{name} {available[name].version}", wanted)
    if shape.runtime is not None and not in_range(RUNTIME_VERSION, shape.runtime):
        _not_met(bench, place.parent.at("runtime"), f"Qiqiao {RUNTIME_VERSION}", shape.runtime)


def _not_met(bench: Workbench, place: Place, have: str, wanted: str) -> None:
    message = Sentence(f"Here is {have}, which is not {wanted}.", f"此处为 {have}，不在范围 {wanted} 内。")
    bench.find(codes.VERSION_NOT_MET, place, message)


def declare_choices(bench: Workbench, file: SourceFile | None) -> None:
    """The choice lists."""
    if file is None:
        return
    shape = file.shape
    known: dict[str, tuple[tuple[Choice, ...], bool] | None] = dict.fromkeys(file.lost_names(("choices",)))
    if isinstance(shape, ChoicesShape):
        for name, listed in shape.choices.items():
            place = Place(file, ("choices", name, "values"))
            codes_of_list = choice_list(bench, place, listed.values)
            known[name] = (codes_of_list, listed.ordered) if file.is_whole(place.pointer) else None
    bench.choices = Names(known, file.is_open(("choices",)), deprecated_of(getattr(shape, "choices", {})))


def declare_parameters(bench: Workbench, file: SourceFile | None) -> dict[str, Parameter]:
    """The parameters, whose values must be of their types."""
    if file is None:
        return {}
    shape = file.shape
    known: dict[str, ValueType | None] = dict.fromkeys(file.lost_names(("params",)))
    built = {}
    for name, parameter in shape.params.items() if isinstance(shape, ParametersShape) else ():
        place = Place(file, ("params", name))
        known[name] = None
        if parameter.type not in _PARAMETER_TYPES:
            message = Sentence(f"A parameter has no type {parameter.type!r}.", f"参数没有“{parameter.type}”类型。")
            words = Sentence(f"It is one of {', '.join(_PARAMETER_TYPES)}.", f"可用：{'、'.join(_PARAMETER_TYPES)}。")
            bench.find(codes.WRONG_TYPE, place.at("type"), message, suggestion(parameter.type, _PARAMETER_TYPES) or words)
            continue
        options = parameter_options(bench, place, parameter)
        type = FIELD_TYPES[parameter.type].value_type(options)
        known[name] = replace(type, deprecated=parameter.deprecated)
        try:
            FIELD_TYPES[parameter.type].parse(parameter.value, options)
        except ValueRefused as refused:
            bench.find(codes.WRONG_TYPE, place.at("value"), Sentence(refused.message["en"], refused.message["zh"]))
            continue
        changed_by = role_name(bench, place.at("changed_by"), parameter.changed_by) if parameter.changed_by else None
        built[name] = Parameter(
            name, parameter.label, parameter.type, type, parameter.value, options, changed_by, tuple(dict.fromkeys(parameter.by))
        )
    bench.params = Names(known, file.is_open(("params",)), deprecated_of(getattr(shape, "params", {})))
    return built


def build_menu(bench: Workbench, file: SourceFile, labels: Mapping[str, Mapping[str, Label]]) -> tuple[tuple[str, str], ...]:
    """The menu as (kind, name); without one of its own, every list and report by label."""
    shape = file.shape
    if not isinstance(shape, AppShape) or shape.menu is None:
        language = bench.languages[0] if bench.languages else "en"
        return tuple(
            (kind, name)
            for kind in _MENU.values()
            for name in sorted(labels[kind], key=lambda each: labels[kind][each].get(language, each))
        )
    menu = []
    for number, text in enumerate(shape.menu):
        place = Place(file, ("menu",)).at(number)
        folder, _, name = text.partition(".")
        kind = _MENU.get(folder)
        if kind is None:
            known = (f"{each}.{n}" for each, k in _MENU.items() for n in bench.files.get(k, ()))
            bench.unknown(place, text, Sentence("menu entry", "菜单项"), known)
        elif bench.has_file(kind, place, name, Sentence(kind, _MENU_WORDS[kind])):
            menu.append((kind, name))
    return tuple(menu)

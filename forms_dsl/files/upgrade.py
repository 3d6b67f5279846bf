"""`upgrades/<version>.yaml`: what happens to the data of an app when a new version opens."""

from __future__ import annotations

from typing import Annotated

from pydantic import Tag

from forms_dsl.files.people import SetValue
from forms_dsl.files.values import ChoiceCode, Expr, Reference, Shape, Version, VersionRange, key
from forms_dsl.files.variants import by_verb, tag


class SetStepShape(Shape):
    """Values for the records that meet a condition."""

    set: Annotated[dict[Reference, SetValue], key("Fields and their values.", "字段与值。", min_length=1)]
    entity: Annotated[Reference, key("The entity.", "实体。")]
    where: Annotated[Expr | None, key("Which records.", "哪些记录。")] = None


class MapCodesStepShape(Shape):
    """Old codes become new ones."""

    map_codes: Annotated[
        dict[Reference, dict[ChoiceCode, ChoiceCode]],
        key("Field, old code and new code.", "字段、旧代码与新代码。", min_length=1),
    ]
    entity: Annotated[Reference, key("The entity.", "实体。")]


class ConversionShape(Shape):
    """A field that gets its value from others."""

    field: Annotated[Reference, key("The field.", "字段。")]
    value: Annotated[Expr, key("Its new value.", "新值。")]


class ConvertStepShape(Shape):
    """A field is filled by an expression."""

    convert: Annotated[ConversionShape, key("The field and its value.", "字段及其值。")]
    entity: Annotated[Reference, key("The entity.", "实体。")]


Step = Annotated[
    Annotated[SetStepShape, Tag(tag("set"))]
    | Annotated[MapCodesStepShape, Tag(tag("map_codes"))]
    | Annotated[ConvertStepShape, Tag(tag("convert"))],
    by_verb("set", "map_codes", "convert"),
]


class UpgradeShape(Shape):
    """An upgrade."""

    upgrade: Annotated[Version, key("The version that opens with it.", "升级到的版本。")]
    from_: Annotated[VersionRange, key("The versions that it comes from.", "可从哪些版本升级。", alias="from")]
    do: Annotated[list[Step], key("What is done, in order.", "依次执行的步骤。", min_length=1)]

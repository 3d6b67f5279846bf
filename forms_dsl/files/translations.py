"""`i18n/<language>.yaml`: texts in a language that is not written inline; keys without a text fall back to the default."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict

from forms_dsl.files.app import Language
from forms_dsl.files.labels import BODY_LENGTH, normal_text
from forms_dsl.files.values import Shape, key, plain, text_of

TranslatedText = Annotated[str, plain(lambda value: normal_text(text_of(value), BODY_LENGTH), {"type": "string", "minLength": 1})]


class TranslationsShape(Shape):
    """The language, and beside it texts by the path of what they name: `entities.order.fields.amount`."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, TranslatedText]

    i18n: Annotated[Language, key("The language, equal to the file's name.", "语言代码，与文件名相同。")]

"""Labels: a text in each language of the app, checked while the shape is read."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import ValidationInfo

from forms_dsl import codes
from forms_dsl.characters import invisible_fault
from forms_dsl.diagnostics import Sentence
from forms_dsl.files.values import Read, fault, key, wrong

LABEL_LENGTH = 120
SENTENCE_LENGTH = 300
BODY_LENGTH = 10_000


def _label(longest: int) -> Read:
    def read(value: object, info: ValidationInfo) -> dict[str, str]:
        languages: tuple[str, ...] = (info.context or {}).get("languages", ())
        if value == "":
            raise fault(codes.BAD_LABEL, Sentence("The text is empty.", "文本为空。"))
        if isinstance(value, str):
            texts = {_only(languages): value}
        elif isinstance(value, dict):
            texts = _by_language(value, languages)
        else:
            raise wrong("A text in each language is needed here.", "此处应为各语言的文本。")
        return {language: normal_text(text, longest) for language, text in texts.items()}

    text = {"type": "string", "minLength": 1, "maxLength": longest}
    schema = {"anyOf": [{"type": "object", "additionalProperties": text}, text], "x-value": "label"}
    return Read(read, schema)


def _only(languages: tuple[str, ...]) -> str:
    if len(languages) > 1:
        message = Sentence(
            f"The text needs each language of the app: {', '.join(languages)}.",
            f"文本需要包含应用的每种语言：{'、'.join(languages)}。",
        )
        example = "{" + ", ".join(f"{language}: …" for language in languages) + "}"
        raise fault(codes.LABEL_LANGUAGE, message, Sentence(f"Write {example}", f"请写作 {example}"))
    return languages[0] if languages else "en"


def _by_language(value: dict[object, object], languages: tuple[str, ...]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for language, text in value.items():
        if languages and language not in languages:
            message = Sentence(f"The app does not declare the language {language!r}.", f"应用没有声明语言“{language}”。")
            hint = Sentence(f"Its languages are {', '.join(languages)}.", f"已声明的语言：{'、'.join(languages)}。")
            raise fault(codes.LABEL_LANGUAGE, message, hint)
        if not isinstance(text, str):
            raise wrong(f"The text in {language!r} is not one text.", f"“{language}”的文本不是一段文本。")
        texts[str(language)] = text
    missing = [language for language in languages if language not in texts]
    if missing:
        message = Sentence(f"The text lacks the language {', '.join(missing)}.", f"文本缺少语言：{'、'.join(missing)}。")
        raise fault(codes.LABEL_LANGUAGE, message)
    if not texts:
        raise wrong("A text is missing.", "缺少文本。")
    return texts


def normal_text(text: str, longest: int) -> str:
    """A text in NFC without white space around it; refused when it is empty, too long or holds what cannot be seen."""
    normal = unicodedata.normalize("NFC", text).strip()
    if not normal:
        raise fault(codes.BAD_LABEL, Sentence("The text is empty.", "文本为空。"))
    if len(normal) > longest:
        message = Sentence(
            f"The text has {len(normal)} characters, more than {longest}.", f"文本有 {len(normal)} 个字符，超过 {longest} 个。"
        )
        raise fault(codes.BAD_LABEL, message)
    found = invisible_fault(normal)
    if found:
        raise fault(codes.INVISIBLE_LABEL, found)
    return normal


#: What a thing is called.
LabelText = Annotated[dict[str, str], _label(LABEL_LENGTH)]
#: A sentence for a reader: a message, help, a title of an example.
SentenceText = Annotated[dict[str, str], _label(SENTENCE_LENGTH)]
#: Words of a message or a printed paragraph, over several lines.
BodyText = Annotated[dict[str, str], _label(BODY_LENGTH)]
#: What to use instead of a thing that should not be used any more.
Deprecated = Annotated[
    SentenceText | None,
    key(
        "Marks it as deprecated, and says what to use instead; it goes on working.",
        "标记为已弃用，并说明改用什么；仍可继续使用。",
    ),
]

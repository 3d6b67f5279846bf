"""What can be wrong with a value, with its sentence in both languages."""

from __future__ import annotations

from forms_dsl.diagnostics import code
from forms_dsl.fieldtypes.protocol import ValueRefused

WRONG_KIND = code("V001", "A value of another kind than the field holds.")
TEXT_LENGTH = code("V002", "A text is longer or shorter than the field allows.")
DECIMALS = code("V003", "A number has more decimals than the field.")
RANGE = code("V004", "A value is outside of the field's range, or has too many digits.")
NOT_A_CHOICE = code("V005", "A value is not one of the field's codes.")
PATTERN = code("V006", "A text does not have the form that the field needs.")
CHARACTERS = code("V007", "A text holds a character that cannot be stored.")


def wrong_kind(en: str, zh: str) -> ValueRefused:
    """`en` and `zh` name what is expected, as in 'a date'."""
    return ValueRefused(WRONG_KIND.id, {"en": f"This must be {en}.", "zh": f"此处应为{zh}。"})


def too_long(length: int, most: str) -> ValueRefused:
    """More characters than allowed."""
    return ValueRefused(
        TEXT_LENGTH.id, {"en": f"{length} characters are more than {most}.", "zh": f"共 {length} 个字符，超过上限 {most}。"}
    )


def too_short(length: int, least: str) -> ValueRefused:
    """Fewer characters than needed."""
    return ValueRefused(
        TEXT_LENGTH.id, {"en": f"{length} characters are fewer than {least}.", "zh": f"共 {length} 个字符，少于下限 {least}。"}
    )


def too_many_decimals(scale: int) -> ValueRefused:
    """More decimals than the field keeps."""
    if scale == 0:
        return ValueRefused(DECIMALS.id, {"en": "This must be a whole number.", "zh": "此处应为整数。"})
    return ValueRefused(DECIMALS.id, {"en": f"At most {scale} decimals are possible.", "zh": f"最多 {scale} 位小数。"})


def too_many_digits(digits: int) -> ValueRefused:
    """More digits than can be kept exactly."""
    return ValueRefused(
        RANGE.id, {"en": f"At most {digits} digits are possible before the point.", "zh": f"整数部分最多 {digits} 位。"}
    )


def too_small(least: str) -> ValueRefused:
    """Below the range."""
    return ValueRefused(RANGE.id, {"en": f"The value must be at least {least}.", "zh": f"不能小于 {least}。"})


def too_large(most: str) -> ValueRefused:
    """Above the range."""
    return ValueRefused(RANGE.id, {"en": f"The value must be at most {most}.", "zh": f"不能大于 {most}。"})


def not_a_choice(value: str) -> ValueRefused:
    """Not one of the codes."""
    shown = value[:40]
    return ValueRefused(NOT_A_CHOICE.id, {"en": f"{shown!r} is not one of the choices.", "zh": f"“{shown}”不在可选范围内。"})


def wrong_pattern(en: str, zh: str) -> ValueRefused:
    """Not of the form; `en` and `zh` name the form."""
    return ValueRefused(PATTERN.id, {"en": f"This is not {en}.", "zh": f"这不是有效的{zh}。"})


def refused_character() -> ValueRefused:
    """NUL or half of a character."""
    return ValueRefused(
        CHARACTERS.id, {"en": "The text holds a character that cannot be stored.", "zh": "文本含有无法保存的字符。"}
    )

"""The field that the values of a column ask for."""

from __future__ import annotations

import re
from collections import Counter

from forms_dsl.diagnostics import Sentence
from forms_dsl.fieldtypes.money import decimals_of
from forms_dsl.importers.codes import (
    DAY_OR_MONTH,
    GUESSED,
    LEADING_ZEROS,
    OPEN_QUESTION,
    PERSONAL,
)
from forms_dsl.importers.draft import Tree
from forms_dsl.importers.excel import spellings
from forms_dsl.importers.excel.numerals import decimals, is_code, is_numeric
from forms_dsl.importers.excel.reading import ColumnReading
from forms_dsl.importers.report import joined
from forms_dsl.importers.workbook.cells import Cell

_DECIDE = Sentence("Decide on class and mask in the definition.", "请在定义中确认分级与掩码。")
_DAY_FORMS = ("iso", "chinese", "compact", "foreign")


class Inference(ColumnReading):
    """Decides what one column is; what is guessed or wrong goes to the report with the cell."""

    def field(self) -> dict[str, Tree]:
        """Type and options, without label; personal data has its class and mask."""
        return self._personal_by_header() or self._by_values()

    def _personal_by_header(self) -> dict[str, Tree] | None:
        """The field of a column that its header calls personal and whose values are not all of one such kind."""
        kind = next((kind for kind in spellings.PERSONAL if kind.by_header and kind.is_named(self.column.label)), None)
        if kind is None or self._personal_by_values() is not None or any(cell.formula for cell in self.column.cells.values()):
            return None
        if self.column.number in self.sheet.lists or ({cell.kind for cell in self.cells.values()} <= {"boolean"} and self.values):
            return None
        self._say_broken()
        made: dict[str, Tree] = {"type": "text", "max": 100}
        if self.values:
            made = self._lost_digits() or self._plain_text()
        bad = sum(not kind.fits(cell.text) for cell in self.cells.values()) if kind.fits and kind.type else 0
        share, share_zh = (
            (
                f"; {bad} of {self.count} values are not valid, so the type is text",
                f"；{self.count} 个值中有 {bad} 个无效，类型暂为文本",
            )
            if bad
            else ("", "")
        )
        self._say(
            PERSONAL,
            f"Personal data by its header ({kind.name}): class C2, shown masked as {kind.mask}{share}.",
            f"按表头为个人信息（{kind.name}）：定为 C2，脱敏显示 {kind.mask}{share_zh}。",
            _DECIDE,
        )
        if kind.type and self.values and not bad and "note" not in made:
            return {"type": kind.type, "class": "C2", "mask": kind.mask}
        return {**made, "class": "C2", "mask": kind.mask}

    def _personal_by_values(self) -> spellings.Personal | None:
        """The kind of personal data that nine of ten values look like."""
        if any(cell.kind != "text" for cell in self.cells.values()) or not self.values:
            return None
        return next(
            (
                kind
                for kind in spellings.PERSONAL
                if kind.fits and sum(kind.fits(value) for value in self.values) * 10 >= len(self.values) * 9
            ),
            None,
        )

    def _by_values(self) -> dict[str, Tree]:
        self._say_broken()
        listed = self.sheet.lists.get(self.column.number)
        if listed is not None and listed[1]:
            allowed = set(listed[1])
            if any(cell.text not in allowed for cell in self.cells.values()):
                self._odd(
                    lambda cell: cell.text not in allowed, "not all in the list of allowed values", "不全在允许取值的列表中"
                )
            return self._choice(listed[1])
        if not self.values:
            if not any(cell.formula for cell in self.column.cells.values()):
                self._say(OPEN_QUESTION, "The column has no values; its field is a text.", "该列没有值，字段暂定为文本。")
            return {"type": "text", "max": 100}
        return self._lost_digits() or self._by_kind()

    def _by_kind(self) -> dict[str, Tree]:
        kinds = Counter(self._kind(cell) for cell in self.cells.values())
        if len(kinds) > 1 and set(kinds) == {"date", "datetime"}:
            return {"type": "datetime"}
        if len(kinds) > 1:
            return self._mixed(kinds)
        kind = next(iter(kinds))
        if kind in ("date", "datetime", "boolean"):
            return {"type": kind}
        if kind == "time":
            return {"type": "time"}
        return self._number() if kind == "number" else self._text()

    def _kind(self, cell: Cell) -> str:
        return cell.kind

    def _mixed(self, kinds: Counter[str]) -> dict[str, Tree]:
        usual = kinds.most_common(1)[0][0]
        if set(kinds) == {"number", "text"}:
            texts = [cell.text for cell in self.cells.values() if cell.kind == "text"]
            if all(spellings.NUMBER.match(text) and not spellings.LEADING_ZERO.match(text) for text in texts):
                self._odd(lambda cell: cell.kind == "text", "numbers, some of them kept as text", "数字，其中部分以文本存储")
                return self._number()
            if self._is_choice():
                self._odd(lambda cell: cell.kind != usual, "numbers and texts", "数字与文本混用")
                return self._choice(self.values)
        names = ", ".join(f"{kind}: {count}" for kind, count in kinds.most_common())
        self._odd(lambda cell: cell.kind != usual, f"of several kinds ({names})", f"类型混杂（{names}）")
        return self._plain_text()

    def _number(self) -> dict[str, Tree]:
        formats = {cell.format for cell in self.cells.values()}
        places = max(decimals(text) for text in self.values)
        if any(format.percent for format in formats):
            shown = max((format.decimals or 0) for format in formats if format.percent)
            if any(cell.kind == "text" for cell in self.cells.values()):
                return {"type": "decimal", "scale": min(places, 8), "percent": True}
            return {"type": "decimal", "scale": min(max(shown + 2, min(places, 6)), 8), "percent": True}
        currencies = {format.currency for format in formats if format.currency}
        is_currency = bool(currencies)
        is_named = bool(spellings.MONEY_HEADER.search(self.column.label))
        if places <= 2 and (is_currency or (is_named and not self._is_day("compact") and not is_code(self.values))):
            if not is_currency:
                self._say(GUESSED, "Taken as an amount of money because of its name.", "根据名称推断为金额。")
            return self._money(currencies or spellings.currencies_in(self.column.label), places)
        if places == 0:
            day = self._compact_day()
            if day is not None:
                return day
            return {"type": "integer"}
        if places > 8:
            self._say(
                GUESSED, f"{places} decimals are more than the 8 that a field keeps.", f"{places} 位小数，超过字段最多 8 位。"
            )
        return {"type": "decimal", "scale": min(places, 8)}

    def _money(self, currencies: set[str], places: int) -> dict[str, Tree]:
        """An amount: of the app's currency, unless the formats or the header name one other."""
        if len(currencies) > 1:
            self._say(
                OPEN_QUESTION,
                f"The amounts are of several currencies ({joined(sorted(currencies))}); say in `currency` which field names it.",
                f"金额含多种币种（{joined(sorted(currencies))}）；请用 currency 指明存放币种的字段。",
            )
        if len(currencies) != 1 or currencies == {"CNY"}:
            return {"type": "money"}
        code = currencies.pop()
        return {"type": "money", "currency": code, **({"scale": places} if places > decimals_of(code) else {})}

    def _compact_day(self) -> dict[str, Tree] | None:
        if not spellings.DAY_HEADER.search(self.column.label):
            return None
        if self._is_day("compact"):
            self._say(GUESSED, "Days written as YYYYMMDD.", "以 YYYYMMDD 书写的日期。")
            return {"type": "date", "note": "YYYYMMDD"}
        if self._is_day("short") and len(self.values) > 3:
            self._say(
                OPEN_QUESTION,
                "Days written as YYMMDD leave the century open; say it in the mapping of the data import.",
                "以 YYMMDD 书写的日期没有世纪；导入数据时请在映射中指定 century。",
            )
            return {"type": "date", "note": "YYMMDD"}
        return None

    def _is_day(self, form: str) -> bool:
        return all(spellings.is_day(value, form) for value in self.values)

    def _text(self) -> dict[str, Tree]:
        values = self.values
        words = {value.strip().lower() for value in values}
        if any(words <= pair for pair in spellings.YES_NO) and len(words) == 2:
            self._say(GUESSED, f"Taken as true or false: {joined(sorted(words))}.", f"推断为是/否：{joined(sorted(words))}。")
            return {"type": "boolean"}
        personal = self._personal()
        if personal is not None:
            return personal
        days = self._days()
        if days is not None:
            return days
        zeros = [row for row, cell in self.cells.items() if spellings.LEADING_ZERO.match(cell.text)]
        if not zeros and all(is_numeric(value) for value in values):
            return self._spelt_numbers()
        if self._is_choice():
            return self._choice(values)
        if zeros:
            self._say_at(LEADING_ZEROS, zeros[0], "Leading zeros are kept: the field is a text.", "保留前导零：字段为文本。")
        else:
            share = sum(is_numeric(value) or spellings.is_day(value, "iso") for value in values)
            if share * 2 > len(values):
                self._odd(
                    lambda cell: not is_numeric(cell.text), "mostly numbers or days, but not all", "多为数字或日期，但并非全部"
                )
        return self._plain_text()

    def _spelt_numbers(self) -> dict[str, Tree]:
        if all(spellings.PERCENT.match(value) for value in self.values):
            places = max(decimals(value.rstrip("%％ ")) for value in self.values)
            return {"type": "decimal", "scale": min(places + 2, 8), "percent": True}
        if any(spellings.AMOUNT.match(value) for value in self.values):
            return {"type": "money"}
        if any(spellings.PERCENT.match(value) for value in self.values) or is_code(self.values):
            if is_code(self.values):
                return self._plain_text()
            self._odd(
                lambda cell: not spellings.PERCENT.match(cell.text), "percentages and plain numbers", "百分数与普通数字混用"
            )
            return self._plain_text()
        return self._number()

    def _days(self) -> dict[str, Tree] | None:
        found = Counter(form for value in self.values for form in _DAY_FORMS if spellings.is_day(value, form))
        found.pop("compact", None)  # a number, unless its header says more
        if sum(found.values()) * 10 < len(self.values) * 9:
            return None
        if sum(found.values()) < len(self.values):
            self._odd(
                lambda cell: not any(spellings.is_day(cell.text, form) for form in found),
                "days, but not all",
                "多为日期，但并非全部",
            )
            return self._plain_text()
        shapes = Counter(re.sub("[0-9]+", "", spellings.without_time(value)) for value in self.values)
        if len(shapes) > 1:
            most = shapes.most_common(1)[0][0]
            self._odd(
                lambda cell: re.sub("[0-9]+", "", spellings.without_time(cell.text)) != most,
                "days in several spellings",
                "为日期，但写法不统一",
            )
        if "foreign" in found and spellings.day_comes_first(self.values) is None:
            self._say(DAY_OR_MONTH, "Day and month cannot be told apart (03/04/2024).", "无法分辨日与月（03/04/2024）。")
        timed = any(spellings.has_time(value) for value in self.values)
        if timed:
            self._say(OPEN_QUESTION, "The times name no zone; they are read in the app's.", "时间未注明时区，按应用时区读取。")
        return {"type": "datetime" if timed else "date"}

    def _personal(self) -> dict[str, Tree] | None:
        for kind in (*spellings.PERSONAL,):
            is_named = kind.is_named(self.column.label)
            fitting = sum(kind.fits(value) for value in self.values) if kind.fits else 0
            if not (fitting * 10 >= len(self.values) * 9 if kind.fits else is_named and not self._is_choice()):
                continue
            every = fitting == len(self.values)
            self._say(
                PERSONAL,
                f"Looks like personal data ({kind.name}): class C2, shown masked as {kind.mask}.",
                f"疑似个人信息（{kind.name}）：定为 C2，脱敏显示 {kind.mask}。",
                _DECIDE,
            )
            made: dict[str, Tree] = {"class": "C2", "mask": kind.mask}
            if kind.type and every:
                return {"type": kind.type, **made}
            if kind.type:
                self._not_all_fit(kind)
            return {**self._plain_text(), **made}
        for name, (type, fits) in spellings.COMPANY.items():
            if all(fits(value) for value in self.values):
                self._say(GUESSED, f"Every value is a valid {name}.", f"全部为有效的 {name}。")
                return {"type": type}
        return None

    def _not_all_fit(self, kind: spellings.Personal) -> None:
        def is_odd(cell: Cell) -> bool:
            return kind.fits is not None and not kind.fits(cell.text)

        self._odd(is_odd, f"mostly a valid {kind.type}", f"多数是有效的 {kind.type}，但并非全部")

"""Two documents to one: the base with the overlay's differences, each value with the place where it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forms_dsl.diagnostics import Diagnostic, Sentence, nearest, suggestion
from forms_dsl.elements import element_name
from forms_dsl.overlay import codes
from forms_dsl.overlay.guards import is_fixed, is_own_name, owns_names, refuse_sealed, takes_sealed, widened_rules
from forms_dsl.overlay.places import MARKERS, NAMING_KEYS, holder_of, insert_at, named_lists, without_markers
from forms_dsl.shape_choice import part_of
from forms_dsl.source import Document, Pointer, Span

#: Differences of one list: element → the place of its entry in the overlay, in the order written.
_Entries = dict[str, Pointer]


def weave(base: Document, over: Document, shape: Any, *, tells_same: bool = True) -> tuple[Document, list[Diagnostic]]:
    """The effective document of a file that extends another, and what is wrong with its differences."""
    loom = _Loom(base, over, shape, tells_same=tells_same)
    data = loom.value((), (), (), shape)
    sources = {**base.sources, **over.sources, base.file: base.text, over.file: over.text}
    damaged = frozenset(loom.damaged)
    return Document(over.file, over.text, data, loom.spans, loom.key_spans, damaged, sources), loom.findings


@dataclass(slots=True)
class _Loom:
    base: Document
    over: Document
    shape: Any
    tells_same: bool
    spans: dict[Pointer, Span] = field(default_factory=dict)
    key_spans: dict[Pointer, Span] = field(default_factory=dict)
    damaged: set[Pointer] = field(default_factory=set)
    findings: list[Diagnostic] = field(default_factory=list)
    #: List of the base → the differences of its elements, wherever in the overlay they were written.
    entries: dict[Pointer, _Entries] = field(default_factory=dict)

    # Values --------------------------------------------------------------------------------------------------

    def value(self, base: Pointer, over: Pointer | None, made: Pointer, annotation: Any) -> Any:
        """The value at a place of the base, changed as the overlay says there or in lists below."""
        old = _at(self.base.data, base)
        self._place(self.base, base, made)
        new = _at(self.over.data, over) if over is not None else None
        if over in self.over.damaged:
            self.damaged.add(made)
        if isinstance(old, dict) and (over is None or isinstance(new, dict)):
            return self._map(old, base, over, made, annotation)
        if isinstance(old, list):
            if isinstance(new, dict) and over is not None:
                self._assign(old, base, new, over, is_workflow=base == ("steps",))
            elif over is not None and not takes_sealed(self.findings, self.over, over, old):
                return self._replaced(old, over, made)
            return self._list(old, base, made, annotation)
        if isinstance(old, dict) and over is not None and takes_sealed(self.findings, self.over, over, old):
            return self._map(old, base, None, made, annotation)
        if over is None:
            return old
        if isinstance(old, str) and isinstance(new, dict) and base and isinstance(base[-1], int):
            return self._opened_item(old, over, made)
        return self._replaced(old, over, made)

    def _replaced(self, old: Any, over: Pointer, made: Pointer) -> Any:
        new = _at(self.over.data, over)
        if old == new and self.tells_same:
            message = Sentence("The base says the same here.", "此处与基础应用相同。")
            hint = Sentence("Remove it from the overlay.", "请从覆盖层中删除。")
            self.findings.append(codes.SAME_AS_BASE.at(self.over.span(over), message, pointer=over, hint=hint))
        return self._copied(over, made)

    def _map(self, old: dict[str, Any], base: Pointer, over: Pointer | None, made: Pointer, annotation: Any) -> dict[str, Any]:
        new: dict[str, Any] = _at(self.over.data, over) if over is not None else {}
        if over is not None and refuse_sealed(self.findings, self.over, over, old, new):
            over, new = None, {}
        if over is not None:
            self.findings.extend(widened_rules(self.over, over, old, new))
        order = list(old)
        for key, entry in new.items():
            if key in old or key in MARKERS or over is None or (not over and key == "extend"):
                continue
            self._place_new(order, key, entry, (*over, key), own=owns_names(annotation, old, key))
        result: dict[str, Any] = {}
        for key in order:
            inner = part_of(annotation, old, key) if annotation is not None else None
            there = (*over, key) if over is not None and key in new else None
            if key not in old:
                result[key] = self._copied((*(over or ()), key), (*made, key), is_entry=True)
            elif there is not None and _is_removed(new[key]) and not takes_sealed(self.findings, self.over, there, old[key]):
                continue
            else:
                if there is not None and (
                    _is_removed(new[key]) or is_fixed(self.findings, self.over, there, base, key, old[key], new[key])
                ):
                    there = None
                result[key] = self.value((*base, key), there, (*made, key), inner)
                from_overlay = there is not None and not isinstance(old[key], dict | list)
                source, place = (self.over, there) if from_overlay and there else (self.base, (*base, key))
                self.key_spans[*made, key] = source.key_span(place)
        return result

    # Lists of named elements ---------------------------------------------------------------------------------

    def _assign(self, old: list[Any], base: Pointer, new: Mapping[str, Any], over: Pointer, *, is_workflow: bool) -> None:
        """Put every entry of the overlay to the list that its element, or the neighbour it names, is in."""
        lists = list(named_lists(old, base)) if is_workflow else [(base, old)]
        for name, entry in new.items():
            if name in MARKERS and not isinstance(entry, Mapping):
                continue
            neighbour = next((entry[key] for key in ("after", "before") if isinstance(entry, Mapping) and key in entry), name)
            holder = holder_of(lists, name) or self._holder_of_new(lists, str(neighbour)) or base
            self.entries.setdefault(holder, {})[name] = (*over, name)

    def _holder_of_new(self, lists: list[tuple[Pointer, list[Any]]], name: str) -> Pointer | None:
        known = holder_of(lists, name)
        return known or next((pointer for pointer, entries in self.entries.items() if name in entries), None)

    def _list(self, old: list[Any], base: Pointer, made: Pointer, annotation: Any) -> list[Any]:
        entries = self.entries.get(base, {})
        names = [element_name(element) or f"\0{at}" for at, element in enumerate(old)]
        places = {name: at for at, name in enumerate(names)}
        order = list(names)
        for name, there in entries.items():
            if name not in places:
                entry = _at(self.over.data, there)
                known = [each for each in names if not each.startswith("\0")]
                own = base[-1:] != ("items",) or not isinstance(entry, Mapping) or name.startswith("x_")
                if _is_removed(entry):
                    self._no_target(there, name, known)
                else:
                    self._place_new(order, name, entry, there, own=own and base[-1:] != ("items",))
        result: list[Any] = []
        for name in order:
            here = (*made, len(result))
            there_or_none = entries.get(name)
            if name not in places:
                result.append(self._new_element(name, entries[name], here, str(base[-1]) if base else ""))
            elif there_or_none is None or not _is_removed(_at(self.over.data, there_or_none)):
                inner = part_of(annotation, old, places[name]) if annotation is not None else None
                result.append(self.value((*base, places[name]), there_or_none, here, inner))
            elif takes_sealed(self.findings, self.over, there_or_none, old[places[name]]):
                result.append(self.value((*base, places[name]), None, here, None))
        return result

    def _opened_item(self, old: str, over: Pointer, made: Pointer) -> dict[str, Any]:
        """A bare item that gets keys: `amount` is short for `{field: amount}`."""
        self.spans[*made, "field"] = self.key_spans[*made, "field"] = self.spans[made]
        rest = self._copied(over, made, is_entry=True)
        return {"field": old, **rest}

    def _new_element(self, name: str, over: Pointer, made: Pointer, where: str) -> Any:
        entry = self._copied(over, made, is_entry=True)
        naming = NAMING_KEYS.get(where)
        if not isinstance(entry, dict) or element_name(entry) == name or naming is None:
            return entry
        span = self.over.key_span(over)
        self.spans[*made, naming] = self.key_spans[*made, naming] = span
        return {naming: name, **entry}

    # Names and places ----------------------------------------------------------------------------------------

    def _place_new(self, order: list[str], name: str, entry: Any, over: Pointer, *, own: bool) -> None:
        if _is_removed(entry):
            self._no_target(over, name, order)
            return
        if own and not is_own_name(name):
            known = [each for each in order if not each.startswith("\0")]
            if nearest(name, known) and isinstance(entry, Mapping) and not any(marker in entry for marker in MARKERS):
                self._no_target(over, name, known)
            else:
                message = Sentence(
                    f"The base has no {name!r}; own names begin with x_.", f"基础应用中没有“{name}”；自有名称应以 x_ 开头。"
                )
                hint = Sentence(f"Call it x_{name}.", f"请命名为 x_{name}。")
                self.findings.append(codes.OWN_NAME.at(self.over.key_span(over), message, pointer=over, hint=hint))
        index = insert_at(order, entry)
        if isinstance(index, str):
            marker = next(marker for marker in ("after", "before") if entry.get(marker) == index)
            self._no_target((*over, marker), index, [each for each in order if not each.startswith("\0")], key=False)
            index = len(order)
        order.insert(index, name)

    def _no_target(self, over: Pointer, name: str, known: list[str], *, key: bool = True) -> None:
        message = Sentence(f"The base has no {name!r} here.", f"基础应用此处没有“{name}”。")
        span = self.over.key_span(over) if key else self.over.span(over)
        self.findings.append(codes.NO_TARGET.at(span, message, pointer=over, hint=suggestion(name, known)))

    # Places --------------------------------------------------------------------------------------------------

    def _copied(self, over: Pointer, made: Pointer, *, is_entry: bool = False) -> Any:
        """A value of the overlay with the places of everything in it; of an entry without its markers."""
        value = _at(self.over.data, over)
        if is_entry and isinstance(value, dict):
            value = without_markers(value)
        self._place(self.over, over, made)
        if over in self.over.key_spans:
            self.key_spans[made] = self.over.key_spans[over]
        if isinstance(value, dict):
            return {key: self._copied((*over, key), (*made, key)) for key in value}
        if isinstance(value, list):
            return [self._copied((*over, at), (*made, at)) for at in range(len(value))]
        return value

    def _place(self, document: Document, source: Pointer, made: Pointer) -> None:
        self.spans[made] = document.span(source)
        if source in document.damaged:
            self.damaged.add(made)


def _is_removed(entry: Any) -> bool:
    return isinstance(entry, Mapping) and entry.get("remove") == "true"


def _at(data: Any, pointer: Pointer | None) -> Any:
    for part in pointer or ():
        data = data[part]
    return data

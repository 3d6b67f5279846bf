"""Forms: whether what must be filled in can be, and whether a reader finds his way."""

from __future__ import annotations

from collections.abc import Iterator

from forms_dsl.checks.entities import UNUSED
from forms_dsl.checks.registry import Site, check
from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.field_paths import field_at
from forms_dsl.model import Entity, Field, Form, FormBlock, FormItem, HumanStep
from forms_dsl.workflow_tree import steps_of

TWICE = code("F001", "A field stands twice on a form.")
NOWHERE = code("F002", "A required field without a default stands on no form of its entity.", "warning")
HIDDEN = code("F003", "A field that is always required is hidden by a condition.")
LONG_FORM = code("F004", "A form is longer than 40 fields.", "warning")
NEVER_SHOWN = code("F006", "A list or record page shows a field of class C3, which is never shown.", "warning")
SAME_LABEL = code("L303", "Two fields of a form have the same label.", "warning")

_ADVISED_FIELDS = 40


def items_of(form: Form) -> Iterator[tuple[FormItem, tuple[FormBlock, ...]]]:
    """Every item of a form with the blocks around it."""

    def within(block: FormBlock, around: tuple[FormBlock, ...]) -> Iterator[tuple[FormItem, tuple[FormBlock, ...]]]:
        for item in block.items:
            yield item, (*around, block)
        for inner in block.blocks:
            yield from within(inner, (*around, block))

    for block in form.layout:
        yield from within(block, ())


@check
def fields_stand_once(site: Site) -> Iterator[Diagnostic]:
    """Two inputs of one field would overwrite each other."""
    for form in site.app.forms.values():
        seen: set[str] = set()
        for item, _ in items_of(form):
            if item.kind in ("field", "rows") and item.name in seen:
                message = Sentence(
                    f"The field {item.name!r} already stands on this form.", f"字段“{item.name}”在本表单中重复出现。"
                )
                yield TWICE.at(item.span, message, pointer=site.around(item.span).pointer)
            seen.add(item.name)


@check
def required_fields_can_be_entered(site: Site) -> Iterator[Diagnostic]:
    """What a clerk must fill in stands on some form of the entity."""
    for entity in site.app.entities.values():
        forms = [form for form in site.app.forms.values() if form.entity == entity.name]
        if not forms or not site.is_known(entity.name) or not all(site.is_whole(form.span.file) for form in forms):
            continue
        shown = {item.name for form in forms for item, _ in items_of(form)}
        for field in entity.fields.values():
            if must_be_typed(field) and field.name not in shown:
                message = Sentence(
                    f"The field {field.name!r} must be filled in, but stands on no form.",
                    f"字段“{field.name}”必填，但没有出现在任何表单上。",
                )
                yield site.find(NOWHERE, site.at_key(field.span), message, key=True)


@check
def required_fields_are_shown(site: Site) -> Iterator[Diagnostic]:
    """A field that is always required cannot be hidden: nobody could fill it in."""
    for form in site.app.forms.values():
        entity = site.app.entities.get(form.entity)
        for item, around in items_of(form) if entity else ():
            field = entity.fields.get(item.name) if entity else None
            if field is None or item.kind == "text" or not must_be_typed(field):
                continue
            if field.visible or item.visible or any(block.visible for block in around):
                message = Sentence(
                    f"The field {field.name!r} is always required, but not always shown.",
                    f"字段“{field.name}”始终必填，但并非始终显示。",
                )
                hint = Sentence("Use required_when with the same condition.", "请改用 required_when，并使用相同条件。")
                yield HIDDEN.at(item.span, message, pointer=site.around(item.span).pointer, hint=hint)


def must_be_typed(field: Field) -> bool:
    """Whether a person has to fill in the field: nothing else gives it a value."""
    return (
        field.required and field.default is None and field.compute is None and field.type != "status" and field.read_only is False
    )


@check
def forms_are_short(site: Site) -> Iterator[Diagnostic]:
    """A long form is better cut into pages."""
    for form in site.app.forms.values():
        count = sum(item.kind != "text" for item, _ in items_of(form))
        if count > _ADVISED_FIELDS:
            message = Sentence(
                f"The form has {count} fields, more than {_ADVISED_FIELDS}.",
                f"表单有 {count} 个字段，超过 {_ADVISED_FIELDS} 个。",
            )
            hint = Sentence("Cut it into pages.", "请分成多页。")
            yield site.find(LONG_FORM, site.place(form.span.file, "layout"), message, hint, key=True)


@check
def labels_tell_fields_apart(site: Site) -> Iterator[Diagnostic]:
    """Two inputs with the same label cannot be told apart."""
    for form in site.app.forms.values():
        entity = site.app.entities.get(form.entity)
        seen: dict[tuple[str, str], str] = {}
        for item, _ in items_of(form):
            label = item.label or _label(entity, item)
            for language, text in (label or {}).items() if item.kind != "text" else ():
                first = seen.setdefault((language, text), item.name)
                if first != item.name:
                    message = Sentence(
                        f"{item.name!r} and {first!r} are both called {text!r}.", f"“{item.name}”与“{first}”的标签都是“{text}”。"
                    )
                    yield SAME_LABEL.at(item.span, message, pointer=site.around(item.span).pointer)
                    break


def _label(entity: Entity | None, item: FormItem) -> dict[str, str] | None:
    field = entity.fields.get(item.name) if entity else None
    return dict(field.label) if field else None


@check
def secrets_are_not_shown(site: Site) -> Iterator[Diagnostic]:
    """A field of class C3 stays empty wherever it would be shown."""
    app = site.app
    shown: list[tuple[str, str, str, tuple[str, ...]]] = []
    for view in app.lists.values():
        keys = ("columns", "sort", "search", "quick_filters", "totals")
        shown += [(view.span.file, view.entity, key, getattr(view, key)) for key in keys]
    for page in app.pages.values():
        shown += [(page.span.file, page.entity, key, getattr(page, key)) for key in ("tags", "facts")]
    for path, entity, key, names in shown if site.is_all_whole else ():
        for number, name in enumerate(names):
            field = field_at(app, entity, name.removeprefix("-"))
            if field is not None and field.classification == "C3":
                message = Sentence(f"{name!r} is of class C3 and never shown.", f"“{name}”属于 C3 级数据，从不显示。")
                yield site.find(NEVER_SHOWN, site.place(path, key, number), message, Sentence("Leave it out.", "请去掉。"))


@check
def forms_are_used(site: Site) -> Iterator[Diagnostic]:
    """A form that no list, page or workflow opens is never seen."""
    if not site.is_all_whole:
        return
    app = site.app
    used = {view.open_with for view in app.lists.values()}
    used |= {action.form for page in app.pages.values() for action in page.actions}
    for flow in app.workflows.values():
        used.add(flow.start_form)
        used |= {step.form for step in steps_of(flow) if isinstance(step, HumanStep)}
    for name, form in app.forms.items():
        if name not in used:
            message = Sentence(f"No list, page or workflow opens the form {name!r}.", f"没有列表、记录页或流程使用表单“{name}”。")
            yield UNUSED.at(form.span, message, pointer=("form",))

"""Templates: what a channel may carry, steps that are there, templates that somebody uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_dsl.build.step_lists import UNKNOWN_STEP
from forms_dsl.checks.entities import UNUSED
from forms_dsl.checks.registry import Site, check
from forms_dsl.diagnostics import Diagnostic, Sentence, code, suggestion
from forms_dsl.field_paths import field_at
from forms_dsl.model import Action
from forms_dsl.workflow_tree import steps_of

FORBIDDEN_FIELD = code(
    "T001",
    "A template names a field that its channel may not carry: C3 never, C2 unmasked only inside the bank.",
    refusal="DEF-CLASS-CHANNEL",
)

#: The one channel whose words stay inside the bank.
_INSIDE = "inbox"
#: Formats that show a part of a value only.
_MASKING = frozenset({"last4"})


@check
def channels_carry_what_they_may(site: Site) -> Iterator[Diagnostic]:
    """C3 stands in no template; C2 goes out of the bank masked only."""
    senders = _senders(site)
    for template in site.app.templates.values():
        outside = [action for action in senders.get(template.name, ()) if action.channel != _INSIDE]
        for named in template.paths:
            field = field_at(site.app, template.entity, named.path)
            data_class = field.classification if field is not None else "C1"
            if data_class == "C3":
                message = Sentence(
                    f"No template may name {named.path!r}, which is C3.", f"模板不得使用 C3 级字段“{named.path}”。"
                )
                yield FORBIDDEN_FIELD.at(named.span, message, pointer=site.around(named.span).pointer)
            elif data_class == "C2" and outside and named.format not in _MASKING:
                channel = outside[0].channel
                message = Sentence(
                    f"{named.path!r} is C2, but {channel} takes it out of the bank unmasked.",
                    f"“{named.path}”为 C2 级，而渠道 {channel} 会将其明文带出行外。",
                )
                hint = Sentence("Leave it out, or write {{…|last4}}.", "请去掉该字段，或写作 {{…|last4}}。")
                related = ((Sentence("sent here", "在此发送"), outside[0].span),)
                pointer = site.around(named.span).pointer
                yield FORBIDDEN_FIELD.at(named.span, message, pointer=pointer, hint=hint, related=related)


def _senders(site: Site) -> Mapping[str, list[Action]]:
    """The actions that send each template."""
    found: dict[str, list[Action]] = {}
    for automation in site.app.automations.values():
        for action in automation.do:
            if action.template is not None:
                found.setdefault(action.template, []).append(action)
    return found


@check
def steps_of_a_page_exist(site: Site) -> Iterator[Diagnostic]:
    """Opinions and signatures are of steps of a workflow over the same entity."""
    for template in site.app.templates.values():
        flows = [flow for flow in site.app.workflows.values() if flow.entity == template.entity]
        if not all(site.is_whole(flow.span.file) for flow in flows):
            continue
        known = {step.name for flow in flows for step in steps_of(flow)}
        known |= {name.partition("@")[0] for name in known}
        for number, block in enumerate(template.blocks):
            for at, name in enumerate(block.steps):
                if name not in known:
                    message = Sentence(
                        f"No workflow of {template.entity} has a step {name!r}.", f"{template.entity} 的流程没有步骤“{name}”。"
                    )
                    place = site.place(template.span.file, "blocks").at(number, "steps", at)
                    yield site.find(UNKNOWN_STEP, place, message, suggestion(name, known))


@check
def templates_are_used(site: Site) -> Iterator[Diagnostic]:
    """A message that nothing sends is a leftover; a page is offered by itself."""
    sent = _senders(site)
    for template in site.app.templates.values() if site.is_all_whole else ():
        if template.kind == "message" and template.name not in sent:
            message = Sentence(f"Nothing sends the template {template.name!r}.", f"没有任何规则发送模板“{template.name}”。")
            yield site.find(UNUSED, site.place(template.span.file, "template"), message, key=True)

"""Prints a record: the page that a template declares, with what this person may see, his watermark and an event in the trail.

The template of the page ships with the product; what an analyst declares reaches it as data only.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from sqlalchemy.engine import Connection

from forms_dsl.diagnostics import code
from forms_dsl.expr.python import compile_python
from forms_dsl.expr.tree import Expression
from forms_dsl.model import Label, Template
from runtime.audit.trail import record_event
from runtime.commands.printed_blocks import Printing, draw_block, paths_of
from runtime.context import Context
from runtime.failures import Conflict, NotFound
from runtime.query.late import context_facts
from runtime.query.load import granted_on
from runtime.query.plans import AccessPlan
from runtime.records.access import NOT_THERE, access_plan, find_entity
from runtime.records.facts import facts_of
from runtime.records.reach import reach
from runtime.records.read import get_record
from runtime.records.request import GetRequest
from runtime.store.database import Database

NOT_OFFERED = code("Q220", "A page that its template does not offer for this record as it is now.")

_PRINTED: Label = {"zh": "由 {who} 于 {at} 打印", "en": "Printed by {who}, {at}"}


def offered_pages(connection: Connection, context: Context, app: str, entity: str, record_id: str) -> list[dict[str, object]]:
    """The pages that this person may print of a record as it is now; NotFound where he does not know of such records."""
    compiled, _ = find_entity(context, app, entity)
    access = access_plan(context, app, entity, "read")
    templates = [each for each in compiled.app.templates.values() if each.kind == "print" and each.entity == entity]
    if not templates or not may_print(connection, context, app, entity, record_id):
        return []
    return [
        {"name": template.name, "label": template.label}
        for template in templates
        if _is_offered(connection, context, access, template, record_id)
    ]


def may_print(connection: Connection, context: Context, app: str, entity: str, record_id: str) -> bool:
    """Whether a role that may print gives this person this very record."""
    compiled, found = find_entity(context, app, entity)
    access = access_plan(context, app, entity, "read")
    rules = {role.name: role.rule_of(app, found.entity.name) for role in compiled.app.roles.values()}
    printing = {name for name, rule in rules.items() if rule is not None and rule.print is not None}
    if not any(grant.source in printing for grant in access.grants):
        return False
    held = granted_on(connection, context, access, [record_id]).get(record_id, ())
    return any(holds and grant.source in printing for grant, holds in zip(access.grants, held, strict=False))


def print_record(database: Database, context: Context, app: str, entity: str, record_id: str, template: str, nonce: str) -> str:
    """The page as HTML; NotFound where this person may not print it, Conflict where it is not offered now."""
    compiled, _ = find_entity(context, app, entity)
    found = compiled.app.templates.get(template)
    if found is None or found.kind != "print" or found.entity != entity:
        raise NotFound(NOT_THERE)
    with database.write() as connection:
        # Not to be read is not to be known; what may be read and not printed answers alike.
        if not may_print(connection, context, app, entity, record_id):
            raise NotFound(NOT_THERE)
        access = access_plan(context, app, entity, "read")
        if not _is_offered(connection, context, access, found, record_id):
            raise Conflict(
                {"zh": "此记录当前不能打印该单据。", "en": "This page is not offered for the record as it is now."},
                code=NOT_OFFERED.id,
            )
        printing = _printing(connection, context, access, found, record_id)
        blocks = [
            drawn
            for block in found.blocks
            if (block.visible is None or _holds(connection, context, access, block.visible, record_id))
            and (drawn := draw_block(printing, block)) is not None
        ]
        trace = {"template": template, "fields": sorted(printing.known)}
        record_event(
            connection, context, "record.printed", app=app, entity=entity, record_id=record_id,
            record_version=int(printing.values["version"]), body=trace,
        )  # fmt: skip
    html: str = _page().render(
        locale=context.locale, nonce=nonce, title=printing.word(found.label), size=found.size, orientation=found.orientation,
        watermark=_watermark(printing, found), blocks=blocks,
        footer=printing.word(_PRINTED).format(who=_reader(context), at=printing.moment(context.now)),
    )  # fmt: skip
    return html


def _watermark(printing: Printing, template: Template) -> str:
    """Who prints and when stands on each page, whatever the template adds."""
    words = printing.fill(template.watermark) if template.watermark else ""
    return " ".join(part for part in (words, _reader(printing.context), printing.moment(printing.context.now)) if part)


def _reader(context: Context) -> str:
    person = context.principal
    return " ".join(part for part in (person.unit_name, person.name, person.username) if part)


def _printing(connection: Connection, context: Context, access: AccessPlan, template: Template, record_id: str) -> Printing:
    wanted = paths_of(template)
    known = {path: found for path in wanted if (found := reach(context, access, path)) is not None}
    # Fields of the platform, like the number, are none of the entity's own.
    tables = {name for name, field in access.entity.entity.fields.items() if field.type == "rows"}
    rows = tables.intersection(path.partition(".")[0] for path in wanted)
    select = tuple(sorted({*known, *(name for name in rows if reach(context, access, name) is not None)}))
    app, entity = access.compiled.app.name, access.entity.entity.name
    values = get_record(connection, context, app, entity, record_id, GetRequest(select=select, titles=True)).values
    return Printing(connection, context, access, record_id, values, known, ZoneInfo(access.compiled.app.timezone))


def _is_offered(connection: Connection, context: Context, access: AccessPlan, template: Template, record_id: str) -> bool:
    return template.when is None or _holds(connection, context, access, template.when, record_id)


def _holds(connection: Connection, context: Context, access: AccessPlan, condition: Expression, record_id: str) -> bool:
    """Over what this person sees in clear: the rest is missing, so a page never tells what its reader may not know."""
    paths = [".".join(path) for path in condition.reads]
    clear = [path for path in paths if (found := reach(context, access, path)) is not None and found.shows == "clear"]
    app, entity = access.compiled.app.name, access.entity.entity
    request = GetRequest(select=tuple(sorted(clear)))
    values = get_record(connection, context, app, entity.name, record_id, request).values
    record = facts_of(access.compiled, entity, values, clear)
    facts = context_facts(context, access.compiled, record=record)
    return compile_python(condition.tree)(facts) is True


@cache
def _page() -> Any:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = SandboxedEnvironment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("printed_page.html")

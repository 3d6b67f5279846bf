"""Encrypted fields: only what can be kept sealed, and only uses that need no more than a whole value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from forms_dsl.diagnostics import Diagnostic, Sentence, code
from forms_dsl.expr.tree import Expression
from forms_dsl.model import Field
from forms_dsl.source import Span
from runtime.compile.app import CompiledApp, CompiledEntity
from runtime.publish.lint import Proposal
from runtime.publish.pairs import field_pairs
from runtime.publish.words import sentence
from runtime.store.sealing import has_ring

NOT_SEALED = code("M445", "A field that cannot be encrypted so, or an encrypted one where more than its whole value is needed.")

#: Types whose texts the platform makes or follows itself.
_OWN = frozenset({"sequence", "any_reference", "region", "json"})
_NO_RING = Sentence(
    "Make one with  qiqiao keys add  and keep it apart from backups of the database.",
    "请用 qiqiao keys add 生成，并与数据库备份分开保存。",
)


def check(proposal: Proposal) -> Iterator[Diagnostic]:
    """Every encrypted field, and every part of the app that reads one where the database would have to."""
    app = proposal.new
    for pair in field_pairs(proposal.old, app):
        if pair.old is not None and pair.old.encrypted != pair.new.encrypted:
            yield _at(pair.new, "{0}: encryption cannot be switched on or off.", "“{0}”：不能再开启或关闭加密。", _NEW_FIELD)
        if pair.new.encrypted:
            yield from _unfit(pair.new, in_rows=pair.is_rows)
    for entity in app.entities.values():
        yield from _in_entity(app, entity)
    for view in app.app.lists.values():
        entity = app.entities[view.entity]
        paths = [*view.sort, *view.search, *(part for saved in view.views for part in saved.sort), view.group_by or ""]
        yield from _needing(app, entity, view.span, {tuple(path.removeprefix("-").split(".")) for path in paths})
        yield from _needing(app, entity, view.span, _reads(view))
    for report in app.app.reports.values():
        yield from _needing(app, app.entities[report.entity], report.span, _reads(report))
    for segment in app.app.segments.values():
        entity, rank = app.entities[segment.entity], segment.rank
        within = {tuple(rank.within.split("."))} if rank is not None and rank.within is not None else set()
        windows = {name: window.of for name, window in segment.windows.items()}
        read = {(windows.get(path[0], path[0]), *path[1:]) for path in _reads(segment)}
        yield from _needing(app, entity, segment.span, read | within)
    for automation in app.app.automations.values():
        if automation.where is not None and automation.entity in app.entities:
            yield from _needing(app, app.entities[automation.entity], automation.span, set(automation.where.reads))
    for role in app.app.roles.values():
        for name, rule in role.access.items():
            if name in app.entities:
                yield from _needing(app, app.entities[name], role.span, _reads(rule))


_NEW_FIELD = Sentence("Make a new field, copy the values, and remove this one.", "请新建字段、迁移数据后移除本字段。")


def _unfit(field: Field, *, in_rows: bool) -> Iterator[Diagnostic]:
    if field.value_type.name != "text" or field.type in _OWN or field.compute is not None:
        yield _at(field, "{0}: only a text that people enter can be encrypted.", "“{0}”：只有手工录入的文本可以加密。")
    if in_rows:
        yield _at(field, "{0}: fields of child rows cannot be encrypted yet.", "“{0}”：明细中的字段暂不能加密。")
    if field.classification == "C1":
        yield _at(field, "{0}: what is encrypted is of class C2 or C3.", "“{0}”：加密字段的数据分级须为 C2 或 C3。")
    if not has_ring():
        yield _at(field, "{0} is encrypted, but this server has no key ring.", "“{0}”需要加密，但服务器没有密钥文件。", _NO_RING)


def _in_entity(app: CompiledApp, entity: CompiledEntity) -> Iterator[Diagnostic]:
    for field in entity.entity.fields.values():
        if field.compute is not None:
            yield from _needing(app, entity, field.span, set(field.compute.reads))
    yield from _needing(app, entity, entity.entity.span, _reads(entity.entity.duplicates))
    for related in entity.entity.related.values():
        other = app.entities.get(related.entity.rpartition(".")[2])
        if related.where is not None and other is not None:
            yield from _needing(app, other, entity.entity.span, set(related.where.reads))


def _needing(app: CompiledApp, entity: CompiledEntity, span: Span, paths: set[tuple[str, ...]]) -> Iterator[Diagnostic]:
    """A finding for each path that ends at an encrypted field."""
    for path in sorted(paths):
        field = _end(app, entity, path)
        if field is not None and field.encrypted:
            en = "{0} is encrypted: it cannot be sorted, searched, computed with or compared here."
            message = sentence(field.label, en=en, zh="“{0}”已加密，不能在此排序、搜索、计算或比较。")
            yield NOT_SEALED.at(span, message)


def _end(app: CompiledApp, entity: CompiledEntity, path: tuple[str, ...]) -> Field | None:
    field, related = entity.entity.fields.get(path[0]), entity.entity.related.get(path[0])
    if related is not None and len(path) > 1:
        return _end(app, app.entity(related.entity), path[1:])
    if field is None or len(path) == 1:
        return field
    target = field.value_type.entity
    return _end(app, app.entity(target), path[1:]) if field.value_type.name == "reference" and target else None


def _reads(part: object) -> set[tuple[str, ...]]:
    """What all expressions within a part of the app read of its records."""
    if isinstance(part, Expression):
        return set(part.reads)
    inner: list[object] = []
    if is_dataclass(part):
        inner = [getattr(part, each.name) for each in fields(part)]
    elif isinstance(part, Mapping):
        inner = list(part.values())
    elif isinstance(part, tuple | list):
        inner = list(part)
    return {path for each in inner for path in _reads(each)}


def _at(field: Field, en: str, zh: str, hint: Sentence | None = None) -> Diagnostic:
    return NOT_SEALED.at(field.span, sentence(field.label, en=en, zh=zh), hint=hint)

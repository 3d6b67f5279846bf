"""A desk whose roles import, a worker that is run by hand, and the acts of people over REST."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import sqlalchemy as sa

from runtime.audit.notary import open_notary
from runtime.commands.run_automation import Site
from runtime.commands.run_import import run_import_job
from runtime.commands.stage_import import KIND
from runtime.jobs.queue import run_due
from runtime.settings import Settings
from tests.kept.conftest import Bank
from tests.publish import desk

TICKET = """\
entity: ticket
label: {zh: 工单, en: Ticket}
title: "{subject}"
fields:
  code: {type: text, max: 20, unique: true, label: {zh: 编号, en: Code}}
  subject: {type: text, max: 80, required: true, label: {zh: 主题, en: Subject}}
  phone: {type: text, max: 20, class: C2, label: {zh: 电话, en: Phone}}
  level:
    type: choice
    label: {zh: 级别, en: Level}
    choices:
      low: {label: {zh: 低, en: Low}}
      high: {label: {zh: 高, en: High}}
  cost: {type: decimal, scale: 2, min: 0, label: {zh: 费用, en: Cost}}
  remark: {type: text, max: 80, label: {zh: 备注, en: Remark}}
  parent: {type: reference, to: ticket, label: {zh: 上级, en: Parent}}
"""
ROLES = """\
roles:
  agent:
    label: {zh: 坐席, en: Agent}
    access:
      ticket: {create: true, read: true, update: true, delete: true}
  importer:
    label: {zh: 导入, en: Importer}
    access:
      ticket:
        create: 'level == "high"'
        read: 'level == "high"'
        update: 'level == "high"'
        fields: {remark: hidden}
        import: {rows: 1000}
  careful:
    label: {zh: 需批准, en: Careful}
    access:
      ticket: {create: true, read: true, update: true, import: {rows: 2000, approved_by: role.chief}}
  chief:
    label: {zh: 主管, en: Chief}
    access:
      ticket: {read: true, fields: {phone: masked, remark: hidden}}
  bulk:
    label: {zh: 批量, en: Bulk}
    access:
      ticket: {create: true, read: true, update: true, import: true}
  small:
    label: {zh: 少量, en: Small}
    access:
      ticket: {create: true, read: true, import: {rows: 2}}
"""
FILES = {**desk.FILES, "entities/ticket.yaml": TICKET, "roles.yaml": ROLES}
PATH = "/api/apps/desk/ticket/imports"
HEAD = "code,subject,level,cost\n"
BYTES = {"Content-Type": "application/octet-stream"}


@dataclass
class Floor:
    """The desk behind a server, and the worker beside it."""

    bank: Bank
    folder: Path

    @property
    def site(self) -> Site:
        settings = Settings(database_url=self.bank.database.url, data_folder=self.folder, demo=False)
        return Site(self.bank.database, self.bank.releases, settings, lambda: desk.NOW)

    def work(self) -> None:
        """Run what is due."""
        site = self.site
        run_due(site.database, {}, site.clock, long={KIND: lambda job, keep: run_import_job(site, job, keep)})

    def stage(self, person: httpx.Client, content: str | bytes, name: str = "tickets.csv", **query: Any) -> httpx.Response:
        """Send a file."""
        body = content.encode() if isinstance(content, str) else content
        return person.post(PATH, params={"name": name, **query}, content=body, headers=BYTES)

    def checked(self, person: httpx.Client, content: str | bytes, name: str = "tickets.csv", **query: Any) -> dict[str, Any]:
        """A file that was staged and checked."""
        answer = self.stage(person, content, name, **query)
        assert 201 == answer.status_code, answer.text
        self.work()
        return self.one(person, answer.json()["id"])

    def act(self, person: httpx.Client, id: str, act: str, status: int = 200, note: str | None = None) -> dict[str, Any]:
        """Do an act and what follows of it."""
        answer = person.post(f"{PATH}/{id}/{act}", json={"note": note})
        assert status == answer.status_code, answer.text
        self.work()
        return self.one(person, id) if status == 200 else answer.json()

    def one(self, person: httpx.Client, id: str) -> dict[str, Any]:
        answer = person.get(f"{PATH}/{id}")
        assert 200 == answer.status_code, answer.text
        return answer.json()

    def written(self, person: httpx.Client, content: str | bytes, name: str = "tickets.csv") -> dict[str, Any]:
        """A file that went in."""
        return self.act(person, self.checked(person, content, name)["id"], "write")

    def rows(self, *, deleted: bool = False) -> list[Mapping[str, Any]]:
        """The tickets as they stand in the table, by their codes."""
        table = self.bank.releases.current()["desk"].entities["ticket"].table
        there = table.c.deleted_at.is_not(None) if deleted else table.c.deleted_at.is_(None)
        with self.bank.database.read() as connection:
            return list(connection.execute(sa.select(table).where(there).order_by(table.c.f_code)).mappings())

    def seal(self) -> None:
        """Seal the trail."""
        from runtime.audit.sealer import seal

        while seal(self.bank.database, open_notary(self.folder), desk.NOW + dt.timedelta(minutes=1)):
            continue


def workbook(rows: list[list[object]]) -> bytes:
    """An Excel file with these rows."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()

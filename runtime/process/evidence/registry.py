"""All reports of approvals, in the order in which reviewers ask for them."""

from __future__ import annotations

from collections.abc import Mapping

from runtime.process.evidence.authority import AUTHORITY
from runtime.process.evidence.automatic import AUTOMATIC
from runtime.process.evidence.four_eyes import FOUR_EYES
from runtime.process.evidence.overdue import OVERDUE
from runtime.process.evidence.proxy_register import PROXIES
from runtime.process.evidence.report import Report
from runtime.process.evidence.versions import VERSIONS

REPORTS: Mapping[str, Report] = {each.name: each for each in (FOUR_EYES, AUTHORITY, VERSIONS, PROXIES, AUTOMATIC, OVERDUE)}

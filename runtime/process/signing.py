"""The signature under a decision: one hash over the record as decided on, the opinion, the person and the moment.

The hash stands in the event of the decision and in its audit leaf, which the sealer signs with the key of the notary:
whoever changes any of these afterwards, or claims another time, is found by `POST /api/audit/verify`.
"""

from __future__ import annotations

import hashlib

from connectors.templates import to_json
from runtime.audit.canonical import canonical_json
from runtime.process.opened import Opened
from workflow_engine.commands import Decide


def sign(opened: Opened, decision: Decide) -> str:
    """The signature of a decision by somebody who has just proved who he is."""
    values = {name: to_json(value) for name, value in opened.record.values.items()}
    signed = {
        "instance": opened.instance_id,
        "step": decision.step,
        "visit": decision.visit,
        "seat": decision.seat,
        "person": decision.actor,
        "decision": decision.decision,
        "opinion": decision.opinion,
        "record_version": decision.record_version,
        "form": hashlib.sha256(canonical_json(values).encode()).hexdigest(),
        "at": opened.context.now,
    }
    return hashlib.sha256(canonical_json(signed).encode()).hexdigest()

"""Nobody gives himself rights by publishing (P007, PERM-GRANT)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from runtime.publish.apply import Publication, publish
from runtime.publish.consent import Consent
from runtime.publish.plan import plan_publish
from runtime.publish.refused import Refused
from runtime.releases import Releases
from runtime.store.database import Database
from tests.publish.desk import FILES, NOW, ROLES, add_people, context_of, edited, put_live

AGENT = "ticket: {create: true, read: true, update: true}"
BOSS = "  boss: {label: {zh: 主管, en: Boss}, access: {ticket: {read: true, delete: true}}}\n"
NOTE = """\
entity: note
label: {zh: 便签, en: Note}
fields:
  words: {type: text, max: 80, label: {zh: 内容, en: Words}}
"""

RESCUE = """\
  rescue:
    label: {zh: 应急, en: Rescue}
    emergency: {taken_by: [role.agent], reviewed_by: role.chief}
    access: {ticket: {read: true, delete: true}}
  chief: {label: {zh: 主管, en: Chief}}
"""
UNMASKED = edited("roles.yaml", "update: true}", "update: true, unmask: [phone]}")

#: What the change is → the texts, and whether it gives an agent more than an agent held.
CHANGES: Mapping[str, tuple[Mapping[str, str], bool]] = {
    "deletes": (edited("roles.yaml", AGENT, AGENT.replace("}", ", delete: true}")), True),
    "masked in clear": (edited("roles.yaml", AGENT, AGENT.replace("}", ", unmask: [phone]}")), True),
    "includes a stronger role": (
        {**FILES, "roles.yaml": ROLES.replace("Agent}\n", "Agent}\n    includes: [boss]\n") + BOSS},
        True,
    ),
    "another role": ({**FILES, "roles.yaml": ROLES + BOSS}, False),
    "something to take in an emergency": ({**FILES, "roles.yaml": ROLES + RESCUE}, True),
    "less": (edited("roles.yaml", ", update: true", ""), False),
    "a renamed field": (
        {
            **edited("entities/ticket.yaml", "  phone: {", "  mobile: {id: phone, "),
            "roles.yaml": ROLES.replace("update: true}", "update: true, unmask: [mobile]}"),
        },
        False,
    ),
    "something new": (
        {**edited("roles.yaml", AGENT, f"{AGENT}\n      note: {{create: true, read: true}}"), "entities/note.yaml": NOTE},
        False,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_grants_its_makers_no_more_than_they_hold(database: Database, releases: Releases, change: str) -> None:
    """The role of a maker may not come to do more; the same change by somebody without the role is planned."""
    files, is_more = CHANGES[change]
    with database.write() as connection:
        author, publisher = add_people(connection)
    put_live(database, releases, UNMASKED if change == "a renamed field" else FILES)
    with database.read() as connection:
        own = plan_publish(connection, "desk", files, NOW, makers={author.id}).plan
        others = plan_publish(connection, "desk", files, NOW, makers={publisher.id}).plan

    assert (["PERM-GRANT"] if is_more else []) == [one.refusal for one in own.diagnostics if one.code == "P007"]
    assert is_more == own.blocked
    assert not others.blocked


def test_publishing_refuses_what_an_editor_grants_himself(database: Database, releases: Releases) -> None:
    """The second person cannot let it pass: neither the author's nor an editor's own role grows."""
    with database.write() as connection:
        author, publisher = add_people(connection)
    put_live(database, releases, FILES)
    publication = Publication("desk", CHANGES["deletes"][0], Consent("somebody", frozenset({author.id})), 1)
    with pytest.raises(Refused) as refused:
        publish(database, releases, publication, context_of(publisher, releases))

    assert "P007" in {fault.code for fault in refused.value.faults}
    assert 1 == releases.current()["desk"].release

"""An app that uses every key of entities, forms, lists and roles, and the means to break it."""

from __future__ import annotations

FILES: dict[str, str] = {
    "app.yaml": """\
app: full
format: 1
version: 1.0.0
label: {zh: 全, en: Full}
requires: {apps: {org: ">=1.0"}}
languages: [zh, en]
""",
    "bindings.yaml": """\
bindings:
  core:
    label: {zh: 核心, en: Core}
    connector: core_bank
    version: ">=1.0"
    operations:
      find: {operation: find_customer, in: {code: text}, out: {name: text}, mock: {name: 甲}}
      book: {kind: command, operation: book, in: {code: text}, out: {name: text}, mock: {name: 甲}}
    entities: {accounts: account}
""",
    "fragments/contact.yaml": """\
fragment: contact
fields:
  mobile: {type: mobile_cn, class: C2, mask: "3****4", label: {zh: 手机, en: Mobile}}
  mail: {type: email, label: {zh: 邮箱, en: Mail}}
""",
    "entities/party.yaml": """\
entity: party
label: {zh: 主体, en: Party}
title: "{full_name}"
owner: {branch: unit, user: keeper}
use: [contact]
fields:
  full_name: {type: text, max: 60, label: {zh: 名称, en: Name}}
  unit: {type: branch, label: {zh: 机构, en: Unit}}
  keeper: {type: person, label: {zh: 负责人, en: Keeper}}
  share: {type: percent, label: {zh: 占比, en: Share}}
  born_on: {type: date, label: {zh: 生日, en: Born on}}
  ends_on: {type: date, label: {zh: 到期, en: Ends on}}
  kind:
    type: choice
    label: {zh: 种类, en: Kind}
    choices:
      a: {label: {zh: 甲, en: A}, valid_from: 2020-01-01, valid_to: 2030-12-31}
      b: {label: {zh: 乙, en: B}}
  papers: {type: file, accept: [application/pdf], max_mb: 5, count: {min: 1, max: 3}, label: {zh: 材料, en: Papers}}
  about: {type: any_reference, to: [party, org.branch], label: {zh: 关于, en: About}}
  serial: {type: sequence, pattern: "P{yyyy}-{seq:4}", label: {zh: 流水号, en: Serial}}
duplicates:
  - {fields: [full_name, mobile], where: kind == "a", then: block}
""",
    "entities/member.yaml": """\
entity: member
label: {zh: 成员, en: Member}
like: party
fields:
  joined_on: {type: date, label: {zh: 加入, en: Joined on}}
""",
    "entities/account.yaml": """\
entity: account
label: {zh: 账户, en: Account}
external: {binding: core, entity: accounts}
read_only: true
fields:
  code: {type: text, max: 20, label: {zh: 编号, en: Code}}
""",
    "forms/party.edit.yaml": """\
form: party.edit
entity: party
label: {zh: 主体, en: Party}
layout:
  - tab: main
    label: {zh: 主要, en: Main}
    items:
      - section: who
        label: {zh: 谁, en: Who}
        items:
          - full_name
          - {button: ask, label: {zh: 查询, en: Ask}, call: core.find, send: {code: full_name}, save: {full_name: result.name}}
          - mobile
          - mail
""",
    "lists/parties.yaml": """\
list: parties
entity: party
label: {zh: 主体, en: Parties}
columns: [full_name, mobile, unit]
view: timeline
group_by: kind
dates: [born_on, ends_on]
open_with: party.edit
bulk: [export, assign, delete]
""",
    "roles.yaml": """\
roles:
  clerk:
    label: {zh: 经办, en: Clerk}
    access:
      party: {read: true, export: {rows: 100, approved_by: role.chief, watermark: true}, print: true, import: false}
      member: {read: true}
      account: {read: true}
  chief: {label: {zh: 主管, en: Chief}, conflicts: [clerk]}
""",
}


def changed(path: str, old: str, new: str) -> dict[str, str]:
    """The files with one text replaced; the text must be there."""
    assert old in FILES[path], (path, old)
    return {**FILES, path: FILES[path].replace(old, new, 1)}

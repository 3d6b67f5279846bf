"""The straight path of every workflow of the shipped apps: who files what, and what each step enters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Path:
    """One case from its filing to its end; a text that begins with `@` stands for a person, one with `#` for a record made before."""

    entity: str
    starter: str
    values: Values
    #: Step, and what is entered there. A step that several decide stands once.
    steps: tuple[tuple[str, Values], ...]
    #: What the status field says at the end.
    status: str
    #: How a later path calls the record.
    name: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record that stands before the cases, by its name."""

    name: str
    entity: str
    maker: str
    values: Values
    #: Who adds what afterwards.
    then: tuple[tuple[str, Values], ...] = ()


@dataclass(frozen=True, slots=True)
class Shipped:
    """What is played of one app: its people (user name → unit, roles), records and cases."""

    people: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    posts: Mapping[str, str] = field(default_factory=dict)
    records: tuple[Prepared, ...] = ()
    paths: tuple[Path, ...] = ()


def step(name: str, **values: object) -> tuple[str, Values]:
    return name, values


_COMPANY = {"customer_no": "C0001", "name": "钱江精密", "uscc": "91350100M000100Y43", "industry": "C", "size": "2"}
_RATED = {
    "rating": "A",
    "rated_until": "2026-12-31",
    "five_class": "1",
    "exposure": "0.00",
    "query_consent_until": "2026-12-31",
    "statements_on": "2025-12-31",
}
_LOAN = {
    "company": "#company",
    "amount": "3000000.00",
    "term": 12,
    "annual_rate": "3.85",
    "guarantee": "3",
    "purpose": "采购钢材",
}

CORPORATE_CREDIT = Shipped(
    people={
        "manager": ("CX", ("relationship_manager",)),
        "second": ("CX", ("relationship_manager",)),
        "head": ("CX", ("branch_head", "branch_approver")),
        "approver": ("CX", ("branch_approver",)),
        "check": ("CX", ()),
        "clerk": ("CX", ("credit_clerk",)),
        "risk": ("HZ", ("risk_manager",)),
        "chief": ("HZ", ("branch_risk_head",)),
        "legal": ("CR", ("legal_officer",)),
        "analyst": ("CR", ("finance_analyst",)),
        "screener": ("CR", ("aml_specialist",)),
        "reviewer1": ("CR", ("risk_reviewer",)),
        "reviewer2": ("CR", ("risk_reviewer",)),
        "reviewer3": ("CR", ("risk_reviewer",)),
        "payout": ("CR", ("loan_admin",)),
        "disburser": ("CX", ("disburser",)),
        "limits": ("CR", ("limit_clerk",)),
        "policy": ("CR", ("credit_policy",)),
        "headoffice": ("CR", ("head_approver",)),
    },
    posts={"check": "复核岗"},
    records=(
        Prepared("company", "company", "manager", _COMPANY, (("risk", _RATED),)),
        Prepared(
            "template",
            "check_template",
            "policy",
            {"code": "STD", "name": "标准五查", "kind": "standard", "items": [{"check": "subject", "item": "登记信息"}]},
        ),
    ),
    paths=(
        Path(
            "five_checks",
            "manager",
            {"company": "#company", "template": "#template", "second_person": "@second"},
            (
                step("subject", subject_result="1", subject_findings="证照齐全"),
                step("credit", credit_result="1", credit_findings="无不良"),
                step("legal", legal_result="1", legal_findings="无涉诉", legal_on="2026-03-02"),
                step("tax", tax_result="1", tax_findings="纳税 A 级", tax_on="2026-03-02"),
                step("onsite", onsite_result="1", onsite_findings="正常生产", onsite_address="滨江区一号"),
                step("onsite_second"),
                step("review"),
            ),
            "passed",
            "checks",
        ),
        Path(
            "credit_application",
            "manager",
            {**_LOAN, "kind": "new", "amount": "4000000.00", "co_manager": "@second", "checks": "#checks"},
            (
                step("co_sign"),
                step("recommend"),
                step("review", review_opinion="可行"),
                step("decide@branch"),
                step("approval_letter", conditions="办妥抵押登记"),
                step("sign", contract_no="HT-1", recorded=True),
                step("fulfil", conditions_met="已办"),
                step("release"),
            ),
            "active",
            "application",
        ),
        Path(
            "limit_adjustment",
            "manager",
            {
                "limit_line": "#limit",
                "kind": "decrease",
                "current_total": "4000000.00",
                "new_total": "1000000.00",
                "reason": "压降",
            },
            (step("decide@decrease"), step("execute@decrease", core_reference="R1", executed_at="2026-03-02T02:00:00Z")),
            "done",
        ),
        Path(
            "corporate_loan",
            "manager",
            _LOAN,
            (
                step("check"),
                step("screen", screening="clear"),
                step("review"),
                step("legal"),
                step("decide@branch"),
            ),
            "approved",
        ),
        Path(
            "warning",
            "risk",
            {
                "company": "#company",
                "branch": "~CX",
                "handler": "@manager",
                "rule": "lawsuit",
                "level": "1",
                "facts": "新增被执行",
            },
            (
                step("verify@red", conclusion="confirmed", verification="属实"),
                step("plan", measures=[{"kind": "freeze", "owner": "李强", "due_on": "2026-03-04"}]),
                step("confirm@red"),
            ),
            "closed",
        ),
        Path(
            "class_review",
            "manager",
            {
                "company": "#company",
                "period": "2026-03",
                "current_class": "1",
                "overdue_days": 95,
                "proposed_class": "3",
                "reason": "逾期 95 天",
            },
            (step("recognise"), step("review"), step("decide")),
            "decided",
        ),
    ),
)

ACCOUNT_OPENING = Shipped(
    people={
        "teller": ("CX", ("teller",)),
        "desk": ("HZ", ("operations_clerk",)),
        "supervisor": ("CX", ("supervisor",)),
        "manager": ("CX", ("relationship_manager",)),
        "second": ("CX", ("relationship_manager",)),
    },
    paths=(
        Path(
            "personal_opening",
            "teller",
            {
                "full_name": "张伟",
                "id_type": "03",
                "id_no": "E12345678",
                "id_valid_to": "2030-01-01",
                "birth_date": "1990-05-01",
                "nationality": "CHN",
                "mobile": "13812345678",
                "address": "文三路一号",
                "occupation": "employee",
                "account_class": "1",
                "purpose": "工资代发",
            },
            (
                step("identity", identity_checked="matched"),
                step("screen", screening="clear"),
                step("known"),
                step("check"),
                step("open", customer_no="C9", account_no="622200001", opened_on="2026-03-02"),
            ),
            "opened",
        ),
        Path(
            "corporate_opening",
            "manager",
            {
                "company_name": "钱江精密",
                "uscc": "91350100M000100Y43",
                "account_kind": "1",
                "found_on": "2015-01-01",
                "industry": "manufacture",
                "legal_representative": "王建国",
                "representative_id": "E12345678",
                "address": "滨江区一号",
                "second_person": "@second",
                "documents": [{"kind": "licence", "complete": True}],
            },
            (
                step("register", register_check="active"),
                step("screen", screening="clear"),
                step("courts"),
                step("find_owners", owners=[{"name": "王建国", "basis": "share", "share": "0.6"}]),
                step("visit", premises="confirmed", visit_findings="正常经营"),
                step("visit_second"),
                step("check"),
                step("open", customer_no="C1", account_no="3301", opened_on="2026-03-02"),
                step("file", filed_on="2026-03-03"),
            ),
            "opened",
        ),
    ),
)

"""What a good programmer writes by hand: FastAPI, pydantic and SQLAlchemy's ORM over the same table.

`python -m tests.bench.twin URL PORT` serves it. It asks of each request what the product asks: who sends the token, which
customers are his to see or to change, whether he sees mobile numbers in clear, and each change leaves an audit row.
"""

import datetime as dt
import hashlib
import json
import sys
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import sqlalchemy as sa
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, sessionmaker


class Base(DeclarativeBase):
    """The twin's tables."""


#: Compared by code point, so that the beginning of a path is a range of its index.
_BYTEWISE = sa.String(400).with_variant(sa.String(400, collation="C"), "postgresql")


class Branch(Base):
    """A unit of the bank."""

    __tablename__ = "twin_branch"
    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    path: Mapped[str] = mapped_column(_BYTEWISE, unique=True)


class User(Base):
    """Who may ask, by the hash of a token."""

    __tablename__ = "twin_user"
    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    role: Mapped[str] = mapped_column(sa.String(20))
    branch_id: Mapped[str] = mapped_column(sa.ForeignKey(Branch.id))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    active: Mapped[bool]
    branch: Mapped[Branch] = relationship()


class Customer(Base):
    """The same columns and indexes as the product's entity."""

    __tablename__ = "twin_customer"
    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    version: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    created_by: Mapped[str] = mapped_column(sa.String(36))
    changed_at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    changed_by: Mapped[str] = mapped_column(sa.String(36))
    customer_no: Mapped[str] = mapped_column(sa.String(20), unique=True)
    full_name: Mapped[str] = mapped_column(sa.String(60))
    branch_id: Mapped[str] = mapped_column(sa.ForeignKey(Branch.id))
    level: Mapped[str] = mapped_column(sa.String(1))
    mobile: Mapped[str | None] = mapped_column(sa.String(11))
    monthly_income: Mapped[Decimal | None] = mapped_column(sa.Numeric(18, 2))
    opened_on: Mapped[dt.date | None]
    branch: Mapped[Branch] = relationship()
    __table_args__ = (
        sa.Index("twin_list", "branch_id", "level", "customer_no"),
        sa.Index("twin_owner", "branch_id", "id"),
        sa.Index("twin_owner_list", "branch_id", "customer_no", "id"),
        sa.Index("twin_order", "customer_no", "id"),
    )


class Audit(Base):
    """One row for each change."""

    __tablename__ = "twin_audit"
    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(sa.String(36))
    action: Mapped[str] = mapped_column(sa.String(20))
    record: Mapped[str] = mapped_column(sa.String(36), index=True)
    body: Mapped[str] = mapped_column(sa.Text)


class CustomerIn(BaseModel):
    """What may be sent."""

    model_config = ConfigDict(extra="forbid")
    customer_no: Annotated[str, Field(max_length=20)]
    full_name: Annotated[str, Field(max_length=60)]
    branch_id: Annotated[str, Field(alias="branch")]
    level: Annotated[str, Field(pattern="^[1-5]$")] = "1"
    mobile: Annotated[str | None, Field(pattern=r"^1[3-9]\d{9}$")] = None
    monthly_income: Annotated[Decimal | None, Field(ge=0, max_digits=18, decimal_places=2)] = None
    opened_on: dt.date | None = None


class CustomerOut(BaseModel):
    """What is answered."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    version: int
    created_at: dt.datetime
    created_by: str
    changed_at: dt.datetime
    changed_by: str
    customer_no: str
    full_name: str
    branch_id: str
    level: str
    mobile: str | None
    monthly_income: Decimal | None
    opened_on: dt.date | None


class CustomerWithBranch(CustomerOut):
    """The same with the name of the branch."""

    branch_name: str | None = None


Shown = TypeVar("Shown", bound=CustomerOut)


class CustomerPatch(BaseModel):
    """What may be changed; what is not sent stays."""

    model_config = ConfigDict(extra="forbid")
    full_name: Annotated[str | None, Field(max_length=60)] = None
    level: Annotated[str | None, Field(pattern="^[1-5]$")] = None
    mobile: Annotated[str | None, Field(pattern=r"^1[3-9]\d{9}$")] = None
    monthly_income: Annotated[Decimal | None, Field(ge=0, max_digits=18, decimal_places=2)] = None
    opened_on: dt.date | None = None


class Page(BaseModel):
    """A list."""

    items: list[CustomerOut]


class PageWithBranches(BaseModel):
    """A list with the names of branches."""

    items: list[CustomerWithBranch]


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def readable(query: sa.Select[Any], user: User) -> sa.Select[Any]:
    """The customers of a query that are the user's to see: those of his unit and all below it, at head office all."""
    if user.role == "headquarters":
        return query
    units = sa.select(Branch.id).where(Branch.path.startswith(user.branch.path, autoescape=True))
    return query.where(Customer.branch_id.in_(units))


def shown(found: Customer, user: User) -> CustomerOut:
    """A customer as the user may see it."""
    return masked(CustomerOut.model_validate(found), user)


def masked(answer: Shown, user: User) -> Shown:
    """An answer whose mobile number is only whole at head office."""
    if answer.mobile is not None and user.role != "headquarters":
        answer.mobile = f"{answer.mobile[:3]}****{answer.mobile[-4:]}"
    return answer


def build(url: str) -> FastAPI:
    """The twin's server over a database that holds its tables."""
    engine = sa.create_engine(url, pool_size=16, max_overflow=16) if url.startswith("postgresql") else sa.create_engine(url)
    make_session = sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()
    bearer = HTTPBearer()

    def session() -> Iterator[Session]:
        with make_session() as opened:
            yield opened

    Opened = Annotated[Session, Depends(session)]

    def current_user(session: Opened, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> User:
        query = sa.select(User).options(joinedload(User.branch)).where(User.token_hash == hashed(credentials.credentials))
        found = session.scalar(query.where(User.active))
        if found is None:
            raise HTTPException(401)
        return found

    CurrentUser = Annotated[User, Depends(current_user)]

    def query_of(user: User, branch: str | None, level: str | None, limit: int, offset: int) -> sa.Select[Any]:
        query = readable(sa.select(Customer), user)
        if branch is not None:
            query = query.where(Customer.branch_id == branch)
        if level is not None:
            query = query.where(Customer.level == level)
        return query.order_by(Customer.customer_no).limit(limit).offset(offset)

    @app.get("/customer/{id}")
    def get(id: str, session: Opened, user: CurrentUser) -> CustomerOut:
        found = session.scalar(readable(sa.select(Customer).where(Customer.id == id), user))
        if found is None:
            raise HTTPException(404)
        return shown(found, user)

    @app.get("/customer")
    def find(
        session: Opened,
        user: CurrentUser,
        branch: str | None = None,
        level: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> Page:
        found = session.scalars(query_of(user, branch, level, limit, offset)).all()
        return Page(items=[shown(each, user) for each in found])

    @app.get("/customer-with-branch")
    def find_with_branch(
        session: Opened,
        user: CurrentUser,
        branch: str | None = None,
        level: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> PageWithBranches:
        query = query_of(user, branch, level, limit, offset).options(joinedload(Customer.branch))
        items = []
        for each in session.scalars(query).all():
            answer = masked(CustomerWithBranch.model_validate(each), user)
            answer.branch_name = each.branch.name
            items.append(answer)
        return PageWithBranches(items=items)

    @app.post("/customer", status_code=201)
    def create(body: CustomerIn, session: Opened, user: CurrentUser) -> CustomerOut:
        if user.role != "headquarters" and body.branch_id != user.branch_id:
            raise HTTPException(403)
        now = dt.datetime.now(dt.UTC)
        system = {"version": 1, "created_at": now, "created_by": user.id, "changed_at": now, "changed_by": user.id}
        made = Customer(id=str(uuid.uuid4()), **system, **body.model_dump())
        session.add(made)
        session.add(_audit(now, user, "created", made.id, body.model_dump(mode="json")))
        try:
            session.commit()
        except sa.exc.IntegrityError as refused:
            raise HTTPException(422) from refused
        return shown(made, user)

    @app.patch("/customer/{id}")
    def patch(
        id: str, body: CustomerPatch, session: Opened, user: CurrentUser, if_match: Annotated[str, Header()]
    ) -> CustomerOut:
        found = session.scalar(readable(sa.select(Customer).where(Customer.id == id), user).with_for_update(of=Customer))
        if found is None:
            raise HTTPException(404)
        if user.role != "headquarters" and found.branch_id != user.branch_id:
            raise HTTPException(403)
        if if_match != f'"{found.version}"':
            raise HTTPException(412)
        now, changes = dt.datetime.now(dt.UTC), {}
        for name, value in body.model_dump(exclude_unset=True).items():
            changes[name] = [str(getattr(found, name)), str(value)]
            setattr(found, name, value)
        found.version += 1
        found.changed_at, found.changed_by = now, user.id
        session.add(_audit(now, user, "changed", id, changes))
        session.commit()
        return shown(found, user)

    return app


def _audit(now: dt.datetime, user: User, action: str, record: str, body: dict[str, Any]) -> Audit:
    text = json.dumps(body, ensure_ascii=False)
    return Audit(id=str(uuid.uuid4()), at=now, actor=user.id, action=action, record=record, body=text)


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)

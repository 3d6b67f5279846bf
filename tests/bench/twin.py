"""What a good programmer writes by hand: FastAPI, pydantic and SQLAlchemy's ORM over the same table, with an audit row.

`python -m tests.bench.twin URL PORT` serves it. No permissions, no masks: the twin does less than the product.
"""

import datetime as dt
import sys
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

import sqlalchemy as sa
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker


class Base(DeclarativeBase):
    """The twin's tables."""


class Customer(Base):
    """The same columns as the product's entity."""

    __tablename__ = "twin_customer"
    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    version: Mapped[int]
    customer_no: Mapped[str] = mapped_column(sa.String(20), unique=True)
    full_name: Mapped[str] = mapped_column(sa.String(60))
    branch: Mapped[str] = mapped_column(sa.String(36), index=True)
    level: Mapped[str] = mapped_column(sa.String(1))
    mobile: Mapped[str | None] = mapped_column(sa.String(11))
    monthly_income: Mapped[Decimal | None] = mapped_column(sa.Numeric(18, 2))
    opened_on: Mapped[dt.date | None]
    changed_at: Mapped[dt.datetime]
    __table_args__ = (sa.Index("twin_list", "branch", "level", "customer_no"),)


class Audit(Base):
    """One row for each change."""

    __tablename__ = "twin_audit"
    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    at: Mapped[dt.datetime]
    record: Mapped[str] = mapped_column(sa.String(36))
    body: Mapped[str] = mapped_column(sa.Text)


class CustomerIn(BaseModel):
    """What may be sent."""

    model_config = ConfigDict(extra="forbid")
    customer_no: Annotated[str, Field(max_length=20)]
    full_name: Annotated[str, Field(max_length=60)]
    branch: str
    level: Annotated[str, Field(pattern="^[1-5]$")] = "1"
    mobile: Annotated[str | None, Field(pattern=r"^1[3-9]\d{9}$")] = None
    monthly_income: Annotated[Decimal | None, Field(ge=0, max_digits=18, decimal_places=2)] = None
    opened_on: dt.date | None = None


class CustomerOut(CustomerIn):
    """What is answered."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")
    id: str
    version: int


class CustomerPatch(BaseModel):
    """The one field that the benchmark changes."""

    model_config = ConfigDict(extra="forbid")
    full_name: Annotated[str, Field(max_length=60)]


class Page(BaseModel):
    """A list."""

    items: list[CustomerOut]


def build(url: str) -> FastAPI:
    """The twin's server over a database that holds its tables."""
    engine = sa.create_engine(url, pool_size=16, max_overflow=16) if url.startswith("postgresql") else sa.create_engine(url)
    make_session = sessionmaker(engine)
    app = FastAPI()

    def session() -> Iterator[Session]:
        with make_session() as opened:
            yield opened

    Opened = Annotated[Session, Depends(session)]

    @app.get("/customer/{id}", response_model=CustomerOut)
    def get(id: str, session: Opened) -> Customer:
        found = session.get(Customer, id)
        if found is None:
            raise HTTPException(404)
        return found

    @app.get("/customer", response_model=Page)
    def find(session: Opened, branch: str, level: str, limit: Annotated[int, Query(le=200)] = 50) -> dict[str, object]:
        query = (
            sa.select(Customer)
            .where(Customer.branch == branch, Customer.level == level)
            .order_by(Customer.customer_no)
            .limit(limit)
        )
        return {"items": session.scalars(query).all()}

    @app.post("/customer", status_code=201, response_model=CustomerOut)
    def create(body: CustomerIn, session: Opened) -> Customer:
        made = Customer(id=str(uuid.uuid4()), version=1, changed_at=dt.datetime.now(dt.UTC), **body.model_dump())
        session.add(made)
        session.add(_audit(made.id, body.model_dump_json()))
        session.commit()
        return made

    @app.patch("/customer/{id}", response_model=CustomerOut)
    def patch(id: str, body: CustomerPatch, session: Opened, response: Response) -> Customer:
        found = session.get(Customer, id, with_for_update=True)
        if found is None:
            raise HTTPException(404)
        found.full_name = body.full_name
        found.version += 1
        found.changed_at = dt.datetime.now(dt.UTC)
        session.add(_audit(id, body.model_dump_json()))
        session.commit()
        return found

    return app


def _audit(record: str, body: str) -> Audit:
    return Audit(id=str(uuid.uuid4()), at=dt.datetime.now(dt.UTC), record=record, body=body)


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)

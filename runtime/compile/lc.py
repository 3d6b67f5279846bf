"""The schema `lc` of PostgreSQL: the functions of expressions, exact and total, for indexes and statements.

Each means the same as the Python function of its name in `forms_dsl.expr`; the differential tests compare them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

from forms_dsl.expr.texts import WHITE_SPACE

#: Name with arguments, result and body of the functions that are one SQL expression.
_FUNCTIONS: tuple[tuple[str, str, str], ...] = (
    # Numbers: limit an exact result to 16 places (half away from zero) and below 1e22.
    ("fin(x numeric)", "numeric", "case when abs(round(x, 16)) < 1e22 then round(x, 16) end"),
    # The operator `/` chooses its own scale, down to 2 places; the quotient of whole numbers is exact.
    (
        "div(a numeric, b numeric)",
        "numeric",
        "case when b <> 0 then lc.fin(sign(a) * sign(b) * div(2 * abs(a) * 1e16 + abs(b), 2 * abs(b)) * 0.0000000000000001) end",
    ),
    (
        "floored(a numeric, b numeric)",
        "numeric",
        "div(a, b) - case when mod(a, b) <> 0 and (mod(a, b) < 0) <> (b < 0) then 1 else 0 end",
    ),
    ("fdiv(a numeric, b numeric)", "numeric", "case when b <> 0 then lc.fin(lc.floored(a, b)) end"),
    ("mod(a numeric, b numeric)", "numeric", "case when b <> 0 then lc.fin(a - b * lc.floored(a, b)) end"),
    ("round(x numeric, k integer)", "numeric", "lc.fin(pg_catalog.round(x, k))"),
    ("ten(k integer)", "numeric", "('1e' || k)::numeric"),
    (
        "round_even(x numeric, k integer)",
        "numeric",
        (
            "lc.fin(case when abs(x - trunc(x, k)) * 2 = lc.ten(-k) and pg_catalog.mod(trunc(trunc(x, k) * lc.ten(k)), 2) = 0"
            " then trunc(x, k) else pg_catalog.round(x, k) end)"
        ),
    ),
    (
        "round_up(x numeric, k integer)",
        "numeric",
        "lc.fin(trunc(x, k) + case when trunc(x, k) <> x then sign(x) * lc.ten(-k) else 0 end)",
    ),
    ("round_down(x numeric, k integer)", "numeric", "lc.fin(trunc(x, k))"),
    ("floor(x numeric)", "numeric", "lc.fin(pg_catalog.floor(x))"),
    ("ceil(x numeric)", "numeric", "lc.fin(pg_catalog.ceil(x))"),
    ("number(t text)", "numeric", "case when t ~ '^-?[0-9]{1,22}([.][0-9]{1,16})?$' then t::numeric end"),
    ("text_number(x numeric)", "text", "trim_scale(x)::text"),
    (
        "scaled(x numeric, scale integer, digits integer)",
        "numeric",
        "case when abs(pg_catalog.round(x, scale)) < lc.ten(digits - scale) then pg_catalog.round(x, scale) end",
    ),
    # Texts: the empty text is missing. Casts stay in range even where a guard stands before them: with constants the
    # planner computes them first.
    ("trim(t text)", "text", "nullif(btrim(t, {white_space}), '')"),
    ("clamped(n numeric)", "integer", "case when n is not null then least(greatest(trunc(n), -10000000), 10000000)::integer end"),
    ("left(t text, n numeric)", "text", "nullif(pg_catalog.left(t, greatest(lc.clamped(n), 0)), '')"),
    ("right(t text, n numeric)", "text", "nullif(pg_catalog.right(t, greatest(lc.clamped(n), 0)), '')"),
    (
        "mid(t text, start numeric, n numeric)",
        "text",
        (
            "nullif(substr(t, lc.clamped(greatest(trunc(start), 1)),"
            " lc.clamped(greatest(trunc(start) + greatest(trunc(n), 0) - greatest(trunc(start), 1), 0))), '')"
        ),
    ),
    (
        "replace(t text, a text, b text)",
        "text",
        "case when t is not null and a is not null then nullif(pg_catalog.replace(t, a, coalesce(b, '')), '') end",
    ),
    # Sets of codes are kept as JSON text.
    ("has(code text, codes text)", "boolean", "jsonb_exists(codes::jsonb, code)"),
    (
        "codes(codes text)",
        "text",
        '(select jsonb_agg(code order by code collate "C")::text from (select distinct jsonb_array_elements_text(codes::jsonb) as code) c)',
    ),
    ("count_codes(codes text)", "bigint", "(select count(distinct code) from jsonb_array_elements_text(codes::jsonb) as code)"),
    # Days: years 1 to 9999, never an error.
    (
        "day_number(n numeric)",
        "date",
        "case when n between 0 and 3652058 then date '0001-01-01' + least(greatest(n, 0), 3652058)::integer end",
    ),
    (
        "dadd(d date, n numeric)",
        "date",
        "case when n = trunc(n) and abs(n) < 10000000 then lc.day_number(d - date '0001-01-01' + n) end",
    ),
    ("dsub(a date, b date)", "bigint", "(a - b)::bigint"),
    ("year(d date)", "bigint", "extract(year from d)::bigint"),
    ("month(d date)", "bigint", "extract(month from d)::bigint"),
    ("day(d date)", "bigint", "extract(day from d)::bigint"),
    ("weekday(d date)", "bigint", "extract(isodow from d)::bigint"),
    ("month_end(d date)", "date", "(date_trunc('month', d::timestamp) + interval '1 month' - interval '1 day')::date"),
    (
        "month_days(y integer, m integer)",
        "integer",
        "extract(day from lc.month_end(make_date(least(greatest(y, 1), 9999), least(greatest(m, 1), 12), 1)))::integer",
    ),
    (
        "date(y numeric, m numeric, d numeric)",
        "date",
        (
            "case when y = trunc(y) and m = trunc(m) and d = trunc(d) and y between 1 and 9999 and m between 1 and 12 then"
            " case when d between 1 and lc.month_days(lc.clamped(y), lc.clamped(m)) then make_date(lc.clamped(y), lc.clamped(m), lc.clamped(d)) end end"
        ),
    ),
    (
        "month_day(n integer, d integer)",
        "date",
        "case when n between 12 and 119999 then make_date(n / 12, pg_catalog.mod(n, 12) + 1, least(d, lc.month_days(n / 12, pg_catalog.mod(n, 12) + 1))) end",
    ),
    (
        "add_months(d date, n numeric)",
        "date",
        (
            "case when n = trunc(n) and abs(n) <= 120000 then"
            " lc.month_day(lc.clamped(lc.year(d) * 12 + lc.month(d) - 1 + n), lc.day(d)::integer) end"
        ),
    ),
    (
        "full_months(a date, b date)",
        "bigint",
        (
            "(lc.year(b) - lc.year(a)) * 12 + lc.month(b) - lc.month(a)"
            " - case when lc.day(b) < lc.day(a) and b <> lc.month_end(b) then 1 else 0 end"
        ),
    ),
    ("months_between(a date, b date)", "bigint", "case when a <= b then lc.full_months(a, b) else -lc.full_months(b, a) end"),
    ("years_between(a date, b date)", "bigint", "lc.months_between(a, b) / 12"),
    (
        "date_of(t timestamptz, zone text)",
        "date",
        "case when timezone(zone, t) >= timestamp '0001-01-01' and timezone(zone, t) < timestamp '10000-01-01' then timezone(zone, t)::date end",
    ),
    # Business days: `days` in order, within `first` to `last`; the running number of a day is how many are not after it.
    (
        "add_business_days(d date, n numeric, days date[], first date, last date)",
        "date",
        (
            "case when n = trunc(n) and abs(n) < 10000000 and d between first and last then case when n = 0 then d else"
            " days[width_bucket(d, days) + lc.clamped(n)"
            " + case when n < 0 and not (d = any(days)) then 1 else 0 end] end end"
        ),
    ),
    (
        "business_days_between(a date, b date, days date[], first date, last date)",
        "bigint",
        "case when a between first and last and b between first and last then (width_bucket(b, days) - width_bucket(a, days))::bigint end",
    ),
    (
        "is_business_day(d date, days date[], first date, last date)",
        "boolean",
        "case when d between first and last then d = any(days) end",
    ),
    (
        "hours_between(a timestamptz, b timestamptz)",
        "numeric",
        "lc.div(pg_catalog.round(extract(epoch from b - a)::numeric * 1000), 3600000)",
    ),
)

_ANNUITY = """
create or replace function lc.annuity(principal numeric, rate numeric, periods numeric) returns numeric
language plpgsql immutable parallel safe as $body$
declare
  power numeric := 1;
  base numeric;
  rest integer;
begin
  if principal is null or rate is null or periods is null or periods <> trunc(periods) or periods not between 1 and 600 then
    return null;
  end if;
  if rate = 0 then
    return lc.div(principal, periods);
  end if;
  base := lc.fin(1 + rate);
  rest := periods::integer;
  while rest > 0 loop
    if mod(rest, 2) = 1 then
      power := lc.fin(power * base);
    end if;
    rest := rest / 2;
    if rest > 0 then
      base := lc.fin(base * base);
    end if;
  end loop;
  return lc.div(lc.fin(lc.fin(principal * rate) * power), lc.fin(power - 1));
end
$body$"""

#: With the full mapping of ICU where the server has it, else from Python's own tables (slower, the same result).
_CASE = """
do $do$
begin
  if exists (select from pg_collation where collname = 'und-x-icu') then
    create or replace function lc.lower(t text) returns text language sql immutable parallel safe as
      $body$select (pg_catalog.lower(pg_catalog.replace(t, 'Σ', 'σ') collate "und-x-icu")) collate "C"$body$;
    create or replace function lc.upper(t text) returns text language sql immutable parallel safe as
      $body$select (pg_catalog.upper(t collate "und-x-icu")) collate "C"$body$;
  else
    create or replace function lc.lower(t text) returns text language sql immutable parallel safe as $body$select {lower}$body$;
    create or replace function lc.upper(t text) returns text language sql immutable parallel safe as $body$select {upper}$body$;
  end if;
end
$do$"""


def function_names() -> frozenset[str]:
    """The names of all functions of the schema, to see whether a database has them."""
    return frozenset({name.partition("(")[0] for name, _, _ in _FUNCTIONS} | {"annuity", "lower", "upper"})


@cache
def install_statements() -> tuple[str, ...]:
    """The statements that make the schema or bring it up to date; they can be run again at any time."""
    white_space = _quoted(WHITE_SPACE)
    functions = (
        f"create or replace function lc.{name} returns {result} language sql immutable parallel safe"
        f" as $body$select {body.replace('{white_space}', white_space)}$body$"
        for name, result, body in _FUNCTIONS
    )
    case = _CASE.replace("{lower}", _mapped(str.lower)).replace("{upper}", _mapped(str.upper))
    return ("create schema if not exists lc", *functions, _ANNUITY, case)


def _mapped(change: Callable[[str], str]) -> str:
    """A SQL expression that maps the characters of `t` one by one as Python's `str.lower` or `str.upper` does."""
    mapped = {c: change(c) for c in map(chr, range(sys.maxunicode + 1)) if change(c) != c}
    single = {c: to for c, to in mapped.items() if len(to) == 1}
    expression = f"translate(t, {_quoted(''.join(single))}, {_quoted(''.join(single.values()))})"
    for character, to in mapped.items():
        if len(to) > 1:
            expression = f"pg_catalog.replace({expression}, {_quoted(character)}, {_quoted(to)})"
    return expression


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

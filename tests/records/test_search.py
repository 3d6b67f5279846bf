"""Search: by the beginnings of words, pinyin and initials, and never by what its reader does not see in clear."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from runtime.query.terms import asked_words, folded, terms_of
from runtime.records.filling import fill_changed, fill_words, mark_filled, unfilled
from runtime.records.restore import restore_record
from runtime.records.search import asking_search
from runtime.records.write import delete_record, update_record
from runtime.store.asking import answer
from runtime.store.database import Database
from runtime.store.tables import search_field, search_term
from tests.records.lab import NOW, add, add_client, context, items, lab, person, system
from tests.records.served import Bank

BOSS = person("eve", "boss", unit="ho")


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("张伟明", "张"), ("张伟明", "伟明"), ("张伟明", "zhangwei"), ("张伟明", "ZWM"), ("张伟明", "weiming"), ("张伟明", "zhang wei"), ("张伟明", "張偉"),
        ("張偉明", "张伟"), ("曾庆红", "zengqing"), ("吕布", "lvbu"), ("吕布", "lubu"), ("重庆银行", "chongqing"), ("宁波滨江机械有限公司", "bjjx"),
        ("ＡＢＣ有限公司", "abc"), ("C0004711", "4711"), ("C0004711", "0004711"), ("C0004711", "c0004711"), ("Hotel Müller", "muller"), ("100%_sure", "%_s"),
        ("𠮷田", "𠮷"),
    ],
)  # fmt: skip
def test_a_text_is_found_by_its_beginnings(text: str, typed: str) -> None:
    """By each character or word, by pinyin in full and by initials, whatever the width, case or script."""
    terms = terms_of(text)

    assert all(any(term.startswith(word.folded) for term in terms) for word in asked_words(typed))


@pytest.mark.parametrize(("text", "typed"), [("张伟明", "wang"), ("张伟明", "明伟"), ("smith", "mith"), ("张伟明", "z w x")])
def test_what_does_not_begin_so_is_not_found(text: str, typed: str) -> None:
    """Every word that is asked for must be there."""
    terms = terms_of(text)

    assert not all(any(term.startswith(word.folded) for term in terms) for word in asked_words(typed))


def test_words_of_a_search_count_once_and_not_without_end() -> None:
    """Five different words are asked for at most; what a word was typed like is kept beside."""
    assert ["a", "b"] == [word.folded for word in asked_words("A b a")]
    assert 5 == len(asked_words("a b c d e f g"))
    assert "" == folded("")


def test_words_follow_a_record(db: Database) -> None:
    """A changed name is found as it is now and not as it was; a deleted record is not found, a restored one is."""
    client = add_client(db, "A1", full_name="张伟")

    assert ["A1"] == _codes(db, "zhangwei")
    with db.write() as connection:
        update_record(connection, context(BOSS), "lab", "client", client, {"full_name": "李娜"}, 1)
    assert ([], ["A1"]) == (_codes(db, "zhangwei"), _codes(db, "lina"))
    with db.write() as connection:
        delete_record(connection, context(BOSS), "lab", "client", client, 2)
    assert [] == _codes(db, "lina")
    with db.write() as connection:
        restore_record(connection, context(BOSS), "lab", "client", client, 3)
    assert ["A1"] == _codes(db, "ln")


def test_a_write_that_fails_keeps_no_words(db: Database) -> None:
    """Words stand in the commit of their record."""
    with pytest.raises(RuntimeError), db.write() as connection:
        from runtime.records.write import insert_record  # noqa: PLC0415

        insert_record(connection, system(), "lab", "client", {"code": "Z9", "full_name": "Gone", "branch": "cx"})
        raise RuntimeError

    with db.read() as connection:
        assert [] == connection.execute(sa.select(search_term.c.term).where(search_term.c.term == "gone")).all()


def test_every_word_must_be_found_in_some_field(db: Database) -> None:
    """Two words may stand in two fields; one that stands nowhere finds nothing."""
    add_client(db, "A1", full_name="张伟", manager="tom")
    add_client(db, "A2", full_name="张伟", manager="ann")

    assert ["A1"] == _codes(db, "张伟 tom")
    assert [] == _codes(db, "张伟 eve")


def test_a_field_decides_only_on_the_rows_where_it_is_shown(db: Database) -> None:
    """Of two roles, each gives its rows: what one of them hides on a row finds that row for nobody."""
    add_client(db, "OWN", branch="cx", full_name="Own", manager="tom")
    add_client(db, "FAR", branch="bj", full_name="Far", manager="tom")
    both = context(person("eve", "teller", "blind", unit="cx"))

    assert ["OWN"] == [row["code"] for row in items(db, both, "client", search="tom")]
    assert ["FAR"] == [row["code"] for row in items(db, both, "client", search="far")]


def test_an_app_is_searched_entity_by_entity(bank: Bank) -> None:
    """Groups in the order of the definition, under the rows and fields of the caller; nothing of what he may not read."""
    client = add_client(bank.db, "A1", full_name="张伟", salary="5")
    add_client(bank.db, "B1", full_name="张薇", branch="bj")
    deal = add(bank.db, "deal", client=client, kind="small", amount="20", branch="cx")
    teller, dealer, outsider = bank.caller("tom", "teller"), bank.caller("ann", "dealer"), bank.caller("eve")

    found = teller("GET", "/api/apps/lab/search", params={"q": "zw"}).json()["items"]
    assert [("client", ["张伟"], False)] == [(g["entity"], [r["title"] for r in g["records"]], g["more"]) for g in found]
    [group] = dealer("GET", "/api/apps/lab/search", params={"q": "D2026"}).json()["items"]
    assert ("deal", [deal]) == (group["entity"], [record["id"] for record in group["records"]])
    assert [] == dealer("GET", "/api/apps/lab/search", params={"q": "zw"}).json()["items"]
    unknown = outsider("GET", "/api/apps/nothing/search", params={"q": "zw"})
    assert (404, 404) == (unknown.status_code, outsider("GET", "/api/apps/lab/search", params={"q": "zw"}).status_code)


@pytest.mark.parametrize("query", ["", "?q=", "?q=a&limit=0", "?q=a&select=code"])
def test_a_search_says_what_it_looks_for(bank: Bank, query: str) -> None:
    """Without words, and with what it does not know, it is refused."""
    assert 400 == bank.caller("tom", "teller")("GET", f"/api/apps/lab/search{query}").status_code


def test_there_may_be_more_of_an_entity(db: Database) -> None:
    """As many as asked for, and whether there is more."""
    for number in range(3):
        add_client(db, f"A{number}", full_name=f"张{number}")

    with db.read() as connection:
        [group] = answer(connection, asking_search(connection.dialect, context(BOSS), "lab", "张", 2))
    assert (2, True) == (len(group.records), group.more)


def test_old_records_are_filled_in(db: Database) -> None:
    """Records without words get them, as often as it is run; what was written meanwhile gets them again."""
    add_client(db, "A1", full_name="张伟")
    with db.write() as connection:
        connection.execute(sa.delete(search_term))
        connection.execute(sa.delete(search_field))
        fields = unfilled(connection, lab())
    assert [] == _codes(db, "zw")

    for _ in range(2):
        fill_words(db.write, lab(), fields)
    assert ["A1"] == _codes(db, "zw")
    table = lab().entities["client"].table
    with db.write() as connection:
        connection.execute(sa.update(table).values(f_full_name="李娜"))
    fill_changed(db.write, lab(), fields, NOW)
    assert ([], ["A1"]) == (_codes(db, "zw"), _codes(db, "ln"))
    with db.write() as connection:
        mark_filled(connection, "lab", fields, NOW)
        assert frozenset() == unfilled(connection, lab())


def _codes(db: Database, text: str) -> list[object]:
    return [row["code"] for row in items(db, context(BOSS), "client", search=text)]

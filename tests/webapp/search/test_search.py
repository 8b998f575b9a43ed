"""Search: what matches is found, by those alone who may see it, and what is erased leaves no word."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, table, text, update

from tests.support.answers import refused
from tests.support.wallet import Person
from webapp import full_text
from webapp.accounts.models import Account
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.full_text import Term, parse
from webapp.posts.models import Post, PostTag
from webapp.search import service


def post(person: Person, said: str, **more: Any) -> dict[str, Any]:
    answer = person.call("POST", "/posts", {"text": said, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def found(reader: Person, query: str, kind: str = "posts", more: str = "") -> list[dict[str, Any]]:
    answer = reader.call("GET", f"/search/{kind}?q={quote(query)}{more}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def said(reader: Person, query: str, more: str = "") -> list[str]:
    return [one["text"] for one in found(reader, query, more=more)]


def change(app: Flask, model: Any, where: Any, **values: Any) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(model).where(where).values(values))


def test_words_phrases_alternatives_and_what_is_unwanted(visitor: Person, carol: Person) -> None:
    for one in ("Red apples and pears", "green APPLES", "Äpfel, don't! #fruit", "pears and red"):
        post(carol, one)
    assert said(visitor, "apples") == ["green APPLES", "Red apples and pears"]
    assert said(visitor, "red pears") == ["pears and red", "Red apples and pears"]
    assert said(visitor, '"and pears"') == ["Red apples and pears"]
    assert said(visitor, "apples -red") == ["green APPLES"]
    assert said(visitor, "äpfel or green") == ["Äpfel, don't! #fruit", "green APPLES"]
    assert said(visitor, "don't") == said(visitor, "#fruit") == ["Äpfel, don't! #fruit"]
    assert said(visitor, "apple") == said(visitor, "-red") == []
    (one,) = found(carol, "green")
    assert one["profile"]["handle"] == "carol"
    assert one["viewer"] is not None


def test_pages_are_newest_first_and_stay_right_while_others_post(
    visitor: Person, carol: Person
) -> None:
    for number in range(4):
        post(carol, f"berry {number}")
    page = visitor.call("GET", "/search/posts?q=berry&limit=2")
    assert [one["text"] for one in page.json["items"]] == ["berry 3", "berry 2"]
    post(carol, "berry 4")
    link = page.headers["Link"].split(">")[0].removeprefix("<")
    following = visitor.http.get(link)
    assert [one["text"] for one in following.json["items"]] == ["berry 1", "berry 0"]
    assert following.json["next"] is None
    assert said(visitor, "berry", f"&since={page.json['next']}") == ["berry 4", "berry 3"]


def test_only_what_the_viewer_may_see_and_wants_is_found(
    app: Flask, alice: Person, bob: Person, carol: Person, visitor: Person
) -> None:
    post(carol, "plum for all")
    post(carol, "plum for friends", audience="followers")
    hidden = post(carol, "plum hidden")
    change(app, Post, Post.id == UUID(hidden["id"]), hidden_at=utc_now())
    everything = ["plum hidden", "plum for friends", "plum for all"]
    assert said(carol, "plum") == everything
    assert said(visitor, "plum") == said(alice, "plum") == ["plum for all"]
    ids = {"a": UUID(alice.account), "b": UUID(bob.account), "c": UUID(carol.account)}
    with app.app_context(), writing() as session:
        session.add(Follow(follower_id=ids["a"], followee_id=ids["c"], created_at=utc_now()))
        session.add(Block(blocker_id=ids["c"], blocked_id=ids["b"], created_at=utc_now()))
    assert said(alice, "plum") == everything[1:]
    assert said(bob, "plum") == []
    assert found(bob, "carol", "people") == []
    assert found(alice, "carol", "people")[0]["viewer"] == {
        "following": True,
        "followed_by": False,
        "muted": False,
        "blocking": False,
    }
    with app.app_context(), writing() as session:
        session.add(Mute(muter_id=ids["a"], muted_id=ids["c"], created_at=utc_now()))
    assert said(alice, "plum") == []
    assert found(alice, "car", "people") == []
    assert len(found(alice, "@carol", "people")) == 1, "asked for by name"
    change(app, Account, Account.handle == "carol", suspended_at=utc_now())
    assert said(visitor, "plum") == found(visitor, "carol", "people") == []


def everything_kept(app: Flask, folder: Path) -> bytes:
    """Return all that the index holds: its tables, and on SQLite the bytes of the file as well."""
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            rows = connection.execute(
                text("SELECT to_tsvector('simple'::regconfig, text) FROM posts")
            )
            return repr(rows.all()).encode()
        names = [
            f"search_{kind}_{part}"
            for kind in ("posts", "people")
            for part in ("data", "idx", "docsize", "config")
        ]
        rows = [
            connection.execute(select(text("*")).select_from(table(one))).all() for one in names
        ]
        connection.rollback()
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return repr(rows).encode() + (folder / "test.sqlite").read_bytes()


def test_an_edit_and_a_deletion_change_the_index_in_the_same_commit(
    app: Flask, carol: Person, alice: Person, visitor: Person, tmp_path: Path
) -> None:
    made = alice.publish(alice.post_record("zwetschgendatschi and more")).json
    other = post(carol, "marillenknoedel and more")
    assert b"zwetschgen" in everything_kept(app, tmp_path)
    edited = alice.publish(alice.edit_record(made, "powidltascherl now")).json
    assert said(visitor, "zwetschgendatschi") == []
    assert said(visitor, "powidltascherl") == ["powidltascherl now"]
    assert alice.delete(edited).status_code == 200
    assert carol.call("DELETE", f"/posts/{other['id']}").status_code == 200
    for word in ("powidltascherl", "marillenknoedel", "more"):
        assert said(visitor, word) == []
    kept = everything_kept(app, tmp_path)
    for word in (b"zwetschgen", b"datschi", b"powidl", b"marillen"):
        assert word not in kept, word


def test_a_refused_edit_leaves_the_index_as_it_was(alice: Person, visitor: Person) -> None:
    made = alice.publish(alice.post_record("quittengelee")).json
    alice.publish(alice.edit_record(made, "quittengelee two"))
    late = alice.publish(alice.edit_record(made, "birnenkompott"))
    assert late.status_code == 409
    assert said(visitor, "birnenkompott") == []
    assert said(visitor, "quittengelee") == ["quittengelee two"]


def test_people_are_found_by_the_beginnings_of_handle_and_name(app: Flask, visitor: Person) -> None:
    for handle in ("ann_marie", "annika", "an_other", "zed"):
        Person(app.test_client()).register(handle)
    change(app, Account, Account.handle == "zed", name="Zoë O'Ännchen")

    def handles(query: str, more: str = "") -> list[str]:
        return [one["profile"]["handle"] for one in found(visitor, query, "people", more)]

    assert handles("ann") == ["annika", "ann_marie"]
    assert handles("@ANN_m") == handles("marie") == ["ann_marie"]
    assert handles("zoë ännch") == handles("ÄNN") == ["zed"]
    assert handles("an_other") == ["an_other"]
    assert handles("ann", "&limit=1") == ["annika"]
    page = visitor.call("GET", "/search/people?q=an&limit=2").json
    assert handles("an", f"&cursor={page['next']}") == ["ann_marie"]
    change(app, Account, Account.handle == "zed", name=None)
    assert handles("zoë") == []
    assert found(visitor, "annika", "people")[0]["followers"] == 0
    change(app, Account, Account.handle == "annika", deleted_at=utc_now())
    assert handles("annika") == []


def test_hashtags_are_counted_by_what_the_viewer_may_see(
    app: Flask, carol: Person, alice: Person, visitor: Person
) -> None:
    tagged = {"one": ["plum", "plumcake"], "two": ["plum"], "three": ["pl_x", "äpfel"]}
    for words, tags in tagged.items():
        audience = "followers" if words == "two" else "public"
        made = UUID(post(carol, words, audience=audience)["id"])
        with app.app_context(), writing() as session:
            for tag in tags:
                session.add(PostTag(post_id=made, tag=tag, created_at=utc_now()))
    counts = [(one["tag"], one["posts"]) for one in found(carol, "#PLU", "tags")]
    assert counts == [("plum", 2), ("plumcake", 1)]
    assert [(one["tag"], one["posts"]) for one in found(alice, "plu", "tags", "&limit=1")] == [
        ("plum", 1)
    ]
    assert [one["tag"] for one in found(visitor, "Ä", "tags")] == ["äpfel"]
    assert found(visitor, "p%", "tags") == found(visitor, "p_", "tags") == []
    assert [one["tag"] for one in found(visitor, "pl_", "tags")] == ["pl_x"]


ODD = [
    '"', '""', '"a', "'", "\\", "a\\", "-", "--a", "or", "or or", "a or", "-a or -b", "NOT", "a NOT b",
    "AND", "NEAR(a b)", "a*", "*", "^a", "words:a", "{a b}:c", "(", "a)", "a & b", "a | !b", "a <-> b",
    "a:*", "';--", "\0", "a\0b", "😀", "😀 a", "_", "%", "#", "@", "\u202e", "e\u0301", "\ufdfa", "1e5",
    "http://a.b/c?d=e", "a@b.c", "x" * 200, "or " * 66, '"a" ' * 50,
]  # fmt: skip


def test_no_query_is_too_odd(carol: Person, visitor: Person) -> None:
    post(carol, "a b c x")
    for query in ODD:
        for kind in ("posts", "people", "tags"):
            found(visitor, query, kind)
    for kind in ("posts", "people", "tags"):
        for query in ("", quote("x" * 201), "x" * 10_000):
            refused(visitor.call("GET", f"/search/{kind}?q={query}"), 400, "malformed")
        refused(visitor.call("GET", f"/search/{kind}"), 400, "malformed")
        assert visitor.call("GET", f"/search/{kind}?q=%ff%00%80").status_code == 200


def test_a_query_is_parsed_into_alternatives() -> None:
    assert parse('a "b c" -d or -"e f" g') == (
        (Term("a", unwanted=False), Term("b c", unwanted=False), Term("d", unwanted=True)),
        (Term("e f", unwanted=True), Term("g", unwanted=False)),
    )
    assert parse("-a or 😀 or --") == ()


def test_a_search_that_takes_too_long_is_ended(
    app: Flask, carol: Person, visitor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(carol, "slow")
    real: Callable[..., Any] = service.views

    def slow(session: Any, *rest: Any) -> Any:
        series = "SELECT count(*) FROM generate_series(1, 100000000) AS a(n)"
        if session.get_bind().dialect.name == "sqlite":
            series = (
                "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a LIMIT 1000000000) "
                "SELECT count(*) FROM a"
            )
        session.execute(text(series))
        return real(session, *rest)

    monkeypatch.setattr(service, "SECONDS", 1)
    monkeypatch.setattr(service, "views", slow)
    answer = visitor.call("GET", "/search/posts?q=slow")
    refused(answer, 503, "search_too_slow")
    assert answer.headers["Retry-After"]
    monkeypatch.undo()
    assert said(visitor, "slow") == ["slow"]


def test_each_search_uses_its_index(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name != "postgresql":
            names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
            assert {"search_posts", "search_people", "search_posts_update"} <= set(names)
            return
        vector = f"to_tsvector('simple'::regconfig, {full_text._NAMES})"
        queries = {
            "search_posts": "SELECT id FROM posts WHERE "
            "to_tsvector('simple'::regconfig, text) @@ websearch_to_tsquery('simple', 'a')",
            "search_people": "SELECT id FROM accounts WHERE {} @@ to_tsquery('simple', 'a:*')",
            "search_tags": "SELECT post_id FROM post_tags WHERE tag LIKE 'ab%'",
        }
        with connection.begin():
            # Connections commit statement by statement: a local setting would be gone at once.
            connection.execute(text("SET enable_seqscan = off"))
            for name, query in queries.items():
                said = query.replace("{}", vector).replace("%", "%%")
                plan = connection.exec_driver_sql(f"EXPLAIN {said}")
                assert name in repr(plan.all()), name
            connection.execute(text("RESET enable_seqscan"))

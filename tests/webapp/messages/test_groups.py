"""Groups: an owner, members who see what is written while they are in, and what blocks mean there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select

from tests.support.answers import at_once, refused
from tests.support.relating import suspend
from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.accounts.relations.models import Block
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.messages import reading
from webapp.messages.models import Conversation, Member

from .conftest import Relate, conversations, group_of, texts, write


def test_members_come_go_and_see_what_was_written_meanwhile(
    alice: Person, bob: Person, carol: Person, dave: Person
) -> None:
    place = group_of(alice, bob, carol, title="Walks")
    (shown,) = conversations(bob)
    assert (shown["kind"], shown["title"], shown["owner"]) == ("group", "Walks", alice.account)
    assert (shown["member_count"], shown["last_message"], shown["other"]) == (3, None, None)
    write(alice, "on Sunday?", conversation=place)
    members = f"/conversations/{place}/members"
    refused(bob.call("POST", members, {"account": dave.account}), 403, "not_group_owner")
    for _ in range(2):
        added = alice.call("POST", members, {"account": dave.account})
        assert (added.status_code, added.json["member_count"]) == (200, 4)
    assert texts(dave, place) == []
    write(bob, "yes", conversation=place)
    assert (texts(dave, place), conversations(dave)[0]["unread"]) == (["yes"], 1)
    assert conversations(carol)[0]["unread"] == 2
    refused(bob.call("DELETE", f"{members}/{dave.account}"), 403, "not_group_owner")
    for _ in range(2):
        assert alice.call("DELETE", f"{members}/{dave.account}").status_code == 204
    refused(dave.call("GET", f"/messages/{place}"), 404, "conversation_not_found")
    body = {"conversation": place, "text": "let me in"}
    refused(dave.call("POST", "/messages", body), 404, "conversation_not_found")
    renamed = alice.call("PATCH", f"/conversations/{place}", {"title": "Hikes"})
    assert (renamed.status_code, renamed.json["title"]) == (200, "Hikes")
    refused(bob.call("PATCH", f"/conversations/{place}", {"title": "x"}), 403, "not_group_owner")
    refused(alice.call("PATCH", f"/conversations/{place}", {}), 400, "malformed")


def test_an_owner_hands_over_or_is_followed_and_the_last_one_leaves_nothing(
    app: Flask, alice: Person, bob: Person, carol: Person, dave: Person
) -> None:
    place = group_of(alice, bob, carol)
    path, members = f"/conversations/{place}", f"/conversations/{place}/members"
    refused(alice.call("PATCH", path, {"owner": dave.account}), 403, "recipient_unavailable")
    assert alice.call("PATCH", path, {"owner": carol.account}).json["owner"] == carol.account
    write(bob, "stays", conversation=place)
    assert carol.call("DELETE", f"{members}/{carol.account}").status_code == 204
    owner = alice.call("GET", path).json["owner"]
    assert owner in {alice.account, bob.account}
    for person in (alice, bob):
        assert texts(person, place) == ["stays"]
        person.call("DELETE", f"{members}/{person.account}")
    with app.app_context():
        assert db.session.scalars(select(Conversation.id)).all() == []


def test_whom_a_member_blocks_is_not_heard_by_them(
    alice: Person, bob: Person, carol: Person, relate: Relate
) -> None:
    place = group_of(alice, bob, carol)
    relate(Block, carol, bob)
    mine = write(bob, "noise", conversation=place)
    assert texts(alice, place) == ["noise"]
    assert texts(carol, place) == []
    shown = conversations(carol)[0]
    assert (shown["unread"], shown["last_message"]) == (0, None)
    refused(
        carol.call("POST", f"/messages/{place}/read", {"up_to": mine["id"]}),
        404,
        "message_not_found",
    )
    write(carol, "quiet here", conversation=place)
    assert texts(bob, place) == ["quiet here", "noise"]


def test_nobody_adds_who_blocks_them_or_accepts_nobody_unknown(
    alice: Person, bob: Person, carol: Person, dave: Person, relate: Relate
) -> None:
    relate(Block, carol, alice)
    dave.call("PUT", "/messages/preferences", {"accept": "following"})
    place = group_of(alice, bob)
    for person in (carol, dave):
        body = {"members": [person.account], "title": "x"}
        refused(alice.call("POST", "/conversations", body), 403, "recipient_unavailable")
        added = alice.call("POST", f"/conversations/{place}/members", {"account": person.account})
        refused(added, 403, "recipient_unavailable")
    nobody = {"account": str(uuid4())}
    refused(alice.call("POST", f"/conversations/{place}/members", nobody), 404, "user_not_found")
    direct = write(alice, "hello", to=bob)["conversation"]
    added = alice.call("POST", f"/conversations/{direct}/members", {"account": dave.account})
    refused(added, 422, "not_a_group")


def crowd(app: Flask, count: int) -> list[str]:
    ids = [UUID(int=number) for number in range(1, count + 1)]
    with app.app_context(), writing() as session:
        session.execute(
            insert(Account),
            [{"id": one, "created_at": utc_now(), "role": "member", "links": []} for one in ids],
        )
    return [str(one) for one in ids]


def test_a_group_has_fifty_members_also_when_two_are_added_at_once(
    app: Flask, alice: Person
) -> None:
    people = crowd(app, 52)
    refused(alice.call("POST", "/conversations", {"members": people[:50]}), 422, "group_full")
    refused(alice.call("POST", "/conversations", {"members": people[:51]}), 400, "malformed")
    refused(alice.call("POST", "/conversations", {"members": []}), 400, "malformed")
    place = alice.call("POST", "/conversations", {"members": people[:48]}).json["id"]

    def add(person: str) -> object:
        path = f"/conversations/{place}/members"
        return lambda: alice.again(app.test_client()).call("POST", path, {"account": person})

    answers = at_once(*(add(person) for person in people[48:51]))  # type: ignore[arg-type]
    assert sorted(one.status_code for one in answers) == [200, 422, 422]
    with app.app_context():
        assert len(db.session.scalars(select(Member.account_id)).all()) == 50


@pytest.mark.parametrize("title", ["", "  ", "x" * 101, 5])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_title_that_does_not_fit_is_refused(alice: Person, bob: Person, title: object) -> None:
    body = {"members": [bob.account], "title": title}
    refused(alice.call("POST", "/conversations", body), 400, "malformed")


def between_two_looks(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen once, after a reader has looked at the members and before they get anything."""
    real = reading.circle_of

    def looking(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        monkeypatch.setattr(reading, "circle_of", real)
        with ThreadPoolExecutor(1) as elsewhere:  # with a session of its own
            elsewhere.submit(happens).result(timeout=60)
        return found

    monkeypatch.setattr(reading, "circle_of", looking)


def test_whoever_is_taken_out_while_they_read_gets_nothing_written_after_that(
    app: Flask, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = group_of(alice, bob)
    write(alice, "for Bob", conversation=place)
    owner = alice.again(app.test_client())

    def taken_out() -> None:
        gone = owner.call("DELETE", f"/conversations/{place}/members/{bob.account}")
        assert gone.status_code == 204
        write(owner, "behind his back", conversation=place)

    between_two_looks(monkeypatch, taken_out)
    assert texts(bob, place) == ["for Bob"]


def test_whoever_is_taken_out_while_they_look_is_told_so(
    app: Flask, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = group_of(alice, bob)
    owner = alice.again(app.test_client())
    path = f"/conversations/{place}/members/{bob.account}"
    between_two_looks(monkeypatch, lambda: owner.call("DELETE", path) and None)
    # SQLite shows a reader one state of the database, as it was before.
    with app.app_context():
        wanted = {"sqlite": 200, "postgresql": 404}[db.engine.dialect.name]
    assert bob.call("GET", f"/conversations/{place}").status_code == wanted
    assert bob.call("GET", f"/conversations/{place}").status_code == 404


def test_a_group_is_changed_by_whoever_saw_its_newest_title_and_owner(
    alice: Person, bob: Person, carol: Person
) -> None:
    path = f"/conversations/{group_of(alice, bob, carol, title='Walks')}"
    etag = alice.call("GET", path).headers["ETag"]
    write(bob, "what others write does not count", conversation=path.rsplit("/", 1)[1])
    assert bob.call("GET", path).headers["ETag"] == etag
    seen = {"If-Match": etag}
    renamed = alice.call("PATCH", path, {"title": "Hikes"}, seen)
    assert (renamed.status_code, renamed.json["title"]) == (200, "Hikes")
    for stale in (etag, f"W/{renamed.headers['ETag']}", ""):
        again = alice.call("PATCH", path, {"title": "Runs"}, {"If-Match": stale})
        refused(again, 412, "changed_meanwhile")
    seen = {"If-Match": renamed.headers["ETag"]}
    refused(bob.call("PATCH", path, {"title": "x"}, seen), 403, "not_group_owner")
    handed = alice.call("PATCH", path, {"owner": carol.account}, seen)
    assert (handed.status_code, handed.json["title"]) == (200, "Hikes")
    refused(carol.call("PATCH", path, {"title": "x"}, seen), 412, "changed_meanwhile")
    last = carol.call("PATCH", path, {"title": None}, {"If-Match": handed.headers["ETag"]})
    assert carol.call("GET", path).headers["ETag"] == last.headers["ETag"]


def test_of_clients_that_change_a_group_at_once_one_wins(
    app: Flask, alice: Person, bob: Person
) -> None:
    path = f"/conversations/{group_of(alice, bob, title='Walks')}"
    seen = {"If-Match": alice.call("GET", path).headers["ETag"]}

    def rename(number: int) -> Callable[[], Any]:
        own = alice.again(app.test_client())
        return lambda: own.call("PATCH", path, {"title": f"Walk {number}"}, seen)

    answers = at_once(*[rename(number) for number in range(8)])
    assert sorted(one.status_code for one in answers) == [200] + [412] * 7
    (won,) = (one.json["title"] for one in answers if one.status_code == 200)
    assert alice.call("GET", path).json["title"] == won


def test_of_somebody_suspended_others_see_the_handle_alone(
    app: Flask, alice: Person, bob: Person, carol: Person, dave: Person
) -> None:
    dave.call("PATCH", "/me", {"name": "Rude words"})
    write(dave, "psst", to=carol)
    group = group_of(carol, dave, alice)
    write(dave, "hello", conversation=group)
    suspend(app, dave)

    def cards(viewer: Person) -> list[dict[str, Any]]:
        (whole, direct) = conversations(viewer)
        members = viewer.call("GET", f"/conversations/{group}").json["members"]
        items = viewer.call("GET", f"/messages/{group}").json["items"]
        found = [one["last_message"]["profile"] for one in (whole, direct)]
        found += [one["profile"] for one in items] + [direct["other"], *members]
        return [one for one in found if one["id"] == dave.account]

    seen = cards(carol)
    assert len(seen) == 5
    assert {(one["handle"], one["name"], one["avatar"]) for one in seen} == {("dave", None, None)}
    assert {one["name"] for one in cards(dave)} == {"Rude words"}

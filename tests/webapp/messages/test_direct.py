"""Messages between two people: one conversation, read by the two, refused without a reason."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from uuid6 import uuid7

from tests.support.answers import at_once, nothing_written, refused
from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.accounts.relations.models import Block, Follow
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.messages.models import Conversation, Member, Message

from .conftest import Relate, conversations, texts, write


def rows(app: Flask, model: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_two_people_write_in_one_conversation_and_count_what_they_have_not_read(
    app: Flask, alice: Person, carol: Person, dave: Person
) -> None:
    first = write(alice, "hello Carol", to=carol)
    place = first["conversation"]
    assert first["profile"]["id"] == alice.account
    assert write(carol, "hello Alice", to=alice)["conversation"] == place
    third = write(alice, "äöü 😀", conversation=place)
    other = write(dave, "me too", to=carol)
    assert texts(alice, place) == texts(carol, place) == ["äöü 😀", "hello Alice", "hello Carol"]
    newest, older = conversations(carol)
    assert (newest["id"], older["id"]) == (other["conversation"], place)
    assert (older["kind"], older["title"], older["member_count"]) == ("direct", None, 2)
    assert older["other"]["id"] == alice.account
    assert newest["other"]["handle"] == "dave"
    assert older["last_message"] == third
    assert [newest["unread"], older["unread"]] == [1, 2]
    assert conversations(alice)[0]["unread"] == 1
    read = carol.call("POST", f"/messages/{place}/read", {"up_to": first["id"]})
    assert (read.status_code, read.json["unread"]) == (200, 1)
    assert read.json.keys() & {"title", "last_message"} == set(), "it may be kept for a repetition"
    shown = carol.call("GET", f"/conversations/{place}").json
    assert {one["id"] for one in shown["members"]} == {alice.account, carol.account}
    carol.call("POST", f"/messages/{place}/read", {"up_to": third["id"]})
    again = carol.call("POST", f"/messages/{place}/read", {"up_to": first["id"]})
    assert again.json["unread"] == 0, "what was read stays read"
    assert rows(app, Conversation) == 2


def test_pages_follow_one_another_and_since_gives_what_is_newer(
    alice: Person, carol: Person
) -> None:
    place = write(alice, "0", to=carol)["conversation"]
    for number in range(1, 5):
        write(alice if number % 2 else carol, str(number), conversation=place)
    page = alice.call("GET", f"/messages/{place}?limit=2")
    assert [one["text"] for one in page.json["items"]] == ["4", "3"]
    assert 'rel="next"' in page.headers["Link"]
    write(carol, "5", conversation=place)
    assert texts(alice, place, f"?limit=2&cursor={page.json['next']}") == ["2", "1"]
    assert texts(alice, place, f"?since={page.json['next']}") == ["5", "4"]
    refused(alice.call("GET", f"/messages/{place}?cursor=x"), 400, "malformed")


def test_nobody_else_learns_that_a_conversation_is_there(
    app: Flask, alice: Person, carol: Person, dave: Person, visitor: Person
) -> None:
    message = write(alice, "between us", to=carol)
    place, nowhere = message["conversation"], str(uuid4())
    for where in (place, nowhere):
        calls = [
            ("GET", f"/messages/{where}", None),
            ("GET", f"/conversations/{where}", None),
            ("POST", f"/messages/{where}/read", {"up_to": message["id"]}),
            ("DELETE", f"/messages/{where}/{message['id']}", None),
            ("POST", "/messages", {"conversation": where, "text": "x"}),
            ("PATCH", f"/conversations/{where}", {"title": "x"}),
            ("POST", f"/conversations/{where}/members", {"account": dave.account}),
            ("DELETE", f"/conversations/{where}/members/{dave.account}", None),
        ]
        for method, path, body in calls:
            refused(dave.call(method, path, body), 404, "conversation_not_found")
            refused(visitor.call(method, path, body), 401, "no_session")
    assert conversations(dave) == []
    assert texts(carol, place) == ["between us"]


def test_the_same_id_and_text_again_is_the_same_message(
    app: Flask, alice: Person, carol: Person, dave: Person
) -> None:
    body = {"to": carol.account, "text": "once", "id": str(uuid7())}
    first = alice.call("POST", "/messages", body)
    again = alice.call("POST", "/messages", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    by_place = {"conversation": first.json["conversation"], "text": "once", "id": body["id"]}
    assert alice.call("POST", "/messages", by_place).json == first.json
    refused(alice.call("POST", "/messages", body | {"text": "x"}), 409, "message_id_taken")
    refused(alice.call("POST", "/messages", body | {"to": dave.account}), 409, "message_id_taken")
    refused(dave.call("POST", "/messages", body), 409, "message_id_taken")
    together = [lambda: alice.again(app.test_client()).call("POST", "/messages", fresh)] * 3
    fresh = body | {"id": str(uuid7())}
    assert sorted(one.status_code for one in at_once(*together)) == [200, 200, 201]
    assert rows(app, Message) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": " \n"},
        {"text": "a\0b"},
        {"text": "x" * 4_001},
        {"text": 5},
        {"id": str(uuid4())},
        {"id": "x"},
        {"conversation": str(uuid4())},
        {"to": None},
        {"more": "x"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_that_does_not_fit_is_refused(
    app: Flask, alice: Person, carol: Person, wrong: dict[str, Any]
) -> None:
    with nothing_written(app):
        answer = alice.call("POST", "/messages", {"to": carol.account, "text": "x"} | wrong)
        assert "x" * 50 not in refused(answer, 400, "malformed")["detail"]
        assert rows(app, Conversation) == 0


def test_the_longest_text_comes_back_whole(alice: Person, carol: Person) -> None:
    longest = "😀" * 4_000
    assert texts(carol, write(alice, longest, to=carol)["conversation"]) == [longest]


def test_nobody_writes_to_themself_or_to_nobody(alice: Person) -> None:
    own = alice.call("POST", "/messages", {"to": alice.account, "text": "note"})
    refused(own, 422, "message_to_yourself")
    missing = alice.call("POST", "/messages", {"to": str(uuid4()), "text": "hello"})
    refused(missing, 404, "user_not_found")


def test_a_deleted_message_is_gone_for_both_and_not_unread(
    app: Flask, alice: Person, carol: Person
) -> None:
    key = {"Idempotency-Key": "once"}
    body = {"to": carol.account, "text": "a slip"}
    message = alice.call("POST", "/messages", body, key).json
    place, path = message["conversation"], f"/messages/{message['conversation']}/{message['id']}"
    refused(carol.call("DELETE", path), 403, "not_your_message")
    refused(alice.call("DELETE", f"/messages/{place}/{uuid4()}"), 404, "message_not_found")
    for _ in range(2):
        answer = alice.call("DELETE", path)
        assert (answer.status_code, answer.json["text"]) == (200, None)
        assert answer.json["deleted_at"]
    (seen,) = carol.call("GET", f"/messages/{place}").json["items"]
    assert (seen["id"], seen["text"]) == (message["id"], None)
    assert conversations(carol)[0]["unread"] == 0
    assert conversations(carol)[0]["last_message"]["text"] is None
    refused(alice.call("POST", "/messages", body, key), 409, "answer_erased")
    with app.app_context():
        assert db.session.execute(select(Message.text, Message.key_id)).all() == [(None, None)]


def test_a_block_stops_both_and_tells_neither(
    alice: Person, carol: Person, dave: Person, relate: Relate
) -> None:
    place = write(alice, "before", to=carol)["conversation"]
    relate(Block, carol, alice)
    relate(Block, carol, dave)
    answers = []
    for sender, other in ((alice, carol), (carol, alice), (dave, carol)):
        body = {"to": other.account, "text": "after"}
        answers.append(
            refused(sender.call("POST", "/messages", body), 403, "recipient_unavailable")
        )
    for sender in (alice, carol):
        body = {"conversation": place, "text": "after"}
        answers.append(
            refused(sender.call("POST", "/messages", body), 403, "recipient_unavailable")
        )
    assert len({one["title"] for one in answers}) == 1
    assert not any("block" in one["detail"] for one in answers)
    assert texts(alice, place) == texts(carol, place) == ["before"]
    assert len(conversations(dave)) == 0


def test_people_may_accept_messages_of_those_only_whom_they_follow(
    alice: Person, carol: Person, dave: Person, relate: Relate
) -> None:
    path = "/messages/preferences"
    assert carol.call("GET", path).json == {"accept": "everybody"}
    refused(carol.call("PUT", path, {"accept": "nobody"}), 400, "malformed")
    for accept in ("everybody", "following", "following"):
        assert carol.call("PUT", path, {"accept": accept}).json == {"accept": accept}
    assert carol.call("GET", path).json == {"accept": "following"}
    body = {"to": carol.account, "text": "hello"}
    refused(alice.call("POST", "/messages", body), 403, "recipient_unavailable")
    relate(Follow, carol, dave)
    write(dave, "hello", to=carol)
    write(carol, "I begin", to=alice)
    write(alice, "and I may answer", to=carol)


def test_whose_messages_one_accepts_is_changed_by_whoever_saw_the_newest(
    app: Flask, carol: Person
) -> None:
    path, following = "/messages/preferences", {"accept": "following"}
    first = {"If-Match": carol.call("GET", path).headers["ETag"]}

    def choose() -> Any:
        return carol.again(app.test_client()).call("PUT", path, following, first)

    answers = at_once(*[choose] * 8)
    assert sorted(one.status_code for one in answers) == [200] + [412] * 7
    refused(carol.call("PUT", path, {"accept": "everybody"}, first), 412, "changed_meanwhile")
    again = carol.call("GET", path)
    assert again.json == following
    (won,) = (one.headers["ETag"] for one in answers if one.status_code == 200)
    assert again.headers["ETag"] == won
    back = carol.call("PUT", path, {"accept": "everybody"}, {"If-Match": won})
    assert (back.status_code, back.headers["ETag"]) == (200, first["If-Match"])


@pytest.mark.parametrize("column", ["suspended_at", "deleted_at"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_suspended_or_deleted_is_not_written_to(
    app: Flask, alice: Person, carol: Person, column: str
) -> None:
    place = write(alice, "before", to=carol)["conversation"]
    with app.app_context(), writing() as session:
        gone = update(Account).where(Account.handle == "carol")
        session.execute(gone.values({column: utc_now()}))
    for where in ({"to": carol.account}, {"conversation": place}):
        answer = alice.call("POST", "/messages", {"text": "after", **where})
        refused(answer, 403, "recipient_unavailable")
    assert texts(alice, place) == ["before"]
    assert (conversations(alice)[0]["other"] is None) == (column == "deleted_at")


def test_who_leaves_is_brought_back_by_the_next_message(
    app: Flask, alice: Person, carol: Person
) -> None:
    place = write(alice, "old", to=carol)["conversation"]
    leave = f"/conversations/{place}/members/"
    refused(carol.call("DELETE", leave + alice.account), 422, "not_a_group")
    assert carol.call("DELETE", leave + carol.account).status_code == 204
    assert conversations(carol) == []
    refused(carol.call("GET", f"/messages/{place}"), 404, "conversation_not_found")
    write(alice, "new", to=carol)
    assert texts(carol, place) == ["new"]
    assert texts(alice, place) == ["new", "old"]
    assert conversations(carol)[0]["unread"] == 1
    assert carol.call("DELETE", leave + carol.account).status_code == 204
    assert write(carol, "it is me again", to=alice)["conversation"] == place
    assert texts(carol, place) == ["it is me again"]
    for person in (carol, alice):
        person.call("DELETE", leave + person.account)
    assert [rows(app, one) for one in (Conversation, Member, Message)] == [0, 0, 0]


def test_who_begin_at_once_share_one_conversation(
    app: Flask, alice: Person, carol: Person, dave: Person
) -> None:
    pairs = [(alice, carol), (carol, alice)] * 3 + [(dave, carol), (carol, dave)]

    def begin(sender: Person, other: Person) -> Any:
        body = {"to": other.account, "text": "hello"}
        return lambda: sender.again(app.test_client()).call("POST", "/messages", body)

    answers = at_once(*(begin(*pair) for pair in pairs))
    assert {one.status_code for one in answers} == {201}, [one.text for one in answers]
    assert len({one.json["conversation"] for one in answers[:6]}) == 1
    assert rows(app, Conversation) == 2
    by_id = {one["other"]["id"]: one["unread"] for one in conversations(carol)}
    assert by_id == {alice.account: 3, dave.account: 1}
    times = [one["created_at"] for one in answers[0:6] for one in [one.json]]
    assert len(set(times)) == 6, "each has a moment of its own"

"""Messages become notifications: once, without their text, for nobody who does not want to hear of them."""

from typing import Any

from flask import Flask
from sqlalchemy import select, update

from tests.support.wallet import Person
from webapp.database import writing
from webapp.extensions import db
from webapp.messages.models import Message
from workers.delivery import deliver

TEXT = "between the two of us"


def told(person: Person) -> list[dict[str, Any]]:
    answer = person.call("GET", "/notifications?kinds=message")
    assert answer.status_code == 200, answer.text
    assert TEXT not in answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_a_message_is_told_once_and_not_what_it_says(
    context: Flask, alice: Person, carol: Person
) -> None:
    written = carol.call("POST", "/messages", {"to": alice.account, "text": TEXT}).json
    deliver()
    deliver()
    with writing() as session:  # as if whoever told had died before saying so
        session.execute(update(Message).values(told=False))
    deliver()
    (one,) = told(alice)
    assert (one["subject"], one["count"]) == (written["conversation"], 1)
    assert [who["id"] for who in one["profiles"]] == [carol.account]
    assert told(carol) == []
    assert db.session.scalars(select(Message.told)).all() == [True]


def test_who_blocks_or_mutes_the_sender_is_not_told(
    context: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    for person, deed in ((alice, "mute"), (bob, "block")):
        written = carol.call("POST", "/messages", {"to": person.account, "text": TEXT})
        assert written.status_code == 201
        assert person.call("POST", f"/users/{carol.account}/{deed}").status_code < 300
    deliver()
    assert (told(alice), told(bob)) == ([], [])
    assert set(db.session.scalars(select(Message.told))) == {True}
    for person, deed in ((alice, "mute"), (bob, "block")):
        assert person.call("DELETE", f"/users/{carol.account}/{deed}").status_code < 300
    deliver()
    assert (told(alice), told(bob)) == ([], [])

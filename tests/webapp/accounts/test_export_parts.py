"""Exports are whole: every table of people is in one, or it is written down why not."""

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, update

from tests.support.answers import refused
from tests.support.exports import export, listed
from tests.support.oauth import register_app
from tests.support.wallet import PASSWORD, Person
from webapp.accounts.exports import building, own_parts
from webapp.accounts.models import Account
from webapp.database import writing
from webapp.extensions import Base, db
from webapp.messages import exporting, views
from workers.chores import do_chores

# In which files of an export each table's rows stand.
FILES = {
    "account_blocks": "blocks.json",
    "appeals": "appeals.json",
    "authors": "profile.json",
    "author_tenures": "profile.json",
    "content_owners": "content.json",
    "claims": "claims.json",
    "conversation_members": "messages.json",
    "conversations": "messages.json",
    "delegations": "devices.json",
    "entries": "posts.json",
    "follows": "following.json",
    "likes": "likes.json",
    "media": "media.json",
    "message_preferences": "message_preferences.json",
    "messages": "messages.json",
    "mints": "mints.json",
    "moderation_actions": "moderation.json",
    "mutes": "mutes.json",
    "notification_preferences": "notification_preferences.json",
    "notifications": "notifications.json",
    "oauth_apps": "apps.json",
    "oauth_consents": "consents.json",
    "posts": "posts.json",
    "reports": "reports.json",
    "reposts": "reposts.json",
    "sessions": "sessions.json",
    "stamps": "stamps.json",
    "webhooks": "webhooks.json",
}
# Tables that name people and are in no export, and why.
LEFT_OUT = {
    "account_counts": "is counted from other tables",
    "author_heads": "stands in the bundles",
    "claim_mails": "only counts codes that were sent, for two days",
    "events": "says of rows that are exported when they were written",
    "exports": "is the export itself",
    "feed_fan_outs": "is work on its way",
    "feed_items": "is what others posted, kept for reading",
    "feeds": "is when a feed was read last",
    "merged_accounts": "is a choice of the server's about how to spread posts",
    "notification_states": "is how far one has read",
    "post_mentions": "is in the texts of posts",
    "recovery_codes": "are hashes of secrets",
    "sign_in_nonces": "are good for ten minutes",
    "webhook_deliveries": "tell an app of one's notifications, which are exported",
}
MAYBE_PEOPLE = {"account_id", "owner_id", "actor_id", "sender_id", "reporter_id", "author"}


def names_people(table: Any) -> bool:
    named = {key.column.table.name for key in table.foreign_keys} & {"accounts", "authors"}
    return bool(named) or bool(MAYBE_PEOPLE & {column.name for column in table.columns})


def test_every_table_of_people_is_exported_or_left_out_for_a_reason() -> None:
    tables = {table.name for table in Base.metadata.sorted_tables if names_people(table)}
    assert tables == set(FILES) | set(LEFT_OUT)
    assert not set(FILES) & set(LEFT_OUT)


def test_an_export_holds_devices_apps_choices_reports_and_what_moderators_did(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    assert alice.allow_device().status_code == 201
    post = alice.publish().json
    theirs = bob.publish().json
    register_app(alice, name="my own app")
    register_app(carol, name="a reader").tokens(alice, scope="read")
    hook = alice.call("POST", "/webhooks", {"url": "https://hook.example/"}).json
    alice.call("PUT", "/messages/preferences", {"accept": "following"})
    alice.call("PUT", "/notifications/preferences", {"kinds": {"like": "off"}})
    report = {"type": "post", "subject": theirs["id"], "reason": "spam", "text": "what I saw"}
    assert alice.call("POST", "/reports", report).status_code == 201
    with app.app_context(), writing() as session:
        who = Account.id == UUID(carol.account)
        session.execute(update(Account).where(who).values(role="moderator"))
    hide = {"act": "hide", "type": "post", "subject": post["id"], "reason": "not that"}
    action = carol.call("POST", "/moderation/actions", hide)
    assert action.status_code == 201, action.text
    appeal = {"action": action.json["id"], "text": "it was a joke"}
    assert alice.call("POST", "/appeals", appeal).status_code == 201
    archive = export(app, alice)
    assert set(FILES.values()) <= set(archive.namelist())
    assert [one["author"] for one in listed(archive, "devices.json")] == [alice.address]
    assert [one["name"] for one in listed(archive, "apps.json")] == ["my own app"]
    (consent,) = listed(archive, "consents.json")
    assert (consent["name"], consent["scopes"]) == ("a reader", ["read"])
    assert [one["url"] for one in listed(archive, "webhooks.json")] == ["https://hook.example/"]
    assert hook["secret"].encode() not in archive.read("webhooks.json")
    assert listed(archive, "message_preferences.json") == [{"accept": "following"}]
    assert {"kind": "like", "whom": "off"} in listed(archive, "notification_preferences.json")
    assert [one["text"] for one in listed(archive, "reports.json")] == ["what I saw"]
    (done,) = listed(archive, "moderation.json")
    assert (done["act"], done["reason"]) == ("hide", "not that")
    assert carol.account not in json.dumps(done)
    assert [one["text"] for one in listed(archive, "appeals.json")] == ["it was a joke"]
    # Nobody else's export says what somebody reported, also in vain.
    dismiss = {"act": "dismiss", "type": "post", "subject": theirs["id"], "reason": "no"}
    assert carol.call("POST", "/moderation/actions", dismiss).status_code == 201
    of_bob = export(app, bob)
    assert listed(of_bob, "reports.json") == listed(of_bob, "moderation.json") == []


def test_a_conversation_that_is_left_meanwhile_does_not_spoil_the_export(
    app: Flask, alice: Person, bob: Person, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = set()
    for other in (bob, carol):
        written = alice.call("POST", "/messages", {"to": other.account, "text": "a word"})
        ids.add(written.json["conversation"])
    real = exporting.conversation_of
    left: list[str] = []

    def leave_the_first(session: Any, account_id: UUID, conversation: UUID) -> Any:
        if not left:
            left.append(str(conversation))
            path = f"/conversations/{conversation}/members/{alice.account}"
            session.rollback()
            assert alice.again(app.test_client()).call("DELETE", path).status_code == 204
        return real(session, account_id, conversation)

    monkeypatch.setattr(exporting, "conversation_of", leave_the_first)
    found = listed(export(app, alice), "messages.json")
    assert {one["id"]: one["left"] for one in found} == {one: one in left for one in ids}


def test_what_somebody_wrote_where_they_are_no_more_is_theirs_and_nothing_else_of_it(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    body = {"members": [bob.account, carol.account], "title": "Walks"}
    group = alice.call("POST", "/conversations", body).json["id"]
    for person, words in ((bob, "words of bob"), (carol, "words of carol")):
        said = person.call("POST", "/messages", {"conversation": group, "text": words})
        assert said.status_code == 201
    path = f"/conversations/{group}/members/{carol.account}"
    assert alice.call("DELETE", path).status_code == 204
    archive = export(app, carol)
    (left,) = listed(archive, "messages.json")
    assert (left["id"], left["left"], sorted(left)) == (group, True, ["id", "left", "messages"])
    assert [(one["account"], one["text"]) for one in left["messages"]] == [
        (carol.account, "words of carol")
    ]


def group_of(owner: Person, *members: Person) -> str:
    body = {"members": [one.account for one in members], "title": "Walks"}
    made: str = owner.call("POST", "/conversations", body).json["id"]
    return made


def say(person: Person, group: str, words: str) -> None:
    said = person.call("POST", "/messages", {"conversation": group, "text": words})
    assert said.status_code == 201


def take_out(owner: Person, group: str, person: Person) -> None:
    path = f"/conversations/{group}/members/{person.account}"
    assert owner.call("DELETE", path).status_code == 204


def texts(chunks: Iterable[bytes]) -> list[str]:
    (conversation,) = json.loads(b"".join(chunks))
    return [one["text"] for one in conversation["messages"]]


@pytest.mark.parametrize("left", [False, True])
def test_messages_are_read_and_decrypted_some_at_a_time(
    app: Flask, alice: Person, carol: Person, monkeypatch: pytest.MonkeyPatch, left: bool
) -> None:
    group = group_of(alice, carol)
    words = [f"word {number}" for number in range(8)]
    for one in words:
        say(carol, group, one)
    if left:
        take_out(alice, group, carol)
    monkeypatch.setattr(exporting, "ROWS", 3)
    opened, asked = [], []
    real = views.open_text

    def count(*parts: Any) -> str:
        opened.append(parts)
        return real(*parts)

    def note(_1: Any, _2: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    monkeypatch.setattr(views, "open_text", count)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        _, chunks = next(exporting.PARTS[0].files(db.session(), UUID(carol.account)))
        given: list[bytes] = []
        for chunk in chunks:
            given.append(chunk)
            # At most a page, the one after it and the conversation's last message are held at once.
            assert len(opened) - b"".join(given).count(b'"text"') <= 5
        event.remove(db.engine, "before_cursor_execute", note)
    assert texts(given) == words[::-1]
    reads = [one for one in asked if "messages.text" in one and "messages.conversation_id =" in one]
    assert len(reads) == 3
    assert all("LIMIT" in one for one in reads)


def test_who_is_taken_out_while_a_conversation_is_exported_keeps_their_own_words_of_the_rest(
    app: Flask, alice: Person, bob: Person, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = group_of(alice, bob, carol)
    for number in range(4):
        say(bob, group, f"bob {number}")
        say(carol, group, f"carol {number}")
    monkeypatch.setattr(exporting, "ROWS", 3)
    with app.app_context():
        _, chunks = next(exporting.PARTS[0].files(db.session(), UUID(carol.account)))
        given = list(islice(chunks, 2))
        take_out(alice.again(app.test_client()), group, carol)
        given += chunks
    assert texts(given) == ["carol 3", "bob 3", "carol 2", "carol 1", "carol 0"]


def test_an_account_that_is_deleted_while_it_is_exported_leaves_no_file(
    app: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    carol.call("POST", "/posts", {"text": "something to export"})
    carol.call("POST", "/me/exports")
    deleted: list[int] = []

    def delete(session: Any, account_id: UUID) -> Any:
        session.rollback()
        person = carol.again(app.test_client())
        deleted.append(person.call("DELETE", "/me", {"password": PASSWORD}).status_code)
        yield from own_parts._sessions(session, account_id)

    last = building.export_parts

    def parts() -> Any:
        return (*last(), own_parts.Part("the end", delete))

    monkeypatch.setattr(building, "export_parts", parts)
    with app.app_context():
        do_chores()
    assert deleted == [204]
    assert list((app.config["TROTH"].data_dir / "exports").iterdir()) == []
    refused(carol.call("GET", "/me"), 401, "no_session")

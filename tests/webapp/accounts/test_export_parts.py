"""Exports are whole: every table of people is in one, or it is written down why not."""

import io
import json
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.answers import refused
from tests.support.oauth import register_app
from tests.support.wallet import PASSWORD, Person
from webapp.accounts.exports import building, own_parts
from webapp.accounts.models import Account
from webapp.database import writing
from webapp.extensions import Base
from webapp.messages import leaving
from workers.chores import do_chores

# In which files of an export each table's rows stand.
FILES = {
    "account_blocks": "blocks.json",
    "appeals": "appeals.json",
    "authors": "profile.json",
    "conversation_members": "messages.json",
    "conversations": "messages.json",
    "delegations": "devices.json",
    "entries": "posts.json",
    "follows": "following.json",
    "likes": "likes.json",
    "media": "media.json",
    "message_preferences": "message_preferences.json",
    "messages": "messages.json",
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


def export(app: Flask, person: Person) -> ZipFile:
    made = person.call("POST", "/me/exports").json
    with app.app_context():
        do_chores()
    state = person.call("GET", f"/me/exports/{made['id']}").json["state"]
    assert state == "ready"
    with person.call("GET", f"/me/exports/{made['id']}/download") as answer:
        return ZipFile(io.BytesIO(answer.data))


def listed(archive: ZipFile, name: str) -> list[Any]:
    found: list[Any] = json.loads(archive.read(name))
    return found


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
    real = leaving.conversation_of
    left: list[str] = []

    def leave_the_first(session: Any, account_id: UUID, conversation: UUID) -> Any:
        if not left:
            left.append(str(conversation))
            path = f"/conversations/{conversation}/members/{alice.account}"
            session.rollback()
            assert alice.again(app.test_client()).call("DELETE", path).status_code == 204
        return real(session, account_id, conversation)

    monkeypatch.setattr(leaving, "conversation_of", leave_the_first)
    found = listed(export(app, alice), "messages.json")
    assert [one["id"] for one in found] == list(ids - set(left))


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

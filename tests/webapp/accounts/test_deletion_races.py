"""Whatever an account writes while it is being deleted is refused, or erased with it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.support.databases import tables_of
from tests.support.late_writes import writes
from tests.support.wallet import PASSWORD, Person
from webapp.accounts import access
from webapp.accounts.models import Account
from webapp.database import writing
from webapp.extensions import db

# All that may name an account once it is deleted: facts of the log and of the trail, and empty shells.
KEPT = {
    "accounts.id",
    "account_counts.account_id",
    "authors.account_id",
    "events.account_id",
    "events.subject",
    "search_rows.subject",
}


def rows_that_name(app: Flask, account: str) -> set[str]:
    """Return the columns that hold an account's id."""
    found = set()
    needles = (account, UUID(account).hex)
    with app.app_context():
        for table in tables_of(db.engine).tables.values():
            for row in db.session.execute(select(table)).mappings():
                for name, value in row.items():
                    if any(needle in str(value) for needle in needles):
                        found.add(f"{table.name}.{name}")
        db.session.remove()
    return found


def hidden_post_of(app: Flask, moderator: Person, person: Person) -> str:
    """Let a moderator hide a post of somebody's; return the action's id."""
    with app.app_context(), writing() as session:
        who = Account.id == UUID(moderator.account)
        session.execute(update(Account).where(who).values(role="moderator"))
    post = person.call("POST", "/posts", {"text": "to be hidden"}).json
    body = {"act": "hide", "type": "post", "subject": post["id"], "reason": "no"}
    action = moderator.call("POST", "/moderation/actions", body)
    assert action.status_code == 201, action.text
    return str(action.json["id"])


def test_what_is_written_while_the_account_is_deleted_is_refused(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = alice.publish().json
    real, doomed = access.charge, list[Person]()

    def delete_first(account_id: UUID | None) -> None:
        """Delete the account once its token was found good, and before anything is written."""
        real(account_id)
        if account_id is None and doomed:
            person = doomed.pop().again(app.test_client())
            with ThreadPoolExecutor(1) as other:
                gone = other.submit(person.call, "DELETE", "/me", {"password": PASSWORD})
                assert gone.result(30).status_code == 204

    monkeypatch.setattr(access, "charge", delete_first)
    for number, (name, write) in enumerate(writes(alice, post)):
        carol = Person(app.test_client()).register(f"carol_{number}")
        doomed.append(carol)
        answer = write(carol)
        assert doomed == []
        assert 400 <= answer.status_code < 500, (name, answer.text)
        assert rows_that_name(app, carol.account) <= KEPT, name
    carol = Person(app.test_client()).register("carol_the_last")
    appeal = {"action": hidden_post_of(app, alice, carol), "text": "late"}
    doomed.append(carol)
    assert 400 <= carol.call("POST", "/appeals", appeal).status_code < 500
    named = {"posts.account_id", "moderation_actions.account_id", "moderation_audit.document"}
    assert rows_that_name(app, carol.account) <= KEPT | named

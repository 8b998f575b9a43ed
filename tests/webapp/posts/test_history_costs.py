"""What differs in each version of a history is read at once: whom it was meant for, who signed it."""

from collections.abc import Callable
from typing import Any

from eth_account import Account
from flask import Flask

from tests.support.statements import cost
from tests.support.wallet import Person

Anchor = Callable[[], None]
FEW, MANY = 2, 7


def edited(person: Person, post: dict[str, Any], audience: str) -> dict[str, Any]:
    """Edit a post without a signature; return it as it is now."""
    edit = {"id": post["id"], "replaces": post["content"], "text": "again", "audience": audience}
    answer = person.call("POST", "/posts", edit)
    assert answer.status_code == 201, answer.text
    now: dict[str, Any] = answer.json
    return now


def once_for_followers(person: Person, edits: int) -> str:
    """Publish what only followers may read, edit it, and open it with the last edit."""
    post = person.call("POST", "/posts", {"text": "first", "audience": "followers"}).json
    for number in range(edits):
        post = edited(person, post, "public" if number == edits - 1 else "followers")
    return str(post["id"])


def signed_by_many_devices(person: Person, edits: int) -> str:
    """Publish a post and sign each of its edits with a device of its own."""
    post = person.publish().json
    for _ in range(edits):
        person.device = Account.create()
        assert person.allow_device().status_code == 201
        post = person.publish(person.edit_record(post), key=person.device).json
    return str(post["id"])


def versions(person: Person, post_id: str) -> int:
    return len(person.call("GET", f"/posts/{post_id}/history").json["items"])


def test_whether_the_reader_follows_is_asked_once_for_all_versions(
    app: Flask, alice: Person, carol: Person, anchor: Anchor
) -> None:
    short, long = (once_for_followers(carol, edits) for edits in (FEW, MANY))
    anchor()
    for seen in ((1, 1), (FEW + 1, MANY + 1)):
        assert (versions(alice, short), versions(alice, long)) == seen
        few, many = (cost(app, alice, f"/posts/{post}/history") for post in (short, long))
        assert 0 < few == many
        alice.call("POST", f"/users/{carol.account}/follow")


def test_the_delegations_of_all_versions_are_read_at_once(
    app: Flask, alice: Person, visitor: Person, anchor: Anchor
) -> None:
    short, long = (signed_by_many_devices(alice, edits) for edits in (FEW, MANY))
    anchor()
    assert (versions(visitor, short), versions(visitor, long)) == (FEW + 1, MANY + 1)
    few, many = (cost(app, visitor, f"/posts/{post}/history") for post in (short, long))
    assert 0 < few == many


def test_the_account_of_unsigned_versions_is_read_once(
    app: Flask, carol: Person, visitor: Person, anchor: Anchor
) -> None:
    posts = []
    for edits in (FEW, MANY):
        post = carol.call("POST", "/posts", {"text": "first"}).json
        for _ in range(edits):
            post = edited(carol, post, "public")
        posts.append(str(post["id"]))
    anchor()
    assert [versions(visitor, post) for post in posts] == [FEW + 1, MANY + 1]
    few, many = (cost(app, visitor, f"/posts/{post}/history") for post in posts)
    assert 0 < few == many

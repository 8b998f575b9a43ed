"""Galleries and histories follow the chain; both sides are told once a transfer is final, and not before."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from chain.devnode.node import DevNode
from tests.support.answers import refused
from tests.support.indexed import confirm
from tests.support.minting import begun, mint_outside, move, permit, send
from tests.support.wallet import Person
from webapp.events.models import Event
from webapp.extensions import db
from workers.delivery import deliver

Anchor = Callable[[], None]


def minted(person: Person, anchor: Anchor, **changes: Any) -> dict[str, Any]:
    mint = begun(person, **changes)
    assert permit(person, mint).status_code == 202
    anchor()
    return mint


def told(app: Flask, person: Person) -> list[tuple[Any, ...]]:
    """Return what somebody is told of tokens, oldest first: kind, by whom, of which, how often."""
    with app.app_context():
        deliver()
    items = person.call("GET", "/notifications?kinds=asset_received,asset_sent,asset_minted").json
    return [
        (one["kind"], [face["id"] for face in one["profiles"]], one["subject"], one["count"])
        for one in reversed(items["items"])
    ]


def test_a_token_that_goes_from_hand_to_hand_is_in_one_gallery_at_a_time(
    app: Flask, alice: Person, bob: Person, visitor: Person, anchor: Anchor
) -> None:
    first = minted(alice, anchor)
    second = minted(alice, anchor, royalty=1)
    number = first["token_id"]

    def gallery(person: Person, query: str = "") -> list[str]:
        page = visitor.call("GET", f"/users/{person.account}/assets{query}").json
        return [one["token_id"] for one in page["items"]]

    assert gallery(alice) == [second["token_id"], number]
    page = visitor.call("GET", f"/users/{alice.account}/assets?limit=1")
    assert 'rel="next"' in page.headers["Link"]
    assert gallery(alice, f"?cursor={page.json['next']}") == [number]
    newest = page.json["newest"]
    prepared = alice.call("GET", f"/assets/{number}/transfer?to={bob.address.upper()[:2]}x")
    refused(prepared, 400, "malformed")
    prepared = alice.call("GET", f"/assets/{number}/transfer?account={bob.account}")
    send(app, alice, prepared.json)
    anchor()
    assert (gallery(alice), gallery(bob)) == ([second["token_id"]], [number])
    refused(
        prepared := alice.call("GET", f"/assets/{number}/transfer?to={bob.address}"),
        403,
        "not_your_asset",
    )
    send(app, bob, bob.call("GET", f"/assets/{number}/transfer?to={alice.wallet.address}").json)
    anchor()
    # What comes back came last.
    assert gallery(alice) == [number, second["token_id"]]
    assert gallery(alice, f"?since={newest}") == [number]
    history = visitor.call("GET", f"/assets/{number}/history").json["items"]
    hands = [(one["from"] and one["from"]["address"], one["to"]["address"]) for one in history]
    assert hands == [
        (bob.address, alice.address),
        (alice.address, bob.address),
        (None, alice.address),
    ]
    assert {one["state"] for one in history} == {"final"}
    assert history[0]["to"]["profile"]["id"] == alice.account
    paged = visitor.call("GET", f"/assets/{number}/history?limit=2").json
    rest = visitor.call("GET", f"/assets/{number}/history?cursor={paged['next']}").json
    assert paged["items"] + rest["items"] == history
    for path in ("1", "x", "-1", "1" * 79, str(2**256)):
        for more in ("", "/history", f"/transfer?to={bob.address}"):
            refused(alice.call("GET", f"/assets/{path}{more}"), 404, "asset_not_found")


def test_both_sides_are_told_once_it_is_final(
    app: Flask, node: DevNode, alice: Person, bob: Person, anchor: Anchor
) -> None:
    with app.app_context():
        confirm(app, 3)
    mint = minted(alice, anchor)
    number = mint["token_id"]
    shown = alice.call("GET", f"/assets/{number}").json
    assert shown["state"] == "mined"
    assert told(app, alice) == []
    node.request("evm_mine", [{"blocks": 3}])
    anchor()
    assert alice.call("GET", f"/assets/{number}").json["state"] == "final"
    assert told(app, alice) == [("asset_minted", [], number, 1)]
    move(app, alice, number, bob.address)
    anchor()
    assert (told(app, bob), len(told(app, alice))) == ([], 1)
    node.request("evm_mine", [{"blocks": 3}])
    anchor()
    anchor()
    assert told(app, bob) == [("asset_received", [alice.account], number, 1)]
    assert told(app, alice)[1:] == [("asset_sent", [], number, 1)]


def test_who_is_told_and_who_is_not(app: Flask, alice: Person, bob: Person, anchor: Anchor) -> None:
    numbers = [minted(alice, anchor, royalty=one, to=bob.address)["token_id"] for one in range(2)]
    # One by one in the list, but a day's together.
    assert told(app, bob) == [("asset_received", [alice.account], numbers[1], 2)]
    assert told(app, alice) == [("asset_minted", [], numbers[1], 2)]
    assert bob.call("POST", f"/users/{alice.account}/block").status_code == 201
    for one in range(2, 4):
        move(app, alice, minted(alice, anchor, royalty=one)["token_id"], bob.address)
    anchor()
    # Whoever blocks hears nothing of it, and has it all the same: the chain asks nobody.
    assert told(app, bob) == []
    assert len(bob.call("GET", f"/users/{bob.account}/assets").json["items"]) == 4
    refused(alice.call("GET", f"/users/{bob.account}/assets"), 404, "user_not_found")
    mine = minted(alice, anchor, royalty=5)["token_id"]
    refused(
        alice.call("GET", f"/assets/{mine}/transfer?account={bob.account}"), 404, "user_not_found"
    )
    # By address it cannot be hindered; whose address it is stays unsaid to who is blocked.
    theirs = alice.call("GET", f"/assets/{numbers[0]}").json
    assert theirs["owner"] == {"address": bob.address, "profile": None}
    assert bob.call("DELETE", f"/users/{alice.account}/block").status_code == 204
    preferences = {"kinds": {"asset_received": "off"}}
    assert bob.call("PUT", "/notifications/preferences", preferences).status_code == 200
    before = told(app, bob)
    move(app, alice, mine, bob.address)
    anchor()
    assert told(app, bob) == before
    bad = {"kinds": {"asset_sent": "following"}}
    refused(bob.call("PUT", "/notifications/preferences", bad), 400, "malformed")


def test_tokens_of_strangers_come_in_without_a_face_and_strangers_make_no_events(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    stranger, another = Person(app.test_client()), Person(app.test_client())
    mint_outside(app, stranger, b"\x01" * 32, alice.address)
    mint_outside(app, stranger, b"\x02" * 32, another.address)
    anchor()
    [(kind, faces, _, count)] = told(app, alice)
    assert (kind, faces, count) == ("asset_received", [], 1)
    with app.app_context():
        events = db.session.scalars(select(Event.type).where(Event.type.startswith("asset")))
        assert list(events) == ["asset.minted"]

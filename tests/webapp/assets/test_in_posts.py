"""Tokens in posts: which may be attached, and who held them when the post was anchored."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.support.answers import nothing_written, refused
from tests.support.minting import begun, move, permit
from tests.support.statements import cost
from tests.support.wallet import Person

Anchor = Callable[[], None]


def token_media(text: str, **changes: str) -> dict[str, str]:
    digest = "0x" + hashlib.sha256(text.encode()).hexdigest()
    return {"digest": digest, "mime": "text/x-caip19", "alt": text} | changes


def minted(person: Person, anchor: Anchor, **changes: Any) -> dict[str, Any]:
    mint = begun(person, **changes)
    assert permit(person, mint).status_code == 202
    anchor()
    return mint


def test_a_post_says_who_held_the_token_at_its_anchor_for_ever(
    app: Flask, alice: Person, bob: Person, visitor: Person, anchor: Anchor
) -> None:
    assert bob.call("PATCH", "/me", {"handle": "bob_the_holder"}).status_code == 200
    mint = minted(alice, anchor)
    item = token_media(mint["asset"])
    answer = alice.publish(alice.post_record("I made this", media=[item]))
    assert answer.status_code == 201, answer.text
    now = {"token_id": mint["token_id"], "at": "now", "block": None}
    holder = {"address": alice.address, "account": alice.account, "handle": None}
    assert answer.json["media"] == [item | {"asset": {**now, "holder": holder}}]
    path = f"/posts/{answer.json['id']}"
    assert visitor.call("GET", path).json["media"] == answer.json["media"]
    anchor()
    [shown] = visitor.call("GET", path).json["media"]
    block = shown["asset"]["block"]
    assert shown["asset"] == {**now, "at": "block", "block": block, "holder": holder}
    move(app, alice, mint["token_id"], bob.address)
    anchor()
    # Who holds it today changes nothing of what was true then.
    assert visitor.call("GET", path).json["media"] == [shown]
    later = bob.publish(bob.post_record("mine now", media=[item])).json
    anchor()
    [told] = visitor.call("GET", f"/posts/{later['id']}").json["media"]
    assert told["asset"]["block"] > block
    his = {"address": bob.address, "account": bob.account, "handle": "bob_the_holder"}
    assert told["asset"]["holder"] == his
    edited = bob.publish(bob.edit_record(later, "without", media=[])).json
    assert (edited["version"], edited["media"]) == (2, [])
    again = bob.publish(bob.edit_record(edited, "with", media=[item])).json
    assert again["media"][0]["asset"]["at"] == "now"
    # The record itself is as it was signed, and what was deleted shows no token.
    bundle = visitor.call("GET", f"{path}/bundle").json
    assert bundle["message"]["media"] == [item]
    gone = alice.delete(answer.json)
    assert (gone.status_code, gone.json["media"]) == (200, [])


def test_only_tokens_of_the_logs_own_chain_and_registry_that_are_there_may_be_attached(
    app: Flask, alice: Person, carol: Person, anchor: Anchor
) -> None:
    mint = minted(alice, anchor)
    own = mint["asset"]
    place, number = own.rsplit("/", 1)
    chain, contract = place.split("/")
    with nothing_written(app):
        for text in (
            f"{place}/{int(number) + 1}",
            f"eip155:1/{contract}/{number}",
            f"{chain}/erc721:0x{'11' * 20}/{number}",
            f"{place}/0{number}",
            own.upper(),
            "https://opensea.example",
        ):
            record = alice.post_record("no", media=[token_media(text)])
            refused(alice.publish(record), 422, "token_refused")
        wrong = token_media(own, digest="0x" + "ab" * 32)
        refused(alice.publish(alice.post_record("no", media=[wrong])), 422, "media_refused")
        twice = [token_media(own)] * 2
        refused(alice.publish(alice.post_record("no", media=twice)), 422, "media_refused")
        draft = {"text": "no", "media": [{"asset": "eip155:1/erc721:0x/1"}]}
        refused(carol.call("POST", "/posts", draft), 422, "token_refused")
        for one in ({}, {"asset": own, "alt": "x"}):
            refused(carol.call("POST", "/posts", {"text": "no", "media": [one]}), 400, "malformed")
    drafted = carol.call("POST", "/posts", {"text": "look", "media": [{"asset": own}]})
    assert drafted.status_code == 201, drafted.text
    assert drafted.json["media"][0] | {"asset": None} == token_media(own) | {"asset": None}


def test_lists_ask_for_all_tokens_of_a_page_together(
    app: Flask, alice: Person, visitor: Person, anchor: Anchor
) -> None:
    mint = minted(alice, anchor)
    item = token_media(mint["asset"])
    path = f"/users/{alice.account}/posts"

    def statements() -> int:
        return cost(app, visitor, path)

    alice.publish(alice.post_record("none"))
    without = statements()
    alice.publish(alice.post_record("first", media=[item]))
    with_one = statements()
    for number in range(8):
        alice.publish(alice.post_record(f"more {number}", media=[item]))
    anchor()
    assert statements() == with_one <= without + 2
    shown = visitor.call("GET", path).json["items"]
    assert sum(bool(one["media"]) for one in shown) == 9

"""Several wallets on one account: linked by their own signature, unlinked without changing a post."""

from datetime import timedelta
from typing import Any

from eth_account import Account
from flask import Flask
from sqlalchemy import update

from tests.support.answers import at_once, nothing_written, refused
from tests.support.wallet import PASSWORD, V1, Person
from tests.support.wallets import link, proof
from webapp.accounts.models import SignInSession
from webapp.columns import utc_now
from webapp.database import writing


def with_wallet(person: Person, wallet: Any = None) -> Person:
    """Return the same session with another wallet at hand."""
    other = person.again(person.http)
    other.wallet = wallet or Account.create()
    return other


def addresses(person: Person) -> list[str]:
    return [item["address"] for item in person.call("GET", "/wallets").json["items"]]


def unlink(person: Person, address: str | None = None) -> Any:
    return person.call("DELETE", f"/wallets/{address or person.address}")


def test_a_second_wallet_signs_posts_and_signs_in(app: Flask, alice: Person) -> None:
    second = with_wallet(alice)
    answer = link(second)
    assert answer.status_code == 201, answer.text
    assert answer.json["address"] == second.address
    assert link(second).status_code == 200
    assert addresses(alice) == [alice.address, second.address]
    assert second.publish().json["author"] == second.address
    assert alice.publish().json["author"] == alice.address
    again = with_wallet(Person(app.test_client()), second.wallet).sign_in()
    assert again.account == alice.account


def test_a_password_account_links_a_wallet_and_keeps_its_unsigned_posts(
    carol: Person, visitor: Person
) -> None:
    before = carol.call("POST", "/posts", {"text": "unsigned"}).json
    assert link(carol).status_code == 201
    refused(carol.call("POST", "/posts", {"text": "more"}), 422, "signature_required")
    signed = carol.publish().json
    posts = visitor.call("GET", f"/users/{carol.account}/posts").json["items"]
    assert {one["id"]: one["author"] for one in posts} == {
        before["id"]: before["author"],
        signed["id"]: carol.address,
    }
    edit = {"text": "edited", "id": before["id"], "replaces": before["content"]}
    assert carol.call("POST", "/posts", edit).json["author"] == before["author"]


def test_a_wallet_belongs_to_one_account(app: Flask, alice: Person, carol: Person) -> None:
    with nothing_written(app):
        refused(link(with_wallet(carol, alice.wallet)), 409, "wallet_taken")
    assert addresses(carol) == []


def test_a_link_cannot_sign_in_and_a_sign_in_cannot_link(
    app: Flask, alice: Person, carol: Person
) -> None:
    second = with_wallet(alice)
    with nothing_written(app):
        body = proof(second)
        refused(second.call("POST", "/auth/siwe", body), 401, "sign_in_nonce_refused")
        body = second.signed_siwe()
        refused(second.call("POST", "/wallets", body), 401, "sign_in_nonce_refused")
        refused(link(second, statement="Sign in."), 401, "sign_in_message_refused")
        # What was signed for one account links to no other.
        body = proof(second)
        refused(carol.call("POST", "/wallets", body), 401, "sign_in_nonce_refused")
        other = second.signed_siwe(
            second.siwe(
                statement=second.call("POST", "/wallets/nonce").json["statement"],
                nonce=carol.call("POST", "/wallets/nonce").json["nonce"],
            )
        )
        refused(carol.call("POST", "/wallets", other), 401, "sign_in_message_refused")
        body = second.signed_siwe(body["message"], key=Account.create())
        refused(second.call("POST", "/wallets", body), 401, "sign_in_refused")
        refused(Person(app.test_client()).call("POST", "/wallets", body), 401, "no_session")
    assert alice.call("POST", "/wallets", proof(second)).status_code == 201


def test_a_proof_links_once(alice: Person) -> None:
    second = with_wallet(alice)
    body = proof(second)
    assert second.call("POST", "/wallets", body).status_code == 201
    refused(second.call("POST", "/wallets", body), 401, "sign_in_nonce_refused")


def test_one_wallet_linked_by_many_at_once_has_one_owner(
    app: Flask, alice: Person, bob: Person, carol: Person, visitor: Person
) -> None:
    wallet = Account.create()
    others = [Person(app.test_client()).register(f"other{number}") for number in range(5)]
    people = [with_wallet(person, wallet) for person in (alice, bob, carol, *others)]
    bodies = [proof(person) for person in people]
    new = with_wallet(visitor, wallet)
    sign_in = new.signed_siwe()
    answers = at_once(
        *(
            lambda person=person, body=body: person.again(app.test_client()).call(
                "POST", "/wallets", body
            )
            for person, body in zip(people, bodies, strict=True)
        ),
        lambda: new.again(app.test_client()).call("POST", "/auth/siwe", sign_in),
    )
    statuses = sorted(answer.status_code for answer in answers[:8])
    assert answers[8].status_code == 200
    assert statuses in ([201] + [409] * 7, [409] * 8)
    owners = [person for person in people if str(wallet.address).lower() in addresses(person)]
    assert len(owners) == statuses.count(201)


def test_the_last_way_to_sign_in_cannot_be_unlinked(app: Flask, alice: Person) -> None:
    with nothing_written(app):
        refused(unlink(alice), 409, "last_way_to_sign_in")
        refused(unlink(alice, "0x" + "11" * 20), 404, "wallet_not_found")
    second = with_wallet(alice)
    link(second)
    answers = at_once(
        lambda: unlink(alice.again(app.test_client())),
        lambda: unlink(second.again(app.test_client())),
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert len(addresses(alice)) == 1


def test_what_an_unlinked_wallet_signed_stays_and_nothing_new_comes(
    app: Flask, alice: Person, bob: Person, visitor: Person
) -> None:
    assert alice.allow_device().status_code == 201
    post = alice.publish().json
    second = with_wallet(alice)
    link(second)
    assert unlink(second, alice.address.upper().replace("0X", "0x")).status_code == 204
    shown = visitor.call("GET", f"/posts/{post['id']}").json
    assert (shown["author"], shown["account"]) == (alice.address, alice.account)
    with nothing_written(app):
        refused(alice.publish(), 403, "not_your_author")
        refused(alice.publish(key=alice.device), 403, "not_your_author")
        refused(alice.delete(post), 403, "not_your_author")
        refused(link(with_wallet(bob, alice.wallet)), 409, "wallet_taken")
        stranger = with_wallet(Person(app.test_client()), alice.wallet)
        body = stranger.signed_siwe()
        refused(stranger.call("POST", "/auth/siwe", body), 401, "wallet_unlinked")
    assert second.publish().status_code == 201
    assert link(alice).status_code == 201
    assert alice.delete(post).status_code == 200


def test_a_wallet_that_signed_nothing_is_free_once_unlinked(alice: Person, bob: Person) -> None:
    second = with_wallet(alice)
    link(second)
    assert unlink(second).status_code == 204
    assert link(with_wallet(bob, second.wallet)).status_code == 201


def test_without_its_last_wallet_an_account_posts_unsigned_again(carol: Person) -> None:
    link(carol)
    carol.publish()
    assert unlink(carol).status_code == 204
    answer = carol.call("POST", "/posts", {"text": "unsigned again"})
    assert answer.status_code == 201, answer.text
    assert answer.json["author"] != carol.address
    stamp = carol.call("POST", "/stamps", {"digest": "0x" + "ab" * 32})
    assert (stamp.status_code, stamp.json.get("author")) == (201, answer.json["author"])


def age_sessions(app: Flask) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(SignInSession).values(created_at=utc_now() - timedelta(minutes=11)))


def test_a_token_that_was_stolen_links_no_wallet_of_the_thiefs(
    app: Flask, alice: Person, carol: Person
) -> None:
    age_sessions(app)
    for person in (alice, carol):
        thief = with_wallet(person)
        with nothing_written(app):
            refused(link(thief), 403, "sign_in_again")
            guess = proof(thief) | {"password": "not the password"}
            refused(thief.call("POST", "/wallets", guess), 403, "password_wrong")
        assert thief.address not in addresses(person)
    body = proof(with_wallet(carol)) | {"password": PASSWORD}
    assert carol.call("POST", "/wallets", body).status_code == 201
    alice.sign_in()
    assert link(with_wallet(alice)).status_code == 201


def test_a_token_that_was_stolen_unlinks_no_wallet(
    app: Flask, alice: Person, carol: Person
) -> None:
    """Else a thief would take the owner's other ways in, and keep their own."""
    own = {alice.account: [alice.address], carol.account: []}
    for person in (alice, carol):
        second = with_wallet(person)
        assert link(second).status_code == 201
        own[person.account].append(second.address)
    age_sessions(app)
    for person in (alice, carol):
        last = own[person.account][-1]
        with nothing_written(app):
            refused(unlink(person, last), 403, "sign_in_again")
            refused(unlink(person, "0x" + "11" * 20), 403, "sign_in_again")
            guess = {"password": "not the password"}
            path = f"/wallets/{last}"
            refused(person.call("DELETE", path, guess), 403, "password_wrong")
            refused(person.call("DELETE", path, {"passwort": PASSWORD}), 400, "malformed")
        assert addresses(person) == own[person.account]
    last = own[carol.account][-1]
    assert carol.call("DELETE", f"/wallets/{last}", {"password": PASSWORD}).status_code == 204
    # A refreshed token is no fresh sign-in.
    bearer = {"Authorization": f"Bearer {alice.refresh_token}"}
    alice.take(alice.call("POST", "/auth/refresh", headers=bearer))
    last = own[alice.account][-1]
    refused(unlink(alice, last), 403, "sign_in_again")
    assert unlink(alice.sign_in(), last).status_code == 204
    assert addresses(alice) == [alice.address]


def test_an_address_that_cannot_be_one_is_no_wallet(alice: Person) -> None:
    for path in ("%00", "0x%00", "x" * 300, "%F0%9F%98%80"):
        refused(alice.call("DELETE", f"/wallets/{path}"), 404, "wallet_not_found")


def test_unlinking_a_wallet_ends_the_sessions_that_it_opened(app: Flask, alice: Person) -> None:
    second = with_wallet(alice)
    assert link(second).status_code == 201
    by_second = with_wallet(Person(app.test_client()), second.wallet).sign_in()
    other, asking = (by_second.again(app.test_client()).sign_in() for _ in range(2))
    assert unlink(asking, second.address).status_code == 204
    assert asking.call("GET", "/me").status_code == 200
    for ended in (by_second, other):
        refused(ended.call("GET", "/me"), 401, "no_session")
        answer = app.test_client().post(
            f"{V1}/auth/refresh", headers={"Authorization": f"Bearer {ended.refresh_token}"}
        )
        refused(answer, 401, "no_session")
    assert alice.call("GET", "/me").status_code == 200

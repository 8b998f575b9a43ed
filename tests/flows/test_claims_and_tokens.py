"""Claims and tokens on a running stack: from the API over the worker and the chain to what everybody sees."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from eth_account import Account
from eth_account.messages import encode_typed_data

from chain.claims import EMAIL
from chain.client import ChainClient
from chain.contracts import AssetRegistry, ClaimKey, ClaimStatus, IdentityRegistry
from chain.deploy import ASSET_REGISTRY, IDENTITY_REGISTRY, Sender
from chain.local import LocalChain
from chain.signer import LocalSigner
from tests.support.files import picture
from tests.support.stack import Stack, wait_until
from webapp.commands.demo.client import Person

pytestmark = pytest.mark.stack
ETHER = 10**18
CODE = re.compile(r"(?<!\d)\d{8}(?!\d)")


@pytest.fixture
def stack(plain_stack: Stack) -> Stack:
    return plain_stack


@pytest.fixture
def alice(stack: Stack) -> Person:
    return stack.person("Alice")


def public(stack: Stack, path: str) -> Any:
    """Return what somebody who is not signed in gets."""
    answer = requests.get(f"{stack.url}/api/v1{path}", timeout=15)
    assert answer.ok, answer.text
    return answer.json()


def reaches(read: Callable[[], Any], state: str) -> Any:
    """Wait until what is read is in a state; return it."""
    seen: list[Any] = []

    def there() -> bool:
        seen.append(read())
        return bool(seen[-1]["state"] == state)

    wait_until(there, f"it is {state}")
    return seen[-1]


def code_for(stack: Stack, address: str) -> str:
    """Wait for the newest code to an address in the log of the development mail server."""
    log, found = stack.data_dir / "logs" / "mail.log", list[str]()

    def came() -> bool:
        _, _, message = log.read_text().rpartition(f"To: {address}\n")
        found[:] = CODE.findall(message)
        return bool(found)

    wait_until(came, f"a code for {address}")
    return found[0]


def test_an_email_claim_from_the_request_over_its_badge_to_its_revocation(
    stack: Stack, alice: Person
) -> None:
    address = f"{alice.address[2:12]}@example.org"
    claim = alice.call("POST", "/claims", {"kind": "email", "value": address})
    assert claim["state"] == "requested"
    path = f"/claims/{claim['id']}"
    alice.call("POST", f"{path}/code", {"code": code_for(stack, address)})
    issued = reaches(lambda: alice.call("GET", path), "final")
    assert issued["checked_at"] < issued["owed_at"] < issued["mined_at"] <= issued["final_at"]

    registry = IdentityRegistry(ChainClient(stack.rpc), IDENTITY_REGISTRY.address)
    digest = bytes.fromhex(issued["digest"][2:])
    key = ClaimKey(issued["issuer"], alice.address, EMAIL, digest)
    assert registry.status_of(key) == ClaimStatus.VALID

    post = alice.publish("with a badge")
    [badge] = public(stack, f"/posts/{post['id']}")["badges"]
    assert (badge["state"], badge["value"], badge["basis"]) == ("valid", address, "code")
    assert badge["issuer"]["address"] == issued["issuer"]

    alice.call("DELETE", path)
    ended = reaches(lambda: alice.call("GET", path), "revoked")
    reaches(lambda: alice.call("GET", path)["revocation"], "final")
    assert registry.status_of(key) == ClaimStatus.REVOKED
    assert ended["final_at"] == issued["final_at"]
    [badge] = public(stack, f"/posts/{post['id']}")["badges"]
    assert (badge["state"], badge["value"]) == ("revoked", None)
    assert (badge["reason"], badge["ended_at"] is not None) == ("Its subject asked for that", True)


def test_a_token_without_gas_into_the_gallery_and_on_to_whoever_gets_it_anywhere(
    stack: Stack, alice: Person
) -> None:
    bob = stack.person("Bob")
    people = {one.name: one.publish("here I am")["account"] for one in (alice, bob)}
    octets = {"Content-Type": "application/octet-stream"}
    answer = alice.http.post(
        f"{stack.url}/api/v1/media", data=picture(), headers=octets, timeout=15
    )
    assert answer.ok, answer.text
    wish = {"name": "Engine", "image": answer.json()["id"], "royalty": 250}
    mint = alice.call("POST", "/mints", wish)
    permission = mint["permission"]
    permission["message"]["deadline"] = int(permission["message"]["deadline"])
    signed = alice.wallet.sign_message(encode_typed_data(full_message=permission))
    signature = "0x" + signed.signature.hex()
    client = ChainClient(stack.rpc)
    assert client.balance(alice.address) == 0  # the server pays
    path = f"/mints/{mint['id']}"
    alice.call("POST", f"{path}/permission", {"signature": signature})
    reaches(lambda: alice.call("GET", path)["progress"], "final")

    def gallery(name: str) -> list[str]:
        items = public(stack, f"/users/{people[name]}/assets")["items"]
        return [one["token_id"] for one in items]

    assert (gallery("Alice"), gallery("Bob")) == ([mint["token_id"]], [])
    token = public(stack, f"/assets/{mint['token_id']}")
    image = token["metadata"]["image"].removeprefix("ipfs://")
    served = requests.get(f"{stack.url}/ipfs/{image}", timeout=15)
    assert (served.status_code, served.headers["Content-Type"]) == (200, "image/png")

    # By the wallet itself, past the server, to somebody who is nobody here.
    stranger = Account.create()
    LocalChain(client).sender().send(alice.address, value=ETHER)
    number = int(mint["token_id"])
    move(client, bytes(alice.wallet.key), alice.address, stranger.address.lower(), number)
    wait_until(lambda: gallery("Alice") == [], "the token left the gallery")
    owner = public(stack, f"/assets/{mint['token_id']}")["owner"]
    assert (owner["address"], owner["profile"]) == (stranger.address.lower(), None)

    LocalChain(client).sender().send(stranger.address.lower(), value=ETHER)
    move(client, bytes(stranger.key), stranger.address.lower(), bob.address, number)
    wait_until(lambda: gallery("Bob") == [mint["token_id"]], "the token came to the gallery")
    history = public(stack, f"/assets/{mint['token_id']}/history")["items"]
    assert [one["to"]["address"] for one in history] == [
        bob.address,
        stranger.address.lower(),
        alice.address,
    ]


def move(client: ChainClient, key: bytes, giver: str, to: str, number: int) -> None:
    """Give a token away as any wallet does."""
    call = AssetRegistry.transfer(giver, to, number)
    Sender(client, LocalSigner(key)).send(ASSET_REGISTRY.address, call)

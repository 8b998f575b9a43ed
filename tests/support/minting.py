"""Minting as people do it: an upload, a mint, a signature; and what wallets do on the chain themselves."""

from typing import Any

from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from chain.client import ChainClient
from chain.contracts import AssetRegistry
from chain.deploy import Sender
from chain.signer import LocalSigner
from chain.tokens import token_id
from chain.wire import Receipt
from tests.support.files import picture, upload
from tests.support.wallet import Person
from webapp.assets.ids import registry_address
from webapp.assets.models import AssetTransfer
from webapp.assets.projection import fold
from webapp.columns import utc_now
from webapp.commands.setup import EMBEDDED_BANK

ETHER = 10**18


def order(person: Person, **changes: Any) -> dict[str, Any]:
    """Return the body of a mint, with a picture of its own."""
    body: dict[str, Any] = {"name": "Engine", "royalty": 250}
    if not changes.keys() & {"image", "animation"}:
        body["image"] = upload(person, picture()).json["id"]
    return {name: value for name, value in (body | changes).items() if value is not None}


def begun(person: Person, **changes: Any) -> dict[str, Any]:
    """Begin a mint."""
    answer = person.call("POST", "/mints", order(person, **changes))
    assert answer.status_code in (200, 201), answer.text
    mint: dict[str, Any] = answer.json
    return mint


def signature(typed: dict[str, Any], key: LocalAccount) -> str:
    """Return a signature over typed data, as any EIP-712 library makes it."""
    message = typed["message"]
    changed = {**typed, "message": {**message, "deadline": int(message["deadline"])}}
    return "0x" + key.sign_message(encode_typed_data(full_message=changed)).signature.hex()


def permit(
    person: Person, mint: dict[str, Any], key: LocalAccount | None = None, **changes: Any
) -> TestResponse:
    """Hand in a permission; keywords change what is signed."""
    typed = mint["permission"]
    typed = {**typed, "message": typed["message"] | changes}
    body = {"signature": signature(typed, key or person.wallet)}
    return person.call("POST", f"/mints/{mint['id']}/permission", body)


def progress(person: Person, mint: dict[str, Any]) -> dict[str, Any]:
    """Return where a mint stands."""
    found: dict[str, Any] = person.call("GET", f"/mints/{mint['id']}").json["progress"]
    return found


def fund(client: ChainClient, address: str) -> None:
    """Give an address gas money on an embedded chain."""
    Sender(client, LocalSigner(EMBEDDED_BANK)).send(address, value=ETHER)


def send(app: Flask, person: Person, prepared: dict[str, Any]) -> Receipt:
    """Send a prepared transaction by the person's own wallet."""
    client: ChainClient = app.extensions["troth_chain"]
    assert (prepared["value"], prepared["from"]) == ("0x0", person.address)
    assert prepared["chainId"] == client.chain_id()
    data = bytes.fromhex(prepared["data"][2:])
    return wallet_of(app, person).send(prepared["to"], data)


def wallet_of(app: Flask, person: Person) -> Sender:
    """Return a sender that signs with a person's key, with money for gas."""
    client: ChainClient = app.extensions["troth_chain"]
    if client.balance(person.address) < ETHER // 2:
        fund(client, person.address)
    return Sender(client, LocalSigner(bytes(person.wallet.key)))


def store_transfer(session: Session, number: int, to: str, moved: int = 0) -> int:
    """Store that a token was minted, or moved once more, as if it had been read; return its number.

    Its creator is nobody, and its royalty says which one it is.
    """
    creator, digest = "0x" + "a5" * 20, b"\x5a" * 32
    found = token_id(creator, digest, number)
    row = {
        "chain_ref": 1,
        "block_number": 1 + moved,
        "log_index": number,
        "token": found.to_bytes(32),
        "sender": to if moved else None,
        "receiver": to,
        "digest": None if moved else digest,
        "transaction_hash": digest,
        "block_hash": digest,
        "block_time": 1 + moved,
        "indexed_at": utc_now(),
    }
    session.add(AssetTransfer(**row))
    session.flush()
    fold(session, 1, [found.to_bytes(32)])
    return found


def move(app: Flask, giver: Person, number: int | str, to: str) -> Receipt:
    """Transfer a token by its holder's wallet, with no word to the server."""
    data = AssetRegistry.transfer(giver.address, to, int(number))
    return wallet_of(app, giver).send(registry_address(), data)


def mint_outside(app: Flask, person: Person, digest: bytes, to: str, royalty: int = 0) -> Receipt:
    """Mint by one's own wallet, with no word to the server."""
    data = AssetRegistry.mint(to, digest, royalty)
    return wallet_of(app, person).send(registry_address(), data)

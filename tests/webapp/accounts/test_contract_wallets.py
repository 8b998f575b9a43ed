"""Contract wallets: asked through the chain by ERC-1271 and ERC-6492, and only they need its node."""

from collections.abc import Callable

import pytest
from eth_abi.abi import decode, encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address
from flask import Flask

from chain.client import ChainClient
from chain.compiler import compile_contracts
from chain.contracts import Fragment
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from chain.local import LocalChain
from chain.proofs.bundle import parse_bundle
from tests.support.answers import closed_port, nothing_written, refused
from tests.support.wallet import V1, Person

ERC6492_MAGIC = bytes.fromhex("6492" * 16)
CREATE = Fragment("create(address,bytes32)", ("address",))
ADDRESS_OF = Fragment("addressOf(address,bytes32)", ("address",))


@pytest.fixture
def chain(node: DevNode) -> LocalChain:
    compile_contracts()
    return LocalChain(ChainClient("in-process", provider=DevNodeProvider(node)))


@pytest.fixture
def wallet(chain: LocalChain, visitor: Person) -> str:
    """Deploy a contract wallet that the visitor's key owns."""
    return to_checksum_address(chain.deploy("TestWallet", ("address",), visitor.address))


def cut_off(app: Flask) -> None:
    app.extensions["troth_chain"] = ChainClient(f"http://127.0.0.1:{closed_port()}", timeout=1)


def test_a_contract_wallet_signs_in_by_erc_1271(visitor: Person, wallet: str) -> None:
    body = visitor.signed_siwe(visitor.siwe(address=wallet))
    visitor.take(visitor.call("POST", "/auth/siwe", body))
    user = visitor.call("GET", f"/users/{visitor.account}").json
    assert user["authors"] == [{"address": wallet.lower(), "signs": True}]


def test_a_contract_wallet_refuses_what_its_owner_did_not_sign(
    app: Flask, visitor: Person, wallet: str
) -> None:
    body = visitor.signed_siwe(visitor.siwe(address=wallet), key=Account.create())
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_refused")


def wrapped_sign_in(
    chain: LocalChain, person: Person, key: LocalAccount
) -> tuple[str, dict[str, str]]:
    """Return a wallet that is not deployed yet and its ERC-6492 sign-in, signed by ``key``."""
    factory = chain.deploy("TestWalletFactory")
    arguments = person.address, keccak(b"salt")
    (address,) = decode(["address"], chain.client.call(factory, ADDRESS_OF.encode(*arguments)))
    body = person.signed_siwe(person.siwe(address=to_checksum_address(address)), key=key)
    inner = bytes.fromhex(body["signature"][2:])
    parts = encode(["address", "bytes", "bytes"], [factory, CREATE.encode(*arguments), inner])
    return address, body | {"signature": "0x" + (parts + ERC6492_MAGIC).hex()}


def test_a_wallet_that_is_not_deployed_yet_signs_in_by_erc_6492(
    chain: LocalChain, visitor: Person
) -> None:
    address, body = wrapped_sign_in(chain, visitor, visitor.wallet)
    assert visitor.call("POST", "/auth/siwe", body).status_code == 200
    assert chain.client.code(address) == b""


def test_an_erc_6492_signature_by_somebody_else_is_refused(
    app: Flask, chain: LocalChain, visitor: Person
) -> None:
    _, body = wrapped_sign_in(chain, visitor, Account.create())
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_refused")


def test_a_contract_wallet_publishes(
    visitor: Person, wallet: str, anchor: Callable[[], None]
) -> None:
    visitor.take(
        visitor.call("POST", "/auth/siwe", visitor.signed_siwe(visitor.siwe(address=wallet)))
    )
    answer = visitor.publish(visitor.post_record("by contract", author=wallet.lower()))
    assert (answer.status_code, answer.json["author"]) == (201, wallet.lower())
    anchor()
    file = visitor.call("GET", f"/posts/{answer.json['id']}/bundle")
    assert parse_bundle(file.data).entry.author == wallet.lower()
    forged = visitor.post_record("forged", author=wallet.lower())
    refused(visitor.publish(forged, key=Account.create()), 422, "signature_invalid")


def test_with_the_node_away_only_contract_wallets_cannot_sign_in(
    app: Flask, visitor: Person, wallet: str
) -> None:
    body = visitor.signed_siwe(visitor.siwe(address=wallet))
    cut_off(app)
    answer = visitor.call("POST", "/auth/siwe", body)
    with nothing_written(app):
        refused(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    ordinary = Person(app.test_client()).sign_in()
    assert ordinary.publish().status_code == 201
    assert ordinary.allow_device().status_code == 201
    assert ordinary.publish(key=ordinary.device).status_code == 201
    assert app.test_client().get(f"{V1}/log").status_code == 200


def test_a_sign_in_that_met_a_missing_node_works_with_the_same_nonce_later(
    app: Flask, chain: LocalChain, visitor: Person, wallet: str
) -> None:
    body = visitor.signed_siwe(visitor.siwe(address=wallet))
    cut_off(app)
    refused(visitor.call("POST", "/auth/siwe", body), 503, "unavailable")
    app.extensions["troth_chain"] = chain.client
    assert visitor.call("POST", "/auth/siwe", body).status_code == 200

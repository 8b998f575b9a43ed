"""Contract wallets: asked through the chain by ERC-1271 and ERC-6492, and only they need its node."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
from chain.devnode.errors import Refused
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from chain.local import LocalChain
from chain.proofs.bundle import parse_bundle
from chain.proofs.records import Kind
from tests.support import instance
from tests.support.answers import closed_port, nothing_written, refused
from tests.support.wallet import V1, Person

ERC6492_MAGIC = bytes.fromhex("6492" * 16)
CREATE = Fragment("create(address,bytes32)", ("address",))
ADDRESS_OF = Fragment("addressOf(address,bytes32)", ("address",))


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: what is asked is the chain."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


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


# Creation code of a contract that uses up all the gas it is given, whatever it is asked.
BURNER = bytes.fromhex("60fe60005360016000f3")
GAS_BOUND = 3_000_000


@pytest.fixture
def calls(node: DevNode, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Give the transactions that the node was asked to simulate."""
    seen: list[dict[str, Any]] = []
    real = node.request

    def note(method: str, params: list[Any]) -> Any:
        if method == "eth_call":
            seen.append(params[0])
        return real(method, params)

    monkeypatch.setattr(node, "request", note)
    return seen


def burning(chain: LocalChain, body: dict[str, Any]) -> dict[str, Any]:
    """Return the body with a signature whose call before the check burns gas (ERC-6492)."""
    burner = chain.sender().send(None, BURNER).contract
    parts = encode(["address", "bytes", "bytes"], [burner, b"", b""])
    return body | {"signature": "0x" + (parts + ERC6492_MAGIC).hex()}


def check_bounded(calls: list[dict[str, Any]]) -> None:
    (call,) = calls
    assert int(call["gas"], 16) == GAS_BOUND
    assert int(call["from"], 16) != 0


def test_a_sign_in_that_burns_gas_is_refused_within_a_bound(
    app: Flask, chain: LocalChain, visitor: Person, calls: list[dict[str, Any]]
) -> None:
    body = burning(chain, visitor.signed_siwe())
    calls.clear()
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_refused")
    check_bounded(calls)


def test_a_record_that_burns_gas_is_refused_within_a_bound(
    app: Flask, chain: LocalChain, alice: Person, calls: list[dict[str, Any]]
) -> None:
    body = burning(chain, alice.sign(Kind.POST, alice.post_record()))
    calls.clear()
    with nothing_written(app):
        refused(alice.call("POST", "/posts", body), 422, "signature_invalid")
    check_bounded(calls)


def test_a_check_that_the_node_stops_for_its_gas_is_a_refused_signature(
    app: Flask,
    node: DevNode,
    chain: LocalChain,
    alice: Person,
    visitor: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in = burning(chain, visitor.signed_siwe())
    record = burning(chain, alice.sign(Kind.POST, alice.post_record()))
    real = node.request

    def stop(method: str, params: list[Any]) -> Any:
        if method == "eth_call":  # in geth's words; the embedded chain answers such calls itself
            raise Refused("out of gas: gas required exceeds: 3000000")
        return real(method, params)

    monkeypatch.setattr(node, "request", stop)
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/siwe", sign_in), 401, "sign_in_refused")
        refused(alice.call("POST", "/posts", record), 422, "signature_invalid")


def test_the_chain_is_not_asked_to_check_for_an_address_without_code(
    app: Flask, chain: LocalChain, alice: Person, visitor: Person, calls: list[dict[str, Any]]
) -> None:
    sign_in = visitor.signed_siwe(key=Account.create())
    calls.clear()
    with nothing_written(app):
        refused(visitor.call("POST", "/auth/siwe", sign_in), 401, "sign_in_refused")
        refused(alice.publish(key=Account.create()), 422, "signature_invalid")
    assert calls == []


def test_the_chain_is_not_asked_about_somebody_elses_author(
    app: Flask,
    chain: LocalChain,
    alice: Person,
    visitor: Person,
    wallet: str,
    calls: list[dict[str, Any]],
) -> None:
    authors = [visitor.address, wallet.lower()]
    visitor.sign_in()
    bodies = [
        burning(chain, alice.sign(Kind.POST, alice.post_record(author=author)))
        for author in authors
    ]
    calls.clear()
    with nothing_written(app):
        for body in bodies:
            refused(alice.call("POST", "/posts", body), 403, "not_your_author")
    assert calls == []


def test_the_chain_is_not_asked_for_a_nonce_that_was_never_given(
    app: Flask, chain: LocalChain, visitor: Person, calls: list[dict[str, Any]]
) -> None:
    spent = visitor.signed_siwe()
    visitor.take(visitor.call("POST", "/auth/siwe", spent))
    unknown = visitor.signed_siwe(visitor.siwe(nonce="0123456789abcdef"))
    bodies = [burning(chain, body) for body in (spent, unknown)]
    calls.clear()
    with nothing_written(app):
        for body in bodies:
            refused(visitor.call("POST", "/auth/siwe", body), 401, "sign_in_nonce_refused")
    assert calls == []

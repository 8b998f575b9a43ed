"""Signatures of contract wallets, asked of the chain as of the anchor's block."""

import json

import pytest
from eth_account import Account
from eth_utils.address import to_checksum_address

from chain.client import ChainClient
from chain.compiler import compile_contracts
from chain.devnode.provider import DevNodeProvider
from chain.errors import StateUnavailable
from chain.local import LocalChain
from chain.proofs.records import Kind
from tests.support.wallet import Person
from tests.webapp.commands.conftest import Run

from .conftest import Watched
from .test_forgeries import slip_in

CLEAN, WRONG = 0, 1


@pytest.fixture
def wallet(own: Watched) -> tuple[Person, str]:
    """Give somebody signed in with a contract wallet, and its address."""
    compile_contracts()
    chain = LocalChain(ChainClient("in-process", provider=DevNodeProvider(own.node)))
    person = own.person()
    address = chain.deploy("TestWallet", ("address",), person.address)
    body = person.signed_siwe(person.siwe(address=to_checksum_address(address)))
    return person.take(person.call("POST", "/auth/siwe", body)), address.lower()


def test_a_contract_wallet_is_asked(troth: Run, own: Watched, wallet: tuple[Person, str]) -> None:
    person, address = wallet
    own.sweep()
    answer = person.publish(person.post_record(author=address))
    assert answer.status_code == 201, answer.text
    own.sweep()
    done = troth(*own.options, "--json")
    assert (done.code, json.loads(done.out)["not_judged"]) == (CLEAN, 0), done.out


def test_where_the_state_is_gone_it_is_not_judged(
    troth: Run, own: Watched, wallet: tuple[Person, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, address = wallet
    own.sweep()
    person.publish(person.post_record(author=address))
    own.sweep()

    def pruned(self: ChainClient, address: str, block: object = "latest") -> bytes:
        raise StateUnavailable(-32000, "missing trie node", None)

    monkeypatch.setattr(ChainClient, "code", pruned)
    done = troth(*own.options)
    assert done.code == CLEAN, done.out
    assert "1 point in all could not be judged" in done.out
    assert f"the contract wallet {address} could not be asked" in done.out


def test_what_a_wallet_did_not_sign_is_a_doubt_for_a_post_and_named_for_a_delegation(
    troth: Run, own: Watched, wallet: tuple[Person, str]
) -> None:
    person, address = wallet
    own.sweep()
    forger = Account.create()
    post = person.sign(Kind.POST, person.post_record(author=address), key=forger)
    slip_in(own, Kind.POST, post)
    done = troth(*own.options)
    assert done.code == CLEAN, done.out
    assert "1 point in all could not be judged" in done.out
    record = person.delegation_record(author=address)
    slip_in(own, Kind.DELEGATION, person.sign(Kind.DELEGATION, record, key=forger))
    done = troth(*own.options)
    assert done.code == WRONG
    assert f"the contract wallet {address}, did not sign it" in done.out

"""web3.py over a node in the same process."""

from typing import Any

import pytest
from web3.exceptions import (
    ContractCustomError,
    ContractLogicError,
    TransactionNotFound,
    Web3RPCError,
)

from chain.devnode import DevNode, DevNodeProvider


def test_contracts_are_deployed_called_and_watched(w3: Any, contract: Any) -> None:
    contract.functions.keep(1, 2, "text").transact()
    assert contract.functions.values(1).call() == 2
    (event,) = contract.events.Kept().get_logs(from_block=0)
    assert event["args"]["text"] == "text"
    assert event["args"]["who"] == w3.eth.default_account


def test_errors_are_those_of_web3(w3: Any, contract: Any) -> None:
    with pytest.raises(ContractLogicError, match="said why"):
        contract.functions.complain().call()
    with pytest.raises(ContractCustomError):
        contract.functions.refuse(1).transact()
    with pytest.raises(TransactionNotFound):
        w3.eth.get_transaction(b"\x77" * 32)
    with pytest.raises(Web3RPCError, match="nonce too high"):
        w3.eth.send_transaction({"from": w3.eth.accounts[0], "to": w3.eth.accounts[1], "nonce": 9})


def test_batches_are_answered_in_order(w3: Any) -> None:
    account = w3.eth.accounts[0]
    with w3.batch_requests() as batch:
        batch.add(w3.eth.get_block("latest"))
        batch.add(w3.eth.get_balance(account))
        block, balance = batch.execute()
    assert block["number"] == 0
    assert balance == 10**24


def test_it_is_connected_until_the_node_is_closed(node: DevNode) -> None:
    provider = DevNodeProvider(node)
    assert provider.is_connected()
    node.close()
    assert not provider.is_connected()


def test_filters_are_polled(w3: Any, contract: Any) -> None:
    blocks = w3.eth.filter("latest")
    events = contract.events.Kept.create_filter(from_block="latest")
    contract.functions.many(2).transact()
    assert blocks.get_new_entries() == [w3.eth.get_block("latest")["hash"]]
    assert len(events.get_new_entries()) == 2

import dataclasses

import pytest
from eth_account import Account
from eth_hash.auto import keccak

from chain.artifacts import load
from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.create2 import DEPLOYER, DEPLOYER_CODE, DEPLOYER_SENDER, DEPLOYER_TRANSACTION
from chain.deploy import (
    ALL,
    ANCHOR_LOG,
    ASSET_REGISTRY,
    IDENTITY_REGISTRY,
    Sender,
    anchor_log_address,
    check_code,
    ensure_deployed,
)
from chain.devnode import DevNode, DevNodeProvider
from chain.errors import (
    ContractReverted,
    InsufficientFunds,
    NoCode,
    ReceiptTimeout,
    StateUnavailable,
    TransactionFailed,
    WrongChain,
    WrongCode,
)
from chain.local import LocalChain
from chain.signer import LocalSigner


def empty_chain() -> LocalChain:
    return LocalChain(ChainClient("memory:", provider=DevNodeProvider(DevNode(None))))


def test_the_deployer_is_the_usual_one() -> None:
    sender = Account.recover_transaction(DEPLOYER_TRANSACTION)
    assert sender.lower() == DEPLOYER_SENDER
    # RLP of the sender and nonce 0: the address of its first creation.
    created = keccak(b"\xd6\x94" + bytes.fromhex(DEPLOYER_SENDER[2:]) + b"\x80")[-20:]
    assert "0x" + created.hex() == DEPLOYER


@pytest.mark.usefixtures("compiled")
def test_the_address_is_computed_without_a_chain() -> None:
    code = keccak(load("AnchorLog").bytecode)
    whole = b"\xff" + bytes.fromhex(DEPLOYER[2:]) + keccak(b"troth:AnchorLog:1") + code
    assert anchor_log_address() == "0x" + keccak(whole)[-20:].hex()


@pytest.mark.usefixtures("compiled")
def test_the_address_does_not_change_by_accident() -> None:
    # It is in the domain of every signature. It follows from compiler, settings and the text of the
    # sources, comments included: whoever changes one of them starts a new log at a new address.
    assert anchor_log_address() == "0xb58430994187dfad00dd7d1fbc5440e8a7f7b36d"


@pytest.mark.usefixtures("compiled")
def test_each_contract_has_an_address_of_its_own() -> None:
    assert ANCHOR_LOG.address == anchor_log_address()
    assert len({contract.address for contract in ALL}) == len({one.salt for one in ALL}) == len(ALL)


def test_deploying_is_deterministic_and_says_where(local: LocalChain) -> None:
    deployment = local.deploy_anchor_log()
    assert deployment.contract == anchor_log_address()
    assert deployment.chain_id == local.client.chain_id()
    assert deployment.genesis == local.client.genesis()
    assert deployment.anchorer == local.accounts[0].address
    assert deployment.code_hash == keccak(local.client.code(deployment.contract))
    assert local.client.code(deployment.contract, deployment.block) != b""
    assert local.client.code(deployment.contract, deployment.block - 1) == b""
    for place, contract in (
        (deployment.identity_registry, IDENTITY_REGISTRY),
        (deployment.asset_registry, ASSET_REGISTRY),
    ):
        assert place.address == contract.address
        assert place.code_hash == keccak(local.client.code(place.address)) == contract.code_hash
        assert local.client.code(place.address, place.block) != b""
        assert local.client.code(place.address, place.block - 1) == b""


@pytest.mark.anvil
def test_what_an_earlier_release_did_not_deploy_is_added(anvil: LocalChain) -> None:
    whole = anvil.deploy_anchor_log()
    for place in (whole.identity_registry, whole.asset_registry):
        anvil.client.request("anvil_setCode", [place.address, "0x"])
        anvil.client.request("anvil_setNonce", [place.address, "0x0"])
    before = anvil.client.head().number
    assert anvil.deploy_anchor_log().contract == whole.contract
    assert anvil.client.head().number == before + 2
    assert check_code(anvil.client, ASSET_REGISTRY.address, ASSET_REGISTRY)
    assert check_code(anvil.client, IDENTITY_REGISTRY.address, IDENTITY_REGISTRY)


def test_deploying_again_changes_nothing(local: LocalChain) -> None:
    first = local.deploy_anchor_log()
    head = local.client.head()
    other = local.accounts[1]
    again = ensure_deployed(local.client, other, anchorer=first.anchorer.upper().replace("X", "x"))
    assert again == first
    assert local.client.head() == head


@pytest.mark.usefixtures("compiled")
def test_an_empty_chain_gets_deployer_and_contract() -> None:
    chain = empty_chain()
    assert chain.client.code(DEPLOYER) == b""
    deployment = chain.deploy_anchor_log()
    assert chain.client.code(DEPLOYER) == DEPLOYER_CODE
    assert AnchorLog(chain.client, deployment.contract).next(deployment.anchorer) == (0, 0)
    assert deployment.block == 3
    # Each contract takes one transaction, and nothing else does.
    assert deployment.identity_registry.block == 4
    assert deployment.asset_registry.block == chain.client.head().number == 5


@pytest.mark.usefixtures("compiled")
def test_an_interrupted_deployment_is_taken_up_where_it_stopped() -> None:
    funded = empty_chain()
    funded.sender().send(DEPLOYER_SENDER, value=4 * 10**15)
    assert funded.deploy_anchor_log().block == 4
    with_deployer = empty_chain()
    with_deployer.sender().send(DEPLOYER_SENDER, value=10**16)
    with_deployer.client.send_raw(DEPLOYER_TRANSACTION)
    assert with_deployer.deploy_anchor_log().block == 3


@pytest.mark.usefixtures("compiled")
def test_a_deployment_by_somebody_else_at_the_same_time_is_as_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain = empty_chain()
    chain.sender().send(DEPLOYER_SENDER, value=10**16)
    chain.client.send_raw(DEPLOYER_TRANSACTION)
    send = Sender.send

    def overtaken(self: Sender, to: str | None, data: bytes = b"", value: int = 0) -> object:
        send(chain.sender(5), to, data, value)
        return send(self, to, data, value)

    monkeypatch.setattr(Sender, "send", overtaken)
    deployment = chain.deploy_anchor_log()
    assert deployment.contract == anchor_log_address()
    with pytest.raises(ContractReverted):
        send(chain.sender(), DEPLOYER, ANCHOR_LOG.salt + load("AnchorLog").bytecode)


def test_another_chain_than_expected_is_refused(local: LocalChain) -> None:
    with pytest.raises(WrongChain) as caught:
        ensure_deployed(local.client, local.accounts[0], chain_id=5)
    assert (caught.value.expected, caught.value.actual) == (5, local.client.chain_id())


def test_a_signer_without_funds_is_told_so() -> None:
    chain = empty_chain()
    with pytest.raises(InsufficientFunds):
        ensure_deployed(chain.client, LocalSigner(b"\x55" * 32))


@pytest.mark.anvil
def test_foreign_code_at_the_address_is_refused(anvil: LocalChain) -> None:
    anvil.client.request("anvil_setCode", [anchor_log_address(), "0x00"])
    with pytest.raises(WrongCode) as caught:
        anvil.deploy_anchor_log()
    assert caught.value.actual == keccak(b"\0")
    assert caught.value.expected == keccak(load("AnchorLog").deployed_bytecode)


@pytest.mark.anvil
def test_a_foreign_deployer_is_refused(anvil: LocalChain) -> None:
    anvil.client.request("anvil_setCode", [anchor_log_address(), "0x"])
    anvil.client.request("anvil_setCode", [DEPLOYER, "0x00"])
    with pytest.raises(WrongCode) as caught:
        anvil.deploy_anchor_log()
    assert caught.value.address == DEPLOYER


def test_an_address_without_code_has_no_code_to_check(local: LocalChain) -> None:
    with pytest.raises(NoCode):
        check_code(local.client, "0x" + "12" * 20)


def test_a_pruned_node_makes_the_search_start_at_the_beginning(
    embedded: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = embedded.deploy_anchor_log()
    code = ChainClient.code

    def pruned(self: ChainClient, address: str, block: int | str = "latest") -> bytes:
        if block != "latest":
            raise StateUnavailable(-32000, "missing trie node")
        return code(self, address)

    monkeypatch.setattr(ChainClient, "code", pruned)
    assert embedded.deploy_anchor_log() == dataclasses.replace(
        whole,
        block=0,
        identity_registry=dataclasses.replace(whole.identity_registry, block=0),
        asset_registry=dataclasses.replace(whole.asset_registry, block=0),
    )


@pytest.mark.anvil
def test_waiting_for_a_block_ends(anvil: LocalChain) -> None:
    anvil.client.request("evm_setAutomine", [False])
    try:
        with pytest.raises(ReceiptTimeout):
            Sender(anvil.client, anvil.accounts[0], timeout=0).send("0x" + "77" * 20, value=1)
    finally:
        anvil.client.request("anvil_dropAllTransactions", [])
        anvil.client.request("evm_setAutomine", [True])


def test_a_transaction_that_reverts_when_mined_is_an_error(local: LocalChain) -> None:
    signer = local.accounts[0]
    reverting = {
        "type": 2,
        "chainId": local.client.chain_id(),
        "nonce": local.client.nonce(signer.address),
        "data": bytes.fromhex("5f5ffd"),
        "value": 0,
        "gas": 100_000,
        "maxFeePerGas": local.client.fees().max_fee,
        "maxPriorityFeePerGas": 1,
    }
    with pytest.raises(TransactionFailed) as caught:
        local.sender().send_signed(signer.sign_transaction(reverting))
    assert caught.value.block == local.client.head().number


def test_what_is_sent_twice_is_mined_once(embedded: LocalChain) -> None:
    signer = embedded.accounts[0]
    transfer = {
        "chainId": embedded.client.chain_id(),
        "nonce": embedded.client.nonce(signer.address),
        "to": b"\x77" * 20,
        "value": 1,
        "gas": 21_000,
        "gasPrice": embedded.client.fees().max_fee,
    }
    signed = signer.sign_transaction(transfer)
    first = embedded.sender().send_signed(signed)
    assert embedded.sender().send_signed(signed) == first
    assert embedded.client.balance("0x" + "77" * 20) == 1

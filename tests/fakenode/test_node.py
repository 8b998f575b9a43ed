"""What only the fake node can do: repeat itself, fork, lag, be wiped, remember what really happened."""

import json

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.client import ChainClient
from chain.config import ROOT as ROOT_FOLDER
from chain.contracts import AnchorLog
from chain.deploy import ALL, anchor_log_address, ensure_deployed
from chain.errors import NoCode, NonceTooLow, StateUnavailable
from chain.gas import SNAPSHOT
from chain.signer import LocalSigner
from tests.fakenode.drivers import FUNDS, Driver, FakeControls
from tests.support.fakenode import GETH, GWEI, FakeNode, FakeNodeProvider, Transaction, decode
from tests.support.fakenode.transactions import UndecodableError

ME = LocalSigner(b"\x11" * 32)
ROOT, SECOND = b"\x05" * 32, b"\x06" * 32


@pytest.fixture
def node() -> FakeNode:
    return FakeNode(3, balances={ME.address: FUNDS})


def client(node: FakeNode) -> ChainClient:
    return ChainClient("fake", provider=FakeNodeProvider(node))


@pytest.fixture
def driver(node: FakeNode) -> Driver:
    return Driver("fake", GETH, client(node), FakeControls(node), ME, anchor_log_address())


def anchored(driver: Driver, sequence: int, root: bytes) -> bytes:
    sent = driver.sign_call(driver.log.anchor(sequence, root, 3))
    driver.mined(sent)
    return sent.hash


def story(seed: int) -> list[bytes]:
    made = FakeNode(seed, balances={ME.address: FUNDS})
    for nonce in range(4):
        made.foreign(ME, nonce=nonce, value=nonce)
        made.mine(2)
    made.reorg(5, "move", longer=1)
    made.reorg(2, "requeue")
    made.mine(1)
    return [block.hash for block in made.blocks]


def test_the_same_seed_gives_the_same_hashes_and_another_seed_others() -> None:
    first = story(1)
    assert first == story(1)
    assert not set(first) & set(story(2))


keys = st.integers(min_value=1, max_value=2**128).map(lambda number: number.to_bytes(32))
amounts = st.integers(min_value=0, max_value=2**96)


@settings(max_examples=25, deadline=None)
@given(keys, amounts, amounts, amounts, st.binary(max_size=40), st.booleans())
def test_decoding_agrees_with_eth_account(
    key: bytes, nonce: int, fee: int, value: int, data: bytes, creation: bool
) -> None:
    fields = {"type": 2, "chainId": 5, "nonce": nonce % 2**64, "value": value, "data": data}
    fields |= {"gas": 30_000, "maxFeePerGas": fee, "maxPriorityFeePerGas": fee // 2}
    fields |= {} if creation else {"to": b"\x09" * 20}
    signed = LocalSigner(key).sign_transaction(fields)
    found = decode(signed.raw)
    assert found.hash == signed.hash
    assert found.sender == str(Account.recover_transaction(signed.raw)).lower()
    assert (found.nonce, found.max_fee, found.priority_fee) == (nonce % 2**64, fee, fee // 2)
    assert (found.value, found.data, found.gas, found.chain_id) == (value, data, 30_000, 5)
    assert found.to == (None if creation else "0x" + "09" * 20)


@pytest.mark.parametrize(
    "raw", [b"", b"\x02", b"\x02\xc0", b"\x02\xff", b"\xf8", b"\x02\xc2\xc0\xc0"]
)
def test_what_is_no_transaction_is_not_decoded(raw: bytes) -> None:
    with pytest.raises(UndecodableError):
        decode(raw)


def test_only_what_is_included_is_mined(driver: Driver, node: FakeNode) -> None:
    first, second = driver.sign(0), driver.sign(1)
    driver.send(first, second)
    assert node.mine(1, include=()).transactions == ()
    assert [one.hash for one in node.mine(1, include=[first.hash]).transactions] == [first.hash]

    def poor(transaction: Transaction) -> bool:
        return transaction.max_fee < GWEI

    assert node.mine(1, include=poor).transactions == ()
    assert [one.hash for one in node.mine().transactions] == [second.hash]


def test_a_base_fee_can_stay(node: FakeNode) -> None:
    node.set_base_fee(9 * GWEI, stays=True)
    assert node.mine(5).base_fee == 9 * GWEI
    node.set_base_fee(8 * GWEI)
    assert node.mine(2).base_fee == 7 * GWEI


def test_mining_as_transactions_come(driver: Driver, node: FakeNode) -> None:
    node.automine = True
    sent = driver.sign()
    driver.send(sent)
    assert driver.receipt(sent).succeeded


def test_a_reorg_keeps_transactions_at_their_heights(driver: Driver, node: FakeNode) -> None:
    sent = anchored(driver, 0, ROOT)
    before = driver.client.receipt(sent)
    node.mine(2)
    node.reorg(3, "keep")
    after = driver.client.receipt(sent)
    assert before is not None
    assert after is not None
    assert before.block_number == after.block_number
    assert before.block_hash != after.block_hash


def test_a_reorg_moves_transactions_and_keeps_the_order_of_nonces(
    driver: Driver, node: FakeNode
) -> None:
    sent = [anchored(driver, number, bytes([number + 1]) * 32) for number in range(5)]
    before = [node.ledger.places[one] for one in sent]
    node.reorg(5, "move", longer=2)
    after = [node.ledger.places[one] for one in sent]
    assert before != after
    assert after == sorted(after)
    assert driver.log.next(ME.address) == (5, 15)
    assert node.ledger.head.number == 7


def test_a_reorg_can_put_transactions_back_into_the_pool(driver: Driver, node: FakeNode) -> None:
    sent = anchored(driver, 0, ROOT)
    node.reorg(1, "requeue")
    assert driver.client.receipt(sent) is None
    assert driver.client.nonce(ME.address, "pending") == 1
    node.mine()
    assert driver.client.receipt(sent) is not None


def test_a_competing_transaction_wins_in_a_reorg(driver: Driver, node: FakeNode) -> None:
    sent = anchored(driver, 0, ROOT)
    rival = node.foreign(ME, nonce=0, value=1, mode="sign")
    node.reorg(1, "keep", competing=[rival.raw])
    assert driver.client.receipt(sent) is None
    assert driver.client.receipt(rival.hash) is not None
    assert sent not in node.pool
    assert node.truth.ever_mined[ME.address, 0] == {sent, rival.hash}


def test_a_reorg_cannot_replace_the_first_block(node: FakeNode) -> None:
    node.mine(2)
    with pytest.raises(ValueError, match="cannot take 3 of 3 blocks back"):
        node.reorg(3)


def test_a_reorg_does_not_take_given_funds_back(node: FakeNode) -> None:
    node.mine(3)
    node.set_balance(ME.address, 5)
    node.reorg(2)
    assert client(node).balance(ME.address) == 5


def test_a_view_that_is_behind_knows_only_what_was(driver: Driver, node: FakeNode) -> None:
    sent = anchored(driver, 0, ROOT)
    behind = ChainClient("behind", provider=FakeNodeProvider(node.view(1)))
    assert behind.head().number == driver.client.head().number - 1
    assert (behind.nonce(ME.address), driver.client.nonce(ME.address)) == (0, 1)
    assert behind.receipt(sent) is None
    assert behind.transaction_block(sent) is None
    assert behind.has_transaction(sent)
    assert AnchorLog(behind, anchor_log_address()).next(ME.address) == (0, 0)
    with pytest.raises(StateUnavailable):
        behind.logs(anchor_log_address(), [], driver.client.head().hash)
    assert behind.block(driver.client.head().number) is None
    node.mine()
    assert behind.receipt(sent) is not None


def test_a_fork_goes_its_own_way_from_a_common_block(driver: Driver, node: FakeNode) -> None:
    anchored(driver, 0, ROOT)
    other = node.fork()
    elsewhere = client(other)
    common = node.ledger.head
    anchored(driver, 1, SECOND)
    other.mine(2)
    assert elsewhere.block(common.number) == driver.client.block(common.number)
    assert elsewhere.block(common.number + 1) != driver.client.block(common.number + 1)
    assert AnchorLog(elsewhere, anchor_log_address()).next(ME.address) == (1, 3)
    assert driver.log.next(ME.address) == (2, 6)
    theirs = driver.sign(1)
    elsewhere.send_raw(theirs.raw)
    assert theirs.hash in node.truth.received
    assert theirs.hash not in node.pool


def test_a_wiped_chain_is_another_one(driver: Driver, node: FakeNode) -> None:
    anchored(driver, 0, ROOT)
    genesis, chain_id = driver.client.genesis(), driver.client.chain_id()
    node.wipe()
    assert driver.client.head().number == 0
    assert driver.client.genesis() != genesis
    assert driver.client.chain_id() == chain_id
    assert driver.client.balance(ME.address) == FUNDS
    with pytest.raises(NoCode):
        driver.log.next(ME.address)
    node.automine = True
    ensure_deployed(driver.client, ME)
    assert driver.log.next(ME.address) == (0, 0)
    node.wipe(deployed=True)
    assert driver.log.next(ME.address) == (0, 0)


def test_a_deployment_is_undone_by_a_reorg(node: FakeNode) -> None:
    bare = FakeNode(3, balances={ME.address: FUNDS}, deployed=False, automine=True)
    found = ensure_deployed(client(bare), ME)
    assert (found.contract, found.block) == (anchor_log_address(), 1)
    assert found.code_hash == ensure_deployed(client(node), ME).code_hash
    contracts = [found.contract, found.identity_registry.address, found.asset_registry.address]
    bare.reorg(1)
    assert [client(bare).code(one) != b"" for one in contracts] == [True, True, False]
    bare.reorg(3)
    assert [client(bare).code(one) for one in contracts] == [b"", b"", b""]


def test_deploying_costs_what_it_costs_on_an_evm() -> None:
    bare = FakeNode(3, balances={ME.address: FUNDS}, deployed=False, automine=True)
    ensure_deployed(client(bare), ME)
    blocks = [client(bare).block(number) for number in (1, 2, 3)]
    used = [client(bare).receipt(block.transactions[0]).gas_used for block in blocks]
    measured = json.loads((ROOT_FOLDER / SNAPSHOT).read_text(encoding="utf-8"))
    assert used == [measured[f"deploy {contract.name}"] for contract in ALL]


def test_removed_code_comes_back_with_its_state(driver: Driver, node: FakeNode) -> None:
    anchored(driver, 0, ROOT)
    node.remove_code()
    with pytest.raises(NoCode):
        driver.log.next(ME.address)
    node.restore_code()
    assert driver.log.next(ME.address) == (1, 3)


def test_somebody_else_with_our_key_takes_our_nonce(driver: Driver, node: FakeNode) -> None:
    stranger = node.foreign(ME, value=1)
    ours = driver.sign(0, value=2)
    node.mine()
    assert isinstance(driver.refusal(ours), NonceTooLow)
    assert node.truth.received[stranger.hash].foreign
    assert [one.transaction.hash for one in node.truth.sent(ME.address)[0]] == [ours.hash]
    assert node.truth.by_nonce[ME.address, 0] == [stranger.hash, ours.hash]


def test_what_was_received_is_remembered_refused_or_not(driver: Driver, node: FakeNode) -> None:
    taken = driver.sign(0)
    driver.send(taken)
    refused = driver.sign(0, value=1)
    driver.refusal(refused)
    driver.refusal(taken)
    known = node.truth.received
    assert (known[taken.hash].accepted, known[taken.hash].times) == (True, 2)
    assert (known[refused.hash].accepted, known[refused.hash].times) == (False, 1)
    assert known[taken.hash].genesis == node.genesis
    assert known[taken.hash].had_code
    node.wipe()
    later = driver.sign(0, value=2)
    driver.send(later)
    assert known[later.hash].genesis == node.genesis != known[taken.hash].genesis
    assert not known[later.hash].had_code
    assert known[taken.hash].transaction.raw == taken.raw


def test_anchors_are_known_by_root_and_by_event(driver: Driver, node: FakeNode) -> None:
    first = anchored(driver, 0, ROOT)
    second = anchored(driver, 1, SECOND)
    driver.mined(driver.sign_call(driver.log.anchor(2, SECOND, 3)))  # reverts
    assert node.successes(ME.address) == {ROOT: [first], SECOND: [second]}
    assert node.anchors(ME.address)[SECOND].transaction == second
    assert node.anchors(ME.address)[SECOND].first == 3
    node.reorg(2)
    assert node.successes(ME.address) == {ROOT: [first]}
    assert set(node.anchors(ME.address)) == {ROOT}
    assert node.nonce(ME.address) == 1
    assert node.truth.ever_mined[ME.address, 1] == {second}

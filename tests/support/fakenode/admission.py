"""Whether a node takes a transaction into its pool: go-ethereum's checks, in its order."""

from tests.support.fakenode.blocks import GAS_LIMIT
from tests.support.fakenode.ledger import Ledger
from tests.support.fakenode.mempool import Mempool
from tests.support.fakenode.rules import ANVIL, Rules
from tests.support.fakenode.transactions import TX_GAS, Transaction


def admit(
    transaction: Transaction, pool: Mempool, ledger: Ledger, rules: Rules, at: int | None = None
) -> None:
    """Put a transaction into the pool, or raise RpcError; `at` is the block that the node believes newest."""
    if transaction.hash in pool and not rules.notices_known_last:
        raise rules.error("already_known")
    _check_form(transaction, ledger.chain_id, rules)
    balance, nonce = ledger.account(transaction.sender, at)
    if transaction.nonce < nonce:
        raise rules.error("nonce_too_low", next=nonce, nonce=transaction.nonce)
    base_fee = ledger.next_base_fee()
    if rules.refuses_below_base_fee and transaction.max_fee < base_fee:
        raise rules.error("base_fee", max_fee=transaction.max_fee, base_fee=base_fee)
    _check_funds(transaction, pool, balance, rules)
    if transaction.hash in pool:
        raise rules.error("already_known")
    waiting = pool.of(transaction.sender).get(transaction.nonce)
    if waiting is not None and not _beats(transaction, waiting, rules):
        raise rules.error("underpriced")
    pool.put(transaction)


def evict(pool: Mempool, ledger: Ledger, rules: Rules) -> None:
    """Let go, after the chain has changed, of what can no longer be mined or paid."""
    for transaction in pool:
        balance, nonce = ledger.account(transaction.sender)
        unpaid = transaction.cost > balance and not rules.drops_later_nonces
        if transaction.nonce < nonce or unpaid:
            pool.remove(transaction.hash)
    if rules.drops_later_nonces:
        _evict_lines(pool, ledger)


def drop(transaction_hash: bytes, pool: Mempool, rules: Rules) -> bool:
    """Let a transaction vanish; False if it was not there."""
    gone = pool.remove(transaction_hash)
    if gone is not None and rules.drops_later_nonces:
        for later in pool.line(gone.sender, gone.nonce + 1):
            pool.remove(later.hash)
    return gone is not None


def _evict_lines(pool: Mempool, ledger: Ledger) -> None:
    """Do as anvil, which looks at what has no gap before it, as it tries to mine it."""
    for sender in pool.senders():
        balance, nonce = ledger.account(sender)
        for transaction in pool.line(sender, nonce):
            if transaction.cost > balance or transaction.max_fee < ledger.head.base_fee:
                drop(transaction.hash, pool, ANVIL)
                break


def _check_form(transaction: Transaction, chain_id: int, rules: Rules) -> None:
    gas = transaction.gas
    if transaction.chain_id != chain_id:
        raise rules.error("chain_id", have=transaction.chain_id, want=chain_id)
    if gas > GAS_LIMIT:
        raise rules.error("block_gas")
    if transaction.priority_fee > transaction.max_fee:
        raise rules.error("tip", tip=transaction.priority_fee, max_fee=transaction.max_fee)
    intrinsic = transaction.intrinsic_gas if rules.refuses_below_calldata_gas else TX_GAS
    if gas < intrinsic:
        raise rules.error("intrinsic", gas=gas, needed=intrinsic)
    if rules.refuses_below_calldata_gas and gas < transaction.floor_gas:
        raise rules.error("floor", gas=gas, needed=transaction.floor_gas)


def _check_funds(transaction: Transaction, pool: Mempool, balance: int, rules: Rules) -> None:
    cost = transaction.cost
    if rules.counts_waiting_cost:
        others = pool.of(transaction.sender).values()
        cost += sum(one.cost for one in others if one.nonce != transaction.nonce)
    if cost > balance:
        raise rules.error("funds", balance=balance, cost=cost, missing=cost - balance)


def _beats(new: Transaction, old: Transaction, rules: Rules) -> bool:
    percent = rules.replacement_percent
    if percent is None:
        return new.max_fee > old.max_fee
    # As go-ethereum computes it: the threshold is rounded down, and both fees must rise.
    return (
        new.max_fee > old.max_fee
        and new.priority_fee > old.priority_fee
        and new.max_fee >= old.max_fee * (100 + percent) // 100
        and new.priority_fee >= old.priority_fee * (100 + percent) // 100
    )

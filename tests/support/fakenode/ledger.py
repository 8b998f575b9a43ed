"""The chain's blocks and state: executing transactions, going back, looking at any earlier block."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eth_hash.auto import keccak

from chain import artifacts
from chain.create2 import DEPLOYER, DEPLOYER_CODE
from chain.deploy import ALL, ANCHOR_LOG, ASSET_REGISTRY, IDENTITY_REGISTRY, Standing
from tests.support.fakenode.anchor_log import AnchorLog, Outcome
from tests.support.fakenode.blocks import GAS_LIMIT, Block, Receipt
from tests.support.fakenode.transactions import Transaction
from tests.support.fakenode.versioned import Versioned

# EIP-1559: a full block raises the base fee by an eighth, an empty one lowers it by as much.
_TARGET = GAS_LIMIT // 2
_STEP = 8
# What a creation by the deployer costs after the intrinsic gas, measured on anvil 1.7.1.
_CREATION_GAS = {ANCHOR_LOG: 444_460, IDENTITY_REGISTRY: 713_314, ASSET_REGISTRY: 1_952_663}
_DEPLOYER_REVERT_GAS = 100


@dataclass(frozen=True)
class Start:
    """What a chain begins with: balances in wei, time in seconds since 1970, base fee in wei."""

    name: bytes
    chain_id: int
    balances: Mapping[str, int]
    time: int
    base_fee: int
    deployed: bool


class Ledger:
    """The canonical chain of one instance, block 0 included."""

    def __init__(self, start: Start) -> None:
        self.chain_id = start.chain_id
        self.contract = ANCHOR_LOG.address
        genesis = keccak(b"genesis" + start.name + start.chain_id.to_bytes(32))
        self.blocks = [Block(0, genesis, bytes(32), start.time, start.base_fee, self.contract)]
        self.lost: dict[bytes, Block] = {}
        self.places: dict[bytes, tuple[int, int]] = {}
        self.numbers = {genesis: 0}
        self.log = AnchorLog()
        self.base_fee: int | None = start.base_fee
        self.base_fee_stays = False
        self._accounts: Versioned[str, tuple[int, int]] = Versioned((0, 0))
        self._codes: Versioned[str, bytes] = Versioned(b"")
        # Outside the rules, so that reorgs do not undo it: wei given or taken, contracts made away with.
        self._given: dict[str, int] = {}
        self._removed: set[str] = set()
        self._branch = 0
        for address, balance in start.balances.items():
            self._accounts.set(address.lower(), (balance, 0), 0)
        self._codes.set(DEPLOYER, DEPLOYER_CODE, 0)
        if start.deployed:
            for contract in ALL:
                self._codes.set(contract.address, _code(contract), 0)

    @property
    def head(self) -> Block:
        """The newest block."""
        return self.blocks[-1]

    def account(self, address: str, at: int | None = None) -> tuple[int, int]:
        """Return balance in wei and nonce of a lower-case address after block `at`."""
        balance, nonce = self._accounts.get(address, at)
        return max(0, balance + self._given.get(address, 0)), nonce

    def set_balance(self, address: str, wei: int) -> None:
        """Give or take, so that the account has this much now; no reorg takes it back."""
        self._given[address] = wei - self._accounts.get(address)[0]

    def code(self, address: str, at: int | None = None) -> bytes:
        """Return the code of a lower-case address after block `at`."""
        return b"" if address in self._removed else self._codes.get(address, at)

    def remove_code(self, address: str, *, removed: bool = True) -> None:
        """Make a contract away, as if it had never been there, or bring it back."""
        (self._removed.add if removed else self._removed.discard)(address)

    def next_base_fee(self) -> int:
        """Return the base fee of the next block (EIP-1559)."""
        if self.base_fee is not None:
            return self.base_fee
        head = self.head
        off = head.gas_used - _TARGET
        change = head.base_fee * abs(off) // _TARGET // _STEP
        return head.base_fee + max(1, change) if off > 0 else head.base_fee - change

    def place(self, transaction_hash: bytes) -> tuple[Block, Receipt] | None:
        """Return where a transaction is mined."""
        found = self.places.get(transaction_hash)
        if found is None:
            return None
        block = self.blocks[found[0]]
        return block, block.receipts[found[1]]

    def append(self, transactions: Iterable[Transaction], time: int) -> Block:
        """Mine a block of those transactions that can be executed in this order; others are left out."""
        head, number, base_fee = self.head, self.head.number + 1, self.next_base_fee()
        time = max(time, head.time + 1)
        receipts: list[Receipt] = []
        used = logs = 0
        for transaction in transactions:
            if not self._fits(transaction, base_fee) or used + transaction.gas > GAS_LIMIT:
                continue
            receipt = self._execute(
                transaction, number, time, base_fee, (len(receipts), used, logs)
            )
            receipts.append(receipt)
            used += receipt.gas_used
            logs += receipt.event is not None
        fields = (number, time, base_fee, self._branch)
        content = b"".join(one.transaction.hash for one in receipts)
        block_hash = keccak(head.hash + b"".join(one.to_bytes(32) for one in fields) + content)
        block = Block(number, block_hash, head.hash, time, base_fee, self.contract, tuple(receipts))
        self.blocks.append(block)
        self.numbers[block_hash] = number
        self.places |= {one.transaction.hash: (number, one.index) for one in receipts}
        if not self.base_fee_stays:
            self.base_fee = None
        return block

    def rewind(self, depth: int) -> list[Block]:
        """Take the newest blocks back and return them, oldest first; raises ValueError for block 0."""
        if not 0 < depth < len(self.blocks):
            raise ValueError(f"cannot take {depth} of {len(self.blocks)} blocks back")
        gone = self.blocks[-depth:]
        del self.blocks[-depth:]
        number = self.head.number
        for state in (self._accounts, self._codes, self.log.namespaces, self.log.roots):
            state.rewind(number)
        for block in gone:
            self.lost[block.hash] = block
            del self.numbers[block.hash]
            for transaction in block.transactions:
                del self.places[transaction.hash]
        self._branch += 1  # blocks that come instead have other hashes, even if they hold the same
        return gone

    def copy(self) -> "Ledger":
        """Return the same chain, to go its own way."""
        made = object.__new__(Ledger)
        made.__dict__ |= self.__dict__
        made.blocks, made.lost, made.places = [*self.blocks], {**self.lost}, {**self.places}
        made.numbers = {**self.numbers}
        made.log = AnchorLog(self.log.namespaces.copy(), self.log.roots.copy())
        made._accounts, made._codes = self._accounts.copy(), self._codes.copy()
        made._given, made._removed = {**self._given}, {*self._removed}
        made._branch = self._branch + 1_000_000  # its blocks have hashes of their own
        return made

    def run(self, transaction: Transaction, at: int | None = None) -> Outcome:
        """Say what a transaction or call does after block `at`, beyond moving its value."""
        code = self.code(transaction.to or "", at)
        if transaction.to == self.contract and code:
            return self.log.run(transaction.sender, transaction.data, transaction.value, at)
        if transaction.to == DEPLOYER and code:
            return self._run_deployer(transaction, at)
        return Outcome(0)

    def gas_used(self, transaction: Transaction, outcome: Outcome) -> int:
        """Return the gas that suffices, calldata and its floor included."""
        return max(transaction.intrinsic_gas + outcome.gas, transaction.floor_gas)

    def _fits(self, transaction: Transaction, base_fee: int) -> bool:
        balance, nonce = self.account(transaction.sender)
        calldata = max(transaction.intrinsic_gas, transaction.floor_gas)
        fits = transaction.nonce == nonce and transaction.max_fee >= base_fee
        return fits and transaction.cost <= balance and transaction.gas >= calldata

    def _execute(
        self,
        transaction: Transaction,
        number: int,
        time: int,
        base_fee: int,
        before: tuple[int, int, int],
    ) -> Receipt:
        outcome = self.run(transaction)
        needed = self.gas_used(transaction, outcome)
        enough = transaction.gas >= needed
        succeeded = enough and not outcome.reverted
        used, price = min(needed, transaction.gas), transaction.price(base_fee)
        self._move(transaction.sender, -used * price, number, nonce=1)
        if succeeded:
            self._move(transaction.sender, -transaction.value, number)
            self._move(transaction.to or "", transaction.value, number)
            self.log.commit(outcome, transaction.sender, transaction.hash, number, time)
            created = _created(transaction) if transaction.to == DEPLOYER else None
            if created is not None:
                self._codes.set(created.address, _code(created), number)
                self._removed.discard(created.address)
        index, gas_before, logs = before
        event = outcome.event if succeeded else None
        return Receipt(transaction, index, succeeded, used, gas_before, price, logs, event)

    def _move(self, address: str, wei: int, number: int, nonce: int = 0) -> None:
        if wei or nonce:
            balance, before = self._accounts.get(address)
            self._accounts.set(address, (balance + wei, before + nonce), number)

    def _run_deployer(self, transaction: Transaction, at: int | None) -> Outcome:
        """Deploy one of our contracts as EIP-1014 says; no other is known here."""
        created = _created(transaction)
        if created is None or self.code(created.address, at):
            return Outcome(_DEPLOYER_REVERT_GAS, reverted=True)
        return Outcome(_CREATION_GAS[created], bytes.fromhex(created.address[2:]))


def _created(transaction: Transaction) -> Standing | None:
    """Return which contract a call of the deployer creates."""
    for contract in ALL:
        if transaction.data == contract.salt + contract.creation:
            return contract
    return None


def _code(contract: Standing) -> bytes:
    return artifacts.load(contract.name).deployed_bytecode

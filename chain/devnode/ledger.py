"""The chain itself: finding blocks, mining one per transaction, and going back to an earlier head."""

import math
import os
from collections.abc import Callable, Sequence

import rlp  # type: ignore[import-untyped]
from eth.abc import (
    BlockAPI,
    BlockHeaderAPI,
    ReceiptAPI,
    SignedTransactionAPI,
    StateAPI,
    VirtualMachineAPI,
)
from eth.chains.base import MiningChain
from eth.db.schema import SchemaV1
from eth.exceptions import HeaderNotFound, TransactionNotFound
from eth.rlp.sedes import chain_gaps
from eth_keys.datatypes import PrivateKey

from chain.devnode.backend import StoredBackend
from chain.devnode.encode import log_rows
from chain.devnode.errors import Refused
from chain.devnode.params import BlockRef
from chain.devnode.store import Store


class Ledger:
    """A chain that mines each transaction into a block of its own and keeps it in `store`.

    `clock` gives Unix seconds. Not thread-safe: the node's one lock guards it.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self.store = store
        self._clock = clock
        self._backend = StoredBackend(store, clock)
        self.clock_offset = 0
        self.next_timestamp: int | None = None
        self.keys: dict[bytes, PrivateKey] = {
            key.public_key.to_canonical_address(): key for key in self._backend.account_keys
        }

    @property
    def chain(self) -> MiningChain:
        """Return py-evm's chain; another object after a failure, so it is never kept."""
        return self._backend.chain

    @property
    def chain_id(self) -> int:
        """Return the chain id, eth-tester's 131277322940537."""
        return int(self.chain.chain_id)

    def head(self) -> BlockHeaderAPI:
        """Return the newest block's header."""
        return self.chain.get_canonical_head()

    def pending_header(self) -> BlockHeaderAPI:
        """Return the header of the block that would be mined now, on the state of the head.

        Its time is max(now, parent + 1) at this moment: py-evm stamps the next block when the *previous*
        one is mined, so that after an idle hour its own header is an hour old.
        """
        parent = self.head()
        timestamp = self.next_timestamp
        if timestamp is None:
            timestamp = max(math.floor(self._clock()) + self.clock_offset, parent.timestamp + 1)
        return self.chain.header.copy(timestamp=timestamp, mix_hash=os.urandom(32))

    def header(self, ref: BlockRef) -> BlockHeaderAPI | None:
        """Return the header of a canonical block (or of the pending one), None if there is none."""
        if ref.tag == "pending":
            return self.pending_header()
        if ref.hash is not None:
            return self._header_by_hash(ref.hash)
        if ref.tag is not None and ref.tag != "earliest":
            return self.head()
        try:
            return self.chain.get_canonical_block_header_by_number(ref.number or 0)  # type: ignore[arg-type]
        except HeaderNotFound:
            return None

    def _header_by_hash(self, block_hash: bytes) -> BlockHeaderAPI | None:
        try:
            header = self.chain.get_block_header_by_hash(block_hash)  # type: ignore[arg-type]
            canonical = self.chain.get_canonical_block_hash(header.block_number)
        except HeaderNotFound:
            return None
        # A block that evm_revert left behind stays in the store, but not on the chain.
        return header if canonical == block_hash else None

    def require_header(self, ref: BlockRef) -> BlockHeaderAPI:
        """Return the header, or raise Refused in geth's words."""
        header = self.header(ref)
        if header is None:
            raise Refused(
                "header for hash not found" if ref.hash is not None else "header not found"
            )
        return header

    def block(self, header: BlockHeaderAPI) -> BlockAPI:
        """Return the block of a mined header, with its transactions."""
        return self.chain.get_block_by_header(header)

    def receipts(self, block: BlockAPI) -> tuple[ReceiptAPI, ...]:
        """Return the receipts of a mined block."""
        return block.get_receipts(self.chain.chaindb)

    def find_transaction(self, tx_hash: bytes) -> tuple[BlockHeaderAPI, int] | None:
        """Return the block and index of a mined transaction by py-evm's own index, None if unknown."""
        try:
            number, index = self.chain.get_canonical_transaction_index(tx_hash)  # type: ignore[arg-type]
        except TransactionNotFound:
            return None
        return self.chain.get_canonical_block_header_by_number(number), index

    def mine(
        self,
        transactions: Sequence[SignedTransactionAPI] = (),
        check: Callable[[StateAPI, BlockHeaderAPI], None] | None = None,
    ) -> BlockAPI:
        """Mine one block with these transactions and make it durable before returning it.

        `check` sees the state and header they would run on, and raises to refuse them. Raises what it,
        py-evm or SQLite raise; the chain is then as it was at the last commit.
        """
        # Fixed before execution, so that TIMESTAMP and PREVRANDAO see what the block will say.
        header = self.pending_header()
        vm = self.chain.get_vm(header)
        if check is not None:
            check(vm.state, header)
        try:
            block = self._extend(vm, header, transactions)
        except BaseException:
            # py-evm's chain in memory is poisoned when mining fails half-way.
            self._backend.reopen()
            raise
        self.next_timestamp = None
        return block

    def _extend(
        self,
        vm: VirtualMachineAPI,
        header: BlockHeaderAPI,
        transactions: Sequence[SignedTransactionAPI],
    ) -> BlockAPI:
        # The steps of py-evm's mine_all, without reading back and validating the new block twice.
        filled_header, receipts, _ = vm.apply_all_transactions(transactions, header)
        filled = vm.set_block_transactions_and_withdrawals(
            vm.get_block(), filled_header, transactions, receipts
        )
        block = vm.mine_block(filled).block
        self.chain.chaindb.persist_block(block)
        self.chain.header = self.chain.create_header_from_parent(block.header)
        self.store.add_logs(log_rows(block, receipts))
        self.store.commit()
        return block

    def rewind(self, number: int) -> None:
        """Make block `number` the head again; later blocks and their transactions leave the chain."""
        head, target = self.head(), self.chain.get_canonical_block_header_by_number(number)  # type: ignore[arg-type]
        try:
            for above in range(number + 1, head.block_number + 1):
                header = self.chain.get_canonical_block_header_by_number(above)  # type: ignore[arg-type]
                for tx_hash in self.chain.chaindb.get_block_transaction_hashes(header):
                    del self.store[SchemaV1.make_transaction_hash_to_block_lookup_key(tx_hash)]
                del self.store[SchemaV1.make_block_number_to_hash_lookup_key(above)]  # type: ignore[arg-type]
            self.store[SchemaV1.make_canonical_head_hash_lookup_key()] = target.hash
            gaps = rlp.encode(((), number + 1), sedes=chain_gaps)
            self.store[SchemaV1.make_header_chain_gaps_lookup_key()] = gaps
            self.store[SchemaV1.make_chain_gaps_lookup_key()] = gaps
            self.store.cut_logs(number)
            self.store.commit()
        finally:
            self._backend.reopen()

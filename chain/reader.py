"""A chain as verifiers ask for it (chain.proofs.readers.ChainReader), read through one node."""

from collections.abc import Iterator
from contextlib import contextmanager

from chain import contracts, wire
from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.errors import (
    ChainError,
    ContractReverted,
    NoCode,
    OutOfGas,
    StateUnavailable,
    UnexpectedAnswer,
)
from chain.proofs.errors import ChainUnavailableError
from chain.proofs.readers import AnchorRecord, Block, ChainReader, ClaimRecord

# The pinned address holds no AnchorLog, which is an answer: nothing is anchored there.
_NOT_AN_ANCHOR_LOG = (NoCode, ContractReverted, UnexpectedAnswer)


class NodeReader(ChainReader):
    """Answers a verifier's questions by asking `client`.

    Every method raises ChainUnavailableError where the node cannot answer, and nothing else.
    """

    def __init__(self, client: ChainClient) -> None:
        self._client = client

    def chain_id(self) -> int:
        """Return the node's chain id."""
        with _translated():
            return self._client.chain_id()

    def genesis(self) -> bytes:
        """Return the hash of block 0."""
        with _translated():
            return self._client.genesis()

    def head(self) -> Block:
        """Return the newest block."""
        with _translated():
            return _block(self._client.head())

    def block(self, number: int) -> Block | None:
        """Return the canonical block of this number, None if the node has none."""
        with _translated():
            found = self._client.block(number)
        return None if found is None else _block(found)

    def anchor_of(self, contract: str, anchorer: str, root: bytes) -> AnchorRecord | None:
        """Return what the contract holds of a root at the head, None if nothing or no such contract."""
        with _translated():
            try:
                state = AnchorLog(self._client, contract).anchor_of(anchorer, root)
            except _NOT_AN_ANCHOR_LOG:
                return None
        if state is None:
            return None
        return AnchorRecord(
            sequence=state.sequence,
            first=state.first,
            count=state.count,
            time=state.block_time,
            block_number=state.block_number,
        )

    def claim_of(
        self, registry: str, issuer: str, subject: str, schema: bytes, digest: bytes, block: int
    ) -> ClaimRecord | None:
        """Return what the registry held of a claim after a block, None if no such contract is there."""
        key = contracts.ClaimKey(issuer, subject, schema, digest)
        with _translated():
            try:
                held = contracts.IdentityRegistry(self._client, registry).claim_of(key, block)
            except _NOT_AN_ANCHOR_LOG:
                return None
        times = (held.issued_at, held.expires_at, held.ended_at)
        return ClaimRecord(int(held.status), *times, held.reason)

    def next_sequence(self, contract: str, anchorer: str) -> int:
        """Return how many batches an anchorer has written at the head, 0 if there is no such contract."""
        with _translated():
            try:
                return AnchorLog(self._client, contract).next(anchorer)[0]
            except _NOT_AN_ANCHOR_LOG:
                return 0

    def is_valid_signature(
        self, signer: str, digest: bytes, signature: bytes, block_number: int
    ) -> bool | None:
        """Say whether a contract wallet accepted a signature at the end of a block (ERC-6492, ERC-1271).

        None where the node no longer has that state, or stops a check that uses up all its gas.
        """
        with _translated():
            try:
                return contracts.is_valid_signature(
                    self._client, signer, digest, signature, block_number
                )
            except (StateUnavailable, OutOfGas):
                return None

    def transaction_block(self, tx_hash: bytes) -> tuple[int, bytes] | None:
        """Return number and hash of the block that holds a transaction, None if not known."""
        with _translated():
            return self._client.transaction_block(tx_hash)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ChainError as error:
        raise ChainUnavailableError(str(error)) from error


def _block(block: wire.Block) -> Block:
    return Block(
        number=block.number,
        hash=block.hash,
        parent=block.parent,
        time=block.time,
        transactions=block.transactions,
    )

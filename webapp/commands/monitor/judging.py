"""What only the chain can tell: which batches it holds, and the questions that entries left open."""

from dataclasses import dataclass

from chain.client import ChainClient
from chain.errors import ChainError, StateUnavailable
from chain.proofs.authority import MAX_DELEGATION_SECONDS
from chain.proofs.errors import ChainUnavailableError
from chain.proofs.readers import AnchorRecord, Block, Pins
from chain.proofs.records import Message
from chain.proofs.shapes import to_hex
from chain.proofs.verdicts import spell_time
from chain.reader import NodeReader
from webapp.commands.monitor.rules import BlockQuestion, DeviceQuestion, Question, WalletQuestion
from webapp.commands.public_log.api import PublicBatch
from webapp.commands.public_log.errors import UnclearError, WrongError

_BLOCKS_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class PinnedLog:
    """The contract, the anchorer and the depth that the monitor believes."""

    contract: str
    anchorer: str
    depth: int


class PinnedChain:
    """The pinned chain; every method raises UnclearError where the node cannot answer."""

    def __init__(self, client: ChainClient, pins: Pins, log: PinnedLog) -> None:
        self._client, self._reader, self._log = client, NodeReader(client), log
        self._blocks: dict[int, Block] = {}
        try:
            found = (self._reader.chain_id(), self._reader.genesis())
            if found != (pins.chain_id, pins.genesis):
                raise UnclearError(
                    f"The node serves chain {found[0]} with genesis {to_hex(found[1])}; pinned are "
                    f"{pins.chain_id} and {to_hex(pins.genesis)}."
                )
            self.head = self._reader.head().number
            # Before the API is asked: it must know of every batch that was on the chain by then.
            self.held = self._reader.next_sequence(log.contract, log.anchorer)
        except ChainUnavailableError as error:
            raise _away(error) from error

    def anchored(self, batch: PublicBatch) -> AnchorRecord | None:
        """Return what the chain holds of a batch at depth, None if nothing (yet).

        Raises WrongError where the chain contradicts what the API says.
        """
        record = self.anchor_of(batch.root)
        if record is None and batch.anchor is not None:
            self._look_up()
            record = self.anchor_of(batch.root)
        if record is None:
            self._check_absent(batch)
            return None
        stated = (batch.sequence, batch.first, batch.count)
        actual = (record.sequence, record.first, record.count)
        if stated != actual:
            raise WrongError(
                f"Batch {batch.sequence} is said to have sequence, first and count {stated}; "
                f"the chain holds {actual}."
            )
        if self.head - record.block_number < self._log.depth:
            self._look_up()
        if self.head - record.block_number < self._log.depth:
            return None
        if batch.anchor is not None:
            self._check_anchor(batch, record)
        return record

    def anchor_of(self, root: bytes) -> AnchorRecord | None:
        """Return what the contract holds for a root at the newest block."""
        try:
            return self._reader.anchor_of(self._log.contract, self._log.anchorer, root)
        except ChainUnavailableError as error:
            raise _away(error) from error

    def answer(self, question: Question, record: AnchorRecord) -> str | None:
        """Judge what an entry left open by its anchor; return a doubt, None if there is none.

        Raises WrongError.
        """
        try:
            if isinstance(question, BlockQuestion):
                return self._judge_block(question)
            if isinstance(question, DeviceQuestion):
                return self._judge_device(question, record)
            return self._judge_wallet(question, record)
        except ChainUnavailableError as error:
            raise _away(error) from error

    def _look_up(self) -> None:
        """Move to the newest head: the chain goes on while the API is read."""
        try:
            self.head = self._reader.head().number
        except ChainUnavailableError as error:
            raise _away(error) from error

    def _check_absent(self, batch: PublicBatch) -> None:
        if batch.anchor is None:
            return
        if batch.anchor.number > self.head:
            raise UnclearError(
                f"Batch {batch.sequence} is said to be final in block {batch.anchor.number}; "
                f"the node is at {self.head}."
            )
        raise WrongError(
            f"Batch {batch.sequence} is announced as final, but the chain does not hold its root "
            f"{to_hex(batch.root)}."
        )

    def _check_anchor(self, batch: PublicBatch, record: AnchorRecord) -> None:
        anchor = batch.anchor
        if anchor is None:
            return
        block = self._block(record.block_number)
        facts = [
            ("block number", anchor.number, record.block_number),
            ("block time", anchor.time, record.time),
            ("block hash", to_hex(anchor.hash), to_hex(block.hash)),
        ]
        for name, stated, actual in facts:
            if stated != actual:
                raise WrongError(
                    f"Batch {batch.sequence}: the API gives the {name} {stated}, the chain {actual}."
                )
        held = block.transactions
        if held is not None and anchor.transaction not in held:
            raise WrongError(
                f"Batch {batch.sequence}: block {block.number} does not hold the transaction "
                f"{to_hex(anchor.transaction)} that the API gives."
            )

    def _judge_block(self, question: BlockQuestion) -> str | None:
        # Signed for good: after the chain lost blocks and the log was anchored again, an honest record
        # names a block that is no more, and nobody can tell it from an invented one.
        block = self._block(question.number)
        where = f"Position {question.position}"
        if block.hash != question.hash:
            return (
                f"{where} names block {question.number} with hash {to_hex(question.hash)}; "
                f"on the chain it is {to_hex(block.hash)}: not before when it was signed cannot be told."
            )
        ends = question.expires_at
        if ends is not None and ends > block.time + MAX_DELEGATION_SECONDS:
            raise WrongError(f"{where} is a Delegation for longer than the 90 days allowed.")
        return None

    def _judge_device(self, question: DeviceQuestion, record: AnchorRecord) -> str | None:
        if record.time <= question.expires_at:
            return None
        when = spell_time(question.expires_at)
        named = _named(question.message)
        if named is not None and self._block(named).time > question.expires_at:
            raise WrongError(
                f"Position {question.position} was written after the permission of the device "
                f"{question.delegate} had ended at {when}."
            )
        return (
            f"Position {question.position} was anchored after the permission of the device "
            f"{question.delegate} had ended at {when}; it may have been written before."
        )

    def _judge_wallet(self, question: WalletQuestion, record: AnchorRecord) -> str | None:
        author, where = question.author, f"Position {question.position}"
        accepted = self._accepted(question, record.block_number)
        if accepted:
            return None
        named = _named(question.message)
        if accepted is False and not self._may_be_wallet(author, record.block_number):
            raise WrongError(
                f"{where} is signed neither by its author {author} nor by a device of it."
            )
        if accepted is False and named is not None and self._accepted(question, named) is False:
            raise WrongError(f"{where}: its author, the contract wallet {author}, did not sign it.")
        return f"{where}: the contract wallet {author} could not be asked as of then."

    def _accepted(self, question: WalletQuestion, number: int) -> bool | None:
        return self._reader.is_valid_signature(
            question.author, question.digest, question.signature, number
        )

    def _may_be_wallet(self, author: str, number: int) -> bool:
        """Tell whether there is, or may have been, code that could have accepted a signature."""
        try:
            return bool(self._client.code(author, number))
        except StateUnavailable:
            return True
        except ChainError as error:
            raise ChainUnavailableError(str(error)) from error

    def _block(self, number: int) -> Block:
        if number not in self._blocks:
            found = self._reader.block(number)
            if found is None:
                raise ChainUnavailableError(f"it does not give block {number}")
            if len(self._blocks) >= _BLOCKS_KEPT:
                self._blocks.clear()
            self._blocks[number] = found
        return self._blocks[number]


def _named(message: Message | None) -> int | None:
    return None if message is None else message["notBefore"]["number"]


def _away(error: ChainUnavailableError) -> UnclearError:
    return UnclearError(f"The node did not answer: {error.reason}")

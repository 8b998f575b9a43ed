"""What a chain and a log answer, as JSON values and back."""

from collections.abc import Iterable, Iterator
from typing import Any

from chain.proofs.entries import Entry
from chain.proofs.errors import ChainUnavailableError, LogUnavailableError, MalformedError
from chain.proofs.readers import (
    AnchorRecord,
    Block,
    ChainReader,
    ClaimRecord,
    LogBatch,
    LogReader,
    Pins,
)
from chain.proofs.shapes import to_hex
from chain.proofs.verdicts import Report


def raw(text: str) -> bytes:
    """Return the bytes of 0x-hex."""
    return bytes.fromhex(text[2:])


def pins_json(pins: Pins | None) -> dict[str, Any] | None:
    """Return pins as JSON."""
    if pins is None:
        return None
    return {
        "chain_id": pins.chain_id,
        "genesis": to_hex(pins.genesis),
        "contract": pins.contract,
        "anchorer": pins.anchorer,
        "depth": pins.depth,
        "last_batch": pins.last_batch,
        "operator_runs_chain": pins.operator_runs_chain,
        "registry": pins.registry,
        "issuers": sorted(pins.issuers),
    }


def pins_of(value: dict[str, Any] | None) -> Pins | None:
    """Return the pins of `pins_json`."""
    if value is None:
        return None
    issuers = frozenset(value["issuers"])
    return Pins(**value | {"genesis": raw(value["genesis"]), "issuers": issuers})


def results_json(report: Report) -> list[dict[str, Any]]:
    """Return all that a report says of each claim."""
    return [
        {
            "claim": str(each.claim),
            "verdict": str(each.verdict),
            "reason": each.reason,
            "time": each.time,
            "stated": each.stated,
            "excused": each.excused,
        }
        for each in report.results
    ]


def batch_json(batch: LogBatch) -> dict[str, Any]:
    """Return a batch of a log as JSON."""
    return {
        "sequence": batch.sequence,
        "root": to_hex(batch.root),
        "first": batch.first,
        "count": batch.count,
        "entries": [entry.to_json() for entry in batch.entries],
        "messages": {to_hex(key): message for key, message in batch.messages.items()},
    }


def _batch(value: dict[str, Any]) -> LogBatch:
    return LogBatch(
        sequence=value["sequence"],
        root=raw(value["root"]),
        first=value["first"],
        count=value["count"],
        entries=[Entry.from_json(each) for each in value["entries"]],
        messages={raw(key): message for key, message in value["messages"].items()},
    )


def answer_json(answer: Any) -> Any:
    """Return one answer of a chain as JSON."""
    if isinstance(answer, Block):
        held = answer.transactions
        return {
            "number": answer.number,
            "hash": to_hex(answer.hash),
            "time": answer.time,
            "transactions": None if held is None else [to_hex(each) for each in held],
        }
    if isinstance(answer, AnchorRecord | ClaimRecord):
        return {name: getattr(answer, name) for name in type(answer).__slots__}
    if isinstance(answer, bytes):
        return to_hex(answer)
    if isinstance(answer, tuple):
        return [answer_json(each) for each in answer]
    return answer


def _block(value: dict[str, Any]) -> Block:
    held = value["transactions"]
    transactions = None if held is None else tuple(raw(each) for each in held)
    return Block(value["number"], raw(value["hash"]), bytes(32), value["time"], transactions)


class TapedChain(ChainReader):
    """Answers what was asked before, and fails a test that asks anything else."""

    def __init__(self, tape: Iterable[tuple[list[Any], dict[str, Any]]]) -> None:
        self._tape = list(tape)

    def _ask(self, *question: Any) -> Any:
        asked = [answer_json(each) for each in question]
        for index, (known, answer) in enumerate(self._tape):
            if known == asked:
                del self._tape[index]
                if "away" in answer:
                    raise ChainUnavailableError(answer["away"])
                return answer["is"]
        raise AssertionError(f"nobody asked {asked} when this was recorded")

    def chain_id(self) -> int:
        """See ChainReader."""
        return int(self._ask("chain_id"))

    def genesis(self) -> bytes:
        """See ChainReader."""
        return raw(self._ask("genesis"))

    def head(self) -> Block:
        """See ChainReader."""
        return _block(self._ask("head"))

    def block(self, number: int) -> Block | None:
        """See ChainReader."""
        answer = self._ask("block", number)
        return None if answer is None else _block(answer)

    def anchor_of(self, contract: str, anchorer: str, root: bytes) -> AnchorRecord | None:
        """See ChainReader."""
        answer = self._ask("anchor_of", contract, anchorer, root)
        return None if answer is None else AnchorRecord(**answer)

    def claim_of(
        self, registry: str, issuer: str, subject: str, schema: bytes, digest: bytes, block: int
    ) -> ClaimRecord | None:
        """See ChainReader."""
        answer = self._ask("claim_of", registry, issuer, subject, schema, digest, block)
        return None if answer is None else ClaimRecord(**answer)

    def next_sequence(self, contract: str, anchorer: str) -> int:
        """See ChainReader."""
        return int(self._ask("next_sequence", contract, anchorer))

    def is_valid_signature(
        self, signer: str, digest: bytes, signature: bytes, block_number: int
    ) -> bool | None:
        """See ChainReader."""
        answer = self._ask("is_valid_signature", signer, digest, signature, block_number)
        return None if answer is None else bool(answer)

    def transaction_block(self, tx_hash: bytes) -> tuple[int, bytes] | None:
        """See ChainReader."""
        answer = self._ask("transaction_block", tx_hash)
        return None if answer is None else (answer[0], raw(answer[1]))


class TapedLog(LogReader):
    """Gives the batches that were read before, then what went wrong, if anything did."""

    def __init__(self, batches: list[dict[str, Any]], error: dict[str, str] | None) -> None:
        self._batches, self._error = batches, error

    def batches(self) -> Iterator[LogBatch]:
        """See LogReader."""
        for value in self._batches:
            yield _batch(value)
        if self._error is None:
            return
        if "gone" in self._error:
            raise LogUnavailableError(self._error["gone"])
        raise MalformedError(self._error["path"], self._error["problem"])

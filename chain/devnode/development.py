"""The evm_ methods of development chains: snapshots, mining at will, and the clock."""

from collections.abc import Callable
from typing import Any

from chain.devnode.errors import InvalidParams, Refused
from chain.devnode.ledger import Ledger
from chain.devnode.params import arguments, loose_quantity

MAX_BLOCKS_AT_ONCE = 1_000


class Development:
    """Snapshots of one node; they do not outlive its process."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._snapshots: dict[int, tuple[int, bytes, int]] = {}
        self._next_id = 1

    def methods(self) -> dict[str, Callable[[list[Any]], Any]]:
        """Return the evm_ methods by name."""
        return {
            "evm_snapshot": self._snapshot,
            "evm_revert": self._revert,
            "evm_mine": self._mine,
            "evm_setNextBlockTimestamp": self._set_next_timestamp,
            "evm_increaseTime": self._increase_time,
        }

    def _snapshot(self, params: list[Any]) -> str:
        arguments(params, 0)
        head = self._ledger.head()
        name, self._next_id = self._next_id, self._next_id + 1
        self._snapshots[name] = (head.block_number, head.hash, self._ledger.clock_offset)
        return hex(name)

    def _revert(self, params: list[Any]) -> bool:
        (value,) = arguments(params, 1)
        name = loose_quantity(value, "snapshot id")
        taken = self._snapshots.get(name)
        if taken is None:
            return False
        number, block_hash, offset = taken
        if self._ledger.chain.get_canonical_block_hash(number) != block_hash:  # type: ignore[arg-type]
            raise Refused(f"the block of snapshot {name:#x} is no longer on the chain")
        self._ledger.rewind(number)
        self._ledger.clock_offset, self._ledger.next_timestamp = offset, None
        # A snapshot is spent by its use, and so are those taken after it.
        self._snapshots = {key: old for key, old in self._snapshots.items() if key < name}
        return True

    def _mine(self, params: list[Any]) -> str:
        (value,) = arguments(params, 0, 1)
        options = value if isinstance(value, dict) else {"timestamp": value}
        if options.get("timestamp") is not None:
            self._set_next_timestamp([options["timestamp"]])
        blocks = loose_quantity(options.get("blocks", 1), "blocks")
        if blocks > MAX_BLOCKS_AT_ONCE:
            raise InvalidParams(f"at most {MAX_BLOCKS_AT_ONCE} blocks at once, asked for {blocks}")
        for _ in range(blocks):
            self._ledger.mine()
        return "0x0"

    def _set_next_timestamp(self, params: list[Any]) -> None:
        (value,) = arguments(params, 1)
        timestamp = loose_quantity(value, "timestamp")
        newest = self._ledger.head().timestamp
        if timestamp <= newest:
            raise InvalidParams(
                f"timestamp {timestamp} is not later than the newest block's {newest}"
            )
        self._ledger.next_timestamp = timestamp

    def _increase_time(self, params: list[Any]) -> int:
        (value,) = arguments(params, 1)
        self._ledger.clock_offset += loose_quantity(value, "seconds")
        return self._ledger.clock_offset

"""Filters that clients install and poll: logs, blocks, transactions; kept in memory, bounded in number."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chain.devnode.encode import hex_bytes
from chain.devnode.errors import Refused
from chain.devnode.ledger import Ledger
from chain.devnode.logs import LogFilter, find_logs, logs_between, number_of, read_filter
from chain.devnode.params import arguments, block_ref

# The one polled longest ago makes room for a new one: a client whose filter is gone installs it again.
MAX_FILTERS = 1_000
# A poll after a long pause gives the newest blocks only, rather than the whole chain in one answer.
MAX_BLOCKS_PER_POLL = 1_000


@dataclass
class _Installed:
    kind: str
    seen: int
    logs: LogFilter | None = None


class Filters:
    """The installed filters of one node."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._installed: OrderedDict[str, _Installed] = OrderedDict()

    def methods(self) -> dict[str, Callable[[list[Any]], Any]]:
        """Return the methods of the filter interface by name."""
        return {
            "eth_newFilter": self._new_log_filter,
            "eth_newBlockFilter": lambda params: self._new(params, "blocks"),
            "eth_newPendingTransactionFilter": lambda params: self._new(params, "transactions"),
            "eth_getFilterChanges": self._changes,
            "eth_getFilterLogs": self._logs,
            "eth_uninstallFilter": self._uninstall,
        }

    def _install(self, installed: _Installed) -> str:
        name = hex(secrets.randbits(127) | 1 << 127)
        if len(self._installed) >= MAX_FILTERS:
            self._installed.popitem(last=False)
        self._installed[name] = installed
        return name

    def _head(self) -> int:
        return int(self._ledger.head().block_number)

    def _new(self, params: list[Any], kind: str) -> str:
        # geth takes a flag for whole transactions here; hashes are what its default gives.
        arguments(params, 0, 1 if kind == "transactions" else 0)
        return self._install(_Installed(kind, self._head()))

    def _new_log_filter(self, params: list[Any]) -> str:
        (value,) = arguments(params, 1)
        wanted = read_filter(value)
        return self._install(_Installed("logs", self._head(), wanted))

    def _get(self, params: list[Any]) -> _Installed:
        (name,) = arguments(params, 1)
        installed = self._installed.get(name) if isinstance(name, str) else None
        if installed is None:
            raise Refused("filter not found")
        self._installed.move_to_end(name)
        return installed

    def _changes(self, params: list[Any]) -> list[Any]:
        installed = self._get(params)
        head = self._head()
        # After evm_revert the head may be lower than what was seen.
        first, installed.seen = min(installed.seen, head) + 1, head
        if installed.logs is not None:
            return self._new_logs(installed.logs, first, head)
        blocks = range(max(first, head - MAX_BLOCKS_PER_POLL + 1), head + 1)
        headers = [self._ledger.require_header(block_ref(hex(number))) for number in blocks]
        if installed.kind == "blocks":
            return [hex_bytes(header.hash) for header in headers]
        hashes = self._ledger.chain.chaindb.get_block_transaction_hashes
        return [hex_bytes(tx_hash) for header in headers for tx_hash in hashes(header)]

    def _new_logs(self, wanted: LogFilter, first: int, head: int) -> list[Any]:
        # A fixed bound holds; a tag such as "latest" follows the head.
        if wanted.first.number is not None:
            first = max(first, wanted.first.number)
        last = head if wanted.last.number is None else min(head, number_of(wanted.last, head))
        return logs_between(self._ledger, wanted, first, last)

    def _logs(self, params: list[Any]) -> list[Any]:
        installed = self._get(params)
        if installed.logs is None:
            raise Refused("filter not found: it is not a filter of logs")
        return find_logs(self._ledger, installed.logs)

    def _uninstall(self, params: list[Any]) -> bool:
        (name,) = arguments(params, 1)
        return isinstance(name, str) and self._installed.pop(name, None) is not None

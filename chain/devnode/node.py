"""The node: one chain, one lock, and a table of methods."""

import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from chain.devnode import fees, logs, queries, sending
from chain.devnode.development import Development
from chain.devnode.errors import MethodNotFound, Refused
from chain.devnode.filters import Filters
from chain.devnode.ledger import Ledger
from chain.devnode.store import Store


class DevNode:
    """A development chain in this process; thread-safe.

    `data` is its file, None keeps it in memory; `clock` gives Unix seconds. Raises DataFileError.
    """

    def __init__(self, data: Path | None, clock: Callable[[], float] = time.time) -> None:
        # py-evm is not thread-safe: everything that touches the chain holds this lock.
        self._lock = threading.Lock()
        self._store = Store(data)
        try:
            self._ledger = Ledger(self._store, clock)
        except BaseException:
            self._store.close()
            raise
        self._closed = False
        self._methods: dict[str, Callable[[list[Any]], Any]] = {
            **{
                name: partial(handler, self._ledger)
                for module in (queries, fees, sending, logs)
                for name, handler in module.METHODS.items()
            },
            **Filters(self._ledger).methods(),
            **Development(self._ledger).methods(),
        }

    def request(self, method: str, params: list[Any]) -> Any:
        """Answer one JSON-RPC request with a JSON-able result, or raise RpcError."""
        handler = self._methods.get(method)
        if handler is None:
            raise MethodNotFound(method)
        with self._lock:
            if self._closed:
                raise Refused("the chain is closed; start it again")
            try:
                return handler(params)
            except sqlite3.Error as error:
                raise Refused(
                    f"the chain could not be saved, nothing was changed: {error}"
                ) from error

    def close(self) -> None:
        """Finish the request that runs, then close the data file; closing twice is harmless."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._store.close()

"""eth-tester's py-evm backend, made to keep its chain in a store and to find it again.

The stock backend always begins at a new genesis in memory; only `reset_to_genesis` can be overridden, as
its set-up calls `from_genesis` whatever the environment says.
"""

import os
from collections.abc import Callable
from typing import Any

from eth.chains.base import MiningChain
from eth.db.atomic import AtomicDB
from eth.exceptions import CanonicalHeadNotFound
from eth_keys.datatypes import PrivateKey
from eth_tester.backends.pyevm.main import (
    PyEVMBackend,
    generate_genesis_state_for_keys,
    get_default_genesis_params,
    setup_tester_chain,
)

from chain.devnode.store import Store


class StoredBackend(PyEVMBackend):  # type: ignore[misc]
    """eth-tester's backend over a Store; `clock` gives Unix seconds.

    `chain` is py-evm's MiningChain, `account_keys` the ten keys 1 to 10, each funded with 1,000,000 ether.
    """

    chain: MiningChain
    account_keys: tuple[PrivateKey, ...]

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        super().__init__()

    def reset_to_genesis(self, *_arguments: Any, **_options: Any) -> None:
        """Open the stored chain, or begin one; eth-tester's name for its own set-up."""
        # Keys and chain class are eth-tester's own, taken from a chain that is thrown away.
        self.account_keys, throwaway = setup_tester_chain()
        self._chain_class: type[MiningChain] = type(throwaway)
        self.reopen()

    def reopen(self) -> None:
        """Build the chain anew from the last commit; the way out after any failure in mining."""
        self._store.rollback()
        try:
            self.chain = self._chain_class(AtomicDB(self._store))
        except CanonicalHeadNotFound:
            self._begin()

    def _begin(self) -> None:
        # Chain id, accounts and contract addresses are the same on every development chain. Random
        # extra data makes the genesis hash the one thing that tells a wiped chain from the one before.
        parameters = get_default_genesis_params(
            {"timestamp": int(self._clock()), "extra_data": os.urandom(32)}
        )
        state = generate_genesis_state_for_keys(self.account_keys)
        self.chain = self._chain_class.from_genesis(AtomicDB(self._store), parameters, state)  # type: ignore[assignment]
        self._store.commit()

"""What one verification may use: the bundle, the pins, and a chain that is asked only if it is the pinned one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from chain.proofs.bundle import Bundle
from chain.proofs.errors import ChainUnavailableError
from chain.proofs.readers import Block, ChainReader, LogReader, Pins
from chain.proofs.verdicts import Finding, unknown

T = TypeVar("T")


@dataclass
class ChainAccess:
    """A chain that was found to be the pinned one."""

    chain: ChainReader
    pins: Pins

    @cached_property
    def head(self) -> Block:
        """The newest block when it was first asked for: one verification has one head."""
        return self.chain.head()


@dataclass
class Context:
    """The arguments of one verification, and what became of asking the chain."""

    bundle: Bundle
    pins: Pins | None
    chain: ChainReader | None
    log: LogReader | None
    _access: ChainAccess | Finding | None = field(default=None, init=False)

    def ask(self, question: Callable[[ChainAccess], T]) -> T | Finding:
        """Return the question's answer, or an unknown finding that says why it cannot be asked.

        After a node has once failed to answer it is not asked again: each time-out would be one more.
        """
        if self._access is None:
            self._access = self._open()
        if isinstance(self._access, Finding):
            return self._access
        try:
            return question(self._access)
        except ChainUnavailableError as error:
            self._access = away(error)
            return self._access

    def _open(self) -> ChainAccess | Finding:
        return open_chain(self.pins, self.chain)


def open_chain(pins: Pins | None, chain: ChainReader | None) -> ChainAccess | Finding:
    """Return the chain if it is the pinned one, else an unknown finding that says why it cannot be asked."""
    if pins is None:
        return unknown("no chain is pinned; give its chain id and genesis hash")
    if chain is None:
        return unknown("no chain was asked; give a node to check it")
    try:
        chain_id, genesis = chain.chain_id(), chain.genesis()
    except ChainUnavailableError as error:
        return away(error)
    if chain_id != pins.chain_id:
        return unknown(f"this node is on chain {chain_id}, the pin says {pins.chain_id}")
    if genesis != pins.genesis:
        return unknown(
            f"this node's chain begins with block 0x{genesis.hex()}, the pin says "
            f"0x{pins.genesis.hex()}"
        )
    return ChainAccess(chain, pins)


def away(error: ChainUnavailableError) -> Finding:
    """Return the finding that a node did not answer."""
    return unknown(f"the node did not answer: {error.reason}")

"""What goes wrong with which request: a seeded or scripted plan of faults."""

import random
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

SEND = "eth_sendRawTransaction"
_HISTORY = 1_000


class Fault(Enum):
    """One sort of failure; the comment says whether the node did what was asked."""

    TIMEOUT_BEFORE = auto()  # not done
    TIMEOUT_AFTER = auto()  # done
    CONNECT_TIMEOUT = auto()  # not done
    REFUSED = auto()  # not done
    RESET_BEFORE = auto()  # not done
    RESET_AFTER = auto()  # done
    HTTP_500 = auto()  # done: the answer got lost behind a proxy
    HTTP_429 = auto()  # not done
    NOT_JSON = auto()  # done
    MALFORMED = auto()  # done, and the answer is of a wrong shape
    RPC_LIMITED = auto()  # not done, said in JSON-RPC
    RPC_INTERNAL = auto()  # not done, said in JSON-RPC
    LAGGING = auto()  # done by a node that is behind, for some requests
    # Only of sends. The first four answers are false of what the node knows.
    FALSE_NONCE_TOO_LOW = auto()  # not done
    FALSE_UNDERPRICED = auto()  # not done
    FALSE_FUNDS = auto()  # not done
    SWALLOWED = auto()  # not done, and answered as if it were
    ALREADY_KNOWN = auto()  # done: something between had sent it before
    ALREADY_IMPORTED = auto()  # the same in anvil's words
    WRONG_HASH = auto()  # done
    # Only of certain reads: the answer is what a node gives that is behind, or another one.
    LOGS_UNKNOWN_BLOCK = auto()
    LOGS_EMPTY = auto()
    OLD_NONCE = auto()
    NO_RECEIPT = auto()
    NO_TRANSACTION = auto()
    NO_CODE = auto()
    WRONG_CHAIN_ID = auto()
    WRONG_GENESIS = auto()


_ONLY: dict[Fault, str] = {
    Fault.FALSE_NONCE_TOO_LOW: SEND,
    Fault.FALSE_UNDERPRICED: SEND,
    Fault.FALSE_FUNDS: SEND,
    Fault.SWALLOWED: SEND,
    Fault.ALREADY_KNOWN: SEND,
    Fault.ALREADY_IMPORTED: SEND,
    Fault.WRONG_HASH: SEND,
    Fault.LOGS_UNKNOWN_BLOCK: "eth_getLogs",
    Fault.LOGS_EMPTY: "eth_getLogs",
    Fault.OLD_NONCE: "eth_getTransactionCount",
    Fault.NO_RECEIPT: "eth_getTransactionReceipt",
    Fault.NO_TRANSACTION: "eth_getTransactionByHash",
    Fault.NO_CODE: "eth_getCode",
    Fault.WRONG_CHAIN_ID: "eth_chainId",
    Fault.WRONG_GENESIS: "eth_getBlockByNumber",
}


def applies(fault: Fault, method: str) -> bool:
    """Tell whether a fault can happen to a request of this method."""
    return _ONLY.get(fault, method) == method


@dataclass(frozen=True)
class Injected:
    """A fault with its details; `blocks` and `requests` say how far behind for how long.

    `variant` chooses among the sorts of malformed answers.
    """

    fault: Fault
    blocks: int = 3
    requests: int = 1
    variant: int = 0


class Faults(Protocol):
    """Decides what goes wrong with a request."""

    def next(self, method: str) -> Injected | None:
        """Return what goes wrong with this request, None for nothing."""


class NoFaults:
    """Nothing goes wrong."""

    def next(self, method: str) -> None:
        """Return None."""


class Scripted:
    """Each fault in turn, at the first request that it can happen to, or of the method given with it."""

    def __init__(
        self, script: Iterable[Fault | Injected | tuple[str, Fault | Injected]] = ()
    ) -> None:
        self._script: deque[tuple[str | None, Injected]] = deque()
        for one in script:
            method, fault = one if isinstance(one, tuple) else (None, one)
            self.add(fault, method)

    def add(self, fault: Fault | Injected, method: str | None = None) -> None:
        """Add one to the end of the script."""
        injected = fault if isinstance(fault, Injected) else Injected(fault)
        self._script.append((method, injected))

    @property
    def left(self) -> int:
        """How many have not happened yet."""
        return len(self._script)

    def next(self, method: str) -> Injected | None:
        """Return the next of the script if this request is one for it."""
        if not self._script:
            return None
        wanted, injected = self._script[0]
        fits = method == wanted if wanted else applies(injected.fault, method)
        return self._script.popleft()[1] if fits else None


class Random:
    """Faults by chance: `rates` is the probability of each at a request that it can happen to.

    `counts` says how often each happened, `history` which were the last, `active` turns all on and off.
    """

    def __init__(self, seed: int, rates: Mapping[Fault, float]) -> None:
        self.rates = dict(rates)
        self.active = True
        self.counts: Counter[Fault] = Counter()
        self.history: deque[tuple[str, Injected]] = deque(maxlen=_HISTORY)
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    @classmethod
    def evenly(cls, seed: int, total: float, *, without: Iterable[Fault] = ()) -> "Random":
        """Share a probability among all faults but those left out."""
        faults = [fault for fault in Fault if fault not in set(without)]
        return cls(seed, {fault: total / len(faults) for fault in faults})

    def next(self, method: str) -> Injected | None:
        """Draw whether something goes wrong with this request, and what."""
        if not self.active:
            return None
        drawn = self._random.random()
        for fault, rate in self.rates.items():
            if not applies(fault, method):
                continue
            drawn -= rate
            if drawn < 0:
                return self._inject(fault, method)
        return None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let nothing go wrong inside."""
        before, self.active = self.active, False
        try:
            yield
        finally:
            self.active = before

    def _inject(self, fault: Fault, method: str) -> Injected:
        injected = Injected(
            fault,
            blocks=self._random.randint(1, 6),
            requests=self._random.randint(1, 10),
            variant=self._random.randrange(1_000),
        )
        self.counts[fault] += 1
        self.history.append((method, injected))
        return injected

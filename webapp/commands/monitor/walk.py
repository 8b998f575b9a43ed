"""One look at a log: from where the last one ended to the newest batch, and back at what was seen before."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from chain.proofs.domain import Domain
from chain.proofs.readers import AnchorRecord
from chain.proofs.shapes import to_hex
from webapp.commands.monitor.judging import PinnedChain
from webapp.commands.monitor.rules import (
    Question,
    check_alone,
    check_entry,
    check_place,
    check_root,
)
from webapp.commands.monitor.state import SeenBatch, State
from webapp.commands.public_log.api import PublicBatch, PublicEntry, PublicLog
from webapp.commands.public_log.errors import NoLogError, UnclearError, WrongError

# So many batches that are not final yet are tried at each look.
MAX_AHEAD = 100
DOUBTS_SHOWN = 10


@dataclass
class Look:
    """What a look found: final batches and entries so far, those newly read, and what waits."""

    batches: int = 0
    entries: int = 0
    fresh: int = 0
    waiting: int = 0
    doubts: list[str] = field(default_factory=list)


class Walk:
    """Reads on in a log; raises WrongError at the first thing that is wrong, UnclearError, UnusableError."""

    def __init__(self, log: PublicLog, pinned: PinnedChain, state: State, domain: Domain) -> None:
        self._log, self._chain, self._state, self._domain = log, pinned, state, domain
        self.look = Look()
        self._sequence, self._position = state.place()
        self._count()

    def run(self) -> Look:
        """Check what was seen before and what is new."""
        self._look_back()
        try:
            self._go_on()
        except NoLogError as error:
            if self._chain.held > self._sequence:
                raise self._withheld() from error
            raise
        return self.look

    def _go_on(self) -> None:
        batches, entries = self._log.batches(self._sequence), _Entries(self._log)
        ahead: Iterable[PublicBatch] = ()
        for batch in batches:
            self._check_header(batch, self._sequence, self._position)
            record = self._chain.anchored(batch)
            if record is None:
                ahead = chain([batch], batches)
                break
            self._keep(batch, entries, record)
        tried = self._try(ahead, entries)
        self.look.waiting = len(tried)
        given = self._sequence + len(tried)
        if len(tried) < MAX_AHEAD:
            if given < self._chain.held:
                raise self._withheld(given)
            self._check_taken_back(given)
        for batch in tried:
            if batch.anchor is not None:
                raise UnclearError(
                    f"Batch {batch.sequence} is announced as final, in block {batch.anchor.number}; "
                    f"with the node at block {self._chain.head} it is not deep enough yet."
                )

    def _keep(self, batch: PublicBatch, entries: "_Entries", record: AnchorRecord) -> None:
        """Take a batch that is final on the chain, for good."""
        with self._state.change():
            questions = self._take(batch, entries)
            answers = [self._chain.answer(question, record) for question in questions]
            doubts = [doubt for doubt in answers if doubt is not None]
            self._state.add_doubts(len(doubts))
            self._state.see(_seen(batch, record.block_number))
        self._sequence, self._position = batch.sequence + 1, batch.first + batch.count
        self.look.fresh += batch.count
        self.look.doubts += doubts[: DOUBTS_SHOWN - len(self.look.doubts)]
        self._count()

    def _try(self, batches: Iterable[PublicBatch], entries: "_Entries") -> list[PublicBatch]:
        """Check batches that are sealed and not final yet; remember only what was announced."""
        tried: list[PublicBatch] = []
        position = self._position
        with self._state.change(keep=False):
            for batch in islice(batches, MAX_AHEAD):
                self._check_header(batch, self._sequence + len(tried), position)
                self._chain.anchored(batch)
                self._take(batch, entries)
                tried.append(batch)
                position += batch.count
        with self._state.change():
            for batch in tried:
                self._state.see(_seen(batch, None))
        return tried

    def _take(self, batch: PublicBatch, entries: "_Entries") -> list[Question]:
        leaves: list[bytes] = []
        open_questions: list[Question] = []
        for position in range(batch.first, batch.first + batch.count):
            item = entries.take(batch, position)
            leaf, questions = check_entry(item, position, self._domain, self._state)
            leaves.append(leaf)
            open_questions += questions
        check_root(batch, leaves)
        return open_questions

    def _check_header(self, batch: PublicBatch, sequence: int, first: int) -> None:
        check_place(batch, sequence, first)
        _check_same(batch, self._state.batch(sequence))

    def _look_back(self) -> None:
        """Read again the newest batch that was seen, and one that the server cannot foresee."""
        last = self._state.last_seen()
        if last is None:
            return
        for sequence in sorted({last, secrets.randbelow(last + 1)}):
            seen = self._state.batch(sequence)
            if seen is None:
                continue
            batch = self._log.batch(sequence)
            if batch is None:
                raise WrongError(f"The API takes back batch {sequence}, which it gave before.")
            check_place(batch, sequence, seen.first)
            _check_same(batch, seen)
            entries = _Entries(self._log)
            places = range(seen.first, seen.first + seen.count)
            leaves = [check_alone(entries.take(batch, place), place) for place in places]
            check_root(batch, leaves)
            self._check_still_there(seen)

    def _check_still_there(self, seen: SeenBatch) -> None:
        if seen.block is None or self._chain.anchor_of(seen.root) is not None:
            return
        if self._chain.head < seen.block:
            raise UnclearError(
                f"Batch {seen.sequence} was final in block {seen.block}; "
                f"the node is at {self._chain.head}."
            )
        raise WrongError(
            f"Batch {seen.sequence} was final in block {seen.block}, and the chain does not hold its "
            f"root {to_hex(seen.root)} any more."
        )

    def _check_taken_back(self, given: int) -> None:
        last = self._state.last_seen()
        if last is not None and last >= given:
            raise WrongError(f"The API takes back batch {given}, which it gave before.")

    def _withheld(self, given: int | None = None) -> WrongError:
        missing = self._sequence if given is None else given
        return WrongError(
            f"The chain holds {self._chain.held} batches; the API withholds batch {missing}."
        )

    def _count(self) -> None:
        self.look.batches, self.look.entries = self._sequence, self._position


class _Entries:
    """Entries in the order of their positions, read on over the bounds of batches."""

    def __init__(self, log: PublicLog) -> None:
        self._log = log
        self._read: Iterator[PublicEntry] = iter(())

    def take(self, batch: PublicBatch, position: int) -> PublicEntry:
        """Return the next entry; raises WrongError where the API has none."""
        item = next(self._read, None)
        if item is None:  # the batch may have been sealed after the last page was read
            self._read = self._log.entries(position)
            item = next(self._read, None)
        if item is None:
            raise WrongError(f"The API withholds position {position} of batch {batch.sequence}.")
        return item


def _check_same(batch: PublicBatch, seen: SeenBatch | None) -> None:
    if seen is None:
        return
    facts = [
        ("root", to_hex(seen.root), to_hex(batch.root)),
        ("first position", seen.first, batch.first),
        ("count", seen.count, batch.count),
    ]
    for name, before, now in facts:
        if before != now:
            raise WrongError(
                f"Batch {batch.sequence} had the {name} {before} before and has {now} now: "
                "the API rewrote history."
            )


def _seen(batch: PublicBatch, block: int | None) -> SeenBatch:
    return SeenBatch(batch.sequence, batch.root, batch.first, batch.count, block)

"""The public log as a verifier asks for it (chain.proofs.readers.LogReader)."""

from collections.abc import Iterator

from chain.proofs.entries import Entry
from chain.proofs.errors import LogUnavailableError
from chain.proofs.readers import LogBatch, LogReader
from chain.proofs.records import Message
from webapp.commands.public_log.api import FINAL, MAX_COUNT, PublicLog
from webapp.commands.public_log.errors import MonitorError

# A batch with an anchor may not be final yet; one without is not for a verifier to know of.
ON_CHAIN = frozenset({FINAL, "mined"})


class ApiLog(LogReader):
    """Gives the batches that an API says are on the chain, one in memory at a time."""

    def __init__(self, log: PublicLog) -> None:
        self._log = log

    def batches(self) -> Iterator[LogBatch]:
        """Give every batch in ascending sequence; raises LogUnavailableError."""
        try:
            yield from self._batches()
        except MonitorError as error:
            raise LogUnavailableError(str(error)) from error

    def _batches(self) -> Iterator[LogBatch]:
        items = self._log.entries(0)
        for batch in self._log.batches(0):
            if batch.state not in ON_CHAIN:
                return
            entries: list[Entry] = []
            messages: dict[bytes, Message] = {}
            # Fewer than it says do not give the root, so a wrong count needs no words of its own.
            for _ in range(min(batch.count, MAX_COUNT)):
                item = next(items, None)
                if item is None:
                    break
                entries.append(item.entry)
                if item.message is not None:
                    messages[item.entry.content] = item.message
            yield LogBatch(batch.sequence, batch.root, batch.first, batch.count, entries, messages)

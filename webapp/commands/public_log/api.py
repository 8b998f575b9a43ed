"""The public log as an API gives it, in typed values; none of it is believed yet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from chain.proofs.bundle import load_strict_json
from chain.proofs.entries import Entry
from chain.proofs.errors import MalformedError
from chain.proofs.records import Kind, Message, check_message
from chain.proofs.shapes import (
    check_bytes,
    check_hex,
    check_list,
    check_object,
    check_uint,
    check_uuid,
)
from chain.proofs.signatures import MAX_SIGNATURE_BYTES
from webapp.commands.public_log.errors import NoLogError, UnclearError, WrongError
from webapp.commands.public_log.http import MAX_ANSWER_BYTES, BoundedHttp, NotThereError

PAGE = 1_000
MAX_DEPTH = 6
# Of one batch; a tree with its proofs takes about 600 bytes a leaf.
MAX_COUNT = 100_000
PUBLIC_KINDS = frozenset({Kind.DELETION, Kind.DELEGATION, Kind.REVOCATION})
FINAL = "final"
_ITEM = frozenset({"entry", "signature", "account", "message"})
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """An entry with its signature's bytes, the account if unsigned, the message of kinds 2 to 4."""

    entry: Entry
    signature: bytes | None
    account: str | None
    message: Message | None


@dataclass(frozen=True, slots=True)
class PublicAnchor:
    """Where the API says that a batch was anchored; time in seconds since 1970."""

    transaction: bytes
    number: int
    hash: bytes
    time: int


@dataclass(frozen=True, slots=True)
class PublicBatch:
    """A batch as the API states it; ``anchor`` is given once it says that it is final."""

    sequence: int
    root: bytes
    first: int
    count: int
    state: str
    anchor: PublicAnchor | None


class PublicLog:
    """Reads the log of one anchorer.

    Every method raises UnclearError where the API does not answer or keeps no such log, and WrongError
    where its answer is not of the documented shape.
    """

    def __init__(self, http: BoundedHttp, anchorer: str) -> None:
        self._http, self._anchorer = http, anchorer

    def entries(self, first: int) -> Iterator[PublicEntry]:
        """Give the sealed entries from a position on, in the order of the answers."""
        return self._pages("entries", first, _entry)

    def batches(self, first: int) -> Iterator[PublicBatch]:
        """Give the batches from a sequence on, in the order of the answers."""
        return self._pages("batches", first, _batch)

    def batch(self, sequence: int) -> PublicBatch | None:
        """Return one batch, None if the API has none."""
        path = f"/log/batches/{sequence}"
        try:
            value = self._read(path, {})
        except NotThereError:
            return None
        return _shaped(path, _batch, value)

    def _pages(self, name: str, first: int, parse: Callable[[object, str], T]) -> Iterator[T]:
        path, place = f"/log/{name}", first
        while True:
            try:
                page = self._read(path, {"first": place, "limit": PAGE})
            except NotThereError as error:
                raise NoLogError(f"The API keeps no log of {self._anchorer}.") from error
            items, following = _shaped(path, _page, page)
            for index, item in enumerate(items):
                yield _shaped(f"{path}, item {index} from {place} on", parse, item)
            if following is None:
                return
            if following <= place or not items:
                raise WrongError(f"The API leads from {place} of {path} back to {following}.")
            place = following

    def _read(self, path: str, query: dict[str, object]) -> object:
        body = self._http.get(f"/api/v1{path}", {**query, "anchorer": self._anchorer})
        try:
            return load_strict_json(body, max_bytes=MAX_ANSWER_BYTES, max_depth=MAX_DEPTH)
        except MalformedError as error:
            raise UnclearError(f"The API's answer to {path} cannot be read: {error}.") from error


def _shaped(path: str, parse: Callable[[object, str], T], value: object) -> T:
    try:
        return parse(value, "$")
    except MalformedError as error:
        raise WrongError(f"The API's answer to {path} is malformed: {error}.") from error


def _page(value: object, path: str) -> tuple[list[Any], int | None]:
    fields = check_object(value, frozenset({"items", "next"}), path)
    following = fields["next"]
    items = check_list(fields["items"], f"{path}.items", PAGE)
    return items, None if following is None else check_uint(following, f"{path}.next")


def _entry(value: object, path: str) -> PublicEntry:
    fields = check_object(value, _ITEM, path)
    entry = Entry.from_json(fields["entry"], f"{path}.entry")
    signature, account, message = fields["signature"], fields["account"], fields["message"]
    if (message is not None) != (entry.kind in PUBLIC_KINDS):
        wanted = "needs the message" if message is None else "must hold no message"
        raise MalformedError(f"{path}.message", f"{wanted} of a {entry.kind.type_name}")
    return PublicEntry(
        entry=entry,
        signature=None
        if signature is None
        else check_bytes(signature, MAX_SIGNATURE_BYTES, f"{path}.signature"),
        account=None if account is None else check_uuid(account, f"{path}.account"),
        message=None if message is None else check_message(entry.kind, message, f"{path}.message"),
    )


def _batch(value: object, path: str) -> PublicBatch:
    # A server may say more of a batch; what it must say is checked.
    wanted = frozenset({"sequence", "root", "first", "count", "state", "anchor"})
    given = value if isinstance(value, dict) else {}
    fields = check_object({name: given[name] for name in wanted & given.keys()}, wanted, path)
    anchor, state = fields["anchor"], fields["state"]
    if (state == FINAL) != (anchor is not None):
        raise MalformedError(f"{path}.anchor", "must be there if and only if the state is final")
    return PublicBatch(
        sequence=check_uint(fields["sequence"], f"{path}.sequence"),
        root=_word(fields["root"], f"{path}.root"),
        first=check_uint(fields["first"], f"{path}.first"),
        count=check_uint(fields["count"], f"{path}.count"),
        state=str(state),
        anchor=None if anchor is None else _anchor(anchor, f"{path}.anchor"),
    )


def _anchor(value: object, path: str) -> PublicAnchor:
    fields = check_object(value, frozenset({"transaction", "block"}), path)
    block = check_object(fields["block"], frozenset({"number", "hash", "time"}), f"{path}.block")
    return PublicAnchor(
        transaction=_word(fields["transaction"], f"{path}.transaction"),
        number=check_uint(block["number"], f"{path}.block.number"),
        hash=_word(block["hash"], f"{path}.block.hash"),
        time=check_uint(block["time"], f"{path}.block.time"),
    )


def _word(value: object, path: str) -> bytes:
    return bytes.fromhex(check_hex(value, 32, path)[2:])

"""People, posts and follows by COPY: 100,000 people with 1,000,000 posts and 200 follows each in some minutes.

Everybody follows the same number of people, far apart; posts are of everybody by turns, a second apart, sealed
in batches that are final, as posts of some age are.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask
from psycopg.sql import SQL, Identifier
from sqlalchemy import func, make_url, select, update

from bench.measure import say
from bench.stage import TEXT
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Anchor, Batch, Entry, Log
from webapp.outbox.models import Block, Transaction, TransactionState

BATCH = 10_000
ROWS_AT_ONCE = 5_000
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
POST_GAP = timedelta(seconds=1)
# Those that no constraint needs.
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes i
    WHERE schemaname = current_schema() AND tablename = %s
      AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)
"""
_ENTRIES = (
    "entries (id, log_id, author, record, kind, content, audience, salt_digest, accepted_at, "
    "batch_id, position, message)"
)


@dataclass(frozen=True)
class Size:
    """How large the town is; the star is one more person, whom ``followers`` of the others follow."""

    people: int = 100_000
    posts: int = 1_000_000
    follows: int = 200
    followers: int = 20_000

    @classmethod
    def of(cls, people: int) -> "Size":
        """Return the town of so many people: ten posts and at most 200 follows each, a fifth follow the star."""
        return cls(people, 10 * people, min(200, people // 3), max(1, people // 5))


def person_id(number: int) -> UUID:
    """Return somebody's account id."""
    return _id(FIRST - timedelta(days=1), number)


def post_id(number: int) -> UUID:
    """Return a post's id."""
    return _id(posted_at(number), number)


def posted_at(number: int) -> datetime:
    """Return when a post was made."""
    return FIRST + number * POST_GAP


def _id(moment: datetime, number: int) -> UUID:
    millis = int(moment.timestamp() * 1_000)
    return UUID(int=(millis << 80) | (7 << 76) | (2 << 62) | number)


def seed(app: Flask, size: Size, star: UUID) -> None:
    """Fill the application's database, which is PostgreSQL, with the open log and the star in it."""
    with app.app_context():
        log_id, position, entry = _place()
        _seal(log_id, position, size.posts)
        batches = _first_batch(log_id)
        db.session.remove()
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        # Rows that are made for each other need no look-up of each foreign key.
        connection.execute("SET session_replication_role = replica")
        tables: list[tuple[str, Callable[[], Iterable[str]]]] = [
            ("accounts (id, handle, name, role, created_at)", lambda: _accounts(size)),
            ("account_counts (account_id, followers, following, posts)", lambda: _counts(size)),
            ("authors (address, account_id, signs, created_at)", lambda: _authors(size)),
            (_ENTRIES, lambda: _entries(size, log_id, entry, position, batches)),
            (
                "posts (id, account_id, author, entry_id, audience, text, media, version, created_at)",
                lambda: _posts(size, entry),
            ),
            ("follows (follower_id, followee_id, created_at)", lambda: _follows(size, star)),
        ]
        connection.execute("SET maintenance_work_mem = '1GB'")
        for table, rows in tables:
            _copy(connection, table, rows())
        counted = "UPDATE account_counts SET followers = %s WHERE account_id = %s"
        connection.execute(counted, (size.followers, star))
        connection.execute(
            "SELECT setval(pg_get_serial_sequence('entries', 'id'), max(id)) FROM entries"
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _place() -> tuple[int, int, int]:
    """Return the open log, the position of its next entry, and the id before the next entry's."""
    log = db.session.scalars(select(Log).order_by(Log.id.desc())).first()
    if log is None:
        raise RuntimeError("the log is not open")
    newest = db.session.scalar(select(func.max(Entry.id))) or 0
    return log.id, log.next_position, newest + 1


def _first_batch(log_id: int) -> int:
    first = db.session.scalar(select(func.min(Batch.id)).where(Batch.log_id == log_id))
    return first or 0


def _seal(log_id: int, position: int, posts: int) -> None:
    """Write batches, with transactions and anchors that are final, in an empty log."""
    now = utc_now()
    with writing() as session:
        log = session.get_one(Log, log_id)
        block = session.scalars(select(Block).order_by(Block.number.desc())).first()
        number = 0 if block is None else block.number
        for sequence, first in enumerate(range(0, posts, BATCH)):
            count, root = min(BATCH, posts - first), _hash("root", sequence)
            transaction = Transaction(
                chain_ref=log.chain_ref,
                key=f"anchor:{log_id}:0x{root.hex()}",
                signer=log.anchorer,
                to=log.contract,
                data=b"",
                gas=60_000,
                nonce=1_000_000 + sequence,
                state=TransactionState.FINAL,
                created_at=now,
                sent_at=now,
                mined_at=now,
            )
            session.add(transaction)
            session.flush()
            place = {"log_id": log_id, "root": root, "sequence": sequence, "count": count}
            place["first"] = position + first
            session.add(Batch(**place, sealed_at=now, transaction_id=transaction.id))
            session.add(
                Anchor(
                    **place,
                    transaction_hash=_hash("transaction", sequence),
                    block_number=number,
                    block_hash=_hash("block", number),
                    block_time=int(now.timestamp()),
                    indexed_at=now,
                    final_at=now,
                )
            )
        fresh = {"next_position": position + posts, "next_sequence": -(-posts // BATCH)}
        session.execute(update(Log).where(Log.id == log_id).values(fresh))


def _copy(connection: "psycopg.Connection[Any]", table: str, rows: Iterable[str]) -> None:
    name = table.split(maxsplit=1)[0]
    say(f"seed: {name}")
    # Made anew in one go when the rows are there, which takes a fraction of the time.
    indexes = connection.execute(_INDEXES, (name,)).fetchall()
    for index, _ in indexes:
        connection.execute(SQL("DROP INDEX {}").format(Identifier(index)))
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        waiting: list[str] = []
        for row in rows:
            waiting.append(row)
            if len(waiting) == ROWS_AT_ONCE:
                copy.write("".join(waiting))
                waiting.clear()
        copy.write("".join(waiting))
    for _, definition in indexes:
        connection.execute(definition.encode())


def _hash(kind: str, number: int) -> bytes:
    return hashlib.sha256(f"{kind} {number}".encode()).digest()


def _address(number: int) -> str:
    return "0x" + _hash("author", number)[:20].hex()


def _accounts(size: Size) -> Iterator[str]:
    for number in range(size.people):
        yield f"{person_id(number)}\tperson{number}\tPerson {number}\tmember\t{FIRST}\n"


def _counts(size: Size) -> Iterator[str]:
    posts = size.posts // size.people
    for number in range(size.people):
        following = size.follows + (number < size.followers)
        yield f"{person_id(number)}\t{size.follows}\t{following}\t{posts}\n"


def _authors(size: Size) -> Iterator[str]:
    for number in range(size.people):
        yield f"{_address(number)}\t{person_id(number)}\tf\t{FIRST}\n"


def _entries(size: Size, log_id: int, entry: int, position: int, batch: int) -> Iterator[str]:
    for number in range(size.posts):
        content, salt = _hash("content", number).hex(), _hash("salt", number).hex()
        author, record = _address(number % size.people), post_id(number).hex
        yield (
            f"{entry + number}\t{log_id}\t{author}\t\\\\x{record}\t1\t\\\\x{content}\tpublic\t\\\\x{salt}\t"
            f"{posted_at(number)}\t{batch + number // BATCH}\t{position + number}\t{{}}\n"
        )


def _posts(size: Size, entry: int) -> Iterator[str]:
    for number in range(size.posts):
        author = number % size.people
        yield (
            f"{post_id(number)}\t{person_id(author)}\t{_address(author)}\t{entry + number}\tpublic\t"
            f"{number}: {TEXT}\t[]\t1\t{posted_at(number)}\n"
        )


def _follows(size: Size, star: UUID) -> Iterator[str]:
    """Everybody follows people at the same distances, which are spread over the whole town."""
    ids = [str(person_id(number)) for number in range(size.people)]
    apart = [1 + step * (size.people - 1) // size.follows for step in range(size.follows)]
    for number, follower in enumerate(ids):
        for distance in apart:
            yield f"{follower}\t{ids[(number + distance) % size.people]}\t{FIRST}\n"
        if number < size.followers:
            yield f"{follower}\t{star}\t{FIRST}\n"

"""Rows as the first release wrote them, at revision 0001, in every state that it knew.

They stay as they are: whatever migration comes later has to carry them over.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, MetaData, insert, text

Row = dict[str, Any]
NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ACCOUNT = UUID("0195a000-0000-7000-8000-000000000001")
AUTHOR, ANCHORER, CONTRACT, DEVICE = ("0x" + digit * 40 for digit in "1234")
# One batch of one post for each; all but the last have been signed.
STATES = ("final", "mined", "broadcast", "signed", "blocked_funds", "queued")
ZERO_HASH = "0x" + "00" * 32


def insert_rows(connection: Connection) -> Mapping[str, list[Row]]:
    """Insert the rows and return them by table."""
    return insert_all(connection, all_rows())


def insert_all(connection: Connection, rows: Mapping[str, list[Row]]) -> Mapping[str, list[Row]]:
    """Insert rows by table, in their order, into the tables that are there; return them."""
    tables = MetaData()
    tables.reflect(connection)
    sqlite = connection.dialect.name == "sqlite"
    for table, some in rows.items():
        # Reflected on SQLite, an id is what it is stored as: text.
        stored = [
            {name: _text(value) if sqlite else value for name, value in row.items()} for row in some
        ]
        connection.execute(insert(tables.tables[table]), stored)
        if not sqlite and isinstance(some[-1].get("id"), int):
            last = {"table": table, "last": some[-1]["id"]}
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"), last
            )
    return rows


def _text(value: Any) -> Any:
    return value.hex if isinstance(value, UUID) else value


def post_id(number: int) -> UUID:
    """Return the id of the post whose entry has that number."""
    return UUID(int=ACCOUNT.int + 1_000 + number)


def hashed(kind: str, number: int) -> bytes:
    """Return 32 bytes that differ by kind and number."""
    return kind.encode().ljust(30, b".") + number.to_bytes(2, "big")


def at(seconds: int) -> datetime:
    """Return a moment so many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def all_rows() -> dict[str, list[Row]]:
    """Return rows of every table, in an order in which they can be inserted."""
    batches = range(1, len(STATES) + 1)
    entries = range(1, len(STATES) + 2)  # the last one waits to be sealed
    return {
        **_people(),
        **_chain(len(STATES)),
        "transactions": [_transaction(number, STATES[number - 1]) for number in batches],
        "attempts": [_attempt(number) for number in batches if STATES[number - 1] != "queued"],
        "batches": [_batch(number) for number in batches],
        "anchors": [_anchor(1, at(30)), _anchor(2, None)],
        "entries": [_entry(number, number in batches) for number in entries],
        "author_heads": [
            {"log_id": 1, "author": AUTHOR, "next_sequence": 6, "leaf": hashed("leaf", 6)}
        ],
        "delegations": [
            {
                "entry_id": 1,
                "author": AUTHOR,
                "delegate": DEVICE,
                "expires_at": 1_900_000_000,
                "created_at": NOW,
            }
        ],
        "posts": [_post(number) for number in entries],
        "events": [
            {
                "id": 1,
                "type": "post.created",
                "account_id": ACCOUNT,
                "subject": str(post_id(1)),
                "data": {"version": 1},
                "created_at": NOW,
            }
        ],
        "job_claims": [{"job": "seal:1", "holder": "host:1:abc", "until": NOW}],
    }


def _people() -> dict[str, list[Row]]:
    kept = {"created_at": NOW}
    ended = {"last_used_at": NOW, "expires_at": at(2_592_000)}
    secret = "$argon2id$v=19$m=1,t=1,p=1$YWJj$ZGVm"
    return {
        "accounts": [
            {"id": ACCOUNT, "handle": "ada", "password_hash": secret, "role": "member", **kept}
        ],
        "sessions": [
            {"id": post_id(500), "account_id": ACCOUNT, "refresh_id": "r" * 36, **kept, **ended}
        ],
        "sign_in_nonces": [{"nonce": "n" * 32, "expires_at": at(600)}],
        "idempotency_keys": [
            {
                "id": post_id(501),
                "scope": "account",
                "key": "k",
                "fingerprint": hashed("fingerprint", 1),
                "status": 201,
                "headers": "{}",
                "subject": str(post_id(1)),
                "body": b"{}",
                **kept,
            }
        ],
        "authors": [{"address": AUTHOR, "account_id": ACCOUNT, "signs": False, **kept}],
    }


def _chain(batches: int) -> dict[str, list[Row]]:
    numbers = range(8)
    blocks = [
        {
            "chain_ref": 1,
            "number": number,
            "hash": hashed("block", number),
            "parent": hashed("block", number - 1) if number else bytes(32),
            "time": 1_772_366_400 + number,
        }
        for number in numbers
    ]
    log = {"contract": CONTRACT, "anchorer": ANCHORER, "created_at": NOW}
    counters = {"next_sequence": batches, "next_position": batches}
    return {
        "chains": [{"id": 1, "chain_id": 31_337, "genesis": hashed("block", 0), "first_block": 0}],
        "blocks": blocks,
        "logs": [{"id": 1, "chain_ref": 1, **log, **counters}],
    }


def _transaction(number: int, state: str) -> Row:
    signed = state != "queued"
    sent = state in ("final", "mined", "broadcast")
    return {
        "id": number,
        "chain_ref": 1,
        "key": f"anchor:1:0x{hashed('root', number).hex()}",
        "signer": ANCHORER,
        "to": CONTRACT,
        "data": b"\x01\x02\x03" + bytes([number]),
        "gas": 120_000,
        "nonce": number - 1 if signed else None,
        "state": state,
        "reason": "The account is out of funds" if state == "blocked_funds" else None,
        "created_at": at(number),
        "sent_at": at(number + 10) if sent else None,
        "mined_at": at(number + 20) if state in ("final", "mined") else None,
        "next_attempt_at": None,
    }


def _attempt(number: int) -> Row:
    mined = STATES[number - 1] in ("final", "mined")
    return {
        "id": number,
        "transaction_id": number,
        "hash": hashed("attempt", number),
        "raw": b"\x02raw" + bytes([number]),
        "max_fee": 2_000_000_000 + number,
        "priority_fee": 1_000_000_000,
        "created_at": at(number),
        "sent_at": at(number + 10) if mined else None,
        "block_number": number + 1 if mined else None,
        "gas_used": 52_500 if mined else None,
    }


def _batch(number: int) -> Row:
    place = {"sequence": number - 1, "first": number - 1, "count": 1}
    keys = {"id": number, "log_id": 1, "transaction_id": number}
    return {**keys, "root": hashed("root", number), **place, "sealed_at": at(number)}


def _anchor(number: int, final_at: datetime | None) -> Row:
    return {
        "log_id": 1,
        "root": hashed("root", number),
        "sequence": number - 1,
        "first": number - 1,
        "count": 1,
        "transaction_hash": hashed("attempt", number),
        "block_number": number + 1,
        "block_hash": hashed("block", number + 1),
        "block_time": 1_772_366_401 + number,
        "indexed_at": at(25),
        "final_at": final_at,
    }


def _entry(number: int, sealed: bool) -> Row:
    place = {
        "batch_id": number,
        "position": number - 1,
        "sequence": number - 1,
        "previous": hashed("leaf", number - 1) if number > 1 else bytes(32),
        "leaf": hashed("leaf", number),
        "proof": b"",
    }
    return {
        "id": number,
        "log_id": 1,
        "author": AUTHOR,
        "record": post_id(number).bytes,
        "kind": 1,
        "content": hashed("content", number),
        "signature": None,
        "message": _message(number),
        "audience": "public",
        "salt_digest": hashed("salt", number),
        "delegation_id": None,
        "accepted_at": at(number),
        **(place if sealed else dict.fromkeys(place)),
    }


def _message(number: int) -> Row:
    return {
        "id": "0x" + post_id(number).hex,
        "author": AUTHOR,
        "audience": "public",
        "text": f"post {number} — «naïve» ✓",
        "media": [],
        "replyTo": ZERO_HASH,
        "quotes": ZERO_HASH,
        "replaces": ZERO_HASH,
        "notBefore": {"number": 0, "hash": "0x" + hashed("block", 0).hex()},
        "salt": "0x" + hashed("grain", number).hex(),
    }


def _post(number: int) -> Row:
    return {
        "id": post_id(number),
        "account_id": ACCOUNT,
        "author": AUTHOR,
        "entry_id": number,
        "audience": "public",
        "text": _message(number)["text"],
        "media": [],
        "reply_to": None,
        "quotes": None,
        "version": 1,
        "created_at": at(number),
        "edited_at": None,
        "deleted_at": None,
    }

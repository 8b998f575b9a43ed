"""People of a simulation: their wallets and what they sign, the same for the same seed."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eth_account import Account as Wallet
from eth_account.signers.local import LocalAccount

from chain.proofs.domain import digest
from chain.proofs.records import ZERO_HASH, Kind, content
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Author
from webapp.log.service import current_log, newest_final_block
from webapp.posts.together import SignedPost

# Blocks above one that is final, in every simulation.
DEPTH = 4


@dataclass
class Person:
    """Somebody with a wallet; `posts` are the ids and contents of what is published and not deleted."""

    wallet: LocalAccount
    account: UUID
    posts: list[tuple[bytes, str]]

    @property
    def address(self) -> str:
        return str(self.wallet.address).lower()


def settle_people(chance: random.Random, count: int) -> list[Person]:
    """Give accounts to some people; needs an application context."""
    found = [
        Person(Wallet.from_key(chance.randbytes(32)), UUID(bytes=chance.randbytes(16)), [])
        for _ in range(count)
    ]
    with writing() as session:
        session.add_all(Account(id=one.account, created_at=utc_now()) for one in found)
        session.flush()
        for one in found:
            mine = {"address": one.address, "account_id": one.account, "signs": True}
            session.add(Author(**mine, created_at=utc_now()))
    return found


def sign_post(
    person: Person, chance: random.Random, text: str, edited: tuple[bytes, str] | None = None
) -> SignedPost:
    """Sign a post, or a new version of one."""
    record_id, replaces = edited or (chance.randbytes(16), ZERO_HASH)
    message = _head(person, record_id) | {
        "audience": "public",
        "text": text,
        "media": [],
        "replyTo": ZERO_HASH,
        "quotes": ZERO_HASH,
        "replaces": replaces,
        "salt": "0x" + chance.randbytes(32).hex(),
    }
    return SignedPost(person.account, message, _sign(person, Kind.POST, message))


def sign_deletion(person: Person, post: tuple[bytes, str]) -> tuple[dict[str, Any], bytes]:
    """Sign the end of a post."""
    message = _head(person, post[0]) | {"replaces": post[1]}
    return message, _sign(person, Kind.DELETION, message)


def place(post: SignedPost) -> tuple[bytes, str]:
    """Return a post's id and content hash, which its next version has to name."""
    message: Any = post.message
    return bytes.fromhex(message["id"][2:]), "0x" + content(Kind.POST, message).hex()


def without(posts: Iterable[tuple[bytes, str]], record_id: bytes) -> list[tuple[bytes, str]]:
    """Return all posts but one."""
    return [one for one in posts if one[0] != record_id]


def _head(person: Person, record_id: bytes) -> dict[str, Any]:
    session = db.session()
    block = newest_final_block(session, current_log(session))
    session.rollback()
    named = {"number": block.number, "hash": "0x" + block.hash.hex()}
    return {"id": "0x" + record_id.hex(), "author": person.address, "notBefore": named}


def _sign(person: Person, kind: Kind, message: dict[str, Any]) -> bytes:
    domain = current_log(db.session()).domain
    db.session.rollback()
    return bytes(person.wallet.unsafe_sign_hash(digest(domain, content(kind, message))).signature)

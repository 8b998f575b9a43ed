"""The place of badges beside people and posts: who vouches for an address.

What they say is the business of a feature that stands to the right of both, which the application puts in here.
"""

from collections.abc import Callable, Collection
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, column, literal, select, table
from sqlalchemy.orm import Session

from chain.proofs.claim_file import ClaimFile

EXTENSION, FILES = "troth_badges", "troth_claim_files"
Badges = dict[str, list[dict[str, Any]]]
_EVENTS = table("claim_events", column("subject"))
# In a query with an `author`: whether anybody ever said anything of them on a chain; without that they have no badge.
SPOKEN_OF = select(literal(1)).where(_EVENTS.c.subject == bindparam("author")).exists()


def badges_of(session: Session, addresses: Collection[str]) -> Badges:
    """Return the badges of addresses, as JSON values, in one query for all; those without any are left out."""
    find: Callable[[Session, Collection[str]], Badges] = current_app.extensions[EXTENSION]
    return find(session, addresses) if addresses else {}


def badges_of_one(session: Session, address: str) -> list[dict[str, Any]]:
    """Return the badges of one address."""
    return badges_of(session, (address,)).get(address, [])


def claim_files(
    session: Session, author: str, chain_ref: int, moment: int
) -> tuple[ClaimFile, ...]:
    """Return the claim files that an author discloses, of what was valid at a moment of a chain (seconds)."""
    find: Callable[[Session, str, int, int], tuple[ClaimFile, ...]] = current_app.extensions[FILES]
    return find(session, author, chain_ref, moment)

"""What a recovery, or a new password that is to, closes beside sessions and apps.

Each feature gives closers of what would go on telling a thief.

A closer runs in the transaction that closes the account to others, under the lock of its row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

_EXTENSION = "troth_closers"


@dataclass(frozen=True)
class Closer:
    """Closes what one feature keeps open for an account; needs the open write transaction."""

    name: str
    close: Callable[[Session, UUID], None]


def closers() -> Sequence[Closer]:
    """Return the closers that the application's features gave."""
    found: Sequence[Closer] = current_app.extensions[_EXTENSION]
    return found

"""Transactions that PostgreSQL ended because two waited for each other: they are made once more."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from webapp.database import is_deadlock

TRIES = 5
Found = TypeVar("Found")


def untangled(work: Callable[[], Found]) -> Found:
    """Do work that is one transaction, or may be begun again, up to TRIES times; raises OperationalError."""
    for _ in range(TRIES - 1):
        try:
            return work()
        except OperationalError as error:
            if not is_deadlock(error):
                raise
    return work()

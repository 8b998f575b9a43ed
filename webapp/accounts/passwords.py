"""Passwords: argon2id with the library's defaults (RFC 9106, low-memory profile)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from webapp.accounts.errors import PasswordRefusedError

SHORTEST, LONGEST = 10, 256
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; raises PasswordRefusedError."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordRefusedError(len(password))
    return _hasher.hash(password)


@cache
def _nobody() -> str:
    """Return a hash to check against when there is no such handle: both answers take as long."""
    return _hasher.hash("nobody has this password")


def password_matches(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is right; takes as long when there is no hash at all."""
    try:
        _hasher.verify(password_hash or _nobody(), password[: LONGEST + 1])
    except VerificationError:
        return False
    return password_hash is not None

"""Who is believed here: this server's own issuer, and those that its operator trusts.

The own one's address stands among the chain's signers, where setting up puts it: its key is the worker's business,
and no page opens a keystore.
"""

from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.chain_access import settings
from webapp.config import listed
from webapp.extensions import table_of
from webapp.identities.errors import ClaimsUnavailableError
from webapp.log.models import Log
from webapp.outbox.models import SignerAccount, SignerRole

_S, _L = table_of(SignerAccount).c, table_of(Log).c
# The chain that the log is on now.
CHAIN = select(_L.chain_ref).order_by(_L.id.desc()).limit(1).scalar_subquery()
OWN = (
    select(_S.address)
    .where(_S.chain_ref == CHAIN, _S.role == str(SignerRole.ISSUER))
    .order_by(_S.address)
    .limit(1)
)


def own_issuer(session: Session) -> str | None:
    """Return the address that vouches in this server's name, None where nobody does."""
    return session.scalar(OWN)


def needed_issuer(session: Session) -> str:
    """Return the same; raises ClaimsUnavailableError where nobody does."""
    found = own_issuer(session)
    if found is None:
        raise ClaimsUnavailableError
    return found


def named_issuers() -> dict[str, str]:
    """Return the names, by address, of the other issuers that the operator trusts."""
    return _named(settings().trusted_issuers)


def trusted_issuers(session: Session) -> dict[str, str]:
    """Return the names, by address, of all issuers whose claims are shown."""
    own = own_issuer(session)
    return named_issuers() if own is None else {**named_issuers(), own: settings().issuer_name}


@cache
def _named(text: str) -> dict[str, str]:
    found = {}
    for item in listed(text):
        address, _, name = item.partition("=")
        found[address.strip().lower()] = name.strip()
    return found

"""Claims on a test's chain: issuers, and what was indexed of them."""

from dataclasses import dataclass

from sqlalchemy import select

from chain.claims import DOMAIN
from chain.client import ChainClient
from chain.contracts import IdentityRegistry, NewClaim
from chain.deploy import IDENTITY_REGISTRY, Sender
from chain.local import LocalChain
from webapp.extensions import db
from webapp.identities.models import ClaimEvent
from webapp.outbox.models import Registry

SUBJECT = "0x" + "5b" * 20


@dataclass(frozen=True)
class Issuer:
    """An issuer that is not Troth's own: one of the development chain's accounts."""

    sender: Sender

    @classmethod
    def of(cls, client: ChainClient, account: int = 3) -> "Issuer":
        return cls(LocalChain(client).sender(account))

    @property
    def address(self) -> str:
        return self.sender.signer.address

    def issue(self, digest: bytes, subject: str = SUBJECT, expires_at: int = 0) -> int:
        """Issue a claim; return the number of its block."""
        call = IdentityRegistry.issue(NewClaim(subject, DOMAIN, digest, expires_at))
        return self.sender.send(IDENTITY_REGISTRY.address, call).block_number

    def revoke(self, digest: bytes, subject: str = SUBJECT, reason: int = 2) -> int:
        call = IdentityRegistry.revoke(subject, DOMAIN, digest, reason)
        return self.sender.send(IDENTITY_REGISTRY.address, call).block_number


def digest_of(number: int) -> bytes:
    """Return a digest that a test can tell from others."""
    return number.to_bytes(32)


def indexed() -> list[tuple[int, int, bool]]:
    """Return (digest as a number, status, final) of all indexed events, in the chain's order."""
    db.session.rollback()
    order = (ClaimEvent.block_number, ClaimEvent.log_index)
    rows = db.session.scalars(select(ClaimEvent).order_by(*order)).all()
    found = [(int.from_bytes(one.digest), one.status, one.final_at is not None) for one in rows]
    db.session.rollback()
    return found


def registry() -> Registry:
    """Return the row of IdentityRegistry, as it is now."""
    db.session.rollback()
    found = db.session.get_one(Registry, (1, "identity"))
    db.session.refresh(found)
    return found

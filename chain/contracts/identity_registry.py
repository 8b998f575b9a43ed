"""IdentityRegistry as Python: calldata, readers and decoded events."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from chain.client import BlockId
from chain.contracts.abi import Contract, EventFragment, Fragment
from chain.wire import Log

ISSUE = Fragment("issue(address,bytes32,bytes32,uint64)")
ISSUE_MANY = Fragment("issueMany((address,uint64,bytes32,bytes32)[])")
REVOKE = Fragment("revoke(address,bytes32,bytes32,uint8)")
DECLINE = Fragment("decline(address,bytes32,bytes32)")
STATUS_OF = Fragment("statusOf(address,address,bytes32,bytes32)", ("uint8",))
CLAIM_OF = Fragment(
    "claimOf(address,address,bytes32,bytes32)", ("uint8", "uint64", "uint64", "uint64", "uint8")
)
EIP712_DOMAIN = Fragment(
    "eip712Domain()",
    ("bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"),
)
FUNCTIONS = (ISSUE, ISSUE_MANY, REVOKE, DECLINE, STATUS_OF, CLAIM_OF, EIP712_DOMAIN)

ERRORS = (
    Fragment("IncompleteClaim(address,bytes32,bytes32)"),
    Fragment("ExpiryPassed(uint64,uint64)"),
    Fragment("EmptyBatch()"),
    Fragment("NotIssued(address,address,bytes32,bytes32)"),
    Fragment("ClaimEnded(address,address,bytes32,bytes32,uint8)"),
)

ISSUED = EventFragment("Issued(address,address,bytes32,bytes32,uint64)", indexed=3)
REVOKED = EventFragment("Revoked(address,address,bytes32,bytes32,uint8)", indexed=3)
DECLINED = EventFragment("Declined(address,address,bytes32,bytes32)", indexed=3)
EVENTS = (ISSUED, REVOKED, DECLINED)
_EVENT_BY_TOPIC = {event.topic: event for event in EVENTS}


class ClaimStatus(IntEnum):
    """What a claim is worth, by the contract's number; REVOKED and DECLINED are final."""

    NONE = 0
    VALID = 1
    EXPIRED = 2
    REVOKED = 3
    DECLINED = 4


class RevocationReason(IntEnum):
    """Why a claim was revoked; an issuer gives numbers from 128 on a meaning of its own."""

    UNSPECIFIED = 0
    MISTAKE = 1
    NO_LONGER_TRUE = 2
    REPLACED = 3
    ASKED_BY_SUBJECT = 4
    KEY_UNSAFE = 5


@dataclass(frozen=True)
class ClaimKey:
    """What a claim is known by: addresses in lower-case 0x, schema and digest of 32 bytes."""

    issuer: str
    subject: str
    schema: bytes
    digest: bytes


@dataclass(frozen=True)
class NewClaim:
    """What is to be issued; `expires_at` is the last valid second since 1970, 0 for no end."""

    subject: str
    schema: bytes
    digest: bytes
    expires_at: int = 0


@dataclass(frozen=True)
class ClaimState:
    """All that the contract holds of a claim; times in seconds since 1970, 0 for none."""

    status: ClaimStatus
    issued_at: int
    expires_at: int
    ended_at: int
    reason: int


@dataclass(frozen=True)
class ClaimChange:
    """A decoded event and where it stands on the chain.

    `status` is VALID for a claim that was issued or renewed, with `expires_at`; else REVOKED, with
    `reason`, or DECLINED. The last change of a key up to a block says what held after that block.
    """

    key: ClaimKey
    status: ClaimStatus
    expires_at: int
    reason: int
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int


class IdentityRegistry(Contract):
    """Who vouches for whom (contracts/interfaces/IIdentityRegistry.sol)."""

    @staticmethod
    def issue(claim: NewClaim) -> bytes:
        """Return the calldata by which the sender vouches, or renews."""
        return ISSUE.encode(claim.subject, claim.schema, claim.digest, claim.expires_at)

    @staticmethod
    def issue_many(claims: Sequence[NewClaim]) -> bytes:
        """Return the calldata that issues all of the claims, or none."""
        rows = [(one.subject, one.expires_at, one.schema, one.digest) for one in claims]
        return ISSUE_MANY.encode(rows)

    @staticmethod
    def revoke(subject: str, schema: bytes, digest: bytes, reason: int) -> bytes:
        """Return the calldata by which the sender takes a claim of its own back; reason 0 to 255."""
        return REVOKE.encode(subject, schema, digest, reason)

    @staticmethod
    def decline(issuer: str, schema: bytes, digest: bytes) -> bytes:
        """Return the calldata by which the sender refuses a claim about itself."""
        return DECLINE.encode(issuer, schema, digest)

    def status_of(self, key: ClaimKey, block: BlockId = "latest") -> ClaimStatus:
        """Return what a claim is worth after a block, at that block's time."""
        answer = self._read(STATUS_OF, block, key.issuer, key.subject, key.schema, key.digest)
        return ClaimStatus(answer[0])

    def claim_of(self, key: ClaimKey, block: BlockId = "latest") -> ClaimState:
        """Return all that is held of a claim; its status is NONE if it was never issued."""
        status, *rest = self._read(CLAIM_OF, block, key.issuer, key.subject, key.schema, key.digest)
        return ClaimState(ClaimStatus(status), *rest)


def decode_claim_change(log: Log) -> ClaimChange:
    """Read an Issued, Revoked or Declined event; raises ValueError for any other event."""
    event = _EVENT_BY_TOPIC.get(log.topics[0]) if log.topics else None
    if event is None:
        raise ValueError(f"log {log.log_index} of block {log.block_number} is about no claim")
    issuer, subject, schema, digest, *rest = event.decode(log)
    status = {
        ISSUED: ClaimStatus.VALID,
        REVOKED: ClaimStatus.REVOKED,
        DECLINED: ClaimStatus.DECLINED,
    }[event]
    return ClaimChange(
        key=ClaimKey(issuer, subject, schema, digest),
        status=status,
        expires_at=rest[0] if event is ISSUED else 0,
        reason=rest[0] if event is REVOKED else 0,
        block_number=log.block_number,
        block_hash=log.block_hash,
        transaction_hash=log.transaction_hash,
        log_index=log.log_index,
    )

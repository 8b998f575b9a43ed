"""What issuers say of addresses, now or at a moment: the fold of the registry's events.

One query for however many addresses: the newest event of each key, and of those no more for each address than are
shown. A moment before the newest block is answered from the events up to it, as the contract would have answered.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from chain.contracts import ClaimStatus
from webapp.badges import Badges
from webapp.chain_access import settings
from webapp.columns import iso, utc_now
from webapp.extensions import table_of
from webapp.identities.issuers import CHAIN, OWN, named_issuers
from webapp.identities.kinds import KIND_OF, End, reason_text
from webapp.identities.models import ClaimEvent, IdentityClaim
from webapp.identities.sealing import opened
from webapp.messages.errors import UnreadableError

MOST_KEYS, MOST_BADGES = 50, 8
# So many of the badges are kept for what its issuer took back: new ones do not push that out of sight.
KEPT_FOR_REVOKED = 2
DECLINED_TEXT = "Its subject declined it"
VALID, EXPIRED, REVOKED, DECLINED = "valid", "expired", "revoked", "declined"
_ORDER = {VALID: 0, EXPIRED: 1, REVOKED: 2, DECLINED: 3}
_E, _C = table_of(ClaimEvent), table_of(IdentityClaim)
_KEY = (_E.c.issuer, _E.c.subject, _E.c.schema, _E.c.digest)
_SUBJECTS = bindparam("subjects", expanding=True, type_=_E.c.subject.type)
_ISSUERS = bindparam("issuers", expanding=True, type_=_E.c.issuer.type)
_NEWEST = (_E.c.block_number.desc(), _E.c.log_index.desc())


@dataclass(frozen=True)
class Vouched:
    """What an issuer says of an address: moments in UTC; ``value`` only where its subject shows it.

    ``state`` is valid, expired, revoked or declined at the moment that was asked for.
    """

    subject: str
    issuer: str
    issuer_name: str
    schema: bytes
    digest: bytes
    state: str
    value: str | None
    basis: str | None
    issued_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    reason: str | None

    @property
    def kind(self) -> str:
        """The kind that the schema stands for, `other` where it is an issuer's own."""
        return str(KIND_OF.get(self.schema, "other"))

    def to_json(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {
            "kind": self.kind,
            "schema": "0x" + self.schema.hex(),
            "issuer": {"address": self.issuer, "name": self.issuer_name},
            "state": self.state,
            "value": self.value,
            "basis": self.basis,
            "issued_at": iso(self.issued_at),
            "expires_at": iso(self.expires_at),
            "ended_at": iso(self.ended_at),
            "reason": self.reason,
            "digest": "0x" + self.digest.hex(),
        }


def vouched(
    session: Session, subjects: Collection[str], at: datetime | None = None
) -> dict[str, list[Vouched]]:
    """Return what trusted issuers say of addresses, valid ones first, then what ended last."""
    others, own_name = named_issuers(), settings().issuer_name
    found: dict[str, list[Vouched]] = defaultdict(list)
    if not subjects:
        return found
    query = _NOW
    asked: dict[str, Any] = {"subjects": list(subjects), "issuers": list(others)}
    if at is not None:
        query = _THEN
        asked["until"] = int(at.timestamp())
    for row in session.execute(query, asked):
        found[row.subject].append(_vouched(row, others.get(row.issuer, own_name), at))
    for items in found.values():
        items.sort(
            key=lambda one: (_ORDER[one.state], -(one.ended_at or one.issued_at).timestamp())
        )
    return found


def badges(session: Session, subjects: Collection[str]) -> Badges:
    """Return what stands beside people and posts; what a subject declined does not."""
    found = vouched(session, subjects)
    return {subject: [one.to_json() for one in _beside(items)] for subject, items in found.items()}


def _beside(items: list[Vouched]) -> list[Vouched]:
    """Choose what stands beside a person, in the order that is given: the first ones, and the newest ends."""
    held = [one for one in items if one.state != DECLINED]
    kept = [one for one in held if one.state == REVOKED][:KEPT_FOR_REVOKED]
    others = [one for one in held if one not in kept][: MOST_BADGES - len(kept)]
    return [one for one in held if one in kept or one in others]


def _query(*, at_a_moment: bool) -> Select[Any]:
    """Return the query of ``subjects`` and ``issuers``, of what was said up to the time ``until`` if asked."""
    place = func.row_number().over(partition_by=_KEY, order_by=_NEWEST).label("place")
    first = func.min(_E.c.block_time).over(partition_by=_KEY).label("first_time")
    believed = or_(_E.c.issuer == OWN.scalar_subquery(), _E.c.issuer.in_(_ISSUERS))
    mine = (_E.c.subject.in_(_SUBJECTS), believed, _E.c.chain_ref == CHAIN)
    events = select(_E, place, first).where(*mine)
    if at_a_moment:
        events = events.where(_E.c.block_time <= bindparam("until", type_=_E.c.block_time.type))
    each = events.subquery("each")
    rank = func.row_number().over(
        partition_by=each.c.subject,
        order_by=(each.c.status, each.c.block_number.desc(), each.c.log_index.desc()),
    )
    newest = select(each, rank.label("rank")).where(each.c.place == 1).subquery("newest")
    told = ("id", "sealed", "key_id", "shown", "method", "end", "ended_at", "revoke_reason")
    claim = [_C.c[name].label(f"claim_{name}") for name in told]
    same = and_(_C.c.digest == newest.c.digest, _C.c.issuer == newest.c.issuer)
    return (
        select(newest, *claim)
        .select_from(newest.outerjoin(_C, same))
        .where(newest.c.rank <= MOST_KEYS)
    )


# Every list of posts asks: to build the query takes longer than to run it.
_NOW, _THEN = _query(at_a_moment=False), _query(at_a_moment=True)


def _vouched(row: Row[Any], name: str, at: datetime | None) -> Vouched:
    state, ended, reason = _state(row, at)
    return Vouched(
        subject=row.subject,
        issuer=row.issuer,
        issuer_name=name,
        schema=row.schema,
        digest=row.digest,
        state=state,
        value=shown_value(row.claim_id, row.claim_shown, row.claim_sealed, row.claim_key_id),
        basis=row.claim_method,
        issued_at=_moment(row.first_time),
        expires_at=_moment(row.expires_at) if row.expires_at else None,
        ended_at=ended,
        reason=reason,
    )


def _state(row: Row[Any], at: datetime | None) -> tuple[str, datetime | None, str | None]:
    """Return state, when it ended, and why: in the registry's words, since what people wrote is private."""
    declined = row.claim_end == End.DECLINED and (at is None or row.claim_ended_at <= at)
    if declined and row.status != ClaimStatus.DECLINED:
        # What the chain has of that is a revocation by the issuer.
        return DECLINED, row.claim_ended_at, DECLINED_TEXT
    if row.status == ClaimStatus.REVOKED:
        return REVOKED, _moment(row.block_time), reason_text(row.reason)
    if row.status == ClaimStatus.DECLINED:
        return DECLINED, _moment(row.block_time), DECLINED_TEXT
    if at is None and row.claim_end not in (None, End.EXPIRED):
        # Taken back here already; the chain is told as soon as it can be.
        return REVOKED, row.claim_ended_at, reason_text(row.claim_revoke_reason or 0)
    if row.expires_at and row.expires_at < int((at or utc_now()).timestamp()):
        return EXPIRED, _moment(row.expires_at), "Its time has passed"
    return VALID, None, None


def shown_value(
    claim_id: UUID | None, shown: bool | None, sealed: bytes | None, key_id: str | None
) -> str | None:
    """Return a claim's value where its subject shows it to everybody, None also where its key is not here."""
    if claim_id is None or not shown:
        return None
    try:
        secret = opened(claim_id, sealed, key_id)
    except UnreadableError:
        return None  # a badge without its value must not cost a page
    return None if secret is None else secret.value


LAST_SECOND = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(seconds, LAST_SECOND), UTC)

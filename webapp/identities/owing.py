"""Owing claims to the chain: new ones and renewals in batches, revocations one by one, each once.

Which claims a transaction is for stands in their rows, in the commit that owes it. A batch that the chain refused,
since one claim in it ended meanwhile, is owed again claim by claim.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from chain.contracts import ClaimStatus, IdentityRegistry, NewClaim
from webapp.accounts.models import Account
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import locked, writing
from webapp.extensions import db
from webapp.identities.issuers import own_issuer
from webapp.identities.kinds import MOST_SENDS, RENEW_BEFORE, RENEWED, SCHEMAS, ClaimKind
from webapp.identities.models import IdentityClaim
from webapp.identities.states import expiry_of, newest_events
from webapp.log.errors import LogNotOpenError
from webapp.log.service import current_log
from webapp.outbox.models import Chain, RegistryKind, SignerRole, Transaction, TransactionState
from webapp.outbox.registries import known_registries
from webapp.outbox.service import owe

MOST_IN_BATCH = 100
MOST_REVOKED = 50
# Measured: 48,397 for one, 27,509 for each of a hundred. Room for both; what is not used is not paid.
BASE_GAS, CLAIM_GAS, REVOKE_GAS = 60_000, 40_000, 80_000
DAY = timedelta(days=1)
DEAD_END = (TransactionState.REVERTED, TransactionState.DEAD)
KEY = "claims:"
_C = IdentityClaim
log = structlog.get_logger(__name__)


class Place:
    """Where claims go to: the chain's row, the registry there, and the issuer."""

    def __init__(self, chain_ref: int, registry: str, issuer: str) -> None:
        self.chain_ref, self.registry, self.issuer = chain_ref, registry, issuer


def find_place(session: Session) -> Place | None:
    """Return where claims go to, None while no log is open, no registry known, or nobody vouches here."""
    issuer = own_issuer(session)
    try:
        chain_ref = current_log(session).chain_ref
    except LogNotOpenError:
        return None
    known = {one.kind: one.address for one in known_registries(session, chain_ref)}
    registry = known.get(RegistryKind.IDENTITY)
    if issuer is None or registry is None:
        return None
    return Place(chain_ref, registry, issuer)


def owe_all() -> int:
    """Owe what is due; return how many transactions are owed more than before."""
    session = db.session()
    place = find_place(session)
    session.rollback()
    if place is None:
        return 0
    _take_back_refused()
    _take_back_revocations()
    _take_back_left(place)
    return _owe_revocations(place) + _owe_new(place) + _owe_renewals(place)


def _owe_new(place: Place) -> int:
    to_issue = (_C.checked_at.is_not(None), _C.transaction_id.is_(None), _C.ended_at.is_(None))
    count = 0
    while _is_due(to_issue):
        with writing() as session:
            claims = _next(session, to_issue)[: _left_today(session)]
            if not claims:
                break
            for one in claims:
                one.issuer = place.issuer
            _owe_batch(session, place, claims, "transaction_id")
        count += 1
    return count


def _owe_renewals(place: Place) -> int:
    """Renew what is looked at daily and was found in order, well before its time has passed."""
    soon = int((utc_now() + RENEW_BEFORE).timestamp())
    due = (
        _C.expires_at < soon,
        _C.kind.in_([str(one) for one in RENEWED]),
        _C.transaction_id.is_not(None),
        _C.ended_at.is_(None),
        _C.failing_since.is_(None),
        _C.issuer == place.issuer,
        _C.tries < MOST_SENDS,
        _C.account_id.not_in(select(Account.id).where(Account.suspended_at.is_not(None))),
    )
    if db.session.scalar(select(_C.id).where(*due).limit(1)) is None:
        db.session.rollback()
        return 0
    db.session.rollback()
    with writing() as session:
        claims = _next(session, due)
        events = newest_events(session, [one.digest for one in claims])
        claims = [one for one in claims if _is_valid(events.get(one.digest))]
        if not claims:
            return 0
        _owe_batch(session, place, claims, "renewal_id")
    return 1


def _is_valid(event: Any) -> bool:
    """Tell whether the registry says a claim still: what ended there cannot be issued again."""
    return event is not None and event.status == ClaimStatus.VALID


def issued_today(session: Session) -> int:
    """Return how many claims were owed to the chain within a day, for the bound on what that costs."""
    query = select(func.count(_C.id)).join(Transaction, Transaction.id == _C.transaction_id)
    return session.scalar(query.where(Transaction.created_at > utc_now() - DAY)) or 0


def _left_today(session: Session) -> int:
    left = max(0, settings().claims_per_day - issued_today(session))
    if not left:
        log.warning("claims.bound_reached", claims_per_day=settings().claims_per_day)
    return left


def _is_due(to_issue: Sequence[ColumnElement[bool]]) -> bool:
    """Tell whether enough claims wait, or one waits long enough."""
    session = db.session()
    query = select(func.count(_C.id), func.min(_C.checked_at)).where(*to_issue)
    count, oldest = session.execute(query).one()
    session.rollback()
    if not count or oldest is None:
        return False
    waited = utc_now() - oldest
    patience = timedelta(seconds=settings().seal_seconds)
    return bool(count >= MOST_IN_BATCH or waited >= patience or waited < -timedelta(minutes=1))


def _next(session: Session, terms: Sequence[ColumnElement[bool]]) -> list[IdentityClaim]:
    """Lock the next batch; one that the chain refused before goes alone."""
    query = select(_C).where(*terms).order_by(_C.tries, _C.checked_at, _C.id).limit(MOST_IN_BATCH)
    claims = list(session.scalars(locked(session, query)))
    fresh = [one for one in claims if not one.tries]
    return fresh or claims[:1]


def _owe_batch(session: Session, place: Place, claims: Sequence[Any], column: str) -> None:
    now = utc_now()
    for one in claims:
        one.expires_at = expiry_of(one.kind, now)
    rows = [
        NewClaim(one.subject, SCHEMAS[ClaimKind(one.kind)], one.digest, one.expires_at)
        for one in claims
    ]
    owed = _owe(
        session,
        place,
        f"{KEY}{uuid7()}",
        IdentityRegistry.issue_many(rows),
        BASE_GAS + CLAIM_GAS * len(rows),
    )
    for one in claims:
        setattr(one, column, owed.id)
    session.flush()
    log.info("claims.owed", transaction=owed.id, claims=len(rows), what=column)


def _owe_revocations(place: Place) -> int:
    """Owe the revocation of what ended, once the chain has it: before that there is nothing to revoke."""
    due = (
        _C.revoke_reason.is_not(None),
        _C.revocation_id.is_(None),
        _C.transaction_id.is_not(None),
        _C.issuer == place.issuer,
    )
    if db.session.scalar(select(_C.id).where(*due).limit(1)) is None:
        db.session.rollback()
        return 0
    db.session.rollback()
    count = 0
    with writing() as session:
        query = select(_C).where(*due).order_by(_C.ended_at, _C.id).limit(MOST_REVOKED)
        claims = list(session.scalars(locked(session, query)))
        events = newest_events(session, [one.digest for one in claims])
        for one in claims:
            event = events.get(one.digest)
            if event is None:
                _forget_unsent(session, one)
            elif _is_over(event, place):
                one.revoke_reason = None
            elif event.status == ClaimStatus.VALID:
                schema, reason = SCHEMAS[ClaimKind(one.kind)], one.revoke_reason or 0
                call = IdentityRegistry.revoke(one.subject, schema, one.digest, reason)
                owed = _owe(session, place, f"{KEY}revoke:{uuid7()}", call, REVOKE_GAS)
                one.revocation_id = owed.id
                count += 1
        session.flush()
    return count


def _is_over(event: Any, place: Place) -> bool:
    """Tell whether the chain has nothing to revoke for good: until an end is final, a reorg may take it back."""
    gone = event.chain_ref != place.chain_ref
    return gone or (event.status != ClaimStatus.VALID and event.final_at is not None)


def _forget_unsent(session: Session, claim: IdentityClaim) -> None:
    """Let be over what never gets to the chain."""
    transaction = session.get_one(Transaction, claim.transaction_id)
    if transaction.state in DEAD_END:
        claim.revoke_reason = None


def _take_back_refused() -> None:
    """Take claims out of a batch that the chain refused, to be owed again alone; those that ended stay out."""
    for column in (_C.transaction_id, _C.renewal_id):
        query = (
            select(_C.id, column)
            .join(Transaction, Transaction.id == column)
            .where(Transaction.state.in_(DEAD_END), _C.ended_at.is_(None), _C.tries < MOST_SENDS)
            .limit(MOST_IN_BATCH)
        )
        found = db.session.execute(query).all()
        db.session.rollback()
        if not found:
            continue
        with writing() as session:
            chosen = select(_C).where(_C.id.in_([row.id for row in found]), _C.ended_at.is_(None))
            claims = list(session.scalars(locked(session, chosen.order_by(_C.id))))
            events = newest_events(session, [one.digest for one in claims])
            for one in claims:
                one.tries += 1
                if one.tries < MOST_SENDS or column is _C.renewal_id:
                    _take_back(one, column.key, events.get(one.digest))


def _take_back_revocations() -> None:
    """Let a revocation that the chain refused, or that never got there, be owed again, a few times."""
    refused = (
        Transaction.state.in_(DEAD_END),
        _C.revoke_reason.is_not(None),
        _C.tries < MOST_SENDS,
    )
    query = select(_C.id).join(Transaction, Transaction.id == _C.revocation_id).where(*refused)
    found = list(db.session.scalars(query.limit(MOST_REVOKED)))
    db.session.rollback()
    if not found:
        return
    with writing() as session:
        chosen = select(_C).where(_C.id.in_(found), _C.revocation_id.is_not(None))
        for one in session.scalars(locked(session, chosen.order_by(_C.id))):
            one.tries += 1
            if one.tries < MOST_SENDS:
                one.revocation_id = None


def _take_back(claim: IdentityClaim, column: str, event: Any) -> None:
    if column == "renewal_id":
        claim.renewal_id = None
        claim.expires_at = None if event is None else event.expires_at
    elif event is None:
        claim.transaction_id = None


def _take_back_left(place: Place) -> None:
    """Owe again, on the chain that the log is on now, what was issued on one that is gone."""
    several = (db.session.scalar(select(func.count(Chain.id))) or 0) > 1
    db.session.rollback()
    if not several:
        return
    with writing() as session:
        query = (
            select(_C)
            .join(Transaction, Transaction.id == _C.transaction_id)
            .where(Transaction.chain_ref != place.chain_ref, _C.ended_at.is_(None))
        )
        for one in session.scalars(locked(session, query.order_by(_C.id).limit(MOST_IN_BATCH))):
            one.transaction_id, one.renewal_id = None, None


def _owe(session: Session, place: Place, key: str, data: bytes, gas: int) -> Transaction:
    return owe(
        session,
        chain_ref=place.chain_ref,
        role=SignerRole.ISSUER,
        key=key,
        to=place.registry,
        data=data,
        gas=gas,
        signer=place.issuer,
    )

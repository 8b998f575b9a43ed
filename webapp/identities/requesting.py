"""Use-case of whoever wants to be vouched for: ask, once for each thing that is to be said.

What can be told at once is checked here (a handle); all that waits for somebody else's server, for a moderator or
for the chain is a row that the worker takes up.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from uuid6 import uuid7

from chain.claims import Claim
from chain.contracts import RevocationReason
from webapp.accounts.living import lock_active
from webapp.accounts.models import Account
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import locked, ring_after_commit, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import db
from webapp.identities.bounds import check_bounds, check_same, note_mail
from webapp.identities.course import (
    NOT_THEIRS,
    TASK,
    end_claim,
    handle_value,
    mark_checked,
    one_view,
)
from webapp.identities.errors import ClaimDeclinedError, ClaimRefusedError, MailUnavailableError
from webapp.identities.issuers import needed_issuer
from webapp.identities.kinds import SCHEMAS, ClaimKind, End, Method
from webapp.identities.models import ClaimDecline, ClaimEvidence, IdentityClaim
from webapp.identities.sealing import Secret, seal_evidence, seal_secret, tag_of
from webapp.identities.states import ClaimView
from webapp.identities.values import normal_domain, normal_email, normal_name
from webapp.log.models import Author

MOST_EVIDENCE_BYTES = 600_000
EVIDENCE_MIMES = ("application/pdf", "image/jpeg", "image/png", "image/webp", "text/plain")


@dataclass(frozen=True)
class Asked:
    """What somebody wants to be vouched for; ``subject`` is one of their own addresses, the newest if None."""

    kind: ClaimKind
    value: str | None = None
    subject: str | None = None
    shown: bool = True
    evidence: str | None = None
    files: Sequence[Mapping[str, str]] = field(default_factory=tuple)


def request_claim(account_id: UUID, asked: Asked) -> tuple[ClaimView, bool]:
    """Ask to be vouched for; return the claim, and whether it is new: the same that stands is returned again.

    Raises ClaimsUnavailableError, MailUnavailableError, ClaimRefusedError, ClaimDeclinedError, TooManyClaimsError.
    """
    issuer = needed_issuer(db.session())
    if asked.kind is ClaimKind.EMAIL and not settings().smtp_url:
        raise MailUnavailableError
    wanted = _normal(asked)
    files = _files(asked)
    try:
        with writing() as session:
            lock_active(session, account_id)
            subject = _subject(session, account_id, asked.subject)
            value = wanted or _own_handle(session, account_id)
            known = _standing(session, account_id, subject, asked.kind, value)
            if known is not None:
                return one_view(session, known.id), False
            check_bounds(session, account_id)
            claim = _new_claim(session, account_id, issuer, subject, asked, value)
            check_same(session, claim)
            for mime, data in files:
                _add_evidence(session, claim.id, mime, data)
            session.flush()
            record_event(session, EventType.CLAIM_REQUESTED, account_id, str(claim.id))
            ring_after_commit(session, TASK, 0)
            return one_view(session, claim.id), True
    except IntegrityError:  # somebody else's request of the same came between
        with writing() as session:
            subject = _subject(session, account_id, asked.subject)
            value = wanted or _own_handle(session, account_id)
            known = _standing(session, account_id, subject, asked.kind, value)
            if known is None:
                raise
            return one_view(session, known.id), False


def _normal(asked: Asked) -> str:
    """Return the value in its one form, empty for a handle, which is not chosen; raises ClaimRefusedError."""
    if asked.kind is ClaimKind.HANDLE:
        if asked.value is not None:
            raise ClaimRefusedError(
                "value", "A handle's claim is about your own; leave the value out"
            )
        return ""
    if asked.value is None:
        raise ClaimRefusedError("value", "Say what is to be verified")
    if asked.kind is ClaimKind.PERSON:
        if not (asked.evidence or "").strip():
            raise ClaimRefusedError("evidence", "Say how a moderator can tell that it is you")
        return normal_name(asked.value)
    if asked.evidence is not None or asked.files:
        raise ClaimRefusedError("evidence", "Only claims about a person are reviewed")
    rule = normal_domain if asked.kind is ClaimKind.DOMAIN else normal_email
    return rule(asked.value)


def _files(asked: Asked) -> list[tuple[str, bytes]]:
    found = [] if asked.evidence is None else [("text/plain", asked.evidence.encode())]
    for number, one in enumerate(asked.files):
        try:
            found.append((one["mime"], base64.b64decode(one["data"], validate=True)))
        except (binascii.Error, ValueError):
            raise ClaimRefusedError(f"files.{number}", "The file is not in base64") from None
        if one["mime"] == "text/plain" and not _is_text(found[-1][1]):
            raise ClaimRefusedError(f"files.{number}", "The text is not in UTF-8")
    if sum(len(data) for _, data in found) > MOST_EVIDENCE_BYTES:
        raise ClaimRefusedError("files", f"Send at most {MOST_EVIDENCE_BYTES} bytes of evidence")
    return found


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _subject(session: Session, account_id: UUID, wanted: str | None) -> str:
    """Return the address that is vouched for: a wallet where there is one; raises ClaimRefusedError."""
    mine = select(Author).filter_by(account_id=account_id, released_at=None)
    authors = list(session.scalars(mine.order_by(Author.signs.desc(), Author.created_at.desc())))
    found = [one.address for one in authors if wanted is None or one.address == wanted]
    if not found:
        raise ClaimRefusedError(
            "subject", "The address is none of yours; see `authors` of your profile"
        )
    return found[0]


def _own_handle(session: Session, account_id: UUID) -> str:
    handle = session.scalar(select(Account.handle).where(Account.id == account_id))
    if handle is None:
        raise ClaimRefusedError("kind", "Your account has no handle; choose one first (PATCH /me)")
    return handle_value(handle)


def _standing(
    session: Session, account_id: UUID, subject: str, kind: ClaimKind, value: str
) -> IdentityClaim | None:
    """Return the account's same claim if it stands, after making room for another where it does no more.

    Its time may have passed; or the address was another account's, whose claim nobody came to end yet.
    """
    tag = tag_of(session, kind, value)
    if session.get(ClaimDecline, (subject, str(kind), tag)) is not None:
        raise ClaimDeclinedError
    query = select(IdentityClaim).filter_by(subject=subject, kind=str(kind), tag=tag, ended_at=None)
    claim = session.scalars(locked(session, query)).one_or_none()
    if claim is None:
        return None
    now = utc_now()
    if claim.account_id != account_id:
        end_claim(session, claim, End.REVOKED, RevocationReason.NO_LONGER_TRUE, NOT_THEIRS)
    elif claim.expires_at is not None and claim.expires_at < int(now.timestamp()):
        claim.end, claim.ended_at, claim.next_check_at = str(End.EXPIRED), now, None
    else:
        return claim
    session.flush()
    return None


def _new_claim(
    session: Session, account_id: UUID, issuer: str, subject: str, asked: Asked, value: str
) -> IdentityClaim:
    claim_id, now, salt = uuid7(), utc_now(), secrets.token_bytes(32)
    said = Claim(subject, SCHEMAS[asked.kind], value, salt)
    sealed = seal_secret(Secret(value, salt), claim_id)
    claim = IdentityClaim(
        id=claim_id,
        account_id=account_id,
        issuer=issuer,
        subject=subject,
        kind=str(asked.kind),
        tag=tag_of(session, asked.kind, value),
        digest=said.digest(),
        sealed=sealed.data,
        key_id=sealed.key_id,
        shown=asked.shown,
        requested_at=now,
        next_check_at=now if asked.kind in (ClaimKind.DOMAIN, ClaimKind.EMAIL) else None,
        tries=0,
    )
    session.add(claim)
    session.flush()
    if asked.kind is ClaimKind.EMAIL:
        note_mail(session, claim, value)
    if asked.kind is ClaimKind.HANDLE:
        mark_checked(session, claim, Method.HERE)
    return claim


def _add_evidence(session: Session, claim_id: UUID, mime: str, data: bytes) -> None:
    evidence_id = uuid7()
    sealed = seal_evidence(data, evidence_id)
    row = {"mime": mime, "size": len(data), "sealed": sealed.data, "key_id": sealed.key_id}
    session.add(ClaimEvidence(id=evidence_id, claim_id=claim_id, created_at=utc_now(), **row))

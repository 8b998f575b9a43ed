"""Use-cases of whoever asked to be vouched for: prove, try again, show, withdraw, decline; asking is ``requesting``."""

import hmac
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from chain.contracts import RevocationReason
from webapp.accounts.living import keep_active
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import ring_after_commit, writing
from webapp.identities.bounds import check_waited, note_mail
from webapp.identities.course import (
    TASK,
    end_claim,
    is_revocation_halted,
    lock_claim,
    mark_checked,
    note_decline,
    one_view,
)
from webapp.identities.errors import (
    ClaimNotFoundError,
    ClaimStateError,
    MailUnavailableError,
    WrongCodeError,
)
from webapp.identities.kinds import ClaimKind, End, Method
from webapp.identities.models import IdentityClaim
from webapp.identities.sealing import code_hash, open_secret
from webapp.identities.states import ClaimView

MOST_TRIES, CODE_LIFE = 5, timedelta(minutes=30)


def enter_code(account_id: UUID, claim_id: UUID, code: str) -> ClaimView:
    """Prove an e-mail address by the code that was sent there.

    Raises ClaimNotFoundError, ClaimStateError, WrongCodeError. A wrong code costs one of a few tries.
    """
    with writing() as session:
        claim = own_claim(session, account_id, claim_id)
        if claim.kind != ClaimKind.EMAIL or claim.checked_at is not None or claim.end is not None:
            raise ClaimStateError(_state(session, claim_id), "no code is waited for")
        left = _tries_left(claim)
        good = left > 0 and hmac.compare_digest(
            claim.code_hash or b"", code_hash(session, claim.id, code)
        )
        if good:
            mark_checked(session, claim, Method.CODE)
            claim.code_hash = None
        elif left:
            claim.tries += 1
            left -= 1
        session.flush()
        shown = one_view(session, claim_id)
    if not good:
        raise WrongCodeError(left)  # after the commit: the try is counted
    return shown


def retry(account_id: UUID, claim_id: UUID) -> ClaimView:
    """Look again at once, send another code, or owe again what the chain refused, a revocation too.

    Raises ClaimNotFoundError, ClaimStateError, MailUnavailableError and TooManyClaimsError.
    """
    with writing() as session:
        claim = own_claim(session, account_id, claim_id)
        state, now = _state(session, claim_id), utc_now()
        if is_revocation_halted(session, claim):
            check_waited(claim, "It was tried a moment ago")
            claim.revocation_id, claim.tries, claim.tried_at = None, 0, now
        elif state == "halted":
            claim.transaction_id = None
        elif claim.end is None and claim.checked_at is None and claim.kind == ClaimKind.DOMAIN:
            check_waited(claim, "It was looked at a moment ago")
            claim.next_check_at = now
        elif claim.end is None and claim.checked_at is None and claim.kind == ClaimKind.EMAIL:
            if not settings().smtp_url:
                raise MailUnavailableError
            check_waited(claim, "A code was sent a moment ago")
            secret = open_secret(claim)
            if secret is not None:
                note_mail(session, claim, secret.value)
            claim.next_check_at, claim.code_hash, claim.tries = now, None, 0
        else:
            raise ClaimStateError(state, "there is nothing to try again")
        session.flush()
        ring_after_commit(session, TASK, 0)
        return one_view(session, claim_id)


def show(account_id: UUID, claim_id: UUID, *, shown: bool) -> ClaimView:
    """Choose whether the value stands on the badge; raises ClaimNotFoundError."""
    with writing() as session:
        claim = own_claim(session, account_id, claim_id)
        claim.shown = shown
        session.flush()
        return one_view(session, claim_id)


def withdraw(account_id: UUID, claim_id: UUID) -> ClaimView:
    """Take a claim of one's own back, on the chain too where it got there, and disclose it no more.

    Raises ClaimNotFoundError.
    """
    return _give_back(account_id, claim_id, End.WITHDRAWN)


def decline(account_id: UUID, claim_id: UUID) -> ClaimView:
    """Decline a claim about oneself for good: this server never makes it again. Raises ClaimNotFoundError."""
    return _give_back(account_id, claim_id, End.DECLINED)


def _give_back(account_id: UUID, claim_id: UUID, end: End) -> ClaimView:
    with writing() as session:
        claim = own_claim(session, account_id, claim_id)
        if end is End.DECLINED:
            note_decline(session, claim)
        claim.shown = False
        if claim.end in (None, End.EXPIRED):
            end_claim(session, claim, end, RevocationReason.ASKED_BY_SUBJECT, None)
        session.flush()
        ring_after_commit(session, TASK, 0)
        return one_view(session, claim_id)


def own_view(session: Session, account_id: UUID, claim_id: UUID) -> ClaimView:
    """Return an own claim; raises ClaimNotFoundError."""
    found = one_view(session, claim_id)
    if found.account_id != account_id:
        raise ClaimNotFoundError(str(claim_id))
    return found


def own_claim(session: Session, account_id: UUID, claim_id: UUID) -> IdentityClaim:
    """Return an own claim under its lock, in the open write transaction; raises ClaimNotFoundError."""
    keep_active(session, account_id)
    claim = lock_claim(session, claim_id)
    if claim is None or claim.account_id != account_id:
        raise ClaimNotFoundError(str(claim_id))
    return claim


def _tries_left(claim: IdentityClaim) -> int:
    if claim.code_hash is None or claim.code_expires_at is None:
        return 0
    return MOST_TRIES - claim.tries if claim.code_expires_at > utc_now() else 0


def _state(session: Session, claim_id: UUID) -> str:
    return str(one_view(session, claim_id).state)

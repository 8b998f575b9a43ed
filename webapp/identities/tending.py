"""What the worker does for claims: looks at domains, sends codes, gives up what was never proved.

Everything slow is done outside of a transaction; what was found is written only if the claim still waits for it.
"""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPException
from uuid import UUID

import structlog
from flask import current_app
from sqlalchemy import func, select

from chain.contracts import RevocationReason
from webapp.accounts.models import Account
from webapp.columns import iso, utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.identities.bounds import HOUR, note_mail
from webapp.identities.course import end_claim, handle_value, lock_claim, mark_checked
from webapp.identities.domains import Look, look_at
from webapp.identities.errors import TooManyClaimsError
from webapp.identities.kinds import GRACE, RECHECK, ClaimKind, End
from webapp.identities.mail import MailError, UnsendableError, send_code
from webapp.identities.models import IdentityClaim
from webapp.identities.sealing import code_hash, open_secret
from webapp.identities.service import CODE_LIFE
from webapp.log.models import Author
from webapp.messages.errors import UnreadableError

AT_ONCE, MOST_LOOKS, MOST_MAILS, MOST_GIVEN_UP = 8, 16, 20, 100
# Of one account in a round, so that nobody's slow servers keep all others waiting.
MOST_OF_ONE = 4
UNREADABLE = "What was kept of it cannot be read now; the operator has to bring its key back"
UNASKED = "File: it could not be asked. TXT record: it could not be asked for."
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
# For so long something may wait to be proved.
PATIENCE = timedelta(days=3)
_C = IdentityClaim
log = structlog.get_logger(__name__)


def look_at_domains() -> int:
    """Look at the domains that are due, several at once; return how many were looked at."""
    jobs, unreadable = [], []
    for claim in _due(ClaimKind.DOMAIN, MOST_LOOKS):
        try:
            secret = open_secret(claim)
        except UnreadableError:
            unreadable.append(claim.id)
            continue
        if secret is not None:
            jobs.append((claim.id, secret.value, claim.subject))
    db.session.rollback()
    for claim_id in unreadable:
        _put_off(claim_id, UNREADABLE)
    if not jobs:
        return 0
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way

    def look(job: tuple[UUID, str, str]) -> Look:
        with app.app_context():
            try:
                return look_at(job[1], job[2])
            except (ValueError, OSError, HTTPException):  # what no library foresaw of an answer
                log.exception("claims.look_broke", claim=str(job[0]))
                return Look(None, UNASKED)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = list(pool.map(look, jobs))
    for (claim_id, _, _), found in zip(jobs, looks, strict=True):
        _settle(claim_id, found)
    return len(jobs)


def check_handles() -> int:
    """See that handles are still whose they were; return how many claims were looked at."""
    return _each(ClaimKind.HANDLE, MOST_GIVEN_UP, _check_handle)


def _check_handle(claim_id: UUID) -> None:
    with writing() as session:
        claim = _still_due(claim_id)
        if claim is None:
            return
        holds = select(Account.handle).join(Author, Author.account_id == Account.id)
        mine = (Author.address == claim.subject, Author.released_at.is_(None))
        handle = session.scalar(holds.where(*mine, Account.deleted_at.is_(None)))
        secret = open_secret(claim)
        if handle is not None and secret and secret.value == handle_value(handle):
            claim.next_check_at, claim.problem = utc_now() + RECHECK, None
        else:
            why = "The address does not hold this handle here any more"
            end_claim(session, claim, End.REVOKED, RevocationReason.NO_LONGER_TRUE, why)


def send_codes() -> int:
    """Send the codes that are owed; return how many were sent or tried."""
    return _each(ClaimKind.EMAIL, MOST_MAILS, _send_code)


def _each(kind: ClaimKind, most: int, act: Callable[[UUID], None]) -> int:
    """Do something for each claim of a kind that is due; what cannot be read holds up no other."""
    found = [claim.id for claim in _due(kind, most)]
    db.session.rollback()
    for claim_id in found:
        try:
            act(claim_id)
        except UnreadableError:
            _put_off(claim_id, UNREADABLE)
    return len(found)


def _put_off(claim_id: UUID, problem: str) -> None:
    """Note why nothing can be done for a claim now, and come back to it later."""
    with writing():
        claim = _still_due(claim_id)
        if claim is None:
            return
        claim.problem = problem
        if claim.checked_at is None:
            claim.tries += 1
        wait = LONGEST_WAIT if claim.checked_at else _backoff(claim.tries)
        claim.next_check_at = utc_now() + wait
    log.warning("claims.put_off", claim=str(claim_id), problem=problem)


def give_up_unproved() -> int:
    """Refuse what was not proved in time; return how many."""
    late = (
        _C.checked_at.is_(None),
        _C.ended_at.is_(None),
        _C.kind.in_([str(ClaimKind.DOMAIN), str(ClaimKind.EMAIL)]),
        _C.requested_at < utc_now() - PATIENCE,
    )
    found = list(db.session.scalars(select(_C.id).where(*late).limit(MOST_GIVEN_UP)))
    db.session.rollback()
    for claim_id in found:
        with writing() as session:
            claim = lock_claim(session, claim_id)
            if claim is not None and claim.checked_at is None and claim.ended_at is None:
                why = (
                    f"It was not proved within {PATIENCE.days} days. {claim.problem or ''}".strip()
                )
                end_claim(session, claim, End.REFUSED, RevocationReason.UNSPECIFIED, why)
                claim.revoke_reason = None
    return len(found)


def _due(kind: ClaimKind, most: int) -> list[IdentityClaim]:
    """Return claims that wait for a look, the longest waiting ones first, and few of each account."""
    place = func.row_number().over(partition_by=_C.account_id, order_by=(_C.next_check_at, _C.id))
    due = select(_C.id, place.label("place")).where(
        _C.next_check_at <= utc_now(), _C.kind == str(kind)
    )
    waiting = due.subquery("waiting")
    query = select(_C).join(waiting, waiting.c.id == _C.id).where(waiting.c.place <= MOST_OF_ONE)
    return list(db.session.scalars(query.order_by(_C.next_check_at, _C.id).limit(most)))


def _still_due(claim_id: UUID) -> IdentityClaim | None:
    """Lock a claim that still waits for a look, in the open write transaction."""
    claim = lock_claim(db.session(), claim_id)
    return None if claim is None or claim.next_check_at is None else claim


def _settle(claim_id: UUID, found: Look) -> None:
    """Write down what a look at a domain found."""
    now = utc_now()
    with writing() as session:
        claim = _still_due(claim_id)
        if claim is None or claim.ended_at is not None:
            return
        claim.tried_at = now
        if found.method is not None:
            if claim.checked_at is None:
                mark_checked(session, claim, found.method)
            claim.method, claim.next_check_at = str(found.method), now + RECHECK
            claim.problem, claim.failing_since = None, None
            return
        claim.problem = found.problem[:300]
        claim.failing_since = claim.failing_since or now
        if claim.checked_at is None:
            claim.tries += 1
            claim.next_check_at = now + _backoff(claim.tries)
        elif found.names_another or now - claim.failing_since >= GRACE:
            since = (iso(claim.failing_since) or "")[:10]
            why = f"Since {since} the domain names the address no more. {found.problem}"
            end_claim(session, claim, End.REVOKED, RevocationReason.NO_LONGER_TRUE, why)
        else:
            claim.next_check_at = now + LONGEST_WAIT
    log.info("claims.domain_failed", claim=str(claim_id))


def _send_code(claim_id: UUID, send: Callable[..., None] = send_code) -> None:
    """Keep a fresh code's hash, then send it: one that was sent and not kept would open nothing."""
    code, now = f"{secrets.randbelow(10**8):08}", utc_now()
    with writing() as session:
        claim = _still_due(claim_id)
        secret = None if claim is None else open_secret(claim)
        if claim is None or secret is None or claim.checked_at is not None:
            return
        wait = FIRST_WAIT
        if (
            claim.code_hash is not None
        ):  # not the first time; that was counted when it was asked for
            try:
                wait = _backoff(note_mail(session, claim, secret.value))
            except TooManyClaimsError as error:
                claim.problem, claim.next_check_at = f"{error.what}; it is tried later", now + HOUR
                return
        claim.code_hash = code_hash(session, claim_id, code)
        claim.code_expires_at, claim.tries, claim.tried_at = now + CODE_LIFE, 0, now
        # Until it is known to be sent: a worker that dies meanwhile lets another send another code.
        claim.next_check_at = now + wait
        handle = session.scalar(select(Account.handle).where(Account.id == claim.account_id))
    problem, for_good = None, False
    try:
        send(secret.value, code, int(CODE_LIFE.total_seconds() // 60), handle)
    except MailError as error:
        problem, for_good = str(error), isinstance(error, UnsendableError)
    with writing() as session:
        claim = _still_due(claim_id)
        if claim is None or claim.checked_at is not None:
            return
        if problem is None:
            claim.problem, claim.next_check_at = None, None
        elif for_good:
            end_claim(session, claim, End.REFUSED, RevocationReason.UNSPECIFIED, problem)
            claim.revoke_reason = None
        else:
            claim.problem, claim.next_check_at = f"{problem}; it is tried again", utc_now() + wait
    if problem is not None:
        log.warning("claims.mail_failed", claim=str(claim_id), problem=problem)


def _backoff(tries: int) -> timedelta:
    doubled: int = 2 ** min(max(tries - 1, 0), 16)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)

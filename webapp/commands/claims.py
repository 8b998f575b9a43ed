"""`troth claims`: what waits to be vouched for, and an operator's way to take back what was."""

import sys
from uuid import UUID

import click
from sqlalchemy import and_, func, or_, select

import webapp
from chain.contracts import RevocationReason
from webapp.columns import iso
from webapp.commands.clean import clean
from webapp.database import writing
from webapp.extensions import db
from webapp.identities.counting import count_waiting
from webapp.identities.course import end_claim, is_revocation_halted, lock_claim, one_view
from webapp.identities.issuers import trusted_issuers
from webapp.identities.kinds import End
from webapp.identities.models import IdentityClaim
from webapp.identities.states import claim_views, select_claims
from webapp.identities.steps import REVOCATION
from webapp.outbox.models import TransactionState as State

MOST = 1_000
FAILED = 1


# What ended here, and the chain is still to be told, or refused to be.
_UNTOLD = and_(
    IdentityClaim.revoke_reason.is_not(None),
    IdentityClaim.transaction_id.is_not(None),
    func.coalesce(REVOCATION.c.state, State.QUEUED).not_in((State.MINED, State.FINAL)),
)


@click.group()
def claims() -> None:
    """Look after what this server vouches for."""


@claims.command(name="list")
@click.option("--all", "everything", is_flag=True, help="Also what ended")
@click.option("--values", is_flag=True, help="Also the values, which are private")
def list_claims(everything: bool, values: bool) -> None:
    """List claims, newest first, with where each stands; then what waits, and who is believed."""
    with webapp.create_app().app_context():
        session = db.session()
        query = select_claims().order_by(IdentityClaim.requested_at.desc()).limit(MOST)
        if not everything:
            query = query.where(or_(IdentityClaim.ended_at.is_(None), _UNTOLD))
        for one in claim_views(session, query):
            shown = f"  {one.value}" if values else ""
            why = f"  ({one.reason})" if one.reason else ""
            asked = (iso(one.requested_at) or "")[:19]
            line = f"{one.id}  {asked}  {one.kind:<6}  {one.subject}  {one.state}{shown}{why}"
            click.echo(clean(line))
        waiting = count_waiting(session.connection())
        session.rollback()
        found = [f"{state} {one.count}" for state, one in waiting.items() if one.count]
        click.echo(f"Waiting: {', '.join(found) or 'nothing'}.")
        for address, name in trusted_issuers(session).items():
            click.echo(clean(f"Issuer {address} {name}"))


@claims.command()
@click.argument("claim_id", metavar="ID", type=click.UUID)
@click.option("--reason", required=True, help="Why, in words for whom it is about")
@click.option(
    "--number",
    type=click.Choice([str(int(one)) for one in RevocationReason]),
    default=str(int(RevocationReason.MISTAKE)),
    show_default=True,
    help="What the registry says: 1 mistake, 2 no longer true, 3 replaced, 5 key not safe",
)
def revoke(claim_id: UUID, reason: str, number: str) -> None:
    """Take back claim ID; the worker revokes it on the chain."""
    with webapp.create_app().app_context():
        if not revoke_claim(claim_id, reason, RevocationReason(int(number))):
            click.echo(f"troth: there is no claim {claim_id} that stands.", err=True)
            sys.exit(FAILED)
        shown = one_view(db.session(), claim_id)
        click.echo(f"Claim {claim_id} is {shown.state}.")


@claims.command()
@click.argument("claim_id", metavar="ID", type=click.UUID)
def retry(claim_id: UUID) -> None:
    """Tell the chain again that claim ID ended, where it refused to be told; also of an account that is gone."""
    with webapp.create_app().app_context():
        if not retry_revocation(claim_id):
            click.echo(f"troth: the chain refused nothing about claim {claim_id}.", err=True)
            sys.exit(FAILED)
        click.echo(f"Claim {claim_id} is {one_view(db.session(), claim_id).state}.")


def retry_revocation(claim_id: UUID) -> bool:
    """Have a halted revocation owed again; return whether there was one."""
    with writing() as session:
        claim = lock_claim(session, claim_id)
        if claim is None or not is_revocation_halted(session, claim):
            return False
        claim.revocation_id, claim.tries = None, 0
        return True


def revoke_claim(claim_id: UUID, reason: str, number: RevocationReason) -> bool:
    """Take back a claim that stands; return whether there was one."""
    with writing() as session:
        known = session.scalar(select(IdentityClaim.id).where(IdentityClaim.id == claim_id))
        claim = None if known is None else lock_claim(session, claim_id)
        if claim is None or claim.end not in (None, End.EXPIRED):
            return False
        end_claim(session, claim, End.REVOKED, number, reason)
        return True

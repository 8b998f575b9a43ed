"""Claim files: what a person discloses, for whoever is to check it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from chain.contracts import ClaimStatus
from chain.proofs.claim_file import ClaimFile, ClaimMessage, dump_claim_file
from chain.proofs.domain import Domain
from webapp.extensions import table_of
from webapp.identities.errors import ClaimNotFoundError, ClaimStateError
from webapp.identities.kinds import SCHEMAS, ClaimKind
from webapp.identities.models import ClaimEvent, IdentityClaim
from webapp.identities.sealing import opened
from webapp.outbox.models import Chain, Registry, RegistryKind, Transaction

_C, _E = table_of(IdentityClaim), table_of(ClaimEvent)
MOST_FILES = 16


def claim_file_bytes(session: Session, account_id: UUID, claim_id: UUID) -> bytes:
    """Return the file of an own claim; raises ClaimNotFoundError, ClaimStateError while no chain was told of it."""
    row = session.execute(_select().where(_C.c.id == claim_id)).one_or_none()
    if row is None or row.account_id != account_id:
        raise ClaimNotFoundError(str(claim_id))
    found = _file(row)
    if found is None:
        raise ClaimStateError("not on its way", "the file is there once it is owed to the chain")
    return dump_claim_file(found)


def files_of_account(session: Session, account_id: UUID) -> list[tuple[UUID, bytes]]:
    """Return the files of all own claims that are on a chain or on their way there."""
    rows = session.execute(_select().where(_C.c.account_id == account_id).order_by(_C.c.id))
    found = [(row.id, _file(row)) for row in rows]
    return [(claim_id, dump_claim_file(one)) for claim_id, one in found if one is not None]


def disclosed_at(
    session: Session, author: str, chain_ref: int, moment: int
) -> tuple[ClaimFile, ...]:
    """Return the files of an author's claims that are shown, and were valid at a moment of their chain.

    In the order in which they were issued; the moment in seconds since 1970.
    """
    rows = list(session.execute(_select().where(_C.c.subject == author, _C.c.shown.is_(True))))
    digests = [row.digest for row in rows]
    valid = _valid_at(session, chain_ref, author, digests, moment)
    held = [row for row in rows if (row.issuer, row.digest) in valid]
    held.sort(key=lambda row: valid[row.issuer, row.digest])
    files = [_file(row) for row in held[:MOST_FILES]]
    return tuple(one for one in files if one is not None)


def _valid_at(
    session: Session, chain_ref: int, author: str, digests: Sequence[bytes], moment: int
) -> dict[tuple[str, bytes], tuple[int, int]]:
    """Return which (issuer, digest) were valid at a moment, with the place of their newest event."""
    query = select(_E).where(
        _E.c.chain_ref == chain_ref,
        _E.c.subject == author,
        _E.c.digest.in_(list(digests)),
        _E.c.block_time <= moment,
    )
    newest = {}
    for row in session.execute(query.order_by(_E.c.block_number, _E.c.log_index)):
        newest[row.issuer, row.digest] = row
    return {
        key: (row.block_number, row.log_index)
        for key, row in newest.items()
        if row.status == ClaimStatus.VALID and (not row.expires_at or row.expires_at >= moment)
    }


def _select() -> Any:
    """Return the query of claims with the chain and registry that they were owed to."""
    t, c, r = table_of(Transaction), table_of(Chain), table_of(Registry)
    source = (
        _C.outerjoin(t, t.c.id == _C.c.transaction_id)
        .outerjoin(c, c.c.id == t.c.chain_ref)
        .outerjoin(r, (r.c.chain_ref == c.c.id) & (r.c.kind == str(RegistryKind.IDENTITY)))
    )
    return select(_C, c.c.chain_id.label("on_chain_id"), r.c.address.label("registry")).select_from(
        source
    )


def _file(row: Row[Any]) -> ClaimFile | None:
    secret = opened(row.id, row.sealed, row.key_id)
    if secret is None or row.on_chain_id is None or row.registry is None:
        return None
    schema = SCHEMAS[ClaimKind(row.kind)]
    return ClaimFile(
        domain=Domain(row.on_chain_id, row.registry),
        issuer=row.issuer,
        message=ClaimMessage(row.subject, schema, secret.value, secret.salt),
        digest=row.digest,
    )

"""Declining what any issuer said: the transaction for the subject's own wallet, which the registry asks for.

What this server's own issuer says can be declined without a wallet too: see ``service.decline``.
"""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chain.contracts import ClaimStatus, IdentityRegistry
from webapp.extensions import table_of
from webapp.identities.errors import ClaimNotFoundError, ClaimStateError, ClaimsUnavailableError
from webapp.identities.models import ClaimEvent
from webapp.log.models import Author
from webapp.log.service import current_log
from webapp.outbox.models import RegistryKind
from webapp.outbox.prepared import Prepared
from webapp.outbox.registries import known_registries

_E, _A = table_of(ClaimEvent).c, table_of(Author).c
NO_WALLET = (
    "only a wallet declines on the chain; what this server's issuer says, "
    "POST /claims/{id}/decline takes back"
)


def prepare_decline(session: Session, account_id: UUID, issuer: str, digest: bytes) -> Prepared:
    """Return the transaction by which one's wallet declines a claim about itself, whoever made it.

    ``issuer`` in lower case. Raises ClaimNotFoundError, ClaimStateError and ClaimsUnavailableError.
    """
    log = current_log(session)
    known = {one.kind: one.address for one in known_registries(session, log.chain_ref)}
    registry = known.get(RegistryKind.IDENTITY)
    if registry is None:
        raise ClaimsUnavailableError
    place = func.row_number().over(
        partition_by=(_E.subject, _E.schema),
        order_by=(_E.block_number.desc(), _E.log_index.desc()),
    )
    each = (
        select(_E.subject, _E.schema, _E.status, _A.signs, place.label("place"))
        .join(table_of(Author), (_A.address == _E.subject) & _A.released_at.is_(None))
        .where(_E.chain_ref == log.chain_ref, _E.issuer == issuer, _E.digest == digest)
        .where(_A.account_id == account_id)
        .subquery("each")
    )
    # An issuer may say one digest under several schemas, and take back one alone: what stands comes first.
    order = (each.c.status != int(ClaimStatus.VALID), ~each.c.signs, each.c.subject, each.c.schema)
    newest = select(each).where(each.c.place == 1).order_by(*order)
    row = session.execute(newest.limit(1)).one_or_none()
    if row is None:
        raise ClaimNotFoundError("0x" + digest.hex())
    if not row.signs:
        raise ClaimStateError("about an address without a wallet", NO_WALLET)
    if row.status != ClaimStatus.VALID:
        state = ClaimStatus(row.status).name.lower()
        raise ClaimStateError(state, "what has ended cannot be declined")
    data = IdentityRegistry.decline(issuer, row.schema, digest)
    return Prepared(row.subject, registry, data, log.chain_id)

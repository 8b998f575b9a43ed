"""What claims give to an export: each with where it stands, its file, and the evidence that was given."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, json_file
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.identities.files import files_of_account
from webapp.identities.models import ClaimEvidence, IdentityClaim
from webapp.identities.sealing import open_evidence
from webapp.identities.states import ClaimView, claim_views, select_claims
from webapp.identities.steps import Step

ENDINGS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/plain": "txt",
}
_C = table_of(IdentityClaim).c
STEP_TIMES = ("decided", "owed", "sent", "mined", "final")
TIMES = ("requested", "checked", "owed", "sent", "mined", "final", "ended", "expires")


def _claims(session: Session, account_id: UUID) -> Iterator[File]:
    query = select_claims().where(_C.account_id == account_id).order_by(_C.requested_at, _C.id)
    found = claim_views(session, query)
    session.rollback()
    yield json_file("claims.json", map(_item, found))


def _item(one: ClaimView) -> dict[str, object]:
    names = ("kind", "value", "subject", "issuer", "shown", "basis", "reason")
    times = {f"{name}_at": iso(getattr(one, f"{name}_at")) for name in TIMES}
    shown = {name: getattr(one, name) for name in names}
    state, digest = str(one.state), "0x" + one.digest.hex()
    steps = {"renewal": _step(one.renewal), "revocation": _step(one.revocation)}
    return {"id": str(one.id), **shown, "state": state, "digest": digest, **times, **steps}


def _step(one: Step | None) -> dict[str, object] | None:
    if one is None:
        return None
    times = {f"{name}_at": iso(getattr(one, f"{name}_at")) for name in STEP_TIMES}
    return {"state": one.state, "reason": one.reason, **times}


def _files(session: Session, account_id: UUID) -> Iterator[File]:
    found = files_of_account(session, account_id)
    session.rollback()
    for claim_id, data in found:
        yield f"claims/{claim_id}.claim.json", [data]


def _evidence(session: Session, account_id: UUID) -> Iterator[File]:
    mine = select(IdentityClaim.id).where(IdentityClaim.account_id == account_id)
    ids = list(session.scalars(select(ClaimEvidence.id).where(ClaimEvidence.claim_id.in_(mine))))
    session.rollback()
    for evidence_id in ids:
        row = session.get(ClaimEvidence, evidence_id)
        if row is None:
            continue
        name = f"claims/evidence/{row.claim_id}/{row.id}.{ENDINGS.get(row.mime, 'bin')}"
        data = open_evidence(row)
        session.rollback()
        session.expunge_all()
        yield name, [data]


PARTS = (Part("claims", _claims), Part("claim files", _files), Part("claim evidence", _evidence))

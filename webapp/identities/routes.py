"""HTTP for claims."""

from typing import Any
from uuid import UUID

from flask import Response

from chain.proofs.claim_file import CLAIM_MEDIA_TYPE
from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id, current_account_id_or_none
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.identities import declining, files, listing, service
from webapp.identities.answers import evidence_answer
from webapp.identities.domains import FILE_PATH, RECORD_LABEL, expected_line
from webapp.identities.kinds import ClaimKind
from webapp.identities.requesting import Asked, request_claim
from webapp.identities.review import evidence_bytes
from webapp.identities.schemas import (
    AtQuerySchema,
    ClaimPageQuerySchema,
    ClaimPageSchema,
    ClaimSchema,
    CodeSchema,
    DeclinedSchema,
    IssuersSchema,
    NewClaimSchema,
    PersonsClaimsSchema,
    ShownSchema,
)
from webapp.identities.states import ClaimView
from webapp.outbox.prepared import Prepared, PreparedSchema
from webapp.pagination import Answer, Cursor, page_answer

blueprint = ApiBlueprint("identities", __name__, description="Who vouches for whom")


@blueprint.post("/claims")
@signed_in(Scope.ACCOUNT)
@idempotent
@blueprint.arguments(NewClaimSchema())
@blueprint.response(201, ClaimSchema)
@blueprint.alt_response(200, schema=ClaimSchema, description="The same claim stands already")
def ask(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Ask this server to vouch for a domain, an e-mail address, your handle, or who you are."""
    subject = body.get("subject")
    asked = Asked(
        kind=ClaimKind(body["kind"]),
        value=body.get("value"),
        subject=None if subject is None else subject.lower(),
        shown=body["shown"],
        evidence=body.get("evidence"),
        files=body["files"],
    )
    claim, created = request_claim(current_account_id(), asked)
    return shown(claim), 201 if created else 200


@blueprint.get("/claims")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(ClaimPageQuerySchema(), location="query")
@blueprint.response(200, ClaimPageSchema)
def mine(page: dict[str, Any]) -> Answer:
    """Return your own claims, newest first, with where each stands."""
    found = listing.own_claims(db.session(), current_account_id(), page)
    body, status, headers = page_answer(found, page, lambda one: Cursor(one.requested_at, one.id))
    return {**body, "items": [shown(one) for one in body["items"]]}, status, headers


@blueprint.get("/claims/<uuid:claim_id>")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, ClaimSchema)
def claim(claim_id: UUID) -> dict[str, Any]:
    """Return a claim of your own."""
    return shown(service.own_view(db.session(), current_account_id(), claim_id))


@blueprint.patch("/claims/<uuid:claim_id>")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(ShownSchema())
@blueprint.response(200, ClaimSchema)
def show(body: dict[str, Any], claim_id: UUID) -> dict[str, Any]:
    """Choose whether everybody sees the value on your badge, and may prove it."""
    return shown(service.show(current_account_id(), claim_id, shown=body["shown"]))


@blueprint.delete("/claims/<uuid:claim_id>")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, ClaimSchema)
def withdraw(claim_id: UUID) -> dict[str, Any]:
    """Withdraw a claim; where it is on the chain it is revoked there."""
    return shown(service.withdraw(current_account_id(), claim_id))


@blueprint.post("/claims/<uuid:claim_id>/code")
@signed_in(Scope.ACCOUNT)
@idempotent
@blueprint.arguments(CodeSchema())
@blueprint.response(200, ClaimSchema)
def code(body: dict[str, Any], claim_id: UUID) -> dict[str, Any]:
    """Prove an e-mail address by the code that was sent there."""
    return shown(service.enter_code(current_account_id(), claim_id, body["code"]))


@blueprint.post("/claims/<uuid:claim_id>/retry")
@signed_in(Scope.ACCOUNT)
@idempotent
@blueprint.response(200, ClaimSchema)
def retry(claim_id: UUID) -> dict[str, Any]:
    """Have a domain looked at now, another code sent, or a halted claim owed to the chain again."""
    return shown(service.retry(current_account_id(), claim_id))


@blueprint.post("/claims/<uuid:claim_id>/decline")
@signed_in(Scope.ACCOUNT)
@idempotent
@blueprint.response(200, ClaimSchema)
def decline(claim_id: UUID) -> dict[str, Any]:
    """Decline a claim about you for good: this server never makes it again."""
    return shown(service.decline(current_account_id(), claim_id))


@blueprint.get("/claims/decline")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(DeclinedSchema(), location="query")
@blueprint.response(200, PreparedSchema)
def prepare_decline(query: dict[str, Any]) -> Prepared:
    """Return the transaction by which one's wallet declines a claim about itself, whoever issued it."""
    issuer, digest = query["issuer"].lower(), bytes.fromhex(query["digest"][2:])
    return declining.prepare_decline(db.session(), current_account_id(), issuer, digest)


@blueprint.get("/claims/<uuid:claim_id>/file")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, content_type=CLAIM_MEDIA_TYPE)
def file(claim_id: UUID) -> Response:
    """Return the claim file: with it whoever you give it to can check what the claim says."""
    data = files.claim_file_bytes(db.session(), current_account_id(), claim_id)
    return Response(data, content_type=CLAIM_MEDIA_TYPE, headers={"Cache-Control": "no-store"})


@blueprint.get("/claims/<uuid:claim_id>/evidence/<uuid:evidence_id>")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, content_type="application/octet-stream")
def evidence(claim_id: UUID, evidence_id: UUID) -> Response:
    """Return a piece of the evidence that you gave."""
    session = db.session()
    service.own_view(session, current_account_id(), claim_id)
    return evidence_answer(*evidence_bytes(session, claim_id, evidence_id))


@blueprint.get("/users/<uuid:user_id>/claims")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(AtQuerySchema(), location="query")
@blueprint.response(200, PersonsClaimsSchema)
def of_person(query: dict[str, Any], user_id: UUID) -> dict[str, Any]:
    """Return what trusted issuers say of a person's addresses; with ``at`` what they said at that moment."""
    viewer = current_account_id_or_none()
    return listing.claims_of_person(db.session(), user_id, viewer, query.get("at"))


@blueprint.get("/issuers")
@signed_in(Scope.READ, optional=True)
@blueprint.response(200, IssuersSchema)
def issuers() -> dict[str, Any]:
    """Return the issuers whose claims are shown here, and the registry that holds what they say."""
    return listing.issuers(db.session())


def shown(claim: ClaimView) -> dict[str, Any]:
    """Return a claim with what its domain has to publish."""
    found: dict[str, Any] = dict(vars(claim))
    found |= {"digest": "0x" + claim.digest.hex(), "publish": None}
    for name in ("renewal", "revocation"):
        found[name] = None if found[name] is None else vars(found[name])
    if claim.kind == ClaimKind.DOMAIN and claim.value is not None:
        line = expected_line(claim.subject)
        found["publish"] = {
            "line": line,
            "file": f"https://{claim.value}{FILE_PATH}",
            "txt": f"{RECORD_LABEL}.{claim.value}",
        }
    return found

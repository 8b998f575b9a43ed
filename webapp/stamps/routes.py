"""HTTP for stamps."""

from typing import Any
from uuid import UUID

from flask import Response
from uuid6 import uuid7

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id, current_account_id_or_none
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.log.bundles import MEDIA_TYPE, Bundler
from webapp.log.rules import parse_signature
from webapp.openapi_examples import either
from webapp.openapi_values import SIGNED_STAMP
from webapp.pagination import Answer, Cursor, page_answer
from webapp.posts.schemas import BundleQuerySchema, DeletionSchema
from webapp.stamps import reading, service
from webapp.stamps.reading import StampView
from webapp.stamps.schemas import (
    NewStampSchema,
    StampPageQuerySchema,
    StampPageSchema,
    StampSchema,
)

blueprint = ApiBlueprint("stamps", __name__, description="Stamps: who held which file, and when")


@blueprint.post("/stamps")
@signed_in(Scope.POSTS_WRITE)
@idempotent
@blueprint.arguments(NewStampSchema(), examples=either("NewStamp", SIGNED_STAMP))
@blueprint.response(201, StampSchema)
@blueprint.alt_response(200, schema=StampSchema, description="The same record came before")
def make(body: dict[str, Any]) -> tuple[StampView, int]:
    """Stamp a file's digest: a signed record, or the digest from an account without a wallet."""
    account_id = current_account_id()
    if "message" in body:
        signature = parse_signature(body["signature"])
        stamp, created = service.stamp_signed(account_id, body["message"], signature)
    else:
        stamp_id = UUID(body["id"]) if "id" in body else uuid7()
        about = body.get("about", "")
        stamp, created = service.stamp_unsigned(account_id, stamp_id, body["digest"], about)
    return stamp, 201 if created else 200


@blueprint.get("/stamps")
@signed_in(Scope.READ)
@blueprint.arguments(StampPageQuerySchema(), location="query")
@blueprint.response(200, StampPageSchema)
def mine(page: dict[str, Any]) -> Answer:
    """Return one's own stamps, newest first; ``digest`` finds those of one file."""
    digest = page.pop("digest", None)
    found = reading.stamps_of_account(db.session(), current_account_id(), page, digest)
    more = {} if digest is None else {"digest": digest}
    return page_answer(found, page, lambda one: Cursor(one.created_at, one.id), **more)


@blueprint.get("/stamps/<uuid:stamp_id>")
@signed_in(Scope.READ, optional=True)
@blueprint.response(200, StampSchema)
def stamp(stamp_id: UUID) -> StampView:
    """Return a stamp of one's own, or of the operator's log; once deleted, its tombstone."""
    session = db.session()
    reading.readable_stamp(session, stamp_id, current_account_id_or_none())
    return reading.shown_stamp(session, stamp_id)


@blueprint.delete("/stamps/<uuid:stamp_id>")
@signed_in(Scope.POSTS_WRITE)
@blueprint.arguments(DeletionSchema(), required=False)
@blueprint.response(200, StampSchema)
def delete(body: dict[str, Any], stamp_id: UUID) -> StampView:
    """Delete a stamp for good: what it is about, digest and salt are erased."""
    account_id = current_account_id()
    if "message" not in body:
        return service.delete_unsigned(account_id, stamp_id)
    signature = parse_signature(body["signature"])
    return service.delete_signed(account_id, stamp_id, body["message"], signature)


@blueprint.get("/stamps/<uuid:stamp_id>/bundle")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(BundleQuerySchema(), location="query")
@blueprint.response(200, content_type=MEDIA_TYPE)
def bundle(query: dict[str, str], stamp_id: UUID) -> Response:
    """Return the bundle of a stamp's newest entry, or of the one with ``content``."""
    session = db.session()
    found = reading.readable_stamp(session, stamp_id, current_account_id_or_none())
    entry = reading.entry_of(session, found, query.get("content"))
    return Response(Bundler(session).bundle_bytes(entry), content_type=MEDIA_TYPE)

"""HTTP for posts."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response
from uuid6 import uuid7

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.profile.reading import check_known
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import (
    current_account_id,
    current_account_id_or_none,
    current_caller,
)
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.log.bundles import MEDIA_TYPE, Bundler
from webapp.log.rules import parse_signature
from webapp.openapi_examples import SIGNED_POST, either
from webapp.pagination import Answer
from webapp.posts import lists, reading, service
from webapp.posts.drafts import Draft, DraftMedia
from webapp.posts.pages import page_of
from webapp.posts.schemas import (
    BundleQuerySchema,
    DeletionSchema,
    NewPostSchema,
    PersonsPageQuerySchema,
    PersonsPageSchema,
    PostSchema,
)
from webapp.posts.views import PostView, shown_post

blueprint = ApiBlueprint("posts", __name__, description="Posts and their proofs")


@blueprint.post("/posts")
@signed_in(Scope.POSTS_WRITE)
@idempotent
@blueprint.arguments(NewPostSchema(), examples=either("NewPost", SIGNED_POST))
@blueprint.response(201, PostSchema)
@blueprint.alt_response(200, schema=PostSchema, description="The same record came before")
def publish(body: dict[str, Any]) -> tuple[PostView, int]:
    """Publish or edit a post: a signed record, or text from an account without a wallet."""
    account_id = current_account_id()
    if "message" in body:
        signature = parse_signature(body["signature"])
        post, created = service.publish_signed(account_id, body["message"], signature)
    else:
        post, created = service.publish_draft(account_id, _draft(body))
    return replace(post, profile=current_caller().card), 201 if created else 200


@blueprint.get("/posts/<uuid:post_id>")
@signed_in(Scope.READ, optional=True)
@blueprint.response(200, PostSchema)
def post(post_id: UUID) -> PostView:
    """Return a post; once deleted, its tombstone."""
    session, reader = db.session(), current_account_id_or_none()
    reading.readable_post(session, post_id, reader)
    return shown_post(session, post_id, reader)


@blueprint.delete("/posts/<uuid:post_id>")
@signed_in(Scope.POSTS_WRITE)
@blueprint.arguments(DeletionSchema(), required=False)
@blueprint.response(200, PostSchema)
def delete(body: dict[str, Any], post_id: UUID) -> PostView:
    """Delete a post for good: text and salt of every version are erased."""
    account_id = current_account_id()
    if "message" not in body:
        return service.delete_unsigned(account_id, post_id)
    signature = parse_signature(body["signature"])
    return service.delete_signed(account_id, post_id, body["message"], signature)


@blueprint.get("/posts/<uuid:post_id>/bundle")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(BundleQuerySchema(), location="query")
@blueprint.response(200, content_type=MEDIA_TYPE)
def bundle(query: dict[str, str], post_id: UUID) -> Response:
    """Return the bundle of a post's newest entry, or of the version with ``content``."""
    session = db.session()
    reader = current_account_id_or_none()
    found = reading.readable_post(session, post_id, reader)
    entry = reading.entry_of(session, found, reader, query.get("content"))
    return Response(Bundler(session).bundle_bytes(entry), content_type=MEDIA_TYPE)


@blueprint.get("/posts/<uuid:post_id>/history")
@signed_in(Scope.READ, optional=True)
@blueprint.response(200, content_type="application/json")
def history(post_id: UUID) -> Response:
    """Return the bundles of all sealed versions, oldest first."""
    session = db.session()
    reader = current_account_id_or_none()
    found = reading.readable_post(session, post_id, reader)
    readable = reading.versions(session, found, reader)
    sealed = [entry for entry in readable if entry.position is not None]
    bundler = Bundler(session)
    bundler.read_delegations(sealed)
    items = b",".join(bundler.bundle_bytes(entry) for entry in sealed)
    return Response(b'{"items":[' + items + b"]}", content_type="application/json")


@blueprint.get("/users/<uuid:user_id>/posts")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PersonsPageQuerySchema(), location="query")
@blueprint.response(200, PersonsPageSchema)
def posts_of_user(page: dict[str, Any], user_id: UUID) -> Answer:
    """Return a person's posts, newest first; ``reposts=true`` adds what they passed on."""
    reader = current_account_id_or_none()
    check_known(db.session(), user_id, reader)
    return page_of(lists.posts_of_account(db.session(), user_id, reader, page), page)


def _draft(body: dict[str, Any]) -> Draft:
    return Draft(
        id=UUID(body["id"]) if "id" in body else uuid7(),
        text=body["text"],
        audience=body.get("audience", "public"),
        reply_to=body.get("reply_to"),
        quotes=body.get("quotes"),
        replaces=body.get("replaces"),
        media=tuple(DraftMedia(one["id"], one.get("alt")) for one in body.get("media", ())),
    )

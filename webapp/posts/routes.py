"""HTTP for posts."""

from typing import Any
from uuid import UUID

from flask import Response, request
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
from webapp.openapi import heeds_if_match
from webapp.openapi_examples import either
from webapp.openapi_values import SIGNED_POST
from webapp.pagination import Answer
from webapp.posts import lists, reading, service
from webapp.posts.drafts import Draft, DraftMedia
from webapp.posts.pages import completed, page_of
from webapp.posts.schemas import (
    DeletionSchema,
    NewPostSchema,
    PersonsPageQuerySchema,
    PersonsPageSchema,
    PostBundleQuerySchema,
    PostSchema,
)
from webapp.posts.views import PostView, shown_post, tag_of

blueprint = ApiBlueprint("posts", __name__, description="Posts and their proofs")
Tagged = tuple[PostView, int, dict[str, str]]


@blueprint.post("/posts")
@signed_in(Scope.POSTS_WRITE)
@idempotent
@heeds_if_match
@blueprint.arguments(NewPostSchema(), examples=either("NewPost", SIGNED_POST))
@blueprint.response(201, PostSchema)
@blueprint.alt_response(200, schema=PostSchema, description="The same record came before")
def publish(body: dict[str, Any]) -> Tagged:
    """Publish or edit a post: a signed record, or text from an account without a wallet.

    With If-Match an edit is refused where another client edited or deleted the post meanwhile.
    """
    account_id = current_account_id()
    if "message" in body:
        signature = parse_signature(body["signature"])
        post, created = service.publish_signed(account_id, body["message"], signature, _meant)
    else:
        post, created = service.publish_draft(account_id, _draft(body), _meant)
    post = completed(db.session(), post, current_caller().card)
    return _tagged(post, 201 if created else 200)


@blueprint.get("/posts/<uuid:post_id>")
@signed_in(Scope.READ, optional=True)
@blueprint.response(200, PostSchema)
def post(post_id: UUID) -> Tagged:
    """Return a post; once deleted, its tombstone. Its ETag is for If-Match."""
    session, reader = db.session(), current_account_id_or_none()
    reading.readable_post(session, post_id, reader)
    return _tagged(shown_post(session, post_id, reader))


@blueprint.delete("/posts/<uuid:post_id>")
@signed_in(Scope.POSTS_WRITE)
@heeds_if_match
@blueprint.arguments(DeletionSchema(), required=False)
@blueprint.response(200, PostSchema)
def delete(body: dict[str, Any], post_id: UUID) -> Tagged:
    """Delete a post for good: text and salt of every version are erased; with If-Match only as it was read."""
    account_id = current_account_id()
    if "message" not in body:
        return _tagged(service.delete_unsigned(account_id, post_id, _meant))
    signature = parse_signature(body["signature"])
    message = body["message"]
    return _tagged(service.delete_signed(account_id, post_id, message, signature, _meant))


@blueprint.get("/posts/<uuid:post_id>/bundle")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PostBundleQuerySchema(), location="query")
@blueprint.response(200, content_type=MEDIA_TYPE)
def bundle(query: dict[str, Any], post_id: UUID) -> Response:
    """Return the bundle of a post's newest entry, or of the version with ``content``.

    With ``claims=true`` it carries what its author shows of claims that were valid when it was anchored.
    """
    session = db.session()
    reader = current_account_id_or_none()
    found = reading.readable_post(session, post_id, reader)
    entry = reading.entry_of(session, found, reader, query.get("content"))
    bundler = Bundler(session)
    return Response(bundler.bundle_bytes(entry, claims=query["claims"]), content_type=MEDIA_TYPE)


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


def _meant(tag: str) -> bool:
    """Tell whether a change was meant for a state; one that is not there is nobody's, not even of ``*``."""
    return "If-Match" not in request.headers or (bool(tag) and request.if_match.contains(tag))


def _tagged(post: PostView, status: int = 200) -> Tagged:
    return post, status, {"ETag": f'"{tag_of(post)}"'}


def _draft(body: dict[str, Any]) -> Draft:
    return Draft(
        id=UUID(body["id"]) if "id" in body else uuid7(),
        text=body["text"],
        audience=body.get("audience", "public"),
        reply_to=body.get("reply_to"),
        quotes=body.get("quotes"),
        replaces=body.get("replaces"),
        media=tuple(
            DraftMedia(one.get("id"), one.get("alt"), one.get("asset"))
            for one in body.get("media", ())
        ),
    )

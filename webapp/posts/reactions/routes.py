"""HTTP for reactions, and for the lists of posts that they make."""

from typing import Any
from uuid import UUID

from uuid6 import uuid7

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import (
    current_account_id,
    current_account_id_or_none,
    current_caller,
)
from webapp.errors import MalformedRequestError
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.log.rules import parse_signature
from webapp.openapi_examples import either
from webapp.openapi_values import SIGNED_POST
from webapp.pagination import (
    Answer,
    Cursor,
    ForwardPageQuerySchema,
    PageQuerySchema,
    page_answer,
)
from webapp.posts import lists
from webapp.posts.marks import folded_tag
from webapp.posts.pages import completed, page_of
from webapp.posts.reactions import comments
from webapp.posts.reactions.people import people_of
from webapp.posts.reactions.schemas import (
    CommentSchema,
    NothingSchema,
    ReactingPageSchema,
    ReactionSchema,
    ThreadSchema,
)
from webapp.posts.reactions.service import LIKE, REPOST, Reaction, react, take_back
from webapp.posts.schemas import PostPageSchema, PostSchema
from webapp.posts.views import PostView

blueprint = ApiBlueprint("reactions", __name__, description="Likes, reposts, comments and threads")


@blueprint.post("/posts/<uuid:post_id>/like")
@signed_in(Scope.REACTIONS_WRITE)
@idempotent
@blueprint.arguments(NothingSchema(), required=False)
@blueprint.response(201, ReactionSchema)
@blueprint.alt_response(200, schema=ReactionSchema, description="You liked it before")
def like(body: dict[str, Any], post_id: UUID) -> tuple[PostView, int]:
    """Like a post."""
    return _react(LIKE, body, post_id)


@blueprint.delete("/posts/<uuid:post_id>/like")
@signed_in(Scope.REACTIONS_WRITE)
@blueprint.response(204)
def unlike(post_id: UUID) -> None:
    """Take a like back."""
    take_back(LIKE, current_account_id(), post_id)


@blueprint.post("/posts/<uuid:post_id>/repost")
@signed_in(Scope.REACTIONS_WRITE)
@idempotent
@blueprint.arguments(NothingSchema(), required=False)
@blueprint.response(201, ReactionSchema)
@blueprint.alt_response(200, schema=ReactionSchema, description="You passed it on before")
def repost(body: dict[str, Any], post_id: UUID) -> tuple[PostView, int]:
    """Pass a public post on to your followers."""
    return _react(REPOST, body, post_id)


@blueprint.delete("/posts/<uuid:post_id>/repost")
@signed_in(Scope.REACTIONS_WRITE)
@blueprint.response(204)
def unrepost(post_id: UUID) -> None:
    """Take a repost back."""
    take_back(REPOST, current_account_id(), post_id)


@blueprint.post("/posts/<uuid:post_id>/comment")
@signed_in(Scope.POSTS_WRITE)
@idempotent
@blueprint.arguments(CommentSchema(), examples=either("Comment", SIGNED_POST))
@blueprint.response(201, PostSchema)
@blueprint.alt_response(200, schema=PostSchema, description="The same record came before")
def comment(body: dict[str, Any], post_id: UUID) -> tuple[PostView, int]:
    """Answer a post: a signed record whose replyTo is one of its versions, or text without a wallet."""
    account_id = current_account_id()
    if "message" in body:
        signature = parse_signature(body["signature"])
        post, new = comments.comment_signed(account_id, post_id, body["message"], signature)
    else:
        fields = {
            "id": UUID(body["id"]) if "id" in body else uuid7(),
            "text": body["text"],
            "audience": body.get("audience", "public"),
            "quotes": body.get("quotes"),
        }
        post, new = comments.comment_draft(account_id, post_id, fields)
    return completed(db.session(), post, current_caller().card), 201 if new else 200


@blueprint.get("/posts/<uuid:post_id>/likes")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, ReactingPageSchema)
def likes(page: dict[str, Any], post_id: UUID) -> Answer:
    """Return who likes a post, newest first."""
    return _people(LIKE, post_id, page)


@blueprint.get("/posts/<uuid:post_id>/reposts")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, ReactingPageSchema)
def reposts(page: dict[str, Any], post_id: UUID) -> Answer:
    """Return who passed a post on, newest first."""
    return _people(REPOST, post_id, page)


@blueprint.get("/posts/<uuid:post_id>/comments")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(ForwardPageQuerySchema(), location="query")
@blueprint.response(200, PostPageSchema)
def comments_of_post(page: dict[str, Any], post_id: UUID) -> Answer:
    """Return the posts that answer a post, oldest first."""
    viewer = current_account_id_or_none()
    return page_of(lists.comments_of(db.session(), post_id, viewer, page), page)


@blueprint.get("/posts/<uuid:post_id>/quotes")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, PostPageSchema)
def quotes(page: dict[str, Any], post_id: UUID) -> Answer:
    """Return the posts that quote a post, newest first."""
    viewer = current_account_id_or_none()
    return page_of(lists.quotes_of(db.session(), post_id, viewer, page), page)


@blueprint.get("/posts/<uuid:post_id>/thread")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(ForwardPageQuerySchema(), location="query")
@blueprint.response(200, ThreadSchema)
def thread(page: dict[str, Any], post_id: UUID) -> Answer:
    """Return a post with its nearest ancestors, and what answers it at any depth, oldest first."""
    found = lists.thread_of(db.session(), post_id, current_account_id_or_none(), page)
    return page_of(found.below, page, post=found.post, ancestors=found.ancestors)


@blueprint.get("/tags/<tag>/posts")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, PostPageSchema)
def posts_with_tag(page: dict[str, Any], tag: str) -> Answer:
    """Return the posts with a hashtag, newest first; case and width of its letters do not matter."""
    folded = folded_tag(tag)
    if folded is None:
        problem = "A tag is 1 to 100 letters, digits and underscores, without the '#'."
        raise MalformedRequestError([{"field": "tag", "problem": problem}])
    viewer = current_account_id_or_none()
    return page_of(lists.posts_with_tag(db.session(), folded, viewer, page), page)


@blueprint.get("/users/<uuid:user_id>/likes")
@signed_in(Scope.READ)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, PostPageSchema)
def liked_by_user(page: dict[str, Any], user_id: UUID) -> Answer:
    """Return the posts that you like, newest like first; only you see it."""
    return page_of(lists.liked_by(db.session(), user_id, current_account_id(), page), page)


def _react(reaction: Reaction, body: dict[str, Any], post_id: UUID) -> tuple[PostView, int]:
    del body  # the schema lets nothing in
    post, new = react(reaction, current_account_id(), post_id)
    return post, 201 if new else 200


def _people(reaction: Reaction, post_id: UUID, page: dict[str, Any]) -> Answer:
    found = people_of(db.session(), reaction, post_id, current_account_id_or_none(), page)
    return page_answer(found, page, lambda one: Cursor(one.created_at, one.account_id))

"""HTTP for relations: follow, block, mute, and the lists of them."""

from typing import Any
from uuid import UUID

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.relations import reading, service
from webapp.accounts.relations.reading import Listed, Standing
from webapp.accounts.relations.schemas import PeoplePageSchema, RelationSchema
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id, current_account_id_or_none
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.pagination import Answer, Cursor, PageQuerySchema, page_answer

blueprint = ApiBlueprint("relations", __name__, description="Follow, block and mute")


@blueprint.post("/users/<uuid:user_id>/follow")
@signed_in(Scope.FOLLOWS_WRITE)
@idempotent
@blueprint.response(201, RelationSchema)
@blueprint.alt_response(200, schema=RelationSchema, description="So it was before")
def follow(user_id: UUID) -> tuple[Standing, int]:
    """Follow a person."""
    return _made(service.follow(current_account_id(), user_id))


@blueprint.delete("/users/<uuid:user_id>/follow")
@signed_in(Scope.FOLLOWS_WRITE)
@blueprint.response(204)
def unfollow(user_id: UUID) -> None:
    """Stop following a person."""
    service.unfollow(current_account_id(), user_id)


@blueprint.post("/users/<uuid:user_id>/block")
@signed_in(Scope.FOLLOWS_WRITE)
@idempotent
@blueprint.response(201, RelationSchema)
@blueprint.alt_response(200, schema=RelationSchema, description="So it was before")
def block(user_id: UUID) -> tuple[Standing, int]:
    """Block a person: neither sees, follows, answers, mentions or writes to the other. They are not told."""
    return _made(service.block(current_account_id(), user_id))


@blueprint.delete("/users/<uuid:user_id>/block")
@signed_in(Scope.FOLLOWS_WRITE)
@blueprint.response(204)
def unblock(user_id: UUID) -> None:
    """End a block; who followed whom before does not come back."""
    service.unblock(current_account_id(), user_id)


@blueprint.post("/users/<uuid:user_id>/mute")
@signed_in(Scope.FOLLOWS_WRITE)
@idempotent
@blueprint.response(201, RelationSchema)
@blueprint.alt_response(200, schema=RelationSchema, description="So it was before")
def mute(user_id: UUID) -> tuple[Standing, int]:
    """Mute a person: feed, search, answers, reactions and notifications leave them out. They are not told."""
    return _made(service.mute(current_account_id(), user_id))


@blueprint.delete("/users/<uuid:user_id>/mute")
@signed_in(Scope.FOLLOWS_WRITE)
@blueprint.response(204)
def unmute(user_id: UUID) -> None:
    """Stop muting a person."""
    service.unmute(current_account_id(), user_id)


@blueprint.get("/users/<uuid:user_id>/followers")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, PeoplePageSchema)
def followers(page: dict[str, Any], user_id: UUID) -> Answer:
    """Return who follows a person, newest first."""
    viewer = current_account_id_or_none()
    return _page(*reading.followers(db.session(), user_id, viewer, page), page)


@blueprint.get("/users/<uuid:user_id>/following")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, PeoplePageSchema)
def following(page: dict[str, Any], user_id: UUID) -> Answer:
    """Return whom a person follows, newest first."""
    viewer = current_account_id_or_none()
    return _page(*reading.following(db.session(), user_id, viewer, page), page)


@blueprint.get("/me/blocks")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, PeoplePageSchema)
def blocks(page: dict[str, Any]) -> Answer:
    """Return whom you block, newest first; only you see it."""
    return _page(*reading.blocks(db.session(), current_account_id(), page), page)


@blueprint.get("/me/mutes")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, PeoplePageSchema)
def mutes(page: dict[str, Any]) -> Answer:
    """Return whom you mute, newest first; only you see it."""
    return _page(*reading.mutes(db.session(), current_account_id(), page), page)


def _made(found: tuple[Standing, bool]) -> tuple[Standing, int]:
    standing, new = found
    return standing, 201 if new else 200


def _page(found: list[Listed], total: int, page: dict[str, Any]) -> Answer:
    body, status, headers = page_answer(
        found, page, lambda one: Cursor(one.created_at, one.account_id)
    )
    return body | {"total": total}, status, headers

"""HTTP for profiles."""

from typing import Any
from uuid import UUID

from flask import request

from webapp.accounts.access import signed_in
from webapp.accounts.profile import reading, service
from webapp.accounts.profile.reading import OwnProfile, ProfileView
from webapp.accounts.profile.schemas import OwnProfileSchema, ProfileChangeSchema, UserSchema
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id, current_account_id_or_none
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.openapi import IF_MATCH

blueprint = ApiBlueprint("profile", __name__, description="Profiles")
Answer = tuple[OwnProfile, int, dict[str, str]]


@blueprint.get("/users/<uuid:user_id>")
@signed_in(Scope.READ, optional=True)
@blueprint.response(200, UserSchema)
def user(user_id: UUID) -> ProfileView:
    """Return a person."""
    return reading.person_by_id(db.session(), user_id, current_account_id_or_none())


@blueprint.get("/users/by-handle/<handle>")
@signed_in(Scope.READ, optional=True)
@blueprint.response(200, UserSchema)
def user_by_handle(handle: str) -> ProfileView:
    """Return the person with a handle, in any case of letters."""
    return reading.person_by_handle(db.session(), handle, current_account_id_or_none())


@blueprint.get("/me")
@signed_in(Scope.READ)
@blueprint.response(200, OwnProfileSchema)
def me() -> Answer:
    """Return your own profile; its ETag is for If-Match."""
    return _tagged(reading.own_profile(db.session(), current_account_id()))


@blueprint.patch("/me")
@signed_in(Scope.PROFILE_WRITE)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(ProfileChangeSchema())
@blueprint.response(200, OwnProfileSchema)
def change(body: dict[str, Any]) -> Answer:
    """Change your profile; with If-Match only if nobody changed it meanwhile."""
    return _tagged(service.change_profile(current_account_id(), body, _meant))


def _meant(revision: str) -> bool:
    return "If-Match" not in request.headers or request.if_match.contains(revision)


def _tagged(own: OwnProfile) -> Answer:
    return own, 200, {"ETag": f'"{own.revision}"'}

"""HTTP for assets."""

from typing import Any
from uuid import UUID

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id, current_account_id_or_none
from webapp.assets import minting, permitting, reading, service
from webapp.assets.minting import MintView
from webapp.assets.models import MintBy
from webapp.assets.prepared import prepare_mints, prepare_transfer
from webapp.assets.reading import AssetView
from webapp.assets.schemas import (
    AssetPageSchema,
    AssetSchema,
    MintBatchSchema,
    MintPageSchema,
    MintSchema,
    NewMintSchema,
    PermissionSchema,
    TransferPageSchema,
    TransferQuerySchema,
)
from webapp.assets.service import MintOrder
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.log.rules import parse_signature
from webapp.outbox.prepared import Prepared, PreparedSchema
from webapp.pagination import Answer, Cursor, PageQuerySchema, page_answer

_TEXTS = ("name", "description", "external_url", "attributes")

blueprint = ApiBlueprint("assets", __name__, description="Tokens: minted, held and passed on")


@blueprint.get("/users/<uuid:user_id>/assets")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, AssetPageSchema)
def gallery(page: dict[str, Any], user_id: UUID) -> Answer:
    """Return the tokens that a person's wallets hold, the last to come first."""
    found = reading.gallery(db.session(), user_id, current_account_id_or_none(), page)
    return page_answer(found, page, lambda one: one.place)


@blueprint.get("/assets/<token_id>")
@signed_in(Scope.READ, optional=True)
@blueprint.response(200, AssetSchema)
def asset(token_id: str) -> AssetView:
    """Return a token by its number, in decimal digits."""
    return reading.one_asset(db.session(), token_id, current_account_id_or_none())


@blueprint.get("/assets/<token_id>/history")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, TransferPageSchema)
def history(page: dict[str, Any], token_id: str) -> Answer:
    """Return a token's transfers, newest first; the oldest is the one that made it."""
    found = reading.history(db.session(), token_id, current_account_id_or_none(), page)
    return page_answer(found, page, lambda one: one.place)


@blueprint.get("/assets/<token_id>/transfer")
@signed_in(Scope.READ)
@blueprint.arguments(TransferQuerySchema(), location="query")
@blueprint.response(200, PreparedSchema)
def transfer(query: dict[str, Any], token_id: str) -> Prepared:
    """Return the transaction by which one's wallet gives a token to an address, or to a person."""
    to, person = query.get("to"), query.get("account")
    return prepare_transfer(db.session(), current_account_id(), token_id, to, person)


@blueprint.post("/mints")
@signed_in(Scope.ASSETS_WRITE)
@idempotent
@blueprint.arguments(NewMintSchema())
@blueprint.response(201, MintSchema)
@blueprint.alt_response(200, schema=MintSchema, description="The same token was begun before")
def begin(body: dict[str, Any]) -> tuple[MintView, int]:
    """Begin a mint: metadata and files are kept, and the creator is told what to sign or to send."""
    order = MintOrder(
        fields={name: body[name] for name in _TEXTS if name in body},
        image=body.get("image"),
        animation=body.get("animation"),
        royalty=body["royalty"],
        by=MintBy(body["by"]),
        creator=body.get("creator"),
        receiver=body.get("to"),
        deadline=body.get("deadline"),
    )
    mint, created = service.begin_mint(current_account_id(), order)
    return mint, 201 if created else 200


@blueprint.get("/mints")
@signed_in(Scope.READ)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, MintPageSchema)
def mints(page: dict[str, Any]) -> Answer:
    """Return one's own mints, newest first, without those that were withdrawn."""
    found = minting.mints_of(db.session(), current_account_id(), page)
    return page_answer(found, page, lambda one: Cursor(one.created_at, one.id))


@blueprint.get("/mints/<uuid:mint_id>")
@signed_in(Scope.READ)
@blueprint.response(200, MintSchema)
def mint(mint_id: UUID) -> MintView:
    """Return a mint of one's own."""
    return minting.own_mint(db.session(), current_account_id(), mint_id)


@blueprint.delete("/mints/<uuid:mint_id>")
@signed_in(Scope.ASSETS_WRITE)
@blueprint.response(204)
def withdraw(mint_id: UUID) -> None:
    """Withdraw a mint that was not sent yet, or can never be made."""
    service.withdraw_mint(current_account_id(), mint_id)


@blueprint.post("/mints/<uuid:mint_id>/permission")
@signed_in(Scope.ASSETS_WRITE)
@idempotent
@blueprint.arguments(PermissionSchema())
@blueprint.response(202, MintSchema)
def permit(body: dict[str, Any], mint_id: UUID) -> tuple[MintView, int]:
    """Take the creator's signature; this server sends the mint and pays for it."""
    signature = parse_signature(body["signature"])
    return permitting.sign_mint(current_account_id(), mint_id, signature), 202


@blueprint.post("/mints/transaction")
@signed_in(Scope.ASSETS_WRITE)
@idempotent
@blueprint.arguments(MintBatchSchema())
@blueprint.response(200, PreparedSchema)
def prepare(body: dict[str, Any]) -> Prepared:
    """Return the one transaction by which the creator's own wallet makes up to 50 tokens; changes nothing."""
    return prepare_mints(db.session(), current_account_id(), body["mints"])

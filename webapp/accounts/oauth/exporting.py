"""What OAuth gives to an export: the apps that one registered, and what one allows."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, in_order, json_file
from webapp.accounts.oauth.models import OAuthApp, OAuthConsent
from webapp.columns import iso
from webapp.extensions import table_of

_A, _C = table_of(OAuthApp).c, table_of(OAuthConsent).c


def _apps(session: Session, account_id: UUID) -> Iterator[File]:
    query = select(_A.id, _A.name, _A.redirect_uris, _A.created_at, _A.deleted_at)
    mine = in_order(session, query.where(_A.owner_id == account_id), _A.created_at, _A.id)
    items = (
        {
            "client_id": str(row.id),
            "name": row.name,
            "redirect_uris": row.redirect_uris,
            "created_at": iso(row.created_at),
            "deleted_at": iso(row.deleted_at),
        }
        for row in mine
    )
    yield json_file("apps.json", items)


def _consents(session: Session, account_id: UUID) -> Iterator[File]:
    query = select(_C.app_id, _A.name, _C.scope, _C.revoked_at).join(
        _A.id.table, _A.id == _C.app_id
    )
    mine = in_order(session, query.where(_C.account_id == account_id), _C.created_at, _C.id)
    items = (
        {
            "client_id": str(row.app_id),
            "name": row.name,
            "scopes": row.scope.split(),
            "created_at": iso(row.moment_of_row),
            "revoked_at": iso(row.revoked_at),
        }
        for row in mine
    )
    yield json_file("consents.json", items)


PARTS = (Part("apps", _apps), Part("consents", _consents))

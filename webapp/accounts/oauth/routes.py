"""HTTP for apps: registration, authorization, consents, and the token endpoint's form and errors (RFC 6749)."""

from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from flask import Blueprint, Response, current_app, request

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent_with_tokens
from webapp.accounts.oauth import apps, authorization, consents
from webapp.accounts.oauth.consents import Decider
from webapp.accounts.oauth.forms import CLIENTS, REVOCATION_FORM, TOKEN_FORM
from webapp.accounts.oauth.metadata import metadata
from webapp.accounts.oauth.protocol import PlainRequest, server
from webapp.accounts.oauth.schemas import (
    AppListSchema,
    AppTokensSchema,
    AskedSchema,
    AuthorizationQuerySchema,
    ConsentDecisionSchema,
    ConsentPageSchema,
    NewAppSchema,
    OAuthErrorSchema,
    RedirectSchema,
    RegistrationSchema,
)
from webapp.accounts.tokens import current_account_id, current_caller
from webapp.chain_access import settings
from webapp.errors import MalformedRequestError
from webapp.http import ApiBlueprint, takes_form
from webapp.pagination import Answer, Cursor, PageQuerySchema, page_answer

blueprint = ApiBlueprint("oauth", __name__, description="Apps of others (OAuth 2.0)")
well_known = Blueprint("well_known", __name__)


@blueprint.post("/oauth/apps")
@signed_in()
@idempotent_with_tokens
@blueprint.arguments(NewAppSchema())
@blueprint.response(201, RegistrationSchema)
def register(body: dict[str, Any]) -> apps.Registration:
    """Register an app; the secret of a confidential one is told this once."""
    return apps.register_app(
        current_account_id(),
        body["name"],
        body["redirect_uris"],
        confidential=body["confidential"],
    )


@blueprint.get("/oauth/apps")
@signed_in()
@blueprint.response(200, AppListSchema)
def own_apps() -> dict[str, Any]:
    """Return the person's own apps."""
    return {"items": apps.own_apps(current_account_id())}


@blueprint.delete("/oauth/apps/<uuid:app_id>")
@signed_in()
@blueprint.response(204)
def delete_app(app_id: UUID) -> None:
    """Delete one's app; all that it was allowed ends."""
    apps.delete_app(current_account_id(), app_id)


@blueprint.get("/oauth/authorize")
@signed_in()
@blueprint.arguments(AuthorizationQuerySchema(), location="query")
@blueprint.response(200, AskedSchema)
def ask(query: dict[str, Any]) -> authorization.Asked:
    """Return what an app asks of the person: for the page that shows it."""
    _refuse_repeated(request.args.to_dict(flat=False))
    return authorization.ask(current_account_id(), _texts(query))


@blueprint.post("/oauth/authorize")
@signed_in()
@idempotent_with_tokens
@blueprint.arguments(ConsentDecisionSchema())
@blueprint.response(200, RedirectSchema)
def decide(body: dict[str, Any]) -> dict[str, str]:
    """Take the person's decision; return where the browser goes with it."""
    allowed = body.pop("decision") == "allow"
    values = _texts(body)
    caller = current_caller()
    who = Decider(caller.account_id, caller.session_id)
    return {"redirect": authorization.decide(who, values, allowed=allowed)}


@blueprint.post("/oauth/token")
@takes_form
@blueprint.doc(requestBody=TOKEN_FORM, security=CLIENTS)
@blueprint.response(200, AppTokensSchema)
@blueprint.alt_response(400, schema=OAuthErrorSchema, content_type="application/json")
@blueprint.alt_response(401, schema=OAuthErrorSchema, content_type="application/json")
def token() -> Response:
    """Exchange a code or a refresh token for tokens; errors are those of RFC 6749."""
    if (refusal := _repeated_in_form()) is not None:
        return refusal
    answer: Response = server.create_token_response(_form_request())
    return answer


@blueprint.post("/oauth/revoke")
@takes_form
@blueprint.doc(requestBody=REVOCATION_FORM, security=CLIENTS)
@blueprint.response(200, content_type="application/json")
@blueprint.alt_response(400, schema=OAuthErrorSchema, content_type="application/json")
@blueprint.alt_response(401, schema=OAuthErrorSchema, content_type="application/json")
def revoke_token() -> Response:
    """End the session of a token (RFC 7009)."""
    if (refusal := _repeated_in_form()) is not None:
        return refusal
    answer: Response = server.create_endpoint_response("revocation", _form_request())
    return answer


@blueprint.get("/oauth/consents")
@signed_in()
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, ConsentPageSchema)
def consents_given(page: dict[str, Any]) -> Answer:
    """Return what the person allows which apps, newest first."""
    found = consents.consents_of(current_account_id(), page)
    return page_answer(found, page, lambda one: Cursor(one.created_at, one.id))


@blueprint.delete("/oauth/consents/<uuid:consent_id>")
@signed_in(while_suspended=True)
@blueprint.response(204)
def revoke_consent(consent_id: UUID) -> None:
    """Take back what an app was allowed; its tokens are dead at once."""
    consents.revoke(current_account_id(), consent_id)


@well_known.get("/.well-known/oauth-authorization-server")
def describe() -> dict[str, object]:
    """Return the metadata of this authorization server."""
    return metadata(settings(), str(current_app.config["OPENAPI_URL_PREFIX"]))


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _refuse_repeated(values: dict[str, list[str]]) -> None:
    repeated = [name for name, given in values.items() if len(given) > 1]
    if repeated:
        problems = [{"field": name, "problem": "Send it once."} for name in repeated]
        raise MalformedRequestError(problems)


def _repeated_in_form() -> Response | None:
    if all(len(given) == 1 for given in request.form.to_dict(flat=False).values()):
        return None
    refused: Response = server.handle_error_response(
        _form_request(), InvalidRequestError("A parameter was sent more than once.")
    )
    return refused


def _form_request() -> PlainRequest:
    headers = dict(request.headers)
    try:
        extract_basic_authorization(headers)
    except ValueError:  # not Base64 of text: nobody's credentials
        del headers["Authorization"]
    return PlainRequest(request.method, request.form.to_dict(), headers)

"""What goes over the wire for apps and consents."""

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from webapp.accounts.oauth.redirects import MAX_URI, check_redirect_uri
from webapp.accounts.schemas import ProfileCardSchema
from webapp.columns import iso
from webapp.pagination import PageSchema


def _check_name(name: str) -> None:
    if not name.strip() or not name.isprintable():
        raise ValidationError("Give a name of visible characters.")


class NewAppSchema(Schema):
    """An app to register; a confidential one keeps a secret on its own server."""

    name = fields.String(required=True, validate=[validate.Length(max=60), _check_name])
    redirect_uris = fields.List(
        fields.String(validate=check_redirect_uri),
        required=True,
        validate=validate.Length(min=1, max=10),
    )
    confidential = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class AppSchema(Schema):
    """An app as its owner sees it."""

    client_id = fields.UUID(attribute="id", required=True)
    name = fields.String(required=True)
    redirect_uris = fields.List(fields.String(), required=True)
    confidential = fields.Boolean(required=True)
    created_at = fields.Function(lambda app: iso(app.created_at), required=True)


class RegistrationSchema(AppSchema):
    """A fresh app; its secret is told this once."""

    client_secret = fields.String(required=True, allow_none=True)


class AppListSchema(Schema):
    """A person's apps, newest first."""

    items = fields.List(fields.Nested(AppSchema), required=True)


class AuthorizationSchema(Schema):
    """An authorization request, as the app sent it by the browser (RFC 6749, 4.1.1; RFC 7636)."""

    response_type = fields.String(required=True, validate=validate.Regexp(r"[a-z_ ]{1,50}\Z"))
    client_id = fields.UUID(required=True)
    redirect_uri = fields.String(required=True, validate=validate.Length(min=1, max=MAX_URI))
    scope = fields.String(validate=validate.Length(max=200))
    state = fields.String(validate=validate.Length(max=1_000))
    code_challenge = fields.String(validate=validate.Length(max=128))
    code_challenge_method = fields.String(validate=validate.Length(max=20))


class AuthorizationQuerySchema(AuthorizationSchema):
    """The same in a query, which may hold more that means nothing here."""

    class Meta:
        """Ignore what is not known, as RFC 6749 wants."""

        unknown = EXCLUDE


class ConsentDecisionSchema(AuthorizationSchema):
    """The same, with what the person decided."""

    decision = fields.String(required=True, validate=validate.OneOf(["allow", "deny"]))


class AskedAppSchema(Schema):
    """An app as the person sees it who is asked."""

    client_id = fields.UUID(attribute="id", required=True)
    name = fields.String(required=True)


class AskedSchema(Schema):
    """What is asked of a person, by an app that ``owner`` registered; with ``redirect`` it is refused, and the browser goes there."""

    app = fields.Nested(AskedAppSchema, required=True)
    owner = fields.Nested(ProfileCardSchema, required=True)
    scopes = fields.List(fields.String(), required=True)
    given = fields.List(fields.String(), required=True)
    redirect = fields.String(required=True, allow_none=True)


class RedirectSchema(Schema):
    """Where the browser goes with the decision."""

    redirect = fields.String(required=True)


class ConsentSchema(Schema):
    """What a person allows an app."""

    id = fields.UUID(required=True)
    client_id = fields.UUID(attribute="app_id", required=True)
    name = fields.String(required=True)
    scopes = fields.Function(lambda consent: consent.scope.split(), required=True)
    created_at = fields.Function(lambda consent: iso(consent.created_at), required=True)


class ConsentPageSchema(PageSchema):
    """A page of consents, newest first."""

    items = fields.List(fields.Nested(ConsentSchema), required=True)


class AppTokensSchema(Schema):
    """Tokens for an app (RFC 6749, 5.1)."""

    token_type = fields.String(required=True)
    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    scope = fields.String(required=True)


class OAuthErrorSchema(Schema):
    """Why a token was refused (RFC 6749, 5.2)."""

    error = fields.String(required=True)
    error_description = fields.String()

"""What clients may read of this authorization server before they know it (RFC 8414)."""

from webapp.accounts.oauth.protocol import CLIENT_METHODS, GRANTS
from webapp.accounts.scopes import THIRD_PARTY, Scope
from webapp.config import Settings


def metadata(here: Settings, api: str) -> dict[str, object]:
    """Return the metadata; ``api`` is the path of the API.

    The authorization endpoint is a page of the web UI, which asks the API's own /oauth/authorize.
    """
    base = here.base_url
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}{api}/oauth/token",
        "revocation_endpoint": f"{base}{api}/oauth/revoke",
        "scopes_supported": [scope for scope in Scope if scope in THIRD_PARTY],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": CLIENT_METHODS,
        "revocation_endpoint_auth_methods_supported": CLIENT_METHODS,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": f"{base}{api}/docs",
    }

"""Which redirect URIs an app may register: https, or http on the person's own machine."""

import re
from urllib.parse import urlsplit

from marshmallow import ValidationError

MAX_URI = 500
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# RFC 3986's characters: what is compared character by character must have one spelling.
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+\Z")


def check_redirect_uri(uri: str) -> None:
    """Refuse a URI to which codes must not go; raises ValidationError."""
    if len(uri) > MAX_URI or not _CHARACTERS.match(uri):
        raise ValidationError(f"Use at most {MAX_URI} characters of a URI, without a fragment.")
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValidationError("This is no URI.") from None
    if not host or port == 0 or "@" in parts.netloc:
        raise ValidationError("Give a host, without user and password.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise ValidationError("Use https, or http to 127.0.0.1, [::1] or localhost.")

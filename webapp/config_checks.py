"""What a setting may be: every rule that holds for values of the environment, in one place.

Each check raises InvalidSettingError; a value that may be secret is not repeated in it.
"""

import ipaddress
import math
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from limits import parse_many

from chain.nodes.urls import split_urls

if TYPE_CHECKING:
    from webapp.config import Settings

MAX_BATCH_ENTRIES = 10_000
LIMITS = (
    "limit_sign_in",
    "limit_failures",
    "limit_guesses",
    "limit_register",
    "limit_read",
    "limit_write",
    "limit_token",
)
MOST = 10**9  # of anything that is counted or waited for
MOST_NAME = 60
NAME_WANTED = "1 to 60 characters"


class InvalidSettingError(ValueError):
    """A setting that cannot be used; carries its name, its value and what would be accepted."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        self.name, self.value, self.wanted = name, value, wanted
        super().__init__(f"{name} is {value!r}; it must be {wanted}.")


def listed(text: str) -> list[str]:
    """Return the items of a list by commas, without blanks and empty ones."""
    return [item.strip() for item in text.split(",") if item.strip()]


def variable(name: str) -> str:
    """Return the environment variable of a setting's field name."""
    return f"TROTH_{name.upper()}"


def check(settings: "Settings") -> None:
    """Raise InvalidSettingError for the first setting that cannot be used."""
    ports = {"port": settings.port, "chain_port": settings.chain_port}
    ports |= {"mail_port": settings.mail_port} if settings.mail_port else {}
    for name, port in ports.items():
        if not 0 < port < 65_536:
            raise InvalidSettingError(variable(name), str(port), "a port from 1 to 65535")
    if not 1 <= settings.seal_size <= MAX_BATCH_ENTRIES:
        wanted = f"from 1 to {MAX_BATCH_ENTRIES}"
        raise InvalidSettingError("TROTH_SEAL_SIZE", str(settings.seal_size), wanted)
    if settings.stream_port and not 0 < settings.stream_port < 65_536:
        wanted = "0, or a port from 1 to 65535"
        raise InvalidSettingError("TROTH_STREAM_PORT", str(settings.stream_port), wanted)
    _check_numbers(settings)
    for name in LIMITS:
        try:
            parse_many(getattr(settings, name))
        except ValueError:
            wanted = "a number and a period, for instance 20/minute"
            raise InvalidSettingError(variable(name), getattr(settings, name), wanted) from None
    _check_keys(settings)
    _check_nodes(settings)
    _check_ipfs(settings.ipfs_url)
    _check_identities(settings)
    if settings.metrics_token and len(settings.metrics_token) < 16:
        raise InvalidSettingError("TROTH_METRICS_TOKEN", "(hidden)", "16 characters or more")
    if settings.jwt_secret and len(settings.jwt_secret) < 32:
        raise InvalidSettingError("TROTH_JWT_SECRET", "(hidden)", "32 characters or more")


def _check_numbers(settings: "Settings") -> None:
    least = {"seal_interval": 0, "confirmations": -1, "trusted_proxies": 0, "fee_cap_gwei": 0}
    least |= {"webhooks_to_loopback": 0, "streams": 0, "stream_seconds": 1}
    least |= {"tip_cap_gwei": 1, "node_failures": 0, "node_lag": 0, "node_patience": 0}
    least |= {"feed_merge_followers": 0, "mints_per_account": 0, "mints_per_day": 0}
    least |= {"claims_per_day": 0}
    media = ("image_bytes", "image_pixels", "video_bytes", "quota_files", "decoders")
    least |= {f"media_{name}": 1 for name in media}
    least |= {"content_file_bytes": 1, "content_quota_files": 1}
    for name in ("media_quota_bytes", "content_quota_bytes"):
        if getattr(settings, name) < 0:
            raise InvalidSettingError(variable(name), str(getattr(settings, name)), "0 or more")
    for name, bound in least.items():
        value = getattr(settings, name)
        if not (math.isfinite(value) and bound <= value <= MOST):
            wanted = f"from {bound} to {MOST}"
            raise InvalidSettingError(variable(name), str(value), wanted)
    above = ("sweep_interval", "claim_seconds", "node_timeout", "node_retry", "stuck_seconds")
    tokens = ("access_token_seconds", "refresh_token_seconds", "media_unused_seconds")
    content = ("content_unused_seconds", "ipfs_timeout")
    for name in (*above, *tokens, *content, "feed_dormant_days"):
        value = getattr(settings, name)
        if not (math.isfinite(value) and 0 < value <= MOST):
            wanted = f"above zero, at most {MOST}"
            raise InvalidSettingError(variable(name), str(value), wanted)


def _check_keys(settings: "Settings") -> None:
    names = ("anchorer_key", "deployer_key", "issuer_key")
    given = [(name, getattr(settings, name)) for name in names]
    given += [("sender_keys", key) for key in listed(settings.sender_keys)]
    for name, key in given:
        if key and not re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", key):
            raise InvalidSettingError(variable(name), "(hidden)", "a private key of 64 hex digits")
    for key in listed(settings.message_keys):
        if not re.fullmatch(r"[0-9a-f]{64}", key):
            wanted = "keys of 64 lower-case hex digits, by commas"
            raise InvalidSettingError(variable("message_keys"), "(hidden)", wanted)
    for one, other in (
        ("anchorer_key", "anchorer_keystore"),
        ("issuer_key", "issuer_keystore"),
        ("keystore_password", "keystore_password_file"),
    ):
        if getattr(settings, one) and getattr(settings, other):
            wanted = f"left out where {variable(other)} is given"
            raise InvalidSettingError(variable(one), "(hidden)", wanted)


def _check_nodes(settings: "Settings") -> None:
    for url in split_urls(settings.rpc_url) or [""]:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            wanted = "URLs that start with http:// or https://, by commas"
            raise InvalidSettingError("TROTH_CHAIN_URL", "(hidden)", wanted)


def _check_ipfs(url: str) -> None:
    wanted = "a URL such as http://127.0.0.1:5001, without a path"
    try:
        parts = urlsplit(url)
        fits = parts.port != 0 and parts.path in ("", "/") and not parts.query + parts.fragment
    except ValueError:
        fits = False
    if url and not (fits and parts.scheme in ("http", "https") and parts.hostname):
        # It may hold a password.
        raise InvalidSettingError(variable("ipfs_url"), "(hidden)", wanted)


def _check_identities(settings: "Settings") -> None:
    if not 1 <= len(settings.issuer_name) <= MOST_NAME:
        raise InvalidSettingError("TROTH_ISSUER_NAME", settings.issuer_name, NAME_WANTED)
    for item in listed(settings.trusted_issuers):
        address, _, name = item.partition("=")
        named = 1 <= len(name.strip()) <= MOST_NAME
        if not re.fullmatch(r"0x[0-9a-fA-F]{40}", address.strip()) or not named:
            wanted = "0x and 40 hex digits, =, and a name of at most 60 characters, by commas"
            raise InvalidSettingError("TROTH_TRUSTED_ISSUERS", item, wanted)
    if settings.smtp_url:
        parts = urlsplit(settings.smtp_url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise InvalidSettingError("TROTH_SMTP_URL", "(hidden)", "smtp://… or smtps://…")
    if not re.fullmatch(r"[!-?A-~]{1,64}@[0-9A-Za-z.-]{1,255}", settings.smtp_from):
        raise InvalidSettingError("TROTH_SMTP_FROM", settings.smtp_from, "one e-mail address")
    for item in listed(settings.dns_servers):
        host, _, port = item.rpartition(":") if item.count(":") == 1 else (item, "", "53")
        try:
            ipaddress.ip_address(host)
            good = 0 < int(port) < 65_536
        except ValueError:
            good = False
        if not good:
            wanted = "addresses, or address:port, by commas"
            raise InvalidSettingError("TROTH_DNS_SERVERS", item, wanted)

"""Every setting of Troth: read once from the environment, documented in one table.

``docs/settings.md`` is generated from this module; ``make check`` fails when it is stale.
A setting has a working default on the embedded chain and database; no secret has one.
"""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from chain.config import ROOT, load
from chain.nodes.policy import NodePolicy
from webapp.config_checks import MAX_BATCH_ENTRIES, InvalidSettingError, check, listed, variable

__all__ = [
    "EMBEDDED",
    "EXTERNAL",
    "InvalidSettingError",
    "Settings",
    "listed",
    "load_settings",
    "network_depth",
    "variable",
]

EMBEDDED, EXTERNAL = "embedded", "external"  # networks of brownie-config.yaml
EMBEDDED_SEAL_SECONDS = 2.0
EXTERNAL_SEAL_SECONDS = 60.0
MIB = 1_048_576


def _setting(default: object, about: str, secret: bool = False) -> Any:
    return field(default=default, metadata={"about": about, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """One field per setting; the variable is ``TROTH_`` and the field's name in capitals."""

    data_dir: Path = _setting(  # noqa: RUF009 - Path is immutable
        ROOT / "data", "Folder for chain, database, keys, logs and records"
    )
    host: str = _setting("127.0.0.1", "Address that the web application listens on")
    port: int = _setting(8000, "Port of the web application")
    chain_port: int = _setting(8545, "Port of the embedded chain's JSON-RPC")
    public_url: str = _setting(
        "", "Where people reach this server; fixes the sign-in domain. Empty: the listening address"
    )
    stream_port: int = _setting(
        0,
        "Port of a process of its own for live streams (`/api/v1/events`). 0: none, the web application "
        "holds a few itself",
    )
    streams: int = _setting(8, "Live streams that one process of the web application holds at most")
    stream_seconds: int = _setting(600, "Seconds after which a live stream ends; clients reconnect")
    webhooks_to_loopback: int = _setting(
        0, "1: webhooks may lead to this machine, and there by http too. For development only"
    )
    database_url: str = _setting("", "SQLAlchemy URL. Empty: SQLite in the data folder")
    redis_url: str = _setting("", "Redis for rate limits and caches. Empty: the embedded Redis")
    broker_url: str = _setting("", "Celery broker. Empty: the embedded Redis")
    chain_url: str = _setting(
        "",
        "JSON-RPC URL of an EVM chain, or several of one chain by commas, the preferred one first. "
        "Empty: the embedded chain",
    )
    seal_interval: float = _setting(
        0.0, "Seconds between batches. 0: 2 on the embedded chain, 60 elsewhere"
    )
    seal_size: int = _setting(MAX_BATCH_ENTRIES, "Entries that seal a batch at once (1 to 10,000)")
    confirmations: int = _setting(
        -1,
        "Blocks above a batch before it is final; what was final stays so when this is raised. "
        "-1: 0 on the embedded chain, 12 elsewhere",
    )
    sweep_interval: float = _setting(1.0, "Seconds between the worker's own sweeps")
    claim_seconds: float = _setting(
        60.0, "Seconds after which another worker takes over what a killed one had begun"
    )
    node_timeout: float = _setting(5.0, "Seconds to wait for an answer of the chain's node")
    node_failures: int = _setting(
        3, "Failed reads in a row after which a node is left alone for a while. 0: never"
    )
    node_retry: float = _setting(5.0, "Seconds for which a failing node is left alone")
    node_lag: int = _setting(
        3, "Blocks behind the best node from which on a node is used only when no other can be"
    )
    node_patience: float = _setting(
        60.0, "Seconds for which no node may answer with an older block than another one did"
    )
    feed_merge_followers: int = _setting(
        50_000,
        "Followers from which on an account's posts are looked up when a feed is read, instead of being "
        "written into each follower's feed",
    )
    feed_dormant_days: float = _setting(
        14.0, "Days after which the feed of somebody who does not read it is no longer kept"
    )
    fee_cap_gwei: int = _setting(500, "Highest fee per gas that is ever offered, in gwei")
    tip_cap_gwei: int = _setting(
        5, "Highest priority fee per gas offered at first, in gwei; raises end at ten times that"
    )
    stuck_seconds: float = _setting(
        60.0, "Seconds that a sent transaction may wait to be mined before its fees are raised"
    )
    access_token_seconds: int = _setting(900, "Life of an access token, in seconds")
    refresh_token_seconds: int = _setting(2_592_000, "Life of a refresh token, in seconds")
    cors_origins: str = _setting("", "Origins of web pages allowed to call the API, by commas")
    trusted_proxies: int = _setting(0, "Reverse proxies in front whose X-Forwarded-* is believed")
    limit_sign_in: str = _setting("20/minute", "Sign-ins allowed to one address")
    limit_failures: str = _setting(
        "50/hour",
        "Failed sign-ins allowed to one account, from networks that it was not signed in from",
    )
    limit_guesses: str = _setting(
        "10/hour", "Failed sign-ins allowed to one account from one network"
    )
    limit_register: str = _setting("20/hour", "Registrations allowed to one address and handle")
    limit_read: str = _setting(
        "3000/minute", "Units of reading allowed to one account, or signed out to one address"
    )
    limit_write: str = _setting(
        "300/minute", "Units of writing allowed to one account, or signed out to one address"
    )
    limit_token: str = _setting(
        "120/minute", "Refreshed, exchanged and revoked tokens allowed to one account or address"
    )
    media_image_bytes: int = _setting(10 * MIB, "Bytes that an image may have when it is uploaded")
    media_image_pixels: int = _setting(
        40_000_000, "Pixels that an image may have, in all frames of an animated one together"
    )
    media_video_bytes: int = _setting(50 * MIB, "Bytes that a video may have")
    media_quota_bytes: int = _setting(1_024 * MIB, "Bytes of files that one account may keep")
    media_quota_files: int = _setting(10_000, "Files that one account may keep")
    media_unused_seconds: float = _setting(
        86_400.0, "Seconds after which an upload that nothing shows is removed"
    )
    media_decoders: int = _setting(
        2, "Images read at once on one machine, each with at most 1.5 GiB of address space"
    )
    mints_per_account: int = _setting(
        20, "Mints a day that this server pays the gas of, for one account. 0: none at all"
    )
    mints_per_day: int = _setting(1_000, "The same for all accounts together. 0: none at all")
    claims_per_day: int = _setting(
        1_000,
        "Claims a day that this server's issuer writes to the chain, for everybody together; more wait. 0: none at all",
    )
    content_file_bytes: int = _setting(
        50 * MIB, "Bytes that one content of assets may have, a file or its metadata"
    )
    content_quota_bytes: int = _setting(
        1_024 * MIB, "Bytes of assets' content that one account may keep"
    )
    content_quota_files: int = _setting(10_000, "Contents of assets that one account may keep")
    content_unused_seconds: float = _setting(
        86_400.0, "Seconds after which content that no asset uses is removed"
    )
    ipfs_url: str = _setting(
        "",
        "HTTP API of an IPFS node that pins content too, as in http://127.0.0.1:5001. Empty: none, content "
        "is kept and served here alone",
    )
    ipfs_timeout: float = _setting(
        30.0, "Seconds to wait for an answer of the IPFS node, for each piece of it"
    )
    log_level: str = _setting("INFO", "Lowest level that is logged")
    metrics_token: str = _setting(
        "",
        "Bearer token of `GET /metrics` (16 characters or more). Empty: only this machine may ask",
    )
    jwt_secret: str = _setting("", "Key of the tokens (32 characters or more)", secret=True)
    anchorer_key: str = _setting("", "Private key, in hex, that anchors batches", secret=True)
    deployer_key: str = _setting("", "Private key, in hex, that deploys contracts", secret=True)
    issuer_key: str = _setting(
        "",
        "Private key, in hex, that vouches for people. Made up on embedded defaults; elsewhere without it, and "
        "without a keystore, this server vouches for nobody",
        secret=True,
    )
    message_keys: str = _setting(
        "",
        "Keys of private messages, 64 hex digits each, by commas; the first encrypts, all decrypt",
        secret=True,
    )
    sender_keys: str = _setting(
        "",
        "Private keys, in hex by commas, that send every transaction but batches. Neither these nor "
        "keystores given: the deployer's on the embedded chain, none elsewhere",
    )
    anchorer_keystore: str = _setting(
        "", "Encrypted keystore file (Web3 Secret Storage V3), instead of the anchorer's key"
    )
    issuer_keystore: str = _setting("", "Encrypted keystore file, instead of the issuer's key")
    issuer_name: str = _setting("Troth", "Name that stands beside what this server vouches for")
    trusted_issuers: str = _setting(
        "",
        "Other issuers whose claims are shown, as address=name by commas; claims of all others are not",
    )
    smtp_url: str = _setting(
        "",
        "Mail server for codes: smtps://user:password@host, or smtp:// with STARTTLS (without it only to this "
        "machine). Empty: the embedded one, which shows what it gets; none against an external chain or database",
    )
    smtp_from: str = _setting("troth@localhost", "Sender of the codes")
    mail_port: int = _setting(0, "Port of the embedded mail server. 0: a free one")
    dns_servers: str = _setting(
        "",
        "Name servers that are asked for TXT records, address or address:port by commas. Empty: the system's",
    )
    sender_keystores: str = _setting(
        "", "Encrypted keystore files, by commas, of senders besides those given by key"
    )
    keystore_password: str = _setting("", "Password of all keystore files")
    keystore_password_file: str = _setting(
        "", "File that holds the password of all keystore files, instead of the password itself"
    )

    @property
    def embedded_chain(self) -> bool:
        """Whether the chain is the embedded one."""
        return not self.chain_url

    @property
    def embedded_database(self) -> bool:
        """Whether the database is the SQLite file in the data folder."""
        return not self.database_url

    @property
    def rpc_url(self) -> str:
        """JSON-RPC URL of the chain in use."""
        return self.chain_url or f"http://127.0.0.1:{self.chain_port}"

    @property
    def sqlalchemy_url(self) -> str:
        """Database URL in the form that SQLAlchemy wants."""
        if self.embedded_database:
            return f"sqlite:///{self.data_dir.absolute() / 'troth.sqlite'}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url

    @property
    def depth(self) -> int:
        """Blocks (head minus block) that make a block final."""
        if self.confirmations >= 0:
            return self.confirmations
        return network_depth(EMBEDDED if self.embedded_chain else EXTERNAL)

    @property
    def seal_seconds(self) -> float:
        """Seconds that an entry may wait before a batch is sealed."""
        if self.seal_interval > 0:
            return self.seal_interval
        return EMBEDDED_SEAL_SECONDS if self.embedded_chain else EXTERNAL_SEAL_SECONDS

    @property
    def base_url(self) -> str:
        """The URL under which people reach this server, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def node_policy(self) -> NodePolicy:
        """How the chain's nodes are judged."""
        return NodePolicy(self.node_failures, self.node_retry, self.node_lag, self.node_patience)

    @property
    def origins(self) -> list[str]:
        """The configured CORS origins."""
        return listed(self.cors_origins)


@cache
def network_depth(network: str) -> int:
    """Return the usual depth of finality, in blocks, of a network of brownie-config.yaml."""
    return load().networks[network].confirmations


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read all settings from ``environment`` (default: the process's); overrides win.

    Raises InvalidSettingError, naming the variable, for a value that cannot be used.
    """
    source = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for one in dataclasses.fields(Settings):
        if one.name in overrides:
            values[one.name] = overrides[one.name]
        elif (text := source.get(variable(one.name))) is not None and text != "":
            values[one.name] = _parse(one.name, text, type(one.default))
    settings = Settings(**values)  # type: ignore[arg-type]  # each was parsed to its field's type
    check(settings)
    return settings


def _parse(name: str, text: str, kind: type) -> object:
    try:
        if kind is int:
            return int(text)
        if kind is float:
            return float(text)
    except ValueError:
        raise InvalidSettingError(variable(name), text, "a number") from None
    return Path(text) if issubclass(kind, Path) else text

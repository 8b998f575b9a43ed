"""Puts the application together: every feature, its routes, and what it has to say to others."""

import gc

# Imports make a million objects and no garbage: looking for some meanwhile is a fifth of a start.
gc.disable()

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_limiter import RateLimitExceeded
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import (
    accounts,
    assets,
    events,
    feed,
    identities,
    log,
    media,
    messages,
    moderation,
    notifications,
    outbox,
    posts,
    stamps,
)
from webapp.accounts import throttle
from webapp.accounts.access import charge_at_open_routes
from webapp.accounts.cookies import cookie_config, register_cookies
from webapp.accounts.credentials.routes import blueprint as credentials_blueprint
from webapp.accounts.deletion import erasers
from webapp.accounts.deletion.routes import blueprint as deletion_blueprint
from webapp.accounts.exports import own_parts
from webapp.accounts.exports.routes import blueprint as exports_blueprint
from webapp.accounts.limits import register_limits
from webapp.accounts.oauth import erasing as oauth_erasing
from webapp.accounts.oauth import exporting as oauth_exporting
from webapp.accounts.oauth.routes import blueprint as oauth_blueprint
from webapp.accounts.oauth.routes import well_known
from webapp.accounts.profile.routes import blueprint as profile_blueprint
from webapp.accounts.relations.routes import blueprint as relations_blueprint
from webapp.accounts.routes import blueprint as accounts_blueprint
from webapp.accounts.sessions.routes import blueprint as sessions_blueprint
from webapp.accounts.wallets.routes import blueprint as wallets_blueprint
from webapp.assets import erasing as assets_erasing
from webapp.assets import exporting as assets_exporting
from webapp.assets.content import erasing as content_erasing
from webapp.assets.content import exporting as content_exporting
from webapp.assets.content.routes import blueprint as content_blueprint
from webapp.assets.holders import TOKENS
from webapp.assets.routes import blueprint as assets_blueprint
from webapp.badges import EXTENSION, FILES
from webapp.config import Settings, load_settings
from webapp.documentation import blueprint as documentation_blueprint
from webapp.doorbell import Ringer
from webapp.engines import engine_options, prepare_engine
from webapp.errors import register_error_handlers
from webapp.extensions import api, db, jwt, limiter, migrate
from webapp.feed import erasing as feed_erasing
from webapp.feed.routes import blueprint as feed_blueprint
from webapp.http import register_http
from webapp.identities import erasing as identities_erasing
from webapp.identities import exporting as identities_exporting
from webapp.identities.files import disclosed_at
from webapp.identities.reading import badges
from webapp.identities.routes import blueprint as identities_blueprint
from webapp.log.routes import blueprint as log_blueprint
from webapp.logging import configure_logging
from webapp.media import exporting as media_exporting
from webapp.media.routes import blueprint as media_blueprint
from webapp.media.service import check_avatar
from webapp.messages import exporting as messages_exporting
from webapp.messages import leaving as messages_leaving
from webapp.messages.routes import blueprint as messages_blueprint
from webapp.moderation import erasing as moderation_erasing
from webapp.moderation import exporting as moderation_exporting
from webapp.moderation.routes import blueprint as moderation_blueprint
from webapp.notifications import erasing as notifications_erasing
from webapp.notifications import exporting as notifications_exporting
from webapp.notifications.live.hub import HUB, Hub
from webapp.notifications.live.routes import blueprint as events_blueprint
from webapp.notifications.routes import blueprint as notifications_blueprint
from webapp.notifications.webhooks import pausing as webhooks_pausing
from webapp.notifications.webhooks.routes import blueprint as webhooks_blueprint
from webapp.openapi import ABOUT
from webapp.posts import erasing as posts_erasing
from webapp.posts import exporting as posts_exporting
from webapp.posts.reactions.routes import blueprint as reactions_blueprint
from webapp.posts.routes import blueprint as posts_blueprint
from webapp.search.routes import blueprint as search_blueprint
from webapp.secrets import load_message_keys, load_secrets
from webapp.stamps import erasing as stamps_erasing
from webapp.stamps import exporting as stamps_exporting
from webapp.stamps.routes import blueprint as stamps_blueprint
from webapp.status.routes import blueprint as status_blueprint
from webapp.ui_pages import blueprint as ui_blueprint
from webapp.wakeups import Waker, channel_of

# What was imported lives as long as the process; so it is never looked through again.
gc.freeze()
gc.enable()

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
API_PREFIX = "/api/v1"
FEATURES = (
    events,
    outbox,
    log,
    accounts,
    media,
    posts,
    stamps,
    feed,
    messages,
    notifications,
    identities,
    assets,
    moderation,
)
BLUEPRINTS = (
    log_blueprint,
    accounts_blueprint,
    profile_blueprint,
    relations_blueprint,
    wallets_blueprint,
    credentials_blueprint,
    sessions_blueprint,
    exports_blueprint,
    oauth_blueprint,
    deletion_blueprint,
    media_blueprint,
    posts_blueprint,
    reactions_blueprint,
    feed_blueprint,
    search_blueprint,
    messages_blueprint,
    notifications_blueprint,
    events_blueprint,
    webhooks_blueprint,
    stamps_blueprint,
    assets_blueprint,
    identities_blueprint,
    moderation_blueprint,
)
# What an export holds, in this order; a feature that keeps something of people adds its parts.
EXPORT_PARTS = (
    *own_parts.PARTS,
    *oauth_exporting.PARTS,
    *media_exporting.PARTS,
    *posts_exporting.PARTS,
    *stamps_exporting.PARTS,
    *messages_exporting.PARTS,
    *notifications_exporting.PARTS,
    *assets_exporting.PARTS,
    *content_exporting.PARTS,
    *identities_exporting.PARTS,
    *moderation_exporting.PARTS,
)
# What deleting an account erases, the rightmost feature first; who keeps something of people adds an eraser.
ERASERS = (
    *moderation_erasing.ERASERS,
    *assets_erasing.ERASERS,
    *content_erasing.ERASERS,
    *identities_erasing.ERASERS,
    *notifications_erasing.ERASERS,
    *messages_leaving.ERASERS,
    *feed_erasing.ERASERS,
    *stamps_erasing.ERASERS,
    *posts_erasing.ERASERS,
    *oauth_erasing.ERASERS,
    *erasers.ERASERS,
)

# What recovering an account closes beside sessions and apps; who keeps something open for people adds a closer.
CLOSERS = (*webhooks_pausing.CLOSERS,)


def make_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Make the application; ``config`` overrides settings by their field names.

    Raises InvalidSettingError and SecretsError for what cannot be started with.
    """
    settings = load_settings(**(config or {}))
    configure_logging(settings.log_level)
    app = Flask("troth", static_folder=None)
    app.config.from_mapping(_flask_config(settings))
    load_message_keys(settings)  # what is missing is told now, not to whoever writes first
    _bind_extensions(app, settings)
    register_error_handlers(app)
    register_http(app)
    register_cookies(app)
    register_limits(app, settings)
    app.before_request(charge_at_open_routes)
    app.register_error_handler(RateLimitExceeded, throttle.on_limit)
    for error in throttle.STORE_ERRORS:
        app.register_error_handler(error, throttle.on_store_down)
    app.after_request(throttle.tell_limits)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint, url_prefix=API_PREFIX)
    api.register_blueprint(content_blueprint, url_prefix="/")
    app.register_blueprint(well_known)
    app.register_blueprint(status_blueprint)
    app.register_blueprint(documentation_blueprint, url_prefix=API_PREFIX)
    app.register_blueprint(ui_blueprint)
    app.extensions["troth_export_parts"] = EXPORT_PARTS
    app.extensions["troth_erasers"] = ERASERS
    app.extensions["troth_closers"] = CLOSERS
    app.extensions["troth_check_avatar"] = check_avatar
    app.extensions["troth_tokens"] = TOKENS
    app.extensions[EXTENSION] = badges
    app.extensions[FILES] = disclosed_at
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "TROTH": settings,
        "SQLALCHEMY_DATABASE_URI": settings.sqlalchemy_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.sqlalchemy_url),
        "JWT_SECRET_KEY": load_secrets(settings).jwt_secret,
        "JWT_ALGORITHM": "HS256",
        "JWT_DECODE_ALGORITHMS": ["HS256"],
        "JWT_ENCODE_ISSUER": "troth",
        "JWT_DECODE_ISSUER": "troth",
        "JWT_ENCODE_AUDIENCE": "troth-api",
        "JWT_DECODE_AUDIENCE": "troth-api",
        "JWT_ACCESS_TOKEN_EXPIRES": timedelta(seconds=settings.access_token_seconds),
        "JWT_REFRESH_TOKEN_EXPIRES": timedelta(seconds=settings.refresh_token_seconds),
        **cookie_config(settings, API_PREFIX),
        "RATELIMIT_STORAGE_URI": _limits_url(settings),
        "RATELIMIT_STORAGE_OPTIONS": _redis_options(settings),
        "API_TITLE": "Troth",
        "API_VERSION": "v1",
        "API_SPEC_OPTIONS": {"info": {"description": ABOUT}},
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": API_PREFIX,
        "OPENAPI_JSON_PATH": "openapi.json",
    }


def _limits_url(settings: Settings) -> str:
    url = settings.redis_url or "memory://"
    return f"redis+{url}" if url.startswith("unix://") else url  # the limits library's own spelling


def _redis_options(settings: Settings) -> dict[str, float]:
    # A Redis that hangs must not hold sign-ins for long.
    return {"socket_connect_timeout": 1, "socket_timeout": 1} if settings.redis_url else {}


def _bind_extensions(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    jwt.init_app(app)
    limiter.init_app(app)
    api.init_app(app)
    app.extensions[HUB] = Hub(app, settings.redis_url, settings.streams)
    if settings.broker_url:
        app.extensions["troth_ringer"] = Ringer(settings.broker_url)
    if settings.redis_url:
        channel = channel_of(app.config["JWT_SECRET_KEY"])
        app.extensions["troth_waker"] = Waker(settings.redis_url, channel)

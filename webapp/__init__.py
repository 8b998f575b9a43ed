"""The Flask application: the social API over an ordinary database."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(config: Mapping[str, Any] | None = None) -> "Flask":
    """Make the application; ``config`` overrides settings by their field names.

    Raises InvalidSettingError and SecretsError for what cannot be started with.
    """
    # Whoever imports one room of this package, and makes no application, starts without the others.
    from webapp.factory import make_app  # noqa: PLC0415

    return make_app(config)

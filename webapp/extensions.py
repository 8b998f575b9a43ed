"""The Flask extensions, unbound; create_app binds them. Imports nothing of ours but their own classes."""

from typing import Any, cast

from flask_jwt_extended import JWTManager
from flask_jwt_extended.config import config
from flask_jwt_extended.tokens import _decode_jwt
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from jwt import PyJWTError
from sqlalchemy import MetaData, Table
from sqlalchemy.orm import DeclarativeBase

from webapp.openapi import ProblemApi

# Named constraints, so that a migration can change them on both databases.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMES)


class OneDecodeJWTManager(JWTManager):
    """Decodes a token once, with its signature.

    The library first decodes it twice without, to choose a key by what it claims; there is one key.
    """

    def _decode_jwt_from_config(
        self, encoded_token: str, csrf_value: str | None = None, allow_expired: bool = False
    ) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = _decode_jwt(
                algorithms=config.decode_algorithms,
                allow_expired=allow_expired,
                audience=config.decode_audience,
                csrf_value=csrf_value or "",
                encoded_token=encoded_token,
                identity_claim_key=config.identity_claim_key,
                issuer=config.decode_issuer,
                leeway=config.leeway,
                secret=config.decode_key,
                verify_aud=config.decode_audience is not None,
                verify_sub=config.verify_sub,
            )
        except PyJWTError:  # the library's own way says what is wrong with it
            claims = super()._decode_jwt_from_config(encoded_token, csrf_value, allow_expired)
        return claims


def table_of(model: type[Base]) -> Table:
    """Return a model's table, for statements that skip the object mapper."""
    return cast("Table", model.__table__)


# What was committed may be answered without reading it again; every unit of work begins afresh.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
jwt = OneDecodeJWTManager()
api = ProblemApi()
limiter = Limiter(key_func=get_remote_address)

"""Content in the store, and who put it there."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.wallet import Person
from webapp.assets.content.service import StoredContent, store_bytes

Store = Callable[[Person, bytes], StoredContent]
Get = Callable[..., TestResponse]


@pytest.fixture
def store(app: Flask) -> Store:
    """Give a function that keeps bytes for somebody, unused as yet."""

    def run(person: Person, data: bytes) -> StoredContent:
        with app.app_context():
            return store_bytes(UUID(person.account), data)

    return run


@pytest.fixture
def get(app: Flask) -> Get:
    """Give a function that asks for a CID, with headers, and without a session."""

    def run(cid: object, method: str = "GET", **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return app.test_client().open(f"/ipfs/{cid}", method=method, headers=sent)

    return run

"""Fixtures of the workers' tests: an application context and the parts of a sweep."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from chain.client import ChainClient
from tests.support.wallet import Person
from workers.anchoring import seal, send

LOG = 1


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> ChainClient:
    found: ChainClient = app.extensions["troth_chain"]
    return found


@pytest.fixture
def sent(context: Flask, alice: Person) -> dict[str, Any]:
    """Give a post whose batch is mined and not indexed."""
    post: dict[str, Any] = alice.publish().json
    seal(LOG)
    send(LOG)
    return post

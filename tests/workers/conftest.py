"""Fixtures of the workers' tests: an application context and the parts of a sweep."""

from collections.abc import Iterator

import pytest
from flask import Flask

from chain.client import ChainClient


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> ChainClient:
    found: ChainClient = app.extensions["troth_chain"]
    return found

"""Fixtures of the accounts' tests."""

import os

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.support.services import missing


@pytest.fixture
def shared_redis() -> str:
    url = os.environ.get("TROTH_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    with Redis.from_url(url, socket_connect_timeout=1) as client:
        try:
            client.ping()
        except RedisError:
            missing("Redis", "TROTH_TEST_REDIS_URL")
    return url

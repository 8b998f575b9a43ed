"""The stack on PostgreSQL, with a Redis and a RabbitMQ of the operator's own."""

import os
import secrets
from collections.abc import Iterator

import pytest
from kombu import Connection
from redis import Redis
from redis.exceptions import RedisError

from tests.support.services import fresh_database, missing, postgres_server, run_sql
from tests.support.stack import check_demo, command_line, running_stack

pytestmark = [pytest.mark.stack, pytest.mark.postgres, pytest.mark.redis, pytest.mark.rabbitmq]


@pytest.fixture
def database() -> Iterator[str]:
    """Give an empty database, dropped at the end."""
    server = postgres_server()
    if server is None:
        missing("PostgreSQL", "TROTH_TEST_DATABASE_URL")
    with fresh_database(server) as url:
        yield url


@pytest.fixture
def redis_url() -> str:
    url = os.environ.get("TROTH_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    try:
        with Redis.from_url(url, socket_connect_timeout=3) as client:
            client.ping()
    except RedisError:
        missing("Redis", "TROTH_TEST_REDIS_URL")
    return url


@pytest.fixture
def broker_url() -> str:
    url = os.environ.get("TROTH_TEST_BROKER_URL", "amqp://guest:guest@127.0.0.1:5672//")
    connection = Connection(url, connect_timeout=3)
    try:
        connection.ensure_connection(max_retries=1)
    except connection.connection_errors + (OSError,):  # noqa: RUF005 - a tuple of unknown length
        missing("RabbitMQ", "TROTH_TEST_BROKER_URL")
    finally:
        connection.release()
    return url


def test_the_demo_passes_on_postgresql_redis_and_rabbitmq_and_the_worker_hears_the_bell(
    database: str, redis_url: str, broker_url: str
) -> None:
    given = {
        "TROTH_DATABASE_URL": database,
        "TROTH_REDIS_URL": redis_url,
        "TROTH_BROKER_URL": broker_url,
        "TROTH_JWT_SECRET": secrets.token_hex(32),
        "TROTH_ANCHORER_KEY": "0x" + secrets.token_hex(32),
        "TROTH_MESSAGE_KEYS": secrets.token_hex(32),
    }
    with running_stack(**given) as stack:
        done = stack.troth("demo", "--url", stack.url, "--rpc", stack.rpc)
        assert done.returncode == 0, done.stdout + done.stderr
        check_demo(done.stdout)
        assert "Task troth.seal[" in (stack.data_dir / "logs" / "worker.log").read_text()
        assert run_sql(database, "SELECT count(*) FROM posts") == [(3,)]
        assert not (stack.data_dir / "troth.sqlite").exists()
        assert not (stack.data_dir / "secrets.json").exists()
        assert not [pid for pid in stack.left() if "redis-server" in command_line(pid)]

"""The stack on PostgreSQL, with a Redis and a RabbitMQ of the operator's own."""

import os
import secrets
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from kombu import Connection
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError

from tests.support.services import missing, postgres_server, with_database
from tests.support.stack import check_demo, command_line, running_stack

pytestmark = [pytest.mark.stack, pytest.mark.postgres, pytest.mark.redis, pytest.mark.rabbitmq]


@pytest.fixture
def database() -> Iterator[str]:
    """Give an empty database, dropped at the end."""
    server = postgres_server()
    if server is None:
        missing("PostgreSQL", "TROTH_TEST_DATABASE_URL")
    name = f"troth_stack_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield with_database(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)


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
    }
    with running_stack(**given) as stack:
        done = stack.troth("demo", "--url", stack.url, "--rpc", stack.rpc)
        assert done.returncode == 0, done.stdout + done.stderr
        check_demo(done.stdout)
        assert "Task troth.seal[" in (stack.data_dir / "logs" / "worker.log").read_text()
        with psycopg.connect(database) as connection:
            row = connection.execute("SELECT count(*) FROM posts").fetchone()
        assert row == (3,)
        assert not (stack.data_dir / "troth.sqlite").exists()
        assert not (stack.data_dir / "secrets.json").exists()
        assert not [pid for pid in stack.left() if "redis-server" in command_line(pid)]

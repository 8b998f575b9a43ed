"""A running stack: the demo passes on it, and it stands the loss of its Redis."""

import os
import signal

import pytest
import requests

from tests.support.stack import Stack, check_demo, wait_until
from webapp.commands.demo.client import Person

pytestmark = pytest.mark.stack


@pytest.fixture
def stack(plain_stack: Stack) -> Stack:
    return plain_stack


@pytest.fixture
def alice(stack: Stack) -> Person:
    return stack.person("Alice")


def test_the_demo_plays_on_a_running_instance_and_says_what_was_proved(stack: Stack) -> None:
    done = stack.troth("demo", "--url", stack.url, "--rpc", stack.rpc)
    assert done.returncode == 0, done.stdout + done.stderr
    check_demo(done.stdout)


def redis(stack: Stack) -> int:
    return stack.child("redis-server")


def sign_in_status(stack: Stack) -> int:
    body = {"handle": "nobody", "password": "a wrong password"}
    return requests.post(f"{stack.url}/api/v1/auth/password", json=body, timeout=15).status_code


def test_with_redis_hung_posts_become_final_and_sign_in_is_closed(
    stack: Stack, alice: Person
) -> None:
    pid = redis(stack)
    os.kill(pid, signal.SIGSTOP)
    try:
        posts = [alice.publish(f"while Redis hangs, {number}") for number in range(5)]
        stack.await_final(*posts)
        assert sign_in_status(stack) == 503
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: sign_in_status(stack) == 401, "sign-in is open again")


def test_a_killed_redis_is_started_again_and_posts_become_final(
    stack: Stack, alice: Person
) -> None:
    pid = redis(stack)
    os.kill(pid, signal.SIGKILL)
    posts = [alice.publish(f"while Redis is gone, {number}") for number in range(5)]
    stack.await_final(*posts)
    wait_until(lambda: sign_in_status(stack) == 401, "sign-in is open again")
    assert redis(stack) != pid

import time
from datetime import UTC, datetime, timedelta

import pybreaker
import pytest

from chain.errors import NodeUnavailable, SendOutcomeUnknown
from chain.nodes import breaker as breaker_module
from chain.nodes.breaker import ReadBreaker
from chain.nodes.health import BreakerState
from tests.chain.nodes.conftest import MakeClient, answered_by
from tests.support.http_node import HttpNode, status_500

RAW = b"\2any bytes"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the monotonic clock, in seconds, as a list of one number that a test can set."""
    now = [1_000.0]
    monkeypatch.setattr(breaker_module.time, "monotonic", lambda: now[0])
    return now


def opened(retry: float = 5) -> ReadBreaker:
    breaker = ReadBreaker(3, retry)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    assert breaker.state is BreakerState.OPEN
    return breaker


def test_failures_in_a_row_open_it_and_an_answer_between_starts_again() -> None:
    breaker = ReadBreaker(3, 5)
    for _ in range(3):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.admits()
    opened()


def test_one_trial_is_let_through_after_a_while(clock: list[float]) -> None:
    breaker = opened()
    assert not breaker.admits()
    clock[0] += 5
    assert breaker.admits()
    assert breaker.state is BreakerState.HALF_OPEN
    assert not breaker.admits()
    breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED
    assert breaker.admits()


def test_a_failed_trial_opens_it_again(clock: list[float]) -> None:
    breaker = opened()
    clock[0] += 5
    assert breaker.admits()
    breaker.failed()
    assert breaker.state is BreakerState.OPEN
    clock[0] += 4
    assert not breaker.admits()
    clock[0] += 1
    assert breaker.admits()


def test_a_trial_without_an_outcome_does_not_keep_it_half_open(clock: list[float]) -> None:
    breaker = opened()
    clock[0] += 5
    assert breaker.admits()
    breaker.abandoned()
    assert breaker.state is BreakerState.OPEN


def test_a_late_answer_does_not_close_it(clock: list[float]) -> None:
    breaker = opened()
    breaker.succeeded()
    assert breaker.state is BreakerState.OPEN


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_changes_nothing(
    clock: list[float], monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    breaker = opened()

    class Set(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(hours=hours)

    for module in (pybreaker, breaker_module):
        monkeypatch.setattr(module, "datetime", Set)
    assert not breaker.admits()
    clock[0] += 5
    assert breaker.admits()
    breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED


def test_none_wanted_never_opens() -> None:
    breaker = ReadBreaker(0, 5)
    for _ in range(20):
        breaker.failed()
    assert breaker.admits()


def test_a_failing_node_is_left_alone_and_found_again(one: HttpNode, connect: MakeClient) -> None:
    client = connect(one, failures=3, retry=0.1)
    one.fault = status_500
    for _ in range(3):
        with pytest.raises(NodeUnavailable, match="HTTP status 500"):
            client.head()
    asked = len(one.methods)
    assert client.nodes()[0].breaker is BreakerState.OPEN
    one.fault = None
    deadline = time.monotonic() + 30
    while client.nodes()[0].breaker is not BreakerState.CLOSED and time.monotonic() < deadline:
        try:
            client.head()
        except NodeUnavailable as error:
            assert "left alone" in error.problem  # noqa: PT017 - it depends on when we ask
            assert len(one.methods) == asked
            time.sleep(0.01)
    assert client.head().number == 100


def test_an_open_breaker_does_not_keep_a_transaction_back(
    one: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, failures=1)
    one.fault = status_500
    with pytest.raises(NodeUnavailable):
        client.head()
    assert client.nodes()[0].breaker is BreakerState.OPEN
    one.fault = None
    with pytest.raises(SendOutcomeUnknown):  # it answers null, which no node should
        client.send_raw(RAW)
    assert one.sent == 1


def test_failed_sends_do_not_open_it(one: HttpNode, connect: MakeClient) -> None:
    client = connect(one, failures=1)
    one.fault = status_500
    for _ in range(3):
        with pytest.raises(SendOutcomeUnknown):
            client.send_raw(RAW)
    assert client.nodes()[0].breaker is BreakerState.CLOSED


def test_a_node_that_is_left_alone_is_not_asked_while_another_serves(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two, failures=1)
    one.fault = status_500
    assert answered_by(client, [one, two]) is two
    asked = len(one.methods)
    client.check_nodes()
    assert answered_by(client, [one, two]) is two
    assert len(one.methods) == asked

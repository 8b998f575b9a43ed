"""One stack with nothing but its defaults, for all tests that need no other; they run one after the other.

It is stopped when the next test does not use it: a stack that idles costs what others could use.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.stack import Stack, running_stack

FIXTURE = "plain_stack"


class _Kept:
    ends = ExitStack()
    stack: Stack | None = None


@pytest.fixture
def plain_stack() -> Stack:
    """Give a stack that is up, and that others have used: it holds what they published."""
    if _Kept.stack is None:
        _Kept.stack = _Kept.ends.enter_context(running_stack())
    return _Kept.stack


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Stop the stack after the last of them."""
    yield
    if _Kept.stack is not None and not (nextitem and uses_plain_stack(nextitem)):
        _Kept.stack = None
        _Kept.ends.close()


def uses_plain_stack(item: pytest.Item) -> bool:
    """Tell whether a test uses the stack that others use too."""
    return FIXTURE in getattr(item, "fixturenames", ())

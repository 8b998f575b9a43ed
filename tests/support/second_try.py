"""One more try for a test that failed, unless it is about races. See docs/decisions/second-try.md."""

import pytest

# What fails once in a while where this is said has failed: such a test looks for what happens once in a while.
ONE_TRY = [
    "races",
    "concurren",
    "crash",
    "simulation",
    "endurance",
    "at_once",
    "same_time",
    "parallel",
    "threads",
    "together",
    "several_processes",
    "meanwhile",
    "_while_",
]


def deserves_one(nodeid: str) -> bool:
    """Tell whether a test has a second try: those about races have none."""
    return not any(word in nodeid.partition("[")[0] for word in ONE_TRY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what has a second try."""
    for item in items:
        if deserves_one(item.nodeid):
            item.add_marker(pytest.mark.flaky(reruns=1))

"""The order of a run: what takes long begins first, dealt out to the workers, so that short tests fill the end.

pytest-xdist's `worksteal` gives each worker an even share of the list, in its order, and takes of what is left of
another's share from its end. So each share begins with some of the files that take long, as their marks say.
"""

from collections import defaultdict
from itertools import islice

import pytest

from tests.support.plain_stack import uses_plain_stack

PLAIN_STACK = "the plain stack"
# Of a file that is marked as one that starts stacks, and says no more.
STACK_SECONDS = 10


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes long where the workers begin, and the tests of one file or one stack next to each other."""
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    groups: dict[str, list[pytest.Item]] = defaultdict(list)
    rest: list[pytest.Item] = []
    for item in items:
        (groups[_group(item)] if _is_long(item) else rest).append(item)
    items[:] = shares(_dealt(list(groups.values()), workers), rest)


def shares(first: list[list[pytest.Item]], rest: list[pytest.Item]) -> list[pytest.Item]:
    """Return all as one list, of which each worker's even share begins with one of the ``first``."""
    left = sum(map(len, first)) + len(rest)
    others, order = iter(rest), []
    for number, begin in enumerate(first):
        size = left // (len(first) - number)
        share = begin + list(islice(others, max(0, size - len(begin))))
        left -= len(share)
        order += share
    return order + list(others)


def _dealt(groups: list[list[pytest.Item]], workers: int) -> list[list[pytest.Item]]:
    """Deal groups out, the longest first, each to the worker that has least to do."""
    hands: list[list[pytest.Item]] = [[] for _ in range(workers)]
    loads = [0.0] * workers
    for group in sorted(groups, key=_seconds, reverse=True):
        least = loads.index(min(loads))
        hands[least] += group
        loads[least] += _seconds(group)
    return hands


def _seconds(group: list[pytest.Item]) -> float:
    """Return the processor seconds of a group: the most that each of its files is marked with."""
    found: dict[str, float] = defaultdict(float)
    for item in group:
        for mark in item.iter_markers("long"):
            found[str(item.path)] = max(found[str(item.path)], *mark.args)
        found[str(item.path)] = found[str(item.path)] or STACK_SECONDS
    return sum(found.values())


def _group(item: pytest.Item) -> str:
    return PLAIN_STACK if uses_plain_stack(item) else str(item.path)


def _is_long(item: pytest.Item) -> bool:
    marks = (item.get_closest_marker(name) for name in ("long", "stack"))
    return uses_plain_stack(item) or any(mark is not None for mark in marks)

"""The order of a run: every worker's even share begins with what takes long, and nothing is lost."""

from itertools import chain

import pytest

from tests.support.order import shares

FIRST = [["a"] * 3, ["b"] * 2, ["c"]]


@pytest.mark.parametrize("short", [12, 13, 14, 100])
def test_each_share_begins_with_what_takes_long(short: int) -> None:
    order = shares(FIRST, list(map(str, range(short))))
    left, start = len(order), 0
    for number, begin in enumerate(FIRST):
        assert order[start : start + len(begin)] == begin
        size = left // (len(FIRST) - number)  # as pytest-xdist shares out
        start, left = start + size, left - size


@pytest.mark.parametrize("short", [0, 1, 30])
def test_every_test_is_run_once_and_short_ones_keep_their_order(short: int) -> None:
    rest = list(map(str, range(short)))
    order = shares(FIRST, rest)
    assert sorted(order) == sorted(chain(*FIRST, rest))
    assert [one for one in order if one in rest] == rest
